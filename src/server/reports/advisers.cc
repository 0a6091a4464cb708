#include "server/reports/advisers.h"

#include "audit/ask_lane.h"
#include "reports/archive/archive.h"
#include "server/reports/source_naming.h"
#include "server/setup/fact_source.h"

namespace rampart::server {
namespace {

namespace advice = reports::advice;
using base::Result;

constexpr std::chrono::seconds kLookUpTime{120};  // for all addresses of a domain together; ours

}  // namespace

Result<Advisers> Advisers::open(store::Database& database, const base::Config& config, FactSource* source) {
  TRY(reports::Archive::open(database));
  Advisers out(database, config, source);
  out.own_domains_ = TRY(own_domains(config));
  out.listed_ = TRY(listed_reporters(config));
  out.registry_ = std::make_unique<mail::Registry>(TRY(read_registry(config)));
  return out;
}

std::int32_t Advisers::today() const {
  const auto now = source_ == nullptr ? base::now() : source_->now();
  return static_cast<std::int32_t>(std::chrono::floor<std::chrono::days>(now).time_since_epoch().count());
}

Result<bool> Advisers::has_reports(const dns::Name& domain) {
  return reports::is_reported(*database_, domain.text());
}

Result<advice::DnsSeen> Advisers::look(const dns::Name& domain, const reports::Daily& daily) const {
  // Shared with answers that come late.
  const auto input = std::make_shared<const advice::LookInput>(
      advice::to_look_up(daily, domain, own_domains_,
                         static_cast<std::size_t>(config_->integer("reports.lookups")), source_->now()));
  const facts::DriveOptions options{.max_questions = advice::questions(*input), .time_limit = kLookUpTime};
  auto found =
      audit::ask_lane<advice::DnsSeen>(source_->lanes().front(), options, domain.text(),
                                       [input](facts::Facts& facts) { return advice::look(*input, facts); });
  if (source_->stopped()) return base::fail(base::ErrorKind::unavailable, "interrupted");
  if (!found) return std::unexpected(found.error());
  return std::move(found->decision);
}

Result<advice::Advice> Advisers::advise(const dns::Name& domain, const Options& options) {
  const auto day = today();
  const reports::Hearing hearing{.heed = [this](const reports::StoredReporter& reporter) {
    return advice::counts(advice::ground_of(reporter, listed_, *registry_));
  }};
  const auto heard = advice::weigh(
      TRY(reports::read_daily(*database_, domain.text(), day - advice::kInventoryDays, day, hearing)),
      {.listed = listed_, .registry = registry_.get(), .today = day});
  auto store_of_marks = TRY(reports::Marks::open(*database_));
  marks_.push_back(std::make_unique<const std::vector<reports::Mark>>(TRY(store_of_marks.list(domain))));
  std::optional<advice::DnsSeen> looked;
  if (source_ != nullptr) looked = TRY(look(domain, heard.daily));
  return advice::advise({.domain = domain,
                         .own_domains = own_domains_,
                         .heard = &heard,
                         .looked = looked ? &*looked : nullptr,
                         .marks = *marks_.back(),
                         .registry = registry_.get(),
                         .today = day,
                         .window = options.window,
                         .rehearse = options.rehearse,
                         .accept_risk = options.accept_risk});
}

}  // namespace rampart::server
