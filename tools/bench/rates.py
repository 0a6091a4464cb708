"""Rates with their intervals: Wilson's for shares, Clopper and Pearson's upper bound for what was never seen."""

import math

Z = 1.959963984540054  # standard deviations of 95 %


def wilson(hits, of):
    """(low, high) of a share at 95 %."""
    if of == 0:
        return 0.0, 1.0
    share = hits / of
    middle = share + Z * Z / (2 * of)
    reach = Z * math.sqrt(share * (1 - share) / of + Z * Z / (4 * of * of))
    return max(0.0, (middle - reach) / (1 + Z * Z / of)), min(1.0, (middle + reach) / (1 + Z * Z / of))


def upper_of_zero(of):
    """The highest share that shows none in `of` tries with 5 % probability or more."""
    return 1 - 0.05 ** (1 / of) if of else 1.0


def threshold(honest, rate):
    """The lowest score that at most `rate` of the honest ones reach."""
    ordered = sorted(honest, reverse=True)
    return math.nextafter(ordered[min(int(rate * len(ordered)), len(ordered) - 1)], math.inf)


def share_at(scores, limit):
    return sum(score >= limit for score in scores)


def shown(hits, of):
    low, high = wilson(hits, of)
    return f"{100 * hits / of:5.1f} % [{100 * low:.1f}, {100 * high:.1f}]" if of else "-"
