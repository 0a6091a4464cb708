#!/usr/bin/python3
"""Writes src/guard/inspect/signal/letter_pairs.h: how much oftener each letter follows each other in words than by chance.

Counted in Debian's word lists (wamerican, wngerman, wfrench, wspanish, witalian, wportuguese), each language weighing the same.
usage: tools/make_letter_pairs.py >src/guard/inspect/signal/letter_pairs.h
"""

import collections
import math
import pathlib
import string
import sys
import unicodedata

LISTS = ("american-english", "ngerman", "french", "spanish", "italian", "portuguese")
LEAST, MOST = -6, 3  # what a digit can say
HEAD = """#pragma once
// How much oftener a letter follows another in words than it would by chance, as a power of two: the digit less 6, so that '6' is as
// often as chance has it, '9' eight times as often and '0' never or nearly. Rows are the first letter, columns the second, from a to z.
// Counted by tools/make_letter_pairs.py in word lists of English, German, French, Spanish, Italian and Portuguese.
#include <array>
#include <string_view>

namespace rampart::guard::signal {

inline constexpr auto kLetterPairs = std::to_array<std::string_view>({"""


def words(name):
    for line in pathlib.Path("/usr/share/dict", name).read_text(encoding="utf-8").splitlines():
        plain = "".join(one for one in unicodedata.normalize("NFD", line.lower().replace("ß", "ss")) if not unicodedata.combining(one))
        if len(plain) > 1 and all(one in string.ascii_lowercase for one in plain):
            yield plain


def main():
    shares = collections.Counter()
    for name in LISTS:
        if not pathlib.Path("/usr/share/dict", name).is_file():
            sys.exit(f"error: there is no /usr/share/dict/{name}\nhint: apt-get install wamerican wngerman wfrench wspanish witalian wportuguese")
        counts = collections.Counter(pair for word in set(words(name)) for pair in zip(word, word[1:]))
        for pair, count in counts.items():
            shares[pair] += count / counts.total()
    print(HEAD)
    for first in string.ascii_lowercase:
        row = [shares[first, second] for second in string.ascii_lowercase]
        levels = (max(LEAST, min(MOST, round(math.log2(max(share / sum(row), 1e-9) * len(row))))) for share in row)
        print(f'    "{"".join(str(level - LEAST) for level in levels)}",')
    print("});\n\n}  // namespace rampart::guard::signal")


if __name__ == "__main__":
    main()
