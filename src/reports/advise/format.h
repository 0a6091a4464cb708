// Advice for people and as JSON (docs/advise.md).
#pragma once

#include <span>
#include <string>

#include "reports/advise/advise.h"

namespace rampart::reports::advice {

struct AdviceStyle {
  std::size_t width = 80;  // columns
};

std::string format_advice(const Advice& advice, const AdviceStyle& style = {});
std::string format_advice_json(
    const Advice& advice);  // "rampart.advise/1", docs/rampart.advise-1.schema.json

// A line of a portfolio.
struct Placed {
  std::string organisation;  // empty: not said
  Advice advice;
};
// By organisation, in the order of what can be enforced today: what is proven and ready before what is not, and of equals that
// first where most forged mail would be stopped. An organisation stands where its first domain does.
void order(std::vector<Placed>& portfolio);
std::string format_portfolio(std::span<const Placed> portfolio);
std::string format_portfolio_json(std::span<const Placed> portfolio);  // "rampart.advise-all/1"

}  // namespace rampart::reports::advice
