#include "net/flight.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"

namespace rampart::net {
namespace {

using facts::Why;

// What a server said tells more than that another said nothing.
constexpr Why kMostTelling[] = {Why::resolver,  Why::cname_loop, Why::servfail, Why::refused, Why::rcode,
                                Why::malformed, Why::truncated,  Why::timeout,  Why::network, Why::forbidden};

std::string words(const Fault& fault) {
  if (fault.why == Why::timeout) return "no reply";
  if (fault.why == Why::network) return "no connection";
  if (fault.why == Why::truncated) return "a truncated reply, and nothing over TCP,";
  return fault.detail;
}

}  // namespace

Verdict sum_up(std::span<const Fault> faults, std::size_t servers) {
  Verdict verdict;
  for (const Why why : kMostTelling) {
    if (std::ranges::find(faults, why, &Fault::why) == faults.end()) continue;
    verdict.why = why;
    break;
  }
  std::vector<std::string> said;
  for (const auto& fault : faults) {
    if (auto text = words(fault); std::ranges::find(said, text) == said.end())
      said.push_back(std::move(text));
  }
  for (auto& text : said) {
    if (verdict.why == Why::resolver) continue;  // names the resolver itself
    std::vector<const Server*> by;
    std::size_t tries = 0;
    for (const auto& fault : faults) {
      if (words(fault) != text) continue;
      ++tries;
      if (std::ranges::find(by, fault.server) == by.end()) by.push_back(fault.server);
    }
    text += servers == 1 ? fmt::format(" from {}", by.front()->text)
                         : fmt::format(" from {} of {} servers", by.size(), servers);
    if (tries > by.size()) text += fmt::format(" in {} tries", tries);
  }
  verdict.detail = base::join(said, "; ");
  return verdict;
}

}  // namespace rampart::net
