// Does a message pass DMARC (RFC 9989 sections 4.10.2 and 5.3), and what would a receiver that still follows
// RFC 7489 say.
//
//   dmarc::Input input{.author = from, .spf = Identity{mail_from, Check::pass}, .dkim = {...}};
//   const auto verdict = dmarc::evaluate(input, facts);
//
// Pure. An identifier that was authenticated and is aligned passes; nothing else does. What is unknown never
// makes a message fail: it is a temperror unless another identifier passes.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/dmarc/discover.h"

namespace rampart::dmarc {

// What the underlying mechanism found. `fail` is every definite result but pass: none, neutral, softfail,
// permerror too.
enum class Check : std::uint8_t { pass, fail, temperror };

struct Identity {
  dns::Name domain;  // SPF: of MAIL FROM (RFC 9989 section 4.4.2), of HELO only for the null sender; DKIM: d=
  Check check = Check::fail;
};

struct Input {
  dns::Name author;             // the domain of the From field, A-labels
  std::optional<Identity> spf;  // nothing when SPF was not evaluated
  std::vector<Identity> dkim;   // one per signature
};

enum class Result : std::uint8_t {
  none,  // no record applies
  pass,
  fail,
  temperror,  // an answer that the decision needs is unknown
  permerror,  // the record that applies switches itself off (section 4.10.1)
};
enum class Aligned : std::uint8_t { yes, no, unknown };

struct Alignment {
  enum class Method : std::uint8_t { spf, dkim };
  Method method = Method::spf;
  dns::Name domain;
  Check check = Check::fail;
  Mode mode = Mode::relaxed;
  Aligned aligned = Aligned::no;
  std::optional<dns::Name> organizational_domain;  // of `domain`, where it had to be found out
  std::string why;

  [[nodiscard]] bool passes() const { return check == Check::pass && aligned == Aligned::yes; }
};

inline constexpr std::size_t kMaxIdentities =
    100;  // RFC 9990 section 3.1.3: signatures in a report; the rest never counts

struct Verdict {
  Result result = Result::none;
  Discovery discovery;
  std::optional<dns::Name> organizational_domain;  // of the author domain; nothing when unknown
  std::vector<Alignment> alignments;               // SPF first, then DKIM in the order given
  std::string why;

  // What the owner asks for: only a failing message has one.
  [[nodiscard]] Policy policy() const { return result == Result::fail ? discovery.policy : Policy::none; }
};
Verdict evaluate(const Input& input, facts::Facts& facts);
// For whoever has discovered the author domain's policy already.
struct Judgement {
  Result result = Result::none;
  std::string why;
};
Judgement evaluate(const Input& input, const Discovery& discovery, facts::Facts& facts);

struct LegacyVerdict {
  Result result = Result::none;
  LegacyDiscovery discovery;
  std::vector<Alignment> alignments;
  std::string why;

  // For the first `percent` of failing mail.
  [[nodiscard]] Policy policy() const { return result == Result::fail ? discovery.policy : Policy::none; }
};
LegacyVerdict evaluate_7489(const Input& input, facts::Facts& facts);
Judgement evaluate_7489(const Input& input, const LegacyDiscovery& discovery);

std::string_view to_string(Result result);  // as Authentication-Results writes it: "permerror"
std::string_view to_string(Alignment::Method method);

}  // namespace rampart::dmarc
