#include "server/guard/guard_service.h"

#include <algorithm>
#include <atomic>
#include <thread>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <fmt/ranges.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/swapped.h"
#include "base/text.h"
#include "guard/events/event_store.h"
#include "guard/events/metrics.h"
#include "guard/milter/server.h"
#include "server/guard/folder_ring.h"
#include "server/guard/guard_desk.h"
#include "server/guard/guard_listeners.h"
#include "server/guard/guard_lists.h"
#include "server/guard/guard_reports.h"
#include "server/guard/guard_settings.h"
#include "server/guard/line_outbox.h"
#include "server/guard/release_key.h"
#include "server/setup/live_options.h"
#include "server/setup/store_url.h"
#include "server/setup/worker_program.h"

namespace rampart::server {
namespace {

namespace asio = boost::asio;
using base::Result;
using boost::system::error_code;
using guard::Mode;

// All our own.
constexpr std::size_t kHeldEvents = std::size_t{64} << 20;  // octets that wait for the store
constexpr std::chrono::minutes kSweep{10};                  // between looks at what is too old
constexpr std::chrono::seconds kCount{10};                  // between looks at what the quarantine holds
constexpr std::chrono::seconds kGrace{20};                  // for messages that are under way in the end
constexpr std::chrono::milliseconds kLook{50};              // at whether they are done
constexpr std::chrono::seconds kStorePatience{10};          // for the last events
constexpr std::chrono::seconds kReaderPatience{2};          // for those that are printed
constexpr std::chrono::minutes kStoreTrouble{1};            // between two words about it

// What is shared by all loops, and outlives them.
struct Shared {
  explicit Shared(std::size_t in_flight) : admission(in_flight) {}
  guard::milter::Admission admission;
  base::Swapped<guard::Rules> rules;  // messages go on with those they began with
};

// One thread's. Later members use earlier ones.
struct Lane {
  Lane(const OpenProvider& open, const net::LiveOptions& options) : provider(open(io, options)) {}
  asio::io_context io{1};
  std::unique_ptr<facts::Provider> provider;
  std::optional<store::Database> database;
  std::optional<guard::Quarantine> quarantine;
  std::optional<guard::Passes> passes;
  std::optional<guard::Marks> marks;
  std::optional<FolderRing> ring;
  std::optional<guard::Clamd> clamd;
  std::optional<guard::Gate> gate;
  std::optional<guard::milter::Server> server;
  std::thread thread;
};

std::size_t size_of(const guard::Event& event) {
  std::size_t out = sizeof event + event.subject.size() + event.results.size() + event.message_id.size();
  for (const auto& recipient : event.recipients) out += recipient.size() + sizeof(std::string);
  if (event.sender) out += event.sender->recipients.size() * sizeof(guard::Acquaintance);
  const auto add = [&](const std::vector<guard::Cause>& causes) {
    for (const auto& cause : causes) out += cause.text.size() + sizeof(guard::Cause);
  };
  add(event.causes);
  for (const auto& result : event.other_results) out += result.size() + sizeof(std::string);
  for (const auto& outcome : event.outcomes) {
    out += sizeof outcome;
    for (const auto& recipient : outcome.recipients) out += recipient.size() + sizeof(std::string);
    add(outcome.causes);
  }
  return out;
}

// As many connections as the system lets us have.
void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

class Service final : public GuardService {
 public:
  Service(const base::Config& config, guard::Settings settings, GuardHost host,
          std::unique_ptr<guard::Inspector> inspector)
      : host_(std::move(host)),
        config_(config),
        settings_(std::move(settings)),
        shared_(settings_.in_flight),
        inspector_(std::move(inspector)) {
    if (!host_.print) return;
    lines_.emplace(LineOutbox::Stream{
        .descriptor = STDOUT_FILENO,
        .write = host_.print,
        .lost =
            [this](std::size_t lost) {
              metrics_.note_lost(guard::Metrics::Lost::printed, lost);
              say(fmt::format("{} events were not printed: nobody read them in time", lost));
            },
        .gone =
            [this](const base::Error& error) {
              say(fmt::format("events are printed no more: {}", error.message()));
            }});
  }

  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;
  ~Service() override { Service::close(); }

