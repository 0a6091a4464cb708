// Who sent the mail that aggregate reports speak of: addresses become senders, each with the evidence for its name and its kind
// (docs/sources.md). A pure function: what has to be looked up, the caller has looked up.
//
// A name needs a mark that no spoofer can choose freely: the reverse name of the address, where it was confirmed; the SPF record
// whose terms list the address; the networks that a provider publishes; a signature of the provider's own domain that verified,
// from an address that SPF vouches for too. A domain that authenticated names nobody by itself: a signature travels with the
// message through any forwarder, and anyone may sign with a domain of his own. Who cannot be named is called unknown.
//
//   const auto sources = find_sources({.domain = *dns::Name::parse("bank.example"), .outcomes = outcomes,
//                                      .addresses = addresses, .today = 20783});
//   sources[0].name                                 "Amazon SES"
//   sources[0].evidence[0].text()                   "PTR a8-31.smtp-out.amazonses.com and 16 more below amazonses.com"
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/ip.h"
#include "dns/name.h"
#include "mail/providers/registry.h"
#include "reports/aggregate/outcome.h"
#include "reports/sources/marks.h"
#include "reports/sources/source_kind.h"

namespace rampart::reports {

struct SeenRow {
  std::uint32_t outcome = 0;  // its place in SourcesInput::outcomes; a row with none is left out
  std::uint64_t count = 0;
  std::int32_t first_day = 0;  // since 1970, UTC; both inside
  std::int32_t last_day = 0;
};

// An address with what is known of it. Lower-case names, with or without a final dot.
struct SeenAddress {
  base::IpAddress address;
  std::string reverse_name;  // empty: it has none, or nobody asked
  bool confirmed = false;    // the reverse name leads back to the address; otherwise it is not believed
  // Whether the domain's SPF record lists the address; nothing: nobody looked.
  std::optional<bool> authorised;
  // Domains of the include and redirect terms that lead to the term that lists it, the domain's own first. Empty with
  // `authorised`: a term of the domain's own record does.
  std::vector<std::string> through;
  // Why there is no saying what names the address, where DNS should have said it: nobody takes it for a stranger's then. Empty:
  // DNS has answered, if only that there is no name; or nobody asked.
  std::string unanswered;
  std::string network_name;  // of the autonomous system, for people: "HETZNER-AS"; may be empty
  std::vector<SeenRow> rows;
  std::optional<std::int32_t> since;  // the first day that it was ever seen, where that is before its rows
};

struct SourcesInput {
  dns::Name domain;  // whose reports they are; what is below its organisation is the owner's
  std::vector<dns::Name> own_domains;  // others of the owner
  std::span<const Outcome> outcomes;
  std::span<const SeenAddress> addresses;
  const mail::Registry* registry = nullptr;  // null: the built-in one; otherwise it outlives what comes out
  std::span<const Mark> marks;               // of the domain, that stand: they outlive what comes out
  std::int32_t today = 0;                    // the last day that reports speak of
};

enum class Confidence : std::uint8_t { certain, likely, unknown };
std::string_view to_string(Confidence confidence);

// Messages by what DMARC made of them.
struct SourceTally {
  std::uint64_t dkim = 0;  // an aligned signature verified
  std::uint64_t spf = 0;   // only SPF passed aligned
  std::uint64_t fail = 0;

  [[nodiscard]] std::uint64_t messages() const;  // at most 2^64 - 1
  friend bool operator==(const SourceTally&, const SourceTally&) = default;
};

enum class EvidenceKind : std::uint8_t {
  marked,  // the owner says so
  reverse_name,
  spf_include,
  spf_own,  // terms of the domain's own record
  network,  // that the provider publishes
  signature,
  bounce,       // SPF passes for the provider's MAIL FROM domain: beside a signature, never alone
  unconfirmed,  // a reverse name that is not believed
  system,       // the autonomous system: for people, it names nobody
  reason,       // why the kind; a sentence
};
std::string_view to_string(EvidenceKind kind);  // "reverse-name"

// One line of evidence, of all the source's addresses that it holds for.
struct Evidence {
  EvidenceKind kind = EvidenceKind::reason;
  std::string mark;     // what is the same for all: "sendgrid.net"
  std::string example;  // of the address with most messages: "o1.sendgrid.net"
  std::uint32_t addresses = 0;
  std::uint64_t messages = 0;

  [[nodiscard]] std::string text() const;  // one line; printable whatever the reports say
};

inline constexpr std::int32_t kRecentDays = 7;
inline constexpr std::int32_t kBeforeDays = 28;  // those before the recent ones
inline constexpr std::int32_t kFreshDays = 14;   // that a source is new
inline constexpr double kNoticeable = 10;        // messages; fewer are chance; our own
// Of the recent days against the weeks before.
enum class Trend : std::uint8_t {
  fresh,  // first seen within 14 days, and the reports go back further
  rising,
  steady,
  falling,
  quiet  // not seen for 14 days
};
std::string_view to_string(Trend trend);

struct SourceAddress {
  base::IpAddress address;
  std::string reverse_name;  // confirmed; may be empty
  std::uint64_t messages = 0;
};

// A key of the owner's that a source signs with.
struct SourceKey {
  std::string domain;
  std::string selector;
  std::uint64_t messages = 0;
};

inline constexpr std::size_t kMaxSourceKeys = 50;  // of one source; our own

struct MailSource {
  // The same from day to day: "service:amazon-ses", "own", "unknown:192.0.2.0/24"; "marked:198.51.100.0/24" where the owner
  // marked a network. A mark of a source leaves its id.
  std::string id;
  std::string name;  // printable: "Amazon SES", "Unknown sender at Hetzner servers"
  SourceKind kind = SourceKind::unknown;
  Confidence confidence = Confidence::unknown;  // of the name and the kind, for most of its messages
  // Who it is, or where it stands (a kind that does not name_sender()); null: not in the registry.
  const mail::Provider* provider = nullptr;
  std::vector<Evidence> evidence;        // what names it first, most messages first
  std::vector<SourceAddress> addresses;  // most messages first
  std::vector<SourceKey> keys;           // most messages first
  SourceTally tally;
  std::uint64_t unanswered = 0;  // messages of it: not classified because DNS did not answer
  SourceTally recent;            // of `tally`: of the recent days
  SourceTally before;            // and of those before them; rows that lie in both count by their last day
  std::int32_t first_day = 0;    // of its rows
  std::int32_t last_day = 0;
  std::int32_t since = 0;  // the first day that any of its addresses was ever seen
  Trend trend = Trend::steady;
  const Mark* mark = nullptr;  // what the owner says of it; in SourcesInput::marks
};

// For each address, by place, and each of its rows, by place: the source that it is in, by its place in what find_sources() gives.
// kNoSource for a row that is left out.
using RowSources = std::vector<std::vector<std::uint32_t>>;
inline constexpr std::uint32_t kNoSource = UINT32_MAX;

// The sources, most messages first. Every message is in one of them; an address that sends for itself and forwards for others
// is in several. Linear in the rows; the networks of the registry are walked once for each address.
std::vector<MailSource> find_sources(const SourcesInput& input, RowSources* rows = nullptr);

}  // namespace rampart::reports
