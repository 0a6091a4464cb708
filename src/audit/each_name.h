// One small decision for each of many names, in the way of the audit's runner: so many at once, on all lanes.
//
//   const auto standings = TRY(decide_each<Standing>(names, look_at, options, source.lanes(), heed));
//
// The decision of names[i] is result[i]. `names` holds each name once. `heed` runs in the caller's thread after each
// name that is done; its error ends the run.
#pragma once

#include <functional>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

#include "audit/runner.h"

namespace rampart::audit {

template <class Decision>
base::Result<std::vector<Decision>> decide_each(
    const std::vector<dns::Name>& names,
    const std::function<Decision(const dns::Name&, facts::Facts&)>& decide, const RunnerOptions& options,
    std::vector<Lane> lanes, const std::function<base::Result<>()>& heed) {
  // The runner hands reports out, and these decisions are none: each is put into its own place. Only the lane that has
  // a name writes there, last with the decision that counts (facts::drive()), and the runner's hand-over lets this
  // thread see it.
  std::vector<Decision> out(names.size());
  boost::unordered_flat_map<dns::Name, std::size_t, std::hash<dns::Name>> places;
  for (std::size_t i = 0; i < names.size(); ++i) places.emplace(names[i], i);
  std::size_t next = 0;
  Runner runner(
      options, std::move(lanes),
      [&]() -> base::Result<std::optional<Input>> {
        if (next == names.size()) return std::optional<Input>();
        Input input;
        input.domain = names[next++];
        return std::optional(std::move(input));
      },
      [&](Finished&&) { return heed(); },
      [&](const Input& input, facts::Facts& facts) {
        out[places.find(input.domain)->second] = decide(input.domain, facts);
        DomainReport report;
        report.domain = input.domain;
        return report;
      });
  TRY(runner.run());
  return out;
}

}  // namespace rampart::audit
