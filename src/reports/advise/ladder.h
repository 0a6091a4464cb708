// The records of the way from p=none to p=reject (RFC 9989 sections 4.7 and 7.4, appendix A.6). Pure.
//
//   p=none                     what fails is only reported
//   p=quarantine; pct=0; t=y   RFC 9989 receivers read t and go one level down, those of RFC 7489 read pct and do the same
//   p=quarantine
//   p=reject; pct=0; t=y       what fails is quarantined
//   p=reject
//
// t and pct hold for sp and np as well. So where one of them is stricter already than the step leaves it, the soft step would
// open a door that is shut: it is left out, and the policy counts at once.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/dmarc/record.h"
#include "reports/advise/look.h"
#include "reports/archive/daily.h"

namespace rampart::reports::advice {

// The record that stands now.
struct Current {
  enum class From : std::uint8_t { nowhere, dns, reports };
  From from = From::nowhere;
  bool own = false;  // the domain's own record, that counts
  dmarc::Record record;
  std::optional<std::int32_t>
      since;              // the first day since which reports have said the same policy and softness
  std::int32_t days = 0;  // from then to the last day of reports

  [[nodiscard]] dmarc::Policy p() const { return record.p.value.value_or(dmarc::Policy::none); }
  [[nodiscard]] dmarc::Policy sp() const { return record.sp.value.value_or(p()); }
  [[nodiscard]] dmarc::Policy np() const { return record.np.value.value_or(sp()); }
  [[nodiscard]] bool soft() const { return record.test || record.pct.value_or(100) < 100; }
  // What is asked of RFC 9989 receivers.
  [[nodiscard]] dmarc::Policy effective(dmarc::Policy policy) const;
};

// DNS where it was asked and has an answer; else what the last report says.
Current current_of(const Dns* dns, const Daily& daily);

struct Rung {
  std::string record;
  dmarc::Policy p = dmarc::Policy::none;
  bool soft = false;
  bool below = true;  // sp rises with p
  std::string says;   // what it does, and why it is written so
};

struct RungInput {
  const Current* current = nullptr;
  bool below = true;  // names below the domain are ready for what it is
  bool top = true;    // sp and np count at this domain
  bool np = true;     // nothing real is sent from names that do not exist
};
// Nothing when p=reject counts in full, or no record of the domain's own stands.
std::optional<Rung> next_rung(const RungInput& input);

// The policy that a rung leads to, for trying: the same for a soft one and a full one.
std::optional<dmarc::Policy> next_policy(const Current& current);

}  // namespace rampart::reports::advice