  Result<> prepare() {
    raise_descriptor_limit();
    TRY(check_senders(settings_));
    lists_.set_files(settings_);
    set_rules(settings_.rules);
    TRY(open_store());
    if (signs(settings_)) TRY(FolderRing(config_).check());
    if (!settings_.reports.empty())
      reports_ = TRY(GuardReports::open(settings_.reports, settings_.failure_reports, config_,
                                        [this](const std::string& line) { say(line); }));
    TRY(open_lanes());
    listen(TRY(listeners_.prepare(settings_.listen, settings_.socket_mode)));
    if (!settings_.api_token_file.empty()) feed_.emplace(guard::FeedLimits());
    if (!settings_.http_listen.empty()) TRY(open_desk());
    introduce();
    started_ = true;
    return {};
  }

  void run() override {
    sweep();
    look_at_lists();
    count_kept();
    if (desk_) desk_->start();
    for (const auto& lane : lanes_) lane->thread = std::thread([this, &lane = *lane] { work(lane); });
    control_.run();
    for (const auto& lane : lanes_) lane->thread.join();
    // Nobody asks any more.
    if (desk_) desk_->stop();
    close_outboxes();
  }

  void close() override {
    // Every loop that it answers on is there still.
    inspector_.reset();
    desk_.reset();
    lanes_.clear();
  }

  void stop() override {
    asio::post(control_, [this] {
      if (std::exchange(stopping_, true))
        deadline_ = {};  // a second one: at once
      else
        begin_to_stop();
    });
  }
  void reload() override {
    asio::post(control_, [this] { read_config_again(); });
  }
  [[nodiscard]] std::shared_ptr<const guard::Rules> rules() const override { return shared_.rules.load(); }
  guard::Inspector& inspector() override { return *inspector_; }
  [[nodiscard]] const guard::Correspondents& correspondents() const override { return correspondents_; }

  [[nodiscard]] std::string metrics() const override {
    const auto rules = shared_.rules.load();  // held: the main thread may put others in their place meanwhile
    guard::Gauges gauges{.version = RAMPART_VERSION,
                         .mode = rules->mode,
                         .in_flight = shared_.admission.inside(),
                         .most_in_flight = shared_.admission.most(),
                         .senders = memory_.senders(),
                         .correspondents = correspondents_.size(),
                         .lists = {},
                         .kept = {},
                         .kept_bytes = kept_bytes_.load()};
    if (const auto& lists = rules->local.lists) {
      for (const auto& file : lists->block) gauges.lists.emplace_back(file->name(), file->size());
      for (const auto& file : lists->allow) gauges.lists.emplace_back(file->name(), file->size());
    }
    if (const auto kept = kept_.load(); kept >= 0) gauges.kept = static_cast<std::uint64_t>(kept);
    return metrics_.text(gauges);
  }

 private:
  static bool signs(const guard::Settings& settings) {
    return settings.rules.signing.sign || settings.rules.signing.sealer;
  }
  [[nodiscard]] bool keeps_messages() const { return !settings_.quarantine.empty(); }

  Result<> open_store() {
    if (!keeps_messages() && config_.text("store.url").empty()) return {};
    const auto url = TRY(store_url(config_));
    store_shown_ = url.shown;
    keeper_ = TRY(store::Database::open(url));
    keeper_events_ = TRY(guard::EventStore::open(*keeper_));
    TRY(memory_.load(*keeper_, base::now()));
    TRY(settings_.remember_correspondents ? correspondents_.load(*keeper_, base::now())
                                          : correspondents_.switch_off(*keeper_));
    if (keeps_messages()) keeper_quarantine_ = TRY(open_quarantine(settings_, *keeper_));
    recorder_ = TRY(store::Database::open(url));
    recorder_events_ = TRY(guard::EventStore::open(*recorder_));
    outbox_ = std::make_unique<base::Outbox<guard::Event>>(
        kHeldEvents, [this](std::span<const guard::Event> events, std::size_t lost, const std::stop_token&) {
          return record(events, lost);
        });
    return {};
  }

  Result<> open_desk() {
    const auto log = [this](const std::string& line) { say(line); };
    std::unique_ptr<DigestDesk> digests;
    if (keeps_messages()) digests = TRY(DigestDesk::open(config_, settings_, log));
    answers_links_ = digests != nullptr;
    std::optional<store::Url> store;
    if (keeper_) store = TRY(store_url(config_));
    desk_ = TRY(GuardDesk::open(config_, settings_.http_listen, settings_.api_token_file,
                                {.rules = [this] { return shared_.rules.load(); },
                                 .authserv_id = settings_.authserv_id,
                                 .metrics = [this] { return metrics(); },
                                 .correspondents = correspondents_,
                                 .inspector = *inspector_,
                                 .clamd = settings_.clamd,
                                 .log = log,
                                 .digests = std::move(digests),
                                 .feed = feed_ ? &*feed_ : nullptr,
                                 .store = std::move(store)}));
    return {};
  }

