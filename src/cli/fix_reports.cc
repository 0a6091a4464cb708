#include "cli/fix_reports.h"

#include <unistd.h>

#include "cli/interrupt.h"
#include "server/reports/advisers.h"
#include "server/setup/store_url.h"

namespace rampart::cli {
namespace {

namespace fix = audit::fix;
using base::Result;
using server::Advisers;
using server::store_url;

Result<std::vector<fix::Forecast>> read(const Planner& planner, const dns::Name& domain, fix::Owner& owner) {
  const auto url = TRY(store_url(*planner.config));
  if (url.backend == store::Backend::sqlite && ::access(url.target.c_str(), F_OK) != 0)
    return std::vector<fix::Forecast>();
  auto database = TRY(store::Database::open(url));
  auto advisers = TRY(Advisers::open(database, *planner.config, planner.source.get()));
  if (!TRY(advisers.has_reports(domain))) return std::vector<fix::Forecast>();
  auto advice = TRY(advisers.advise(domain, {}));
  if (advice.now && !advice.rollback.empty()) owner.advised = {advice.rollback, advice.next->record};
  std::vector<fix::Forecast> out;
  out.reserve(advice.forecasts.size());
  for (auto& one : advice.forecasts)
    out.push_back({.step = std::move(one.step),
                   .known = one.known,
                   .senders = one.senders,
                   .failing = std::move(one.failing),
                   .why = std::move(one.why),
                   .covered = one.covered});
  return out;
}

}  // namespace

std::vector<fix::Forecast> read_forecasts(Session& session, const Planner& planner, const dns::Name& domain,
                                          fix::Owner& owner) {
  // Of a domain that sends nothing there is nothing to wait for.
  if (owner.sends == audit::Sends::no || owner.parked) return {};
  auto found = read(planner, domain, owner);
  if (found) return *std::move(found);
  if (interrupted() == 0) session.note("reports are not read: " + found.error().message());
  return {};
}

fix::Readiness readiness_of(const std::vector<fix::Forecast>& forecasts) {
  fix::Readiness out;
  for (const auto& forecast : forecasts) {
    if (forecast.covered) out.steps.push_back(forecast.step);
  }
  return out;
}

}  // namespace rampart::cli
