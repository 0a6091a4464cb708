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
#include "cli/commands.h"
#include "cli/facts_options.h"
#include "cli/help.h"
#include "cli/interrupt.h"
#include "cli/watch_reports.h"
#include "cli/watch_setup.h"
#include "dns/domain.h"
#include "server/setup/fact_source.h"
#include "server/setup/store_url.h"
#include "store/database.h"
#include "store/lease.h"

namespace rampart::cli {
namespace {

using audit::watch::Observation;
using audit::watch::Watcher;
using base::ErrorKind;
using base::Result;
using server::data_folder;
using server::FactSource;
using server::store_url;

constexpr std::size_t kMaxOwnThreads = 8;
constexpr std::size_t kRecordsAtOnce = 64;
constexpr std::chrono::milliseconds kHeedInterrupts{200};   // how long Ctrl-C may go unseen
constexpr std::chrono::milliseconds kLongestSleep{60'000};  // the clock may be set meanwhile

struct Request {
  std::vector<std::string> domains;
  std::vector<std::string> lists;
  FactsOptions facts;
  std::string dry_run;
  bool once = false;
};

Result<> interrupted_error() { return base::fail(ErrorKind::unavailable, "interrupted"); }

// Looks at domains through the live DNS, as the watch asks.
class Looker {
 public:
  Looker(Session& session, const Request& request, const base::Config& config)
      : session_(session), request_(request), config_(config) {}

  Result<> begin() {
    selectors_ = TRY(read_selectors(request_.facts, config_, session_));
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
    return cli::circumstances(config_, selectors);
  }

  Result<> look(std::span<const audit::Entry* const> domains, bool second, const Watcher::Take& take) {
    const auto config = second ? TRY(second_config(config_)) : config_;
    const auto risks = TRY(audit::state::risks(*database_));
    // Anew each time: what caches hold is old by the next look.
    const auto source = TRY(open_source(request_.facts, config, threads()));
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
          if (interrupted() != 0) return std::unexpected(interrupted_error().error());
          if (next == domains.size()) return std::optional<audit::Input>();
          return std::optional(TRY(input(*domains[next++], *source, config)));
        },
        [&](audit::Finished&& done) -> Result<> {
          if (interrupted() != 0) return interrupted_error();
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
  [[nodiscard]] std::size_t threads() const {
    const auto wanted = static_cast<std::size_t>(config_.integer("audit.threads"));
    return wanted != 0 ? wanted
                       : std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, kMaxOwnThreads);
  }

  Session& session_;
  const Request& request_;
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
  WatchRun(Session& session, const Request& request, const base::Config& config)
      : session_(session), request_(request), config_(config), looker_(session, request, config) {}

  Result<Exit> run() {
    entries_ = TRY(read_entries());
    TRY(looker_.begin());
    TRY(open());
    session_.note(fmt::format(
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
    if (named.empty() && request_.lists.empty())
      return base::fail(ErrorKind::usage, "no domain was given", {},
                        "name one (rampart watch mydomain.example), or a list (--list FILE)");
    audit::DomainList list(std::move(named));
    for (const auto& path : request_.lists) TRY(list.open(path));
    list.on_refused([this](const audit::RefusedLine& line) {
      session_.note(fmt::format("{}: {}", line.where, line.why));
    });
    std::vector<audit::Entry> out;
    while (auto entry = TRY(list.next())) out.push_back(*std::move(entry));
    if (out.empty()) return base::fail(ErrorKind::usage, "the list names no domain");
    return out;
  }

  Result<> open() {
    const bool dry = !request_.dry_run.empty();
    sinks_ = TRY(make_sinks(config_, session_, request_.dry_run));
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
    watcher_->stop_when([this] { return interrupted() != 0 || !held(); });
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
    if (done->blind) session_.note(*done->blind);
    if (done->waiting != 0 && (request_.once || done->waiting != waiting_))
      session_.note(fmt::format("{} {} for a later try", done->waiting,
                                done->waiting == 1 ? "message waits" : "messages wait"));
    waiting_ = done->waiting;
    return done;
  }

  // Once, until the store works again: this run's watcher may not be there yet.
  void tell_store_trouble(const base::Error& error) {
    if (!is_of_store(error) || interrupted() != 0 || marker_->is_set()) return;
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
    if (told == 0) session_.note("nobody could be told: no sink works");
  }

  Result<Exit> once() {
    const auto done = TRY(turn());
    if (interrupted() != 0) return base::fail(ErrorKind::unavailable, "interrupted");
    return done.blind ? Exit::undetermined : Exit::clean;
  }

  Result<Exit> forever() {
    unsigned failures = 0;
    while (interrupted() == 0) {
      const auto done = turn();
      auto until = base::now();
      if (!done) {
        if (lost_ || !is_of_store(done.error())) return std::unexpected(done.error());
        session_.report(done.error());
        until += audit::watch::backoff(++failures, 0);
      } else if (const auto next = watcher_->next()) {
        failures = 0;
        until = *next;
      }
      sleep_until(until);
      // What was not kept is looked at again.
      if (failures == 0 || interrupted() != 0) continue;
      if (const auto begun = watcher_->begin(entries_); !begun) session_.report(begun.error());
    }
    return Exit::clean;
  }

  void sleep_until(base::Time until) {
    // At least a moment, and by the steady clock: the other one may be set.
    const auto wait =
        std::clamp<std::chrono::milliseconds>(until - base::now(), kHeedInterrupts, kLongestSleep);
    const auto end = std::chrono::steady_clock::now() + wait;
    while (interrupted() == 0 && held() && std::chrono::steady_clock::now() < end)
      std::this_thread::sleep_for(kHeedInterrupts);
  }

  Session& session_;
  const Request& request_;
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

Result<Exit> run_watch(Session& session, const Request& request) {
  const auto* config = TRY(session.config());
  return WatchRun(session, request, *config).run();
}

}  // namespace

void add_watch_command(CLI::App& root, Session& session) {
  auto* command =
      root.add_subcommand("watch", "Look at domains again and again, and tell what changed, once");
  const auto request = std::make_shared<Request>();
  command->add_option("DOMAIN", request->domains, "The domains to watch; U-labels are understood");
  add_paths(*command, "--list", request->lists, "Read domains from a file", "FILE");
  command->add_flag("--once", request->once,
                    "Look at every domain once, tell what changed, and end; for cron");
  session.add_setting(*command, "watch.every");
  session.add_setting(*command, "watch.sinks");
  session.add_setting(*command, "watch.language");
  session.add_setting(*command, "watch.level");
  command
      ->add_option("--dry-run", request->dry_run,
                   "Write what webhook and mail would get into a folder, and send nothing")
      ->type_name("DIR");
  session.add_setting(*command, "watch.second_resolvers");
  add_question_options(*command, session, request->facts);
  session.add_setting(*command, "audit.parallel");
  session.add_setting(*command, "audit.threads");
  session.add_setting(*command, "store.url");
  command->footer(
      "Exit status: 0 it ran, 2 wrong usage or a store that cannot be used, 3 (--once) nothing could "
      "be looked at.");
  session.on_run(*command, [request](Session& s) { return run_watch(s, *request); });
}

}  // namespace rampart::cli
