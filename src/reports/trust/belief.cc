#include "reports/trust/belief.h"

#include <fmt/format.h>

namespace rampart::reports {
namespace {

constexpr std::size_t kShown = 20;  // of the doubts, in the text for people

}  // namespace

void BeliefSummary::add(const std::string& origin, const Belief& belief) {
  if (belief.trust == Trust::imported) return;
  if (belief.trust == Trust::verified) {
    ++verified;
    return;
  }
  ++(!belief.looked_up                 ? not_looked_up
     : belief.undetermined             ? undetermined
     : belief.trust == Trust::key_gone ? key_gone
                                       : unverified);
  if (doubts.size() < kMaxDoubts) doubts.push_back({.origin = origin, .belief = belief});
}

std::string format_beliefs(const BeliefSummary& summary) {
  const auto doubted = summary.key_gone + summary.unverified + summary.undetermined + summary.not_looked_up;
  if (summary.verified + doubted == 0) return {};
  auto out = fmt::format("  {} verified by the mail that brought {}\n", summary.verified,
                         summary.verified == 1 ? "it" : "them");
  if (doubted == 0) return out;
  out += fmt::format("  {} not verified, which {} shown and never counted:\n", doubted,
                     doubted == 1 ? "is" : "are");
  std::size_t shown = 0;
  for (const auto& doubt : summary.doubts) {
    if (++shown > kShown) break;
    out += fmt::format("    {}: {}{}\n", doubt.origin, doubt.belief.undetermined ? "not known yet: " : "",
                       doubt.belief.why);
  }
  if (doubted > kShown) out += fmt::format("    and {} more: --format json\n", doubted - kShown);
  return out;
}

void write_beliefs(base::JsonWriter& json, const BeliefSummary& summary) {
  json.key("beliefs").begin_object();
  json.member("verified", summary.verified).member("key_gone", summary.key_gone);
  json.member("unverified", summary.unverified).member("undetermined", summary.undetermined);
  json.member("not_looked_up", summary.not_looked_up);
  json.key("doubts").begin_array();
  for (const auto& doubt : summary.doubts) {
    json.begin_object().member("file", doubt.origin).member("trust", to_string(doubt.belief.trust));
    json.member("undetermined", doubt.belief.undetermined).member("looked_up", doubt.belief.looked_up);
    json.member("why", doubt.belief.why).end_object();
  }
  json.end_array().end_object();
}

}  // namespace rampart::reports
