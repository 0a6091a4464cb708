#include "server/serve/mail_news.h"

#include "dns/domain.h"
#include "server/api/routes/mail_parts.h"

namespace rampart::server {
namespace {

// All our own.
constexpr std::size_t kHeld = std::size_t{16} << 20U;  // bytes of events that wait
constexpr std::size_t kMostOwners = 20'000;            // that are remembered
constexpr std::chrono::seconds kRemembered{60};

}  // namespace

base::Result<std::unique_ptr<MailNews>> MailNews::open(const store::Url& url, api::Hub& hub) {
  auto database =
      TRY(store::Database::open(url));  // not within the new-expression: what returns from there leaks
  std::unique_ptr<MailNews> out(new MailNews(std::move(database), hub));
  return out;
}

MailNews::MailNews(store::Database database, api::Hub& hub)
    : database_(std::move(database)),
      hub_(hub),
      events_(kHeld, [this](std::span<const guard::ToldEvent> events, std::size_t, const std::stop_token&) {
        return deliver(events);
      }) {}

void MailNews::tell(const guard::ToldEvent& event) { events_.push(event, event.json.size() + sizeof event); }

bool MailNews::deliver(std::span<const guard::ToldEvent> events) {
  const auto now = std::chrono::steady_clock::now();
  if (now >= known_until_ || owners_.size() > kMostOwners) {
    owners_.clear();
    known_until_ = now + kRemembered;
  }
  if (!roster_) {
    auto opened = audit::roster::Roster::open(database_);
    if (!opened) return false;  // after a pause they are given again
    roster_.emplace(*std::move(opened));
  }
  for (const auto& event : events)
    for (auto& live : api::live_mail(event, [this](std::string_view domain) { return owner_of(domain); }))
      hub_.publish(std::move(live));
  return true;
}

std::string MailNews::owner_of(std::string_view domain) {
  if (const auto known = owners_.find(domain); known != owners_.end()) return known->second;
  std::string owner;
  if (const auto name = dns::Name::try_parse(domain)) {
    for (auto labels = name->label_count(); labels > 1; --labels) {
      const auto listed = roster_->find(name->suffix(labels));
      if (!listed || !*listed) continue;
      owner = (*listed)->entry.organisation;
      break;
    }
  }
  owners_.emplace(domain, owner);
  return owner;
}

}  // namespace rampart::server
