#include "server/audit/audit_run.h"

#include "audit/runner.h"
#include "server/audit/audit_input.h"
#include "server/audit/audit_store.h"

namespace rampart::server {
namespace {

using base::ErrorKind;
using base::Result;

std::unexpected<base::Error> stopped() { return base::fail(ErrorKind::unavailable, "it was stopped"); }

class Run {
 public:
  Run(const AuditOrder& order, const base::Config& config, const AuditHooks& hooks, AuditStore& store,
      FactSource& source)
      : order_(order),
        config_(config),
        hooks_(hooks),
        store_(store),
        source_(source),
        selectors_(selectors_of(config)) {}

  Result<AuditDone> run() {
    auto options = runner_options(config_);
    options.keep_books = true;
    audit::Runner runner(
        options, source_.lanes(), [this] { return next(); },
        [this](audit::Finished&& one) { return take(std::move(one)); }, store_.decide());
    const auto ran = runner.run();
    const auto kept = store_.flush();
    if (!ran) return std::unexpected(ran.error());
    if (!kept) return std::unexpected(kept.error());
    done_.notes = source_.about().notes;
    return std::move(done_);
  }

 private:
  Result<std::optional<audit::Input>> next() {
    if (hooks_.stop()) return stopped();
    if (next_ == order_.domains.size()) return std::optional<audit::Input>();
    auto input = TRY(input_of(order_.domains[next_++], source_, selectors_, config_));
    TRY(store_.prepare(input));
    return std::optional(std::move(input));
  }

  Result<> take(audit::Finished&& one) {
    if (hooks_.stop()) return stopped();
    TRY(hooks_.seen(one.report));
    ++done_.audited;
    if (one.report.status == audit::Status::unknown) ++done_.unknown;
    done_.summary.add(one.report);
    TRY(store_.record({.input = one.input, .report = std::move(one.report), .book = std::move(one.book)}));
    hooks_.progress(done_.audited);
    return {};
  }

  const AuditOrder& order_;
  const base::Config& config_;
  const AuditHooks& hooks_;
  AuditStore& store_;
  FactSource& source_;
  audit::SelectorBook selectors_;
  std::size_t next_ = 0;
  AuditDone done_;
};

}  // namespace

OpenSource live_source() {
  return [](const base::Config& config, std::size_t threads, std::function<bool()> stop) {
    return open_fact_source(
        {.zones = {}, .recording = {}, .live = true, .threads = threads, .stop = std::move(stop)}, config);
  };
}

Result<AuditDone> run_audit(store::Database& database, const AuditOrder& order, const AuditHooks& hooks) {
  if (order.domains.empty()) return AuditDone{};
  auto config = *order.config;
  if (order.probe) TRY(config.override_with("audit.probe", std::vector<std::string>{"https", "smtp"}));
  const auto store = TRY(AuditStore::over(database, config));
  const auto source = TRY(order.open(config, threads_of(config), hooks.stop));
  TRY(source->prepare(order.domains.front().domain));
  return Run(order, config, hooks, *store, *source).run();
}

}  // namespace rampart::server
