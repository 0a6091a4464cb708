#include "server/audit/audit_store.h"

#include <algorithm>

#include "audit/selectors.h"
#include "audit/zone_hints.h"
#include "dns/domain.h"
#include "reports/archive/archive.h"
#include "reports/archive/seen_names.h"
#include "server/reports/source_naming.h"

namespace rampart::server {
namespace {

// All our own.
constexpr std::int64_t kDaysOfReports = 90;    // that are looked at
constexpr std::size_t kMaxSeenSelectors = 20;  // of a domain: each is a question more
constexpr std::size_t kMaxSeenSubdomains = 8;  // as of a zone file

void add_once(std::vector<dns::Name>& to, const dns::Name& name, std::size_t most) {
  if (to.size() < most && std::ranges::find(to, name) == to.end()) to.push_back(name);
}

// What reports show of the domain that nobody could guess: selectors whose signatures verified, and names below it that
// authenticated mail was from, or that its bounces go to.
base::Result<> add_seen_names(store::Database& database, const reports::HeedReporter& heed,
                              audit::Input& input) {
  const auto today = std::chrono::floor<std::chrono::days>(input.now).time_since_epoch().count();
  auto above = dns::registered_domain(input.domain);
  for (const auto& of : {std::optional(input.domain), above == input.domain ? std::nullopt : above}) {
    if (!of) continue;
    const auto seen = TRY(reports::read_seen_names(database, *of, today - kDaysOfReports, heed));
    for (const auto& key : seen.keys) {
      if (key.domain != input.domain || !audit::is_selector(key.selector)) continue;
      if (input.seen_selectors.size() < kMaxSeenSelectors) input.seen_selectors.push_back(key.selector);
    }
    for (const auto& name : seen.senders) {
      if (name != input.domain && name.is_within(input.domain))
        add_once(input.known_subdomains, name, kMaxSeenSubdomains);
    }
    for (const auto& name : seen.envelopes) {
      if (name != input.domain && name.is_within(input.domain))
        add_once(input.spf_subdomains, name, audit::ZoneHints::kMaxSenders);
    }
  }
  return {};
}

}  // namespace

base::Result<std::unique_ptr<AuditStore>> AuditStore::open(const store::Url& url,
                                                           const base::Config& config) {
  auto database =
      TRY(store::Database::open(url));  // not within the new-expression: what returns from there leaks
  std::unique_ptr<AuditStore> out(new AuditStore(std::move(database), nullptr, config));
  TRY(out->begin(config));
  return out;
}

base::Result<std::unique_ptr<AuditStore>> AuditStore::over(store::Database& database,
                                                           const base::Config& config) {
  std::unique_ptr<AuditStore> out(new AuditStore(std::nullopt, &database, config));
  TRY(out->begin(config));
  return out;
}

base::Result<> AuditStore::begin(const base::Config& config) {
  heed_ = TRY(reporters_that_count(config));
  state_ = TRY(audit::state::State::open(*database_));
  risks_ = std::make_shared<const std::vector<audit::state::Risk>>(TRY(audit::state::risks(*database_)));
  TRY(reports::Archive::open(*database_));
  return {};
}

base::Result<> AuditStore::prepare(audit::Input& input) {
  input.known_keys = TRY(state_->keys(input.domain));
  input.max_key_age = max_key_age_;
  return add_seen_names(*database_, heed_, input);
}

audit::Runner::Decide AuditStore::decide() const {
  return [risks = risks_](const audit::Input& input, facts::Facts& facts) {
    auto report = audit::assess(input, facts);
    audit::state::accept(report, *risks);
    return report;
  };
}

base::Result<> AuditStore::record(audit::state::Recorded finished) {
  batch_.push_back(std::move(finished));
  return batch_.size() < kBatch ? base::Result<>() : flush();
}

base::Result<> AuditStore::flush() {
  TRY(state_->record(batch_, keep_));
  batch_.clear();
  return {};
}

}  // namespace rampart::server
