#include "reports/sources/news.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include "base/text.h"
#include "reports/show/show.h"

namespace rampart::reports {
namespace {

std::uint64_t passing(const SourceTally& tally) { return tally.messages() - tally.fail; }

std::string messages(std::uint64_t count) { return plural(count, "message", "messages"); }

bool may_be_legitimate(const MailSource& source) {
  if (source.kind == SourceKind::own || source.kind == SourceKind::service) return true;
  return source.kind == SourceKind::unknown && passing(source.tally) * 2 >= source.tally.messages();
}

News news_of(NewsKind kind, const MailSource& source, std::string text) {
  News out{.kind = kind, .source = source.id, .text = std::move(text), .evidence = {}};
  for (const auto& evidence : source.evidence) {
    if (out.evidence.size() < kNewsEvidence) out.evidence.push_back(evidence.text());
  }
  return out;
}

void find_new_senders(const NewsInput& input, std::vector<News>& out) {
  for (const auto& source : input.sources) {
    if (source.trend != Trend::fresh || !may_be_legitimate(source) || source.mark != nullptr) continue;
    if (static_cast<double>(source.tally.messages()) < kNoticeable) continue;
    out.push_back(
        news_of(NewsKind::new_sender, source,
                fmt::format("a new sender in your name: {} ({}), since {}, {}, {} of them authenticated",
                            source.name, to_string(source.kind), day_text(source.since),
                            messages(source.tally.messages()), grouped(passing(source.tally)))));
  }
}

void find_lost_authentication(const NewsInput& input, std::vector<News>& out) {
  for (const auto& source : input.sources) {
    if (source.kind == SourceKind::spoofing || source.kind == SourceKind::forwarder) continue;
    const auto now = source.recent.messages();
    const auto before = source.before.messages();
    if (now < kLostMessages || before < kLostMessages) continue;
    if (passing(source.before) < before - before / 10 || passing(source.recent) * 2 >= now) continue;
    out.push_back(
        news_of(NewsKind::lost_authentication, source,
                fmt::format("mail of {} stopped authenticating: {} of {} in the last {} days, {} of {} "
                            "in the {} before",
                            source.name, grouped(passing(source.recent)), messages(now), kRecentDays,
                            grouped(passing(source.before)), messages(before), kBeforeDays)));
  }
}

void find_wave(const NewsInput& input, std::vector<News>& out) {
  const auto weeks = std::clamp<std::int64_t>(
      (input.sightings->last_day - kRecentDays - input.sightings->first_day + 1) / 7, 0, kBeforeDays / 7);
  if (weeks == 0) return;  // nothing to compare with
  std::uint64_t now = 0;
  std::uint64_t before = 0;
  const MailSource* most = nullptr;
  for (const auto& source : input.sources) {
    if (source.kind != SourceKind::spoofing) continue;
    now += source.recent.messages();
    before += source.before.messages();
    if (most == nullptr || source.recent.messages() > most->recent.messages()) most = &source;
  }
  const auto mean = before / static_cast<std::uint64_t>(weeks);
  if (now < mean + kWave || now < mean * kWaveTimes) return;
  auto news = news_of(
      NewsKind::spoofing_wave, *most,
      fmt::format("a wave of forged mail in your name: {} in the last {} days, about {} a week before",
                  messages(now), kRecentDays, grouped(mean)));
  news.source.clear();  // of forgers there are many
  out.push_back(std::move(news));
}

void find_silence(const NewsInput& input, std::vector<News>& out) {
  const auto& seen = *input.sightings;
  const auto silent = input.today - seen.last_day;
  if (seen.days.empty() || silent < kSilentDays) return;
  const auto usual = static_cast<std::size_t>(
      std::ranges::count_if(seen.days, [&](std::int64_t day) { return day > seen.last_day - kBeforeDays; }));
  if (usual < kUsualDays) return;
  out.push_back(
      {.kind = NewsKind::silence,
       .source = {},
       .text = fmt::format("DMARC reports stopped coming: none speaks of a day after {}, before that {} of "
                           "{} days were reported by {}",
                           day_text(seen.last_day), usual, kBeforeDays,
                           plural(seen.reporters, "reporter", "reporters")),
       .evidence = {}});
}

struct TlsEnd {
  std::uint64_t sessions = 0;
  std::set<std::string> reporters;
};

void find_tls_failures(const NewsInput& input, std::vector<News>& out) {
  if (input.tls == nullptr) return;
  std::map<std::pair<std::string, std::string>, TlsEnd> ends;  // by result and host
  std::uint64_t all = 0;
  for (const auto& seen : input.tls->seen) {
    all += seen.sessions;
    if (!seen.failed) continue;
    auto& end = ends[{seen.result, seen.host}];
    end.sessions += seen.sessions;
    end.reporters.insert(seen.reporter);
  }
  std::vector<std::pair<std::pair<std::string, std::string>, TlsEnd>> most(ends.begin(), ends.end());
  std::erase_if(most, [&](const auto& one) {
    return one.second.sessions < kTlsFailures || one.second.sessions * kTlsShare < all;
  });
  std::ranges::sort(most, [](const auto& a, const auto& b) {
    return std::tie(b.second.sessions, a.first) < std::tie(a.second.sessions, b.first);
  });
  if (most.size() > kTlsNews) most.resize(kTlsNews);
  for (const auto& [end, told] : most) {
    const auto result = end.first.empty() ? std::string("failed") : base::printable(end.first);
    const auto host = base::printable(end.second);
    out.push_back(
        {.kind = NewsKind::tls_failures,
         .source = host.empty() ? result : fmt::format("{} {}", result, host),
         .text = fmt::format("senders could not set up TLS{}: {} of {} in the last {} days ended as {}",
                             host.empty() ? "" : " with " + host, grouped(told.sessions),
                             plural(all, "session", "sessions"), kRecentDays, result),
         .evidence = {fmt::format(
             "told by {}",
             base::printable(base::join(
                 std::vector<std::string>(told.reporters.begin(), told.reporters.end()), ", ")))}});
  }
}

}  // namespace

std::string_view to_string(NewsKind kind) {
  constexpr std::string_view kNames[] = {"new-sender", "spoofing-wave", "lost-authentication", "silence",
                                         "tls-failures"};
  return kNames[static_cast<std::size_t>(kind)];
}

std::string News::key() const {
  return fmt::format("reports-{}{}{}", to_string(kind), source.empty() ? "" : " ",
                     base::excerpt(source, 200));
}

std::vector<News> find_news(const NewsInput& input) {
  std::vector<News> out;
  find_new_senders(input, out);
  find_wave(input, out);
  find_lost_authentication(input, out);
  find_silence(input, out);
  find_tls_failures(input, out);
  std::ranges::sort(out, [](const News& a, const News& b) {
    return std::tie(a.kind, a.source) < std::tie(b.kind, b.source);
  });
  return out;
}

}  // namespace rampart::reports
