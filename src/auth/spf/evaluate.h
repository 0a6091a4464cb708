// check_host(): may this address send for this domain? RFC 7208, whole.
//
//   const auto input = spf::mail_from("192.0.2.7"_ip, "bank.example", "alice", "mail.bank.example");
//   const spf::Outcome outcome = spf::check_host(input, facts);
//   to_string(outcome.result)     "pass"
//   outcome.reason()              "matched include:_spf.post.example, there ip4:192.0.2.0/24"
//   outcome.record_name()         "_spf.post.example": the record that decided
//
// A decision over facts (facts/facts.h): with open questions the outcome is void and only the questions
// count. While one is open the siblings are evaluated too, so that their questions go out in the same round;
// the limits hold meanwhile, so a hostile record cannot widen it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/container/small_vector.hpp>

#include "auth/spf/record.h"
#include "base/ip.h"
#include "base/time.h"
#include "dns/name.h"
#include "facts/facts.h"

namespace rampart::spf {

inline constexpr std::size_t kMaxLocalPart = 256;  // octets; the longest path of RFC 5321 section 4.5.3.1.3
inline constexpr std::size_t kMaxHelo = 255;       // octets; RFC 5321 section 4.5.3.1.2
inline constexpr std::size_t kMaxExplanation =
    450;  // octets, so that a reply line of 512 holds it; RFC 5321 4.5.3.1.5

enum class Result : std::uint8_t {
  none,
  neutral,
  pass,
  fail,
  softfail,
  temperror,
  permerror
};  // section 2.6
std::string_view to_string(Result result);  // "softfail": the word of RFC 8601

inline constexpr int kMostLookups = 100;  // our own: bounds the depth of includes whatever Limits says

enum class Speculate : std::uint8_t { no, yes };

struct Limits {      // RFC 7208 section 4.6.4
  int lookups = 10;  // never more than kMostLookups
  int voids = 2;
  int mx = 10;
  int ptr = 10;
  Speculate speculate = Speculate::yes;  // no: fewer questions, more rounds
};

// For an audit: the sender of the worst case, who fills %{l}, %{s}, %{h} and %{p} himself (RFC 7208 section
// 11.1). Input::local_part and Input::helo hold values that nobody publishes anything for. Then
//
//   exists:%{h}               he names a host of his own: it matches, or not, as he likes
//   exists:%{l}.ok.example    the invented value matches: a wildcard, so it matches for him
//                             ok.example does not exist: nothing below it does (RFC 8020), for no value
//                             otherwise nobody can tell: `doubt`
//   exists:%{i}.%{l}.example  what exists there names an address, and the invented value shows whether it is
//                             his: decided by that, and said in `beside`
struct Steering {
  bool any_domain = false;  // in: a wildcard answers for Input::domain, so he fills %{o} and %{d} as well
  std::string doubt;        // out: why a result other than pass is not certain; empty when it is
  dns::Name ending;         // out: where the names are that the doubt speaks of
  std::string named;        // out: the term whose target he names himself, if that made it pass
  std::string beside;       // out: the term that names his address beside what he fills
};

// Views must outlive the evaluation.
struct Input {
  base::IpAddress ip;            // the SMTP client; IPv4-mapped IPv6 is IPv4 (section 5)
  dns::Name domain;              // of MAIL FROM, or the HELO name; the root stands for "no usable domain"
  std::string_view local_part;   // of MAIL FROM; empty is "postmaster" (section 4.3)
  std::string_view helo;         // as sent
  std::string_view receiver;     // our host, for %{r}; empty is "unknown" (section 7.3)
  base::Time now{};              // for %{t}
  Steering* steering = nullptr;  // for an audit
};

// The input for a MAIL FROM as sent ("" for a bounce, then the HELO name is checked, section 2.4). A domain
// that is no legal name of two labels or more gives Result::none (section 4.3).
Input input_for(const base::IpAddress& ip, std::string_view mail_from, std::string_view helo);

enum class Reason : std::uint8_t {
  no_domain,        // the domain is malformed or has one label
  long_local_part,  // over kMaxLocalPart
  no_name,          // the domain does not exist
  no_record,        // no SPF record
  several_records,
  syntax,           // Outcome::fault, at the last step's term
  matched,          // the last step's term
  nothing_matched,  // the default
  lookup_limit,
  void_limit,
  mx_limit,
  include_without_record,  // or with a target that is no name
  redirect_without_record,
  dns_error,  // Outcome::unknown
};

// A term of a record that led to the result.
struct Step {
  facts::AnswerPtr txt;  // the answer that holds the record; its name() is the record's
  Span term;             // length 0 when the record as a whole decided

  [[nodiscard]] std::string_view record_text() const;  // valid while the step lives
  [[nodiscard]] std::string_view term_text() const { return record_text().substr(term.offset, term.length); }
};

struct Outcome {
  Result result = Result::none;
  Reason why = Reason::no_domain;
  FaultCode fault = FaultCode::none;
  int lookups = 0;  // terms that cost a DNS lookup, up to the deciding one
  int voids = 0;    // lookups that found nothing
  // From the checked domain's record through includes and redirects to the term that decided; empty when
  // there is no record at all.
  boost::container::small_vector<Step, 4> path;
  facts::AnswerPtr unknown;  // temperror: the question that could not be answered, and why

  [[nodiscard]] std::string reason() const;        // one clause, safe for a terminal
  [[nodiscard]] std::string_view section() const;  // of RFC 7208
  [[nodiscard]] dns::Name record_name() const;     // where the record that decided is; the root without one
  [[nodiscard]] std::string_view record_text() const;  // its text, "" without one; valid while *this lives
  [[nodiscard]] std::string_view term_text() const;    // the term that decided, "" without one
  [[nodiscard]] std::vector<dns::Name> names() const;  // of the records on the path, in order
};

Outcome check_host(const Input& input, facts::Facts& facts, const Limits& limits = {});

// The domain's own words for a `fail` (exp=, section 6.2): a second decision, as it costs a round and most
// callers do not want it. Nothing when there is none or when anything about it is wrong. The text is the
// stranger's: visible ASCII and spaces, at most kMaxExplanation octets.
std::optional<std::string> explain(const Outcome& outcome, const Input& input, facts::Facts& facts,
                                   const Limits& limits = {});

// The one SPF record of a TXT answer, or why there is none.
struct Selected {
  Reason why = Reason::no_record;  // matched when there is exactly one
  std::string_view text;           // a view of the answer
};
Selected select_record(const facts::Answer& txt);

// Where an address's names are: in-addr.arpa or ip6.arpa (RFC 1035 section 3.5, RFC 3596 section 2.5).
dns::Name reverse_name(const base::IpAddress& ip);

}  // namespace rampart::spf
