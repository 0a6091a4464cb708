// What a name below a domain is: whether it exists, and who may send mail as it. A decision over facts.
//
// Whether it exists. NXDOMAIN for any type proves that it does not (RFC 8020). An answer proves that it does only where
// an invented name beside it has none: two such names are asked at each level.
//
//   what the invented names get      what an answer of the name means
//   NXDOMAIN                         it exists: with records, or as an empty non-terminal
//   records                          a wildcard (RFC 4592); the name exists when it has other records than they
//   NOERROR without records          the zone says so of every name (compact denial, RFC 9824): records prove that the
//                                    name exists, their absence proves nothing
//   an unknown answer                unknown
//
// What the zone itself shows (a zone file, a transfer) needs no such proof. Wildcards of shared records (round robin)
// are compared with both invented names together, so that a rotating answer is not taken for another one.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "audit/checks/spf.h"
#include "audit/report.h"
#include "audit/subdomains/revealed.h"
#include "facts/facts.h"

namespace rampart::audit::subdomains {

enum class Existence : std::uint8_t {
  records,   // it has records of its own
  empty,     // it exists without records that matter to mail: an empty non-terminal, mostly
  wildcard,  // only a wildcard answers for it
  none,      // NXDOMAIN
  unproven,  // the zone answers NOERROR for every name, and this one has no record
  unknown,
};
std::string_view to_string(Existence existence);  // "records"

// Who may send mail as the name, from what receivers that follow RFC 9989 do with it.
enum class Verdict : std::uint8_t {
  spoofable,    // anyone: it is delivered
  customers,    // any customer of a provider that its SPF record includes
  quarantined,  // anyone, into quarantine
  unknown,
  protected_,  // nobody else: it is refused
};
inline constexpr std::size_t kVerdicts = 5;
std::string_view to_string(Verdict verdict);  // "protected"

struct Target {
  dns::Name name;
  dns::Name domain;     // the one that was asked for; name is within it
  bool proven = false;  // Revealed::is_proven
};

struct Judged {
  dns::Name name;
  Existence existence = Existence::unknown;
  std::string why;         // of an unknown one: what could not be asked
  bool delegated = false;  // a zone of its own begins here (NS)
  // The rest only where it exists: records or empty.
  SpfState spf = SpfState::unknown;
  std::string spf_text;                 // when there is exactly one record
  std::vector<std::string> mail_hosts;  // in the order of the answer
  bool null_mx = false;
  bool mx_unknown = false;
  EffectivePolicy::Entry policy;  // for mail from this name, with the record that says so
  Verdict verdict = Verdict::unknown;
  SpoofRow stranger;         // the row of the spoofing table for this name
  std::string customers_of;  // Verdict::customers: the provider
  // Names within the domain that its records lead to.
  std::vector<std::pair<dns::Name, Source>> reveals;

  [[nodiscard]] bool exists() const {
    return existence == Existence::records || existence == Existence::empty;
  }
};

// The labels of the names at a level that nobody has; the same for each run over the same level.
std::pair<std::string, std::string> invented_labels(const dns::Name& level);

Judged judge(const Target& target, facts::Facts& facts);

}  // namespace rampart::audit::subdomains