  Result<> open_lanes() {
    auto live = TRY(live_options(config_));
    share_live_options(live, settings_.threads);
    for (std::size_t i = 0; i < settings_.threads; ++i) {
      auto& lane = *lanes_.emplace_back(std::make_unique<Lane>(host_.provider, live));
      if (keeps_messages()) {
        lane.database = TRY(store::Database::open(TRY(store_url(config_))));
        lane.quarantine = TRY(open_quarantine(settings_, *lane.database));
        if (auto key = TRY(release_key(config_)))
          lane.passes = TRY(guard::Passes::open(*lane.database, *lane.quarantine, *std::move(key)));
        if (auto key = TRY(mark_key(config_))) lane.marks.emplace(*std::move(key));
      }
      guard::GateOptions options{.authserv_id = settings_.authserv_id};
      std::function<void(const guard::Event&, const guard::Verdict&, const mail::Message&)> report;
      if (reports_)
        report = [this, &lane](const guard::Event& event, const guard::Verdict& verdict,
                               const mail::Message& message) {
          reports_->take(event, verdict, message, *lane.provider);
        };
      lane.gate.emplace(guard::Gate::Parts{
                            .provider = *lane.provider,
                            .quarantine = lane.quarantine ? &*lane.quarantine : nullptr,
                            .passes = lane.passes ? &*lane.passes : nullptr,
                            .marks = lane.marks ? &*lane.marks : nullptr,
                            .rules = [this] { return shared_.rules.load(); },
                            .tell = [this](const guard::Event& event) { tell(event); },
                            .log = [this](const std::string& line) { say(line); },
                            .now = [] { return base::now(); },
                            .look =
                                [this, &lane](guard::Inspector::Text text, std::chrono::milliseconds patience,
                                              std::function<void(guard::Inspected)> done) {
                                  inspector_->look(std::move(text), lane.io, patience, std::move(done));
                                },
                            .scan_for_viruses = virus_scanner(lane),
                            .memory = &memory_,
                            .correspondents = &correspondents_,
                            .ring = &lane.ring.emplace(config_),
                            .report = std::move(report),
                            .failure = [this](guard::Trouble why) { metrics_.note_failure(why); }},
                        std::move(options));
      lane.server.emplace(lane.io, guard::milter::ServerOptions(), shared_.admission, *lane.gate);
    }
    return {};
  }

  // A monitor's mail does not wait for one that is slow.
  std::function<void(std::string, std::function<void(guard::ClamdAnswer)>)> virus_scanner(Lane& lane) {
    if (!settings_.clamd) return {};
    guard::ClamdOptions options;
    if (settings_.mode == Mode::monitor) options.patience = std::chrono::seconds(1);
    auto& clamd = lane.clamd.emplace(lane.io, *settings_.clamd, options);
    return [&clamd](std::string bytes, std::function<void(guard::ClamdAnswer)> done) {
      clamd.scan(std::move(bytes), std::move(done));
    };
  }

  void introduce() {
    std::vector<std::string> places;
    for (const auto& place : listeners_.places()) places.push_back(described(place));
    say(fmt::format("the guard listens at {}, in mode {}, as {}, on {} thread{}", fmt::join(places, ", "),
                    guard::to_string(settings_.mode), settings_.authserv_id, lanes_.size(),
                    lanes_.size() == 1 ? "" : "s"));
    if (signs(settings_)) say(fmt::format("keys that sign are in {}", FolderRing(config_).place()));
    if (desk_) say(fmt::format("HTTP is answered at {}", desk_->place()));
    if (store_shown_.empty())
      say("events are printed only: --store FILE keeps them for rampart trace");
    else
      say(fmt::format("events are kept in {}", store_shown_));
    if (keeps_messages())
      say(fmt::format("what is quarantined is kept in {}{}", settings_.quarantine,
                      settings_.seal_file.empty() ? ", not encrypted: see guard.seal_file" : ", encrypted"));
    tell_marks(settings_.mode);
  }

