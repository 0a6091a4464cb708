// What a row of an aggregate report says of some messages but for their number and where they came from (RFC 9990 section
// 3.1.1). Many rows say the same, so it is kept once, as a text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rampart::reports {

enum class Disposition : std::uint8_t {
  unknown,
  none,
  pass,
  quarantine,
  reject
};  // what was done (RFC 9990 section 3.1.1.9)
enum class Aligned : std::uint8_t { unknown, pass, fail };  // policy_evaluated's dkim and spf
enum class AuthResult : std::uint8_t {
  unknown,
  none,
  pass,
  fail,
  softfail,
  policy,
  neutral,
  temperror,
  permerror
};
enum class Override : std::uint8_t {
  unknown,
  local_policy,
  mailing_list,
  other,
  policy_test_mode,
  trusted_forwarder,
  forwarded,
  sampled_out
};  // RFC 9990 section 3.1.6; the last two are RFC 7489's
std::string_view to_string(Disposition disposition);
std::string_view to_string(Aligned aligned);
std::string_view to_string(AuthResult result);
std::string_view to_string(Override reason);

struct Reason {
  Override type = Override::unknown;
  std::string comment;

  friend bool operator==(const Reason&, const Reason&) = default;
};

struct DkimSeen {
  std::string domain;
  std::string selector;
  AuthResult result = AuthResult::unknown;

  friend bool operator==(const DkimSeen&, const DkimSeen&) = default;
};

struct SpfSeen {
  std::string domain;
  bool helo = false;  // of the HELO name; otherwise of MAIL FROM
  AuthResult result = AuthResult::unknown;

  friend bool operator==(const SpfSeen&, const SpfSeen&) = default;
};

// Our own.
inline constexpr std::size_t kMaxName = 253;      // bytes of a domain; RFC 1035
inline constexpr std::size_t kMaxSelector = 253;  // bytes
inline constexpr std::size_t kMaxComment = 160;   // bytes of a reason's comment
inline constexpr std::size_t kMaxReasons = 10;    // of a row
inline constexpr std::size_t kMaxDkimSeen = 100;  // of a row; RFC 9990 section 3.1.1.12
inline constexpr std::size_t kMaxSpfSeen = 4;     // of a row; RFC 7489 allowed several

// All of a row but its address and count. Names are lower case.
struct Outcome {
  Disposition disposition = Disposition::unknown;
  Aligned dkim = Aligned::unknown;
  Aligned spf = Aligned::unknown;
  std::string header_from;
  std::string envelope_from;
  std::string envelope_to;
  std::vector<Reason> reasons;
  std::vector<DkimSeen> dkim_seen;
  std::vector<SpfSeen> spf_seen;

  friend bool operator==(const Outcome&, const Outcome&) = default;
};
// What became of messages, in a word. Numbers stand in the store.
enum class EndKind : std::uint8_t {
  dkim = 0,
  spf_only = 1,
  delivered = 2,
  quarantined = 3,
  rejected = 4
};  // the last three failed
EndKind end_of(const Outcome& outcome);

// The text that stands for an outcome, the same for the same. Appended to `out`.
void append_outcome(const Outcome& outcome, std::string& out);
// What append_outcome() made; nothing for any other text.
std::optional<Outcome> parse_outcome(std::string_view text);

// The same text made piece by piece, of texts without tabs and line ends.
class OutcomeText {
 public:
  struct Head {
    Disposition disposition = Disposition::unknown;
    Aligned dkim = Aligned::unknown;
    Aligned spf = Aligned::unknown;
    std::string_view header_from;
    std::string_view envelope_from;
    std::string_view envelope_to;
  };

  void clear();
  void add_reason(Override type, std::string_view comment);
  void add_dkim(std::string_view domain, std::string_view selector, AuthResult result);
  void add_spf(std::string_view domain, bool helo, AuthResult result);
  // Of what was added.
  [[nodiscard]] std::size_t bytes() const { return reasons_.size() + dkim_.size() + spf_.size(); }
  // Until the next call.
  std::string_view text(const Head& head);

 private:
  std::string reasons_;
  std::string dkim_;
  std::string spf_;
  std::string text_;
};

}  // namespace rampart::reports
