// Who sends a domain's mail, as advice needs it: each source with its mail day by day, what the owner says of it, and how it
// stands by what was last seen of it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "auth/dmarc/record.h"
#include "reports/archive/daily.h"
#include "reports/sources/source.h"

namespace rampart::reports::advice {

// What a source is to the owner.
enum class Standing : std::uint8_t {
  legitimate,  // sends for him
  handed_on,   // hands on what was sent for him: a forwarder or a mailing list
  forged,
  unclear,  // nothing decides it
};
std::string_view to_string(Standing standing);  // "handed-on"

// The mail of a day: of the domain itself, and of names below it.
enum class Part : std::uint8_t { domain, below };
struct StreamDay {
  std::int32_t day = 0;
  SourceTally domain;
  SourceTally below;
  std::uint64_t lists = 0;       // that receivers, or the place it came from, say came through a mailing list
  std::uint64_t lists_fail = 0;  // of them, of the domain itself
  std::uint64_t lists_fail_below = 0;
  std::uint64_t refused = 0;  // SPF says fail or softfail for a MAIL FROM domain of the owner's

  [[nodiscard]] const SourceTally& of(Part part) const { return part == Part::domain ? domain : below; }
};

// A part of a stream's mail: as one reporter tells it, or from one address.
struct Share {
  std::uint32_t place = 0;  // in Daily::reporters, or Daily::addresses
  std::string name;         // as it stands there
  std::vector<StreamDay> days;
};

struct Stream {
  MailSource source;
  Standing standing = Standing::unclear;
  std::vector<StreamDay> days;               // in order, those with mail
  std::map<std::string, SourceTally> names;  // by From domain below the domain, of all days
  std::vector<Share> reporters;              // of a legitimate one, by place
  std::vector<Share> servers;  // of the owner's own servers, by place: each is a sender of its own

  [[nodiscard]] std::uint64_t lists() const;
  [[nodiscard]] bool by_owner() const { return source.mark != nullptr; }
};

struct StreamsInput {
  dns::Name domain;
  std::vector<dns::Name> own_domains;
  const Daily* daily = nullptr;
  // What is known of Daily::addresses, by place; their rows are filled in here.
  std::vector<SeenAddress> addresses;
  std::span<const Mark> marks;               // of the domain, that stand; they outlive what comes out
  const mail::Registry* registry = nullptr;  // null: the built-in one
  std::int32_t today = 0;
  bool asked = true;  // DNS was
};

// Most messages first. Every row is in one of them.
std::vector<Stream> find_streams(StreamsInput input);

// --- How a source stands ---

// All our own.
inline constexpr std::uint64_t kFewMessages =
    10;  // of an unclear source whose mail does not pass: no reason to wait; of an own server: all its days are looked at
inline constexpr std::int32_t kLookDays = 30;  // of a source: what it did last
inline constexpr std::int32_t kCleanDays =
    14;  // after which a source that failed counts as mended, if it failed all the time
inline constexpr std::int32_t kRunGap = 7;  // days without mail that end a run: weekly mail is no run
inline constexpr std::int32_t kMonthly =
    45;  // days between two runs that fail, up to which a third is waited for
inline constexpr std::uint64_t kSincePerBad =
    10;  // messages that failed, for each of which as many are one that shows it mended
inline constexpr std::uint64_t kBadPerServer =
    10;  // in a hundred of an own server: no chance, even where all came on one day
inline constexpr std::uint64_t kMaxBadPerHundred =
    1;                                         // messages of a source that may fail: receivers' own faults
inline constexpr double kMostShare = 0.9;      // of the weight, that one reporter may have
inline constexpr std::uint64_t kLeastBad = 3;  // messages that fail, below which a part is no case of its own

// What would not stand a policy: for quarantine what fails DMARC; for reject also what passes by SPF alone, which is lost
// wherever it is forwarded (RFC 9989 section 7.4: p=reject MUST NOT rely solely on SPF).
std::uint64_t bad_of(const SourceTally& mail, dmarc::Policy policy);

// What was last seen of some mail.
struct Last {
  // The days that were looked at, both inside: the last 30 before today; where it was quiet in them, the last 30 in which it sent;
  // where mail that fails comes in runs, and the last was before them, the 30 up to its end.
  std::int32_t from = 0;
  std::int32_t to = 0;
  bool recent = false;              // the first of these
  SourceTally mail;                 // of these days
  std::uint64_t bad = 0;            // of them, bad_of()
  std::int32_t last_bad = 0;        // its day; only when bad is not 0
  std::uint64_t since = 0;          // messages on days after it
  std::int32_t clean = kCleanDays;  // days without any, after which it is mended
  // Days from one run of mail that fails to the next, where they are alike and the next is still to come.
  std::optional<std::int32_t> period;
  bool mended = false;  // it sent for `clean` days and longer without any, enough to show it

  [[nodiscard]] std::uint64_t messages() const { return mail.messages(); }
  // More than kMaxBadPerHundred.
  [[nodiscard]] bool over() const {
    return static_cast<double>(bad) * 100 >
           static_cast<double>(messages()) * static_cast<double>(kMaxBadPerHundred);
  }
};

// A part that is worse than the whole shows.
struct Failing {
  const Share* share = nullptr;
  Last last;
};

struct Health : Last {
  // Own servers that fail by themselves, however much others send; worst first.
  std::vector<Failing> servers;
  // And such of whose mail all fails, in fewer messages than kLeastBad: told, and in nobody's way.
  std::vector<Failing> few;
  // The reporter that tells of more failing mail than may be, where the whole does not show it; its share is null otherwise.
  Failing reporter;
  bool ok =
      true;  // mended, or at most kMaxBadPerHundred, however the reporters are weighed; and none of the above
};
// `today` is the day of the advice; its reports are not complete, so it is not looked at. What comes out points into `stream`.
Health health_of(const Stream& stream, Part part, dmarc::Policy policy, std::int32_t today);

// The usual time from the beginning of one run of mail to the next, in days, of what is sent in runs: the median. Nothing
// where it was seen in one run, or all the time.
std::optional<std::int32_t> period_of(std::span<const StreamDay> days);

// How much of something was told by each reporter.
struct Weight {
  std::uint64_t bad = 0;
  std::uint64_t messages = 0;
};
// More than `most` in `of`, where the reporter that tells of most messages has at most kMostShare of the weight: whatever one says,
// the others are heard.
bool too_many(std::span<const Weight> reporters, std::uint64_t most, std::uint64_t of);

}  // namespace rampart::reports::advice