  // A place, and what it is for.
  std::string described(const GuardListeners::Place& place) const {
    const auto rules = shared_.rules.load();
    const auto role = guard::declared_role(rules->roles.listeners, place.setting);
    return place.listener->text() + (role ? fmt::format(" ({})", guard::to_string(*role)) : std::string());
  }

  // Marks are made in mode enforce alone.
  void tell_marks(Mode mode) {
    if (mode == Mode::enforce && !lanes_.front()->marks)
      say("what a filter or a list puts back is not known again: that needs a key, see "
          "guard.release_key_file");
  }

  // What is for something else than before, of the listeners that stay and the mail server's services.
  void tell_roles(const guard::RoleRules& before, const guard::RoleRules& now,
                  const std::vector<std::string>& stay) {
    const auto word = [](std::optional<guard::Role> role) {
      return role ? guard::to_string(*role) : std::string_view("nothing in particular");
    };
    const auto compare = [&](const std::vector<guard::DeclaredRole>& old,
                             const std::vector<guard::DeclaredRole>& all, const std::string& name) {
      const auto was = guard::declared_role(old, name);
      const auto is = guard::declared_role(all, name);
      if (was != is) say(fmt::format("{} is for {}; it was for {}", name, word(is), word(was)));
    };
    for (const auto& place : stay) compare(before.listeners, now.listeners, place);
    for (const auto& one : now.daemons) compare(before.daemons, now.daemons, one.name);
    for (const auto& one : before.daemons)
      if (!guard::declared_role(now.daemons, one.name)) compare(before.daemons, now.daemons, one.name);
  }

  void work(Lane& lane) {
    for (;;) {
      try {
        lane.io.run();
        return;
      } catch (const std::exception& error) {
        say(fmt::format("a fault of rampart's own: {}", error.what()));
      }
    }
  }

  // Never waits: on the loops' threads.
  void say(std::string_view text) const { host_.log(text); }

  void tell(const guard::Event& event) {
    metrics_.note(event);
    auto json = guard::event_json(event);
    if (host_.tell || feed_) {
      auto told = guard::told(event, json);
      if (host_.tell) host_.tell(told);
      if (feed_) feed_->push(std::move(told));
    }
    if (lines_) lines_->push(std::move(json));
    if (outbox_) outbox_->push(event, size_of(event));
  }

  // On the outbox's thread.
  bool record(std::span<const guard::Event> events, std::size_t lost) {
    const auto done = recorder_events_->record(events);
    if (!done) {
      const auto now = std::chrono::steady_clock::now();
      if (now >= quiet_until_) {
        quiet_until_ = now + kStoreTrouble;
        say(fmt::format("events wait for the store: {}", done.error().message()));
      }
      return false;
    }
    metrics_.note_lost(guard::Metrics::Lost::stored, lost);
    if (lost != 0) say(fmt::format("{} events were not stored: the store took them too slowly", lost));
    return true;
  }

  void count_kept() {
    if (desk_ && keeper_quarantine_) {
      if (const auto totals = keeper_quarantine_->totals()) {
        kept_ = static_cast<std::int64_t>(totals->messages);
        kept_bytes_ = totals->bytes;
      }
    }
    count_timer_.expires_after(kCount);
    count_timer_.async_wait([this](const error_code& error) {
      if (!error) count_kept();
    });
  }

  // Opens listeners that are new, so that all of a configuration counts or nothing.
  Result<guard::Settings> read_again(const base::Config& config, GuardListeners::Change& change) {
    auto out = TRY(running_guard_settings(config));
    if (signs(out)) TRY(FolderRing(config_).check());
    TRY(check_senders(out));
    TRY(check_yara_rules(out));
    change = TRY(listeners_.prepare(out.listen, settings_.socket_mode));
    return out;
  }

