// What an audit says of a domain: the types that the checks fill and the outputs print. The JSON form (schema
// "rampart.audit/1", docs/report.md) has the same names; both are stable.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audit/portfolio/entry.h"
#include "base/time.h"
#include "dns/name.h"
#include "dns/rr.h"

namespace rampart::audit {

// Ordered: a greater one is worse.
enum class Severity : std::uint8_t { info, low, medium, high, critical };

// The advisory's weaknesses (NCA-34.061725).
enum class Weakness : std::uint8_t { none, wk1, wk2, wk3, wk4, wk5, wk6, wk7 };

// Whether the fault that a finding speaks of is there.
enum class FindingStatus : std::uint8_t {
  present,  // the fault is there
  absent,   // it was looked for and is not there (shown only where that is worth knowing)
  unknown,  // it could not be found out; evidence says why
};

enum class Status : std::uint8_t {
  spoofable,         // a stranger's mail in the name of the domain itself gets through
  partly_protected,  // the domain itself is protected, a subdomain or some receivers are not (or it is only
                     // quarantined)
  protected_,        // refused for the domain, existing and invented subdomains
  unknown,           // SPF or DMARC, and so the spoofing table, could not be decided
};

std::string_view to_string(Severity severity);     // "critical"
std::string_view to_string(Weakness weakness);     // "WK-4"; empty for none
std::string_view to_string(FindingStatus status);  // "present"
std::string_view to_string(Status status);         // "partly-protected"
std::optional<Severity> parse_severity(std::string_view text);

// Something that was seen: a record, a result, a number. Text of strangers is kept raw here; every output
// escapes it for its medium.
struct Evidence {
  std::string text;    // one line: "_dmarc.ministry.example TXT"
  std::string record;  // the record's own text, when there is one: "v=DMARC1; p=none"
  std::string server;  // who said it; may be empty
  std::string why;     // for unknowns: what went wrong
};

// A DNS change that mends the finding. Never a guess at what only the owner knows.
struct Remedy {
  enum class Action : std::uint8_t { add, replace, remove };
  Action action = Action::add;
  dns::Name name;
  dns::RrType type = dns::RrType::txt;
  std::uint32_t ttl = 3600;  // seconds
  std::string data;  // presentation form of the data without quotes for TXT (outputs split and quote):
                     // "v=DMARC1; p=none"
};

std::string_view to_string(Remedy::Action action);  // "add"

// Somebody has accepted the risk of a finding. It stays in the report and no longer fails it.
struct Acceptance {
  std::string reason;
  std::string who;
  std::optional<base::Time> until;  // nothing: until it is withdrawn
};

struct Finding {
  std::string code;  // stable, kebab-case, prefixed by its subject: "dmarc-policy-none", "spf-softfail",
                     // "dkim-unknown"
  Weakness weakness = Weakness::none;
  Severity severity = Severity::info;  // the advisory's, where it names one; otherwise that of the worst case
  Severity effective = Severity::info;  // what it lets a stranger do on this domain
  FindingStatus status = FindingStatus::present;
  std::string title;  // one sentence, no final stop
  std::vector<Evidence> evidence;
  std::string advice;                   // the next step, one or two sentences
  std::vector<std::string> references;  // "RFC 9989 section 4.10.1", "NCA-34.061725 WK-4"
  std::vector<Remedy> remedies;
  std::optional<Acceptance> accepted;
  std::vector<std::string> requirements;  // of the profiles asked for, that it breaks: "nca-34.061725 spf"
};

enum class Policy : std::uint8_t {
  none,
  quarantine,
  reject,
  missing,
  unknown
};  // missing: no DMARC record applies
std::string_view to_string(Policy policy);

// What a receiver does with a message that fails.
enum class Disposition : std::uint8_t { deliver, quarantine, reject, unknown };
std::string_view to_string(Disposition disposition);

// One line of the spoofing table: who tries, as whom, and what becomes of it.
struct SpoofRow {
  enum class Identity : std::uint8_t {
    domain,
    subdomain,
    invented
  };  // the domain, an existing subdomain, one that does not exist
  enum class Origin : std::uint8_t {
    stranger,
    shared
  };  // any address; an address at a provider that SPF includes
  Identity identity = Identity::domain;
  Origin origin = Origin::stranger;
  dns::Name from;       // the domain in the From field
  std::string address;  // the sending address that was tried
  std::string via;      // the shared provider's name; empty for a stranger

