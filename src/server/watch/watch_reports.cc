#include "server/watch/watch_reports.h"

#include <algorithm>
#include <iterator>

#include "reports/archive/archive.h"
#include "reports/sources/news.h"
#include "server/reports/source_naming.h"
#include "server/setup/fact_source.h"

namespace rampart::server {
namespace {

using base::Result;

constexpr std::size_t kLookups = 200;      // addresses of a domain at each look; ours
constexpr std::size_t kUnknownShare = 20;  // in a hundred messages: then who is new cannot be told; ours

audit::Severity severity_of(reports::NewsKind kind) {
  switch (kind) {
    case reports::NewsKind::new_sender:
      return audit::Severity::low;
    case reports::NewsKind::spoofing_wave:
    case reports::NewsKind::lost_authentication:
      return audit::Severity::high;
    case reports::NewsKind::silence:
    case reports::NewsKind::tls_failures:
      break;
  }
  return audit::Severity::medium;
}

audit::watch::Observed observed(const reports::News& news) {
  auto title = news.text;
  for (const auto& line : news.evidence) title += "; " + line;
  return {.subject = audit::watch::Subject::finding,
          .key = news.key(),
          .standing = audit::watch::Standing::present,
          .event = news.kind == reports::NewsKind::new_sender,
          .title = std::move(title),
          .severity = severity_of(news.kind)};
}

}  // namespace

Result<WatchReports> WatchReports::open(store::Database& database, const base::Config& config) {
  TRY(reports::Archive::open(database));
  TRY(reports::Marks::open(database));
  return WatchReports(database, config, TRY(reporters_that_count(config)));
}

Result<> WatchReports::look(std::span<const audit::Entry* const> domains, FactSource& source) {
  news_.clear();
  for (const auto* entry : domains) TRY(look(entry->domain, source));
  return {};
}

Result<> WatchReports::look(const dns::Name& domain, FactSource& source) {
  const auto today = std::chrono::floor<std::chrono::days>(source.now()).time_since_epoch().count();
  auto sightings = TRY(reports::read_sightings(*database_, domain.text(), today - reports::kNewsDays + 1,
                                               today, reports::kSourceBorders, heed_));
  const auto tls = TRY(
      reports::read_tls_history(*database_, domain.text(), today - reports::kRecentDays + 1, today, heed_));
  if (sightings.days.empty() && tls.seen.empty()) return {};
  reports::Inventory inventory(domain, std::move(sightings), TRY(own_domains(*config_)));
  TRY(look_up_sources(inventory, source, kLookups));
  auto store_of_marks = TRY(reports::Marks::open(*database_));
  const auto marks = TRY(store_of_marks.list(domain));
  const auto registry = TRY(read_registry(*config_));
  const auto sources = inventory.sources({.registry = &registry, .marks = marks});
  News out;
  for (const auto& news : reports::find_news(
           {.sources = sources, .sightings = &inventory.sightings(), .tls = &tls, .today = today}))
    out.items.push_back(observed(news));
  // Who has another name because a resolver is ill is not new, and his authentication is not lost.
  const auto& looked = inventory.looked();
  if (std::max(looked.reverse.messages, looked.listed.messages) * 100 >
      inventory.sightings().messages * kUnknownShare) {
    std::erase_if(out.items, [](const auto& item) {
      return item.key.starts_with("reports-new-sender") ||
             item.key.starts_with("reports-lost-authentication");
    });
    out.undecided = {"reports-new-sender", "reports-lost-authentication"};
  }
  news_.emplace(domain, std::move(out));
  return {};
}

void WatchReports::add_to(audit::watch::Observation& observation, audit::Severity least) const {
  const auto found = news_.find(observation.domain);
  if (found == news_.end()) return;
  auto& items = observation.items;
  std::ranges::copy_if(found->second.items, std::back_inserter(items),
                       [&](const auto& item) { return item.severity >= least; });
  std::ranges::sort(items, {}, [](const auto& item) { return std::pair(item.subject, item.key); });
  observation.undecided.insert(observation.undecided.end(), found->second.undecided.begin(),
                               found->second.undecided.end());
}

}  // namespace rampart::server