  void read_config_again() {
    if (!host_.read_config) return;
    const auto read = host_.read_config();
    GuardListeners::Change change;
    auto settings = read ? read_again(*read, change) : std::unexpected(read.error());
    const auto digests = read ? guard::read_digest_settings(*read) : std::unexpected(read.error());
    if (!settings || !digests) {
      host_.report(settings ? digests.error() : settings.error());
      return say("the configuration that was read before stays");
    }
    // What was not opened in the beginning is not there to be switched to.
    const bool can_enforce = keeps_messages();
    if (!can_enforce) settings->rules.mode = Mode::monitor;
    std::vector<std::string_view> late;
    for (const auto* setting : config_.schema().settings()) {
      const auto section = base::section_of(setting->key);
      const bool ours = section == "guard" || section == "dns" || section == "store" || section == "dkim";
      if (!ours || read->value(setting->key) == config_.value(setting->key)) continue;
      if (!counts_at_once(setting->key) || (setting->key == "guard.mode" && !can_enforce) ||
          (setting->key == "guard.digest_url" && desk_ && !answers_links_))
        late.push_back(setting->key);
    }
    if (const auto before = shared_.rules.load()->mode; before != settings->rules.mode) {
      say(fmt::format("the mode is {}; it was {}", guard::to_string(settings->rules.mode),
                      guard::to_string(before)));
      tell_marks(settings->rules.mode);
    }
    tell_roles(shared_.rules.load()->roles, settings->rules.roles, change.stay);
    if (!settings->yara_rules.empty() || !settings_.yara_rules.empty())
      inspector_->use_rules(settings->yara_rules);
    settings_.yara_rules = settings->yara_rules;
    lists_.set_files(*settings);
    set_rules(std::move(settings->rules));
    listen(std::move(change));
    if (desk_) desk_->set_digests({.answers = !digests->url.empty(), .language = digests->language});
    say("the configuration was read again");
    if (!late.empty())
      say(fmt::format("what changed in {} counts from the next start on", fmt::join(late, ", ")));
  }

  // The loops are told on their own threads, which may not run yet.
  void listen(GuardListeners::Change change) {
    const auto serve = [this](const GuardListeners::Place& place) {
      if (started_) say(fmt::format("the guard listens at {}, too", described(place)));
      for (const auto& lane : lanes_)
        asio::post(lane->io, [this, &lane = *lane, place] {
          if (const auto served = lane.server->serve(*place.listener, place.setting); !served)
            say(served.error().message());
        });
    };
    const auto leave = [this](const GuardListeners::Place& place) {
      say(fmt::format("the guard listens no more at {}; what is under way there is finished",
                      place.listener->text()));
      for (const auto& lane : lanes_)
        asio::post(lane->io, [&lane = *lane, setting = place.setting] { lane.server->leave(setting); });
    };
    listeners_.apply(std::move(change), serve, leave);
  }

  static bool counts_at_once(std::string_view key) {
    if (key.starts_with("guard.digest_")) return true;  // the others are read by who sends digests
    constexpr auto kRules =
        std::to_array<std::string_view>({"guard.trusted_networks", "guard.trusted_relays",
                                         "guard.trusted_sealers",  "guard.trusted_milters",
                                         "guard.own_domains",      "guard.enforced_domains",
                                         "guard.overrides",        "guard.enforce",
                                         "guard.block_files",      "guard.allow_files",
                                         "guard.blocked",          "guard.sign",
                                         "guard.senders_file",     "guard.sign_unowned",
                                         "guard.gateway_networks", "guard.gateway_field",
                                         "guard.relay_domains",    "guard.arc_domain",
                                         "guard.daemon_roles",     "guard.mode",
                                         "guard.listen",           "guard.inspect",
                                         "guard.inspect_size",     "guard.tag_score",
                                         "guard.quarantine_score", "guard.content_field",
                                         "guard.own_names",        "guard.protected_people",
                                         "guard.partner_domains",  "guard.not_lookalikes",
                                         "guard.brands_file",      "guard.weights_file",
                                         "guard.yara_rules",       "guard.clamd_unknown"});
    return std::ranges::find(kRules, key) != kRules.end();
  }

  void set_rules(guard::Rules rules) {
    rules.local.lists = lists_.lists();
    rules.signing.owners = lists_.owners();
    shared_.rules = std::make_shared<const guard::Rules>(std::move(rules));
  }

  void look_at_lists() {
    if (lists_.look()) set_rules(*shared_.rules.load());
    list_timer_.expires_after(kListLook);
    list_timer_.async_wait([this](const error_code& error) {
      if (!error) look_at_lists();
    });
  }

  void sweep() {
    const auto now = base::now();
    const auto tell_trouble = [this](const auto& result) {
      if (!result) say(fmt::format("what is too old could not be taken away: {}", result.error().message()));
    };
    if (keeper_quarantine_) tell_trouble(keeper_quarantine_->sweep(now));
    if (keeper_events_) tell_trouble(keeper_events_->prune(now - settings_.keep_events));
    if (reports_) reports_->sweep(now);
    save_memory();
    sweep_timer_.expires_after(kSweep);
    sweep_timer_.async_wait([this](const error_code& error) {
      if (!error) sweep();
    });
  }

