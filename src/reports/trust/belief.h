// How far a report is believed, and why: what was found out about the mail that it came in.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/json.h"
#include "reports/archive/archive.h"

namespace rampart::reports {

// Who a report says that it comes from.
struct Speaker {
  std::string email;         // of its head, as it stands there
  std::string organisation;  // as it stands there
  bool names_itself = true;  // false: of a kind of report that does not say it
  // A TLS report, whose mail may be signed with a key for nothing else (RFC 8460 section 3).
  bool of_tls = false;
  friend bool operator==(const Speaker&, const Speaker&) = default;
};

struct Belief {
  Trust trust = Trust::unverified;
  // Of a verified one: the Organizational Domain that signed its mail, or, of a provider that is known to send reports, the domain
  // that they come from ("dmarc.yahoo.com": in yahoo.com everybody may have an address); empty otherwise.
  std::string reporter;
  std::string sender;         // and the mailbox of its From field, in lower case; empty where it has several
  bool undetermined = false;  // it could not be found out now, and may be verified at another time
  // False: more was asked for than is looked up, so nothing is known for or against it.
  bool looked_up = true;
  std::string why;  // one clause, printable
};

// Our own: what is named one by one; the rest is counted.
inline constexpr std::size_t kMaxDoubts = 1'000;

// Of the reports whose origin was judged; one that is believed because of who gave it is not among them.
struct BeliefSummary {
  struct Doubt {
    std::string origin;
    Belief belief;
  };
  std::uint64_t verified = 0;
  std::uint64_t key_gone = 0;
  std::uint64_t unverified = 0;     // for good
  std::uint64_t undetermined = 0;   // of those, what may be found out another time
  std::uint64_t not_looked_up = 0;  // as their file asks more of DNS than is asked
  std::vector<Doubt> doubts;        // of those that are not verified

  void add(const std::string& origin, const Belief& belief);
};

// Lines for people, to stand below format_import(); empty when no report was judged.
std::string format_beliefs(const BeliefSummary& summary);
// The member "beliefs" of an object.
void write_beliefs(base::JsonWriter& json, const BeliefSummary& summary);

}  // namespace rampart::reports