  std::string spf;    // SPF result for this address with MAIL FROM in `from`: "pass", "softfail", …
  std::string dmarc;  // "pass", "fail", "none", "temperror", "permerror"
  Policy policy = Policy::unknown;             // after np, sp, t
  Disposition rfc9989 = Disposition::unknown;  // a receiver that follows RFC 9989
  Disposition rfc7489 = Disposition::unknown;  // an enforcing RFC 7489 receiver
  std::string decided_by;  // the record that decides: "_dmarc.ministry.example sp=none", or "SPF -all" …
  std::string why;         // one sentence; for unknowns what could not be asked
};
std::string_view to_string(SpoofRow::Identity identity);
std::string_view to_string(SpoofRow::Origin origin);

struct EffectivePolicy {
  struct Entry {
    Policy policy = Policy::unknown;
    std::string record_name;  // where the record is: "_dmarc.ministry.example"; empty when none
    std::string tag;          // "p", "sp", "np"
    bool testing = false;     // t=y took it one level down
    Policy rfc7489 = Policy::unknown;
  };
  Entry domain;
  Entry subdomain;  // an existing one
  Entry invented;   // one that does not exist
};

// How a domain stands by a requirement of a profile.
enum class Verdict : std::uint8_t {
  broken,        // a finding that breaks it is present
  unknown,       // none is, and something that could show one could not be found out
  unjudged,      // not looked at: an audit of DNS cannot, or was not asked to
  inapplicable,  // it is about another kind of domain
  met,
};
inline constexpr std::size_t kVerdicts = 5;
std::string_view to_string(Verdict verdict);  // "broken", "unknown", "not-judged", "not-applicable", "met"

struct RequirementResult {
  std::string id;     // "spf"
  std::string title;  // "SPF, ending in -all"
  Verdict verdict = Verdict::unknown;
  std::vector<std::string> findings;  // broken: the codes that break it
  bool accepted = false;              // broken, and somebody has accepted the risk of each of these
  std::string why;                    // unknown, not judged, not applicable; one clause
};

struct ProfileResult {
  std::string id;     // "nca-34.061725"
  std::string title;  // "Advisory NCA-34.061725 of the National CERT"
  std::vector<RequirementResult> requirements;
};

struct DkimKey {
  std::string selector;
  std::string record_name;
  std::string algorithm;  // "rsa", "ed25519"
  unsigned bits = 0;      // RSA modulus
  bool revoked = false;
  std::string fingerprint;  // hex SHA-256 of the key
};

struct DomainReport {
  dns::Name domain;
  std::optional<dns::Name> organizational_domain;  // by RFC 9989 4.10.2; nothing when unknown
  base::Time now{};
  Status status = Status::unknown;
  std::string grade;     // "A" … "F", or "?" when unknown; audit/grade.h holds the table
  std::string sentence;  // the sentence that matters: "anyone can send as ministry.example; most receivers
                         // would deliver it"
  std::vector<Weakness> weaknesses;  // those present, in order
  std::vector<Finding> findings;     // worst effective first, then severity, then code
  std::vector<SpoofRow> spoofing;
  EffectivePolicy effective_policy;
  std::vector<DkimKey> dkim_keys;
  std::size_t selectors_tried = 0;
  bool dkim_proven_absent = false;
  std::size_t questions = 0;            // asked for this domain by the driver
  std::vector<ProfileResult> profiles;  // those asked for
  std::shared_ptr<const Entry> said;    // what its list says; null when nothing. Shared with the input
};

}  // namespace rampart::audit
