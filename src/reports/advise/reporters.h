// Who of those who report deserves belief. A verified report says whose mail it is, and anybody who owns a domain can send one:
// so advice goes by the reporters that count, and shows what the others say.
//
//   auto heard = weigh(std::move(daily), {.listed = listed, .registry = &registry, .today = 20417});
//   heard.daily       rows, policies and reporters of those that count, and of nobody else
//   heard.others      the others, with what only they say
//
// A reporter counts when the operator gave its reports as files, or lists it (reports.reporters), or the registry knows it as one
// that sends reports (MarkKind::reports). One that is none of them and has a history may be one of the reporters that `coverage`
// asks for, and nothing that it says is gone by (docs/advise.md has what that leaves to an attacker). Pure.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mail/providers/registry.h"
#include "reports/archive/daily.h"
#include "reports/archive/numbers.h"

namespace rampart::reports::advice {

// A history, all our own: what passes, from addresses that reporters that count know too, again and again.
inline constexpr std::int32_t kHistoryDays = 60;       // since its first report
inline constexpr std::size_t kHistorySpoken = 20;      // different days of them
inline constexpr std::size_t kHistoryKnownPerTen = 9;  // of ten of its rows that pass: from such addresses
inline constexpr std::size_t kMaxByHistory = 1;        // of the reporters that are wanted

enum class Ground : std::uint8_t { none, history, known, listed, given };
std::string_view to_string(Ground ground);  // "history"
inline bool counts(Ground ground) { return ground >= Ground::known; }

// A reporter whose mail is verified, and who does not count.
struct OtherReporter {
  ReporterSeen seen;
  Ground ground = Ground::none;  // or history
  std::size_t days = 0;          // of which it tells
  // In its domain strangers have addresses, who could report in its name: it is not for the list.
  bool open_to_all = false;
};

struct Heard {
  Daily daily;  // of those that count: `reporters` has each name once, `policies` each day once
  std::vector<Ground> grounds;        // of daily.reporters, by place
  std::vector<OtherReporter> others;  // most messages first
  std::vector<DailyRow> aside;        // rows of the others; their `reporter` is a place in `others`
  std::vector<std::string> listed;    // as the operator has them
};

struct WeighInput {
  std::span<const std::string> listed;       // lower case
  const mail::Registry* registry = nullptr;  // null: the built-in one
  std::int32_t today = 0;
};
Heard weigh(Daily daily, const WeighInput& input);

// Of a reporter whose reports are verified or were given; none of any other.
Ground ground_of(const StoredReporter& reporter, std::span<const std::string> listed,
                 const mail::Registry& registry);

inline constexpr std::size_t kMaxCandidates = 5;  // our own
inline constexpr std::size_t kCandidateDays =
    7;  // of which one tells before it is proposed: a mail is no receiver; our own
// Others with reports of `since` and later that may be listed; those with a history first, then the oldest.
std::vector<std::string> candidates(const Heard& heard, std::int32_t since);
// The line of the configuration, below [reports], with which these count too.
std::string line_to_add(const Heard& heard, std::span<const std::string> more);

}  // namespace rampart::reports::advice
