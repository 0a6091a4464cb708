#include "reports/advise/aside.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/saturate.h"
#include "base/text.h"

namespace rampart::reports::advice {
namespace {

constexpr std::size_t kNamedInLine = 3;

struct Sum {
  const Stream* stream = nullptr;
  std::uint64_t messages = 0;
  std::uint64_t failing = 0;
  std::set<std::uint32_t> addresses;
  std::set<std::string> reporters;
};

SaidAside finish(const Sum& sum) {
  SaidAside out{.messages = sum.messages, .failing = sum.failing, .addresses = sum.addresses.size()};
  if (sum.stream != nullptr) {
    out.source = sum.stream->source.id;
    out.name = sum.stream->source.name;
  }
  for (const auto& name : sum.reporters) {
    if (out.reporters.size() == kMaxAsideNamed) break;
    out.reporters.push_back(name);
  }
  out.more_reporters = sum.reporters.size() - out.reporters.size();
  return out;
}

}  // namespace

std::vector<SaidAside> said_aside(const Heard& heard, std::span<const Stream> streams, std::int32_t from) {
  std::vector<bool> spoken_of(heard.daily.addresses.size());
  for (const auto& row : heard.daily.rows) spoken_of[row.address] = true;
  std::map<base::IpAddress, const Stream*> legitimate;
  for (const auto& stream : streams) {
    if (stream.standing != Standing::legitimate) continue;
    for (const auto& one : stream.source.addresses) legitimate.emplace(one.address, &stream);
  }
  std::map<std::string, Sum> sums;  // by the source's id
  for (const auto& row : heard.aside) {
    if (row.day < from) continue;
    const auto& outcome = heard.daily.outcomes[row.outcome];
    const bool fails = outcome.dkim != Aligned::pass && outcome.spf != Aligned::pass;
    const Stream* stream = nullptr;
    if (spoken_of[row.address]) {
      const auto address = base::IpAddress::parse(heard.daily.addresses[row.address]);
      const auto found = address ? legitimate.find(*address) : legitimate.end();
      if (!fails || found == legitimate.end()) continue;
      stream = found->second;
    }
    auto& sum = sums[stream == nullptr ? std::string() : stream->source.id];
    sum.stream = stream;
    base::saturating_add(sum.messages, row.messages);
    if (fails) base::saturating_add(sum.failing, row.messages);
    sum.addresses.insert(row.address);
    sum.reporters.insert(base::printable(heard.others[row.reporter].seen.name));
  }
  std::vector<SaidAside> out;
  out.reserve(sums.size());
  for (const auto& [id, sum] : sums) out.push_back(finish(sum));
  std::ranges::sort(out, [](const SaidAside& a, const SaidAside& b) {
    return std::tie(b.failing, a.source) < std::tie(a.failing, b.source);
  });
  return out;
}

std::string named(const SaidAside& said) {
  const auto shown = std::min(kNamedInLine, said.reporters.size());
  auto out = fmt::format("{}", fmt::join(said.reporters.begin(),
                                         said.reporters.begin() + static_cast<std::ptrdiff_t>(shown), ", "));
  const auto more = said.reporters.size() - shown + said.more_reporters;
  return more == 0 ? out : fmt::format("{} and {} more", out, more);
}

}  // namespace rampart::reports::advice