  void save_memory() {
    if (!keeper_) return;
    for (const auto& saved :
         {memory_.save(*keeper_, base::now()), correspondents_.save(*keeper_, base::now())})
      if (!saved)
        say(fmt::format("what was learnt of senders waits for the store: {}", saved.error().message()));
  }

  void begin_to_stop() {
    say("no more messages are taken; those under way are finished");
    sweep_timer_.cancel();
    list_timer_.cancel();
    count_timer_.cancel();
    listeners_.clear();  // the sockets of the file system go
    for (const auto& lane : lanes_) asio::post(lane->io, [&lane = *lane] { lane.server->stop(); });
    deadline_ = std::chrono::steady_clock::now() + kGrace;
    await_end(false);
  }

  // Twice in a row nothing was under way: an answer that was decided meanwhile is on its way, too.
  void await_end(bool was_idle) {
    stop_timer_.expires_after(kLook);
    stop_timer_.async_wait([this, was_idle](const error_code&) {
      const bool idle = shared_.admission.inside() == 0;
      if (!(idle && was_idle) && std::chrono::steady_clock::now() < deadline_) return await_end(idle);
      if (!idle) say(fmt::format("{} messages were not answered", shared_.admission.inside()));
      for (const auto& lane : lanes_) lane->io.stop();
      control_.stop();
    });
  }

  void close_outboxes() {
    save_memory();
    if (reports_) {
      if (const auto left = reports_->close(kStorePatience); left != 0)
        say(fmt::format("{} results for reports were not written", left));
    }
    if (outbox_) {
      if (const auto left = outbox_->close(kStorePatience); left != 0)
        say(fmt::format("{} events were not stored", left));
    }
    if (lines_) {
      if (const auto left = lines_->close(kReaderPatience); left != 0)
        say(fmt::format("{} events were not printed: nobody read them", left));
    }
  }

  GuardHost host_;
  const base::Config& config_;
  guard::Settings settings_;
  Shared shared_;
  guard::SenderMemory memory_;
  guard::Correspondents correspondents_;
  std::unique_ptr<guard::Inspector> inspector_;
  guard::Metrics metrics_;
  std::atomic<std::int64_t> kept_{-1};  // messages in quarantine; -1: not known
  std::atomic<std::uint64_t> kept_bytes_{0};
  std::optional<LineOutbox> lines_;

  // The control loop's.
  std::string store_shown_;
  std::optional<store::Database> keeper_;
  std::optional<guard::EventStore> keeper_events_;
  std::optional<guard::Quarantine> keeper_quarantine_;

  // The recorder's: the thread of `outbox_`.
  std::optional<store::Database> recorder_;
  std::optional<guard::EventStore> recorder_events_;
  std::chrono::steady_clock::time_point quiet_until_;
  std::unique_ptr<base::Outbox<guard::Event>> outbox_;

  std::unique_ptr<GuardReports> reports_;

  asio::io_context control_{1};
  asio::steady_timer sweep_timer_{control_};
  asio::steady_timer list_timer_{control_};
  asio::steady_timer count_timer_{control_};
  asio::steady_timer stop_timer_{control_};
  GuardLists lists_{[this](const std::string& line) { say(line); }};
  bool stopping_ = false;
  std::chrono::steady_clock::time_point deadline_;

  GuardListeners listeners_;
  bool started_ = false;
  bool answers_links_ = false;  // the desk has a DigestDesk
  std::optional<guard::EventFeed> feed_;
  std::unique_ptr<GuardDesk> desk_;
  std::vector<std::unique_ptr<Lane>> lanes_;  // they do not move: their handlers know where they are
};

}  // namespace

Result<std::unique_ptr<GuardService>> GuardService::open(const base::Config& config, guard::Settings settings,
                                                         GuardHost host) {
  TRY(check_yara_rules(settings));
  // Its processes are made before there are threads, which a Service may have from the beginning.
  auto inspector = TRY(guard::Inspector::start(
      {.workers = settings.look_workers, .rules = settings.yara_rules, .program = worker_program()}));
  auto out = std::make_unique<Service>(config, std::move(settings), std::move(host), std::move(inspector));
  TRY(out->prepare());
  return out;
}

}  // namespace rampart::server
