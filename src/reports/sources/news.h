// What an owner wants to be told of who sends in his name: decided over the recent days and the weeks before them, by what
// reports say. A pure function; that each is told once is for whoever tells it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "reports/archive/sightings.h"
#include "reports/archive/tls_history.h"
#include "reports/sources/source.h"

namespace rampart::reports {

// All our own.
inline constexpr std::int64_t kNewsDays = 60;   // of history that is looked at
inline constexpr std::uint64_t kWave = 100;     // spoofed messages of the recent days, and more than usual
inline constexpr std::uint64_t kWaveTimes = 5;  // the weekly mean before
inline constexpr std::uint64_t kLostMessages = 20;  // on either side, for a sender that stops authenticating
inline constexpr std::int64_t kSilentDays = 4;      // without a report: those of a day come on the next
inline constexpr std::size_t kUsualDays = 14;       // of the 28 before that reports spoke of
inline constexpr std::size_t kNewsEvidence = 3;     // lines
inline constexpr std::uint64_t kTlsFailures = 10;   // sessions of the recent days that failed alike
inline constexpr std::uint64_t kTlsShare = 100;     // and one in so many of all
inline constexpr std::size_t kTlsNews = 5;          // of a domain, those that concern most sessions

enum class NewsKind : std::uint8_t {
  new_sender,     // that may be legitimate; told when it comes, and nothing is mended when it is new no more
  spoofing_wave,  // more mail of forgers than usual
  lost_authentication,  // a sender whose mail passed, and does not any more
  silence,              // reports stopped coming
  tls_failures,         // senders cannot set up TLS with a mail server of the domain as it asks for
};
std::string_view to_string(NewsKind kind);  // "new-sender"

struct News {
  NewsKind kind = NewsKind::new_sender;
  std::string source;  // MailSource::id, or of TLS the result and the host; empty where it is of none
  std::string text;    // one sentence without a final stop, with its numbers; printable
  std::vector<std::string> evidence;  // lines; printable

  [[nodiscard]] std::string key() const;  // "reports-new-sender service:amazon-ses": the same from day to day
};

struct NewsInput {
  std::span<const MailSource> sources;   // of kNewsDays, their rows split at kSourceBorders
  const Sightings* sightings = nullptr;  // of the same days
  const TlsHistory* tls = nullptr;       // of the recent days
  std::int64_t today = 0;                // since 1970, by the clock
};

// By kind, then source.
std::vector<News> find_news(const NewsInput& input);

}  // namespace rampart::reports
