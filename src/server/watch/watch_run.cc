#include "server/watch/watch_run.h"

#include <filesystem>
#include <thread>

#include <fcntl.h>
#include <unistd.h>

#include "audit/domain_list.h"
#include "audit/runner.h"
#include "audit/state/risks.h"
#include "audit/state/state.h"
#include "audit/watch/ledger_store.h"
#include "audit/watch/watcher.h"
#include "dns/domain.h"
#include "server/audit/audit_input.h"
#include "server/setup/store_url.h"
#include "server/watch/watch_reports.h"
#include "server/watch/watch_setup.h"
#include "store/database.h"
#include "store/lease.h"

namespace rampart::server {
namespace {

using audit::watch::Observation;
using audit::watch::Watcher;
using base::ErrorKind;
using base::Result;

constexpr std::size_t kRecordsAtOnce = 64;
constexpr std::chrono::milliseconds kHeedStop{200};         // how long it may go unseen
constexpr std::chrono::milliseconds kLongestSleep{60'000};  // the clock may be set meanwhile

std::unexpected<base::Error> interrupted_error() { return base::fail(ErrorKind::unavailable, "interrupted"); }

// Looks at domains through the live DNS, as the watch asks.
class Looker {
 public:
  Looker(const Host& host, const WatchRequest& request, const base::Config& config)
      : host_(host), request_(request), config_(config) {}

  Result<> begin() {
    selectors_ = TRY(read_selectors(request_.facts, config_, host_.note));
    level_ = *audit::parse_severity(config_.text("watch.level"));
    return {};
  }

  // Where risks and the age of keys are known, and, unless it is a dry run, what was seen is recorded.
  Result<> use(store::Database& database, bool dry) {
    database_ = &database;
    dry_ = dry;
    state_.emplace(TRY(audit::state::State::open(database)));
    reports_.emplace(TRY(WatchReports::open(database, config_)));
    return {};
  }

  // What decides, beside what is published, which findings a domain can have.
  [[nodiscard]] std::string circumstances(const audit::Entry& entry) const {
    auto selectors = selectors_.of(entry.domain);
    selectors.insert(selectors.end(), entry.selectors.begin(), entry.selectors.end());
    return server::circumstances(config_, selectors);
  }

  Result<> look(std::span<const audit::Entry* const> domains, bool second, const Watcher::Take& take) {
    const auto config = second ? TRY(second_config(config_)) : config_;
    const auto risks = TRY(audit::state::risks(*database_));
    // Anew each time: what caches hold is old by the next look.
    const auto source = TRY(open_source(request_.facts, config, threads(), host_.stop));
    TRY(source->prepare(domains.front()->domain));
    TRY(reports_->look(domains, *source));
    audit::RunnerOptions options;
    options.in_flight = static_cast<std::size_t>(config.integer("audit.parallel"));
    options.drive.max_questions = static_cast<std::size_t>(config.integer("dns.questions_per_domain"));
    options.drive.time_limit =
        std::chrono::ceil<std::chrono::seconds>(config.duration("dns.time_per_domain"));
    options.keep_books = true;
    std::size_t next = 0;
    audit::Runner runner(
        options, source->lanes(),
        [&]() -> Result<std::optional<audit::Input>> {
          if (host_.stop()) return interrupted_error();
          if (next == domains.size()) return std::optional<audit::Input>();
          return std::optional(TRY(input(*domains[next++], *source, config)));
        },
        [&](audit::Finished&& done) -> Result<> {
          if (host_.stop()) return interrupted_error();
          audit::state::accept(done.report, risks);
          auto seen = audit::watch::observe(*done.input, done.report, *done.book, level_);
          reports_->add_to(seen, level_);
          if (!second) TRY(record(std::move(done)));
          return take(std::move(seen));
        });
    TRY(runner.run());
    return write_records();
  }

 private:
  Result<audit::Input> input(const audit::Entry& entry, const FactSource& source,
                             const base::Config& config) {
    auto out = TRY(input_of(entry, source, selectors_, config));
    out.known_keys = TRY(state_->keys(entry.domain));
    return out;
  }
  // Many at a time: each write waits for the disk.
  Result<> record(audit::Finished&& done) {
    if (dry_) return {};
    records_.push_back(
        {.input = std::move(done.input), .report = std::move(done.report), .book = std::move(done.book)});
    return records_.size() < kRecordsAtOnce ? Result<>() : write_records();
  }
  Result<> write_records() {
    const auto records = std::exchange(records_, {});
    if (records.empty()) return {};
    return state_->record(records, static_cast<std::size_t>(config_.integer("store.snapshots")));
  }
  [[nodiscard]] std::size_t threads() const { return threads_of(config_); }

  const Host& host_;
  const WatchRequest& request_;
  const base::Config& config_;
  store::Database* database_ = nullptr;
  std::optional<audit::state::State> state_;
  std::optional<WatchReports> reports_;
  bool dry_ = false;
  std::vector<audit::state::Recorded> records_;  // not written yet
  audit::SelectorBook selectors_;
  audit::Severity level_ = audit::Severity::low;
};

// A note beside the store that its trouble has been told: where the store can take nothing, an empty file often
// still can be made.
class Marker {
 public:
  explicit Marker(const store::Url& url) {
    path_ = url.backend == store::Backend::sqlite
                ? url.target
                : fmt::format("{}/watch-{:016x}", data_folder(), audit::watch::stable_hash(url.shown));
    path_ += ".trouble";
  }
  [[nodiscard]] bool is_set() const {
    std::error_code error;
    return set_ || std::filesystem::exists(path_, error);
  }
  void set() {
    set_ = true;
    std::error_code error;
    std::filesystem::create_directories(std::filesystem::path(path_).parent_path(), error);
    const int file = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (file >= 0) ::close(file);
  }
  void clear() {
    set_ = false;
    std::error_code error;
    std::filesystem::remove(path_, error);
  }

 private:
  std::string path_;
  bool set_ = false;  // where there is no file, for this process
};

class WatchRun {
 public:
  WatchRun(const Host& host, const WatchRequest& request, const base::Config& config)
      : host_(host), request_(request), config_(config), looker_(host, request, config) {}

  Result<Ending> run() {
    entries_ = TRY(read_entries());
    TRY(looker_.begin());
    TRY(open());
    host_.note(fmt::format(
        "watching {} {}{}", entries_.size(), entries_.size() == 1 ? "domain" : "domains",
        request_.once ? "" : ", each every " + base::format_duration(config_.duration("watch.every"))));
    return request_.once ? once() : forever();
  }

 private:
  Result<std::vector<audit::Entry>> read_entries() {
    std::vector<dns::Name> named;
    for (const auto& text : request_.domains) {
      auto name = dns::parse_domain(text);
      if (!name) {
        name.error().kind = ErrorKind::usage;
        return std::unexpected(std::move(name.error()));
      }
      named.push_back(*name);
    }
    if (named.empty() && request_.lists.empty() && request_.entries.empty())
      return base::fail(ErrorKind::usage, "no domain was given", {},
                        "name one (rampart watch mydomain.example), or a list (--list FILE)");
    audit::DomainList list(std::move(named));
    for (const auto& path : request_.lists) TRY(list.open(path));
    list.on_refused(
        [this](const audit::RefusedLine& line) { host_.note(fmt::format("{}: {}", line.where, line.why)); });
    std::vector<audit::Entry> out = request_.entries;
    while (auto entry = TRY(list.next())) out.push_back(*std::move(entry));
    if (out.empty()) return base::fail(ErrorKind::usage, "the list names no domain");
    return out;
  }

  Result<> open() {
    const bool dry = !request_.dry_run.empty();
    sinks_ = TRY(make_sinks(config_, host_, request_.dry_run));
    watch_options_ = TRY(make_watch_options(config_));
    watch_options_.circumstances = [this](const audit::Entry& entry) { return looker_.circumstances(entry); };
    const auto url = TRY(store_url(config_));
    marker_.emplace(url);
    if (auto opened = open_store(url, dry); !opened) {
      if (!taken_) tell_store_trouble(opened.error());
      return opened;
    }
    watcher_ = std::make_unique<Watcher>(
        watch_options_, *ledger_, std::move(sinks_),
        [this](std::span<const audit::Entry* const> domains, bool second, const Watcher::Take& take) {
          return looker_.look(domains, second, [&](Observation&& seen) -> Result<> {
            if (!held()) return interrupted_error();
            return take(std::move(seen));
          });
        },
        &base::now);
    watcher_->stop_when([this] { return host_.stop() || !held(); });
    return watcher_->begin(entries_);
  }

  Result<> open_store(const store::Url& url, bool dry) {
    database_.emplace(TRY(store::Database::open(url)));
    auto lease = store::Lease::take(*database_, dry ? "watch-dry" : "watch", base::now());
    if (!lease) {
      taken_ = lease.error().kind == ErrorKind::unavailable;
      return std::unexpected(lease.error());
    }
    lease_.emplace(*std::move(lease));
    ledger_ = TRY(
        audit::watch::store_ledger(*database_, dry ? std::string(audit::watch::kDryAccount) : std::string()));
    return looker_.use(*database_, dry);
  }

  // Between two steps: a sign of life to whoever else wants the store.
  bool held() {
    if (lost_) return false;
    if (auto renewed = lease_->renew(base::now()); !renewed && renewed.error().kind == ErrorKind::unavailable)
      lost_ = renewed.error();
    return !lost_;
  }

  Result<Watcher::Turn> turn() {
    auto done = watcher_->turn(request_.once);
    if (lost_) return std::unexpected(*lost_);
    if (!done) {
      tell_store_trouble(done.error());
      return done;
    }
    if (marker_->is_set()) {
      tell(audit::watch::make_trouble("store", "the store can be used again", true, base::now()));
      marker_->clear();
    }
    if (done->blind) host_.note(*done->blind);
    if (done->waiting != 0 && (request_.once || done->waiting != waiting_))
      host_.note(fmt::format("{} {} for a later try", done->waiting,
                             done->waiting == 1 ? "message waits" : "messages wait"));
    waiting_ = done->waiting;
    return done;
  }

  // Once, until the store works again: this run's watcher may not be there yet.
  void tell_store_trouble(const base::Error& error) {
    if (!is_of_store(error) || host_.stop() || marker_->is_set()) return;
    tell(audit::watch::make_trouble("store", fmt::format("the store cannot be used: {}", error.message()),
                                    false, base::now()));
    marker_->set();
  }
  static bool is_of_store(const base::Error& error) {
    return error.kind == ErrorKind::io || error.kind == ErrorKind::unavailable;
  }
  void tell(const audit::watch::Trouble& trouble) {
    const auto told = watcher_ ? watcher_->tell_directly(trouble)
                               : audit::watch::tell_directly(trouble, watch_options_, sinks_);
    if (told == 0) host_.note("nobody could be told: no sink works");
  }

  Result<Ending> once() {
    const auto done = TRY(turn());
    if (host_.stop()) return base::fail(ErrorKind::unavailable, "interrupted");
    return done.blind ? Ending::undetermined : Ending::clean;
  }

  Result<Ending> forever() {
    unsigned failures = 0;
    while (!host_.stop()) {
      const auto done = turn();
      auto until = base::now();
      if (!done) {
        if (lost_ || !is_of_store(done.error())) return std::unexpected(done.error());
        host_.report(done.error());
        until += audit::watch::backoff(++failures, 0);
      } else if (const auto next = watcher_->next()) {
        failures = 0;
        until = *next;
      }
      sleep_until(until);
      // What was not kept is looked at again.
      if (failures == 0 || host_.stop()) continue;
      if (const auto begun = watcher_->begin(entries_); !begun) host_.report(begun.error());
    }
    return Ending::clean;
  }

  void sleep_until(base::Time until) {
    // At least a moment, and by the steady clock: the other one may be set.
    const auto wait = std::clamp<std::chrono::milliseconds>(until - base::now(), kHeedStop, kLongestSleep);
    const auto end = std::chrono::steady_clock::now() + wait;
    while (!host_.stop() && held() && std::chrono::steady_clock::now() < end)
      std::this_thread::sleep_for(kHeedStop);
  }

  const Host& host_;
  const WatchRequest& request_;
  const base::Config& config_;
  Looker looker_;
  std::optional<Marker> marker_;
  audit::watch::WatchOptions watch_options_;
  audit::watch::Sinks sinks_;  // until the watcher has them
  bool taken_ = false;         // another watch has the store
  std::vector<audit::Entry> entries_;
  std::optional<store::Database> database_;
  std::optional<store::Lease> lease_;  // gone before the database
  std::unique_ptr<audit::watch::Ledger> ledger_;
  std::unique_ptr<Watcher> watcher_;
  std::optional<base::Error> lost_;
  std::size_t waiting_ = 0;
};

}  // namespace

Result<Ending> run_watch(const Host& host, const WatchRequest& request, const base::Config& config) {
  return WatchRun(host, request, config).run();
}

}  // namespace rampart::server
