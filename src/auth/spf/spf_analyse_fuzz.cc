// analyse() over a generated DNS: whom it calls authorised is who passes, and the shorter record it offers
// gives every sampled address the same result.
#include <cstdlib>

#include "auth/spf/analyse.h"
#include "auth/spf/fuzz_universe.h"

namespace {

using namespace rampart;
using namespace rampart::spf;

bool is_error(const Outcome& outcome) {
  return outcome.result == Result::temperror || outcome.result == Result::permerror;
}

Outcome outcome_for(fuzzing::Universe& universe, const base::IpAddress& ip) {
  Input input = universe.input();
  input.ip = ip;
  return universe.run([&](facts::Facts& facts) { return check_host(input, facts); }).decision;
}

// Addresses in the records, and at the borders of the ranges they name.
std::vector<base::IpAddress> probes(const fuzzing::Universe& universe, const Analysis& analysis) {
  std::vector<base::IpAddress> out = universe.addresses();
  out.push_back(universe.input().ip.unmapped());
  for (const Node& node : analysis.nodes) {
    for (const Network& network : node.passes.networks()) {
      if (out.size() > 40) return out;
      out.push_back(network.address);
      if (network.address.is_v4()) {
        out.push_back(base::IpAddress::v4(network.address.v4_value() - 1));
        const auto span = static_cast<std::uint32_t>((1ULL << (32 - network.length)) - 1);
        out.push_back(base::IpAddress::v4(network.address.v4_value() + span));
      }
    }
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzzing::Universe universe({reinterpret_cast<const char*>(data), size});
  const dns::Name domain = universe.input().domain;
  const auto driven = universe.run([&](facts::Facts& facts) { return analyse(domain, facts); });
  const Analysis& analysis = driven.decision;
  const AnalysisOptions options;
  if (analysis.nodes.empty() || analysis.nodes.size() > options.max_records || driven.questions > 500)
    std::abort();
  for (const Issue& issue : analysis.issues) {
    if (to_string(issue.kind).empty() || issue.node >= analysis.nodes.size() || !base::is_utf8(issue.detail))
      std::abort();
    (void)analysis.term_text(issue);
  }
  if (const auto address = shared_address(analysis)) {
    if (!analysis.authorised.contains(address->ip)) std::abort();
  }
  const auto addresses = probes(universe, analysis);
  std::vector<Outcome> before;
  for (const auto& ip : addresses) {
    before.push_back(outcome_for(universe, ip));
    if (!analysis.complete || is_error(before.back()) || domain.label_count() < 2) continue;
    if ((before.back().result == Result::pass) != analysis.authorised.contains(ip)) std::abort();
  }
  if (!analysis.simpler) return 0;
  universe.replace_own_record(universe.own_record(), *analysis.simpler);
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    const Reason why = before[i].why;  // a repeated term may be what ran into a limit
    if (why == Reason::lookup_limit || why == Reason::void_limit) continue;
    if (outcome_for(universe, addresses[i]).result != before[i].result) std::abort();
  }
  return 0;
}
