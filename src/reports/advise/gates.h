// The gates of a readiness verdict (advise.h), one function each: what was counted, whether it is enough, and what is in the way.
#pragma once

#include "reports/advise/advise.h"

namespace rampart::reports::advice {

struct Gates {
  const AdviseInput& input;
  Advice& out;
  bool below_ready = true;  // set by subdomains()

  [[nodiscard]] const Dns* dns() const { return input.looked == nullptr ? nullptr : &input.looked->dns; }
  [[nodiscard]] const Daily& daily() const { return input.heard->daily; }
  // The last day that reports can be whole of.
  [[nodiscard]] std::int32_t yesterday() const { return input.today - 1; }
  void block(GateResult& gate, Blocker blocker) const;
};

namespace gates {

GateResult coverage(Gates& gates);
GateResult inventory(Gates& gates);
GateResult authentication(Gates& gates);
GateResult blast_radius(Gates& gates);
GateResult indirect(Gates& gates);
GateResult subdomains(Gates& gates);
GateResult stability(Gates& gates);
GateResult rollback(Gates& gates);

}  // namespace gates

// How a source gets aligned DKIM signatures, and where that is explained.
struct Mend {
  std::string says;
  std::string help;
};
Mend mend_of(const Stream& stream, const std::string& domain);

// Leaves the first few lines, and one that counts the others.
void cut(std::vector<std::string>& lines);
// "1 message", "1,234 messages".
std::string messages_text(std::uint64_t count);
// "1,234 messages: 1,200 by DKIM, 30 by SPF alone, 4 fail".
std::string tally_text(const SourceTally& mail);
// "2026-10-28 to 2026-11-26".
std::string days_text(std::int32_t from, std::int32_t to);
// "0.45 a day (with 95 % confidence between 0.02 and 2.1)".
std::string rate_text(const Rate& rate);

}  // namespace rampart::reports::advice
