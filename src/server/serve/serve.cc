#include "server/serve/serve.h"

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <fmt/ranges.h>
#include <sys/stat.h>

#include "accounts/desk.h"
#include "base/swapped.h"
#include "base/text.h"
#include "guard/digest/settings.h"
#include "net/http/server.h"
#include "net/http/tls.h"
#include "server/guard/digest_desk.h"
#include "server/guard/guard_service.h"
#include "server/guard/guard_settings.h"
#include "server/reports/tls_intake.h"
#include "server/serve/api_part.h"
#include "server/serve/first_start.h"
#include "server/serve/log.h"
#include "server/serve/metrics.h"
#include "server/serve/notices.h"
#include "server/serve/notify.h"
#include "server/serve/parts.h"
#include "server/serve/sites.h"
#include "server/serve/slices.h"
#include "server/serve/workers.h"
#include "server/settings.h"
#include "server/setup/store_url.h"

namespace rampart::server {
namespace {

namespace asio = boost::asio;
using base::ErrorKind;
using base::Result;
using boost::system::error_code;

// All our own.
constexpr std::chrono::minutes kSweep{5};        // between looks at what is over
constexpr std::chrono::seconds kLogPatience{2};  // for the last lines
constexpr std::chrono::seconds kStatus{30};      // between words to the service manager

// The store is named, whatever the configuration says: all parts have to have the same.
Result<std::shared_ptr<const base::Config>> with_store(base::Config config) {
  if (config.text("store.url").empty())
    TRY(config.override_with("store.url",
                             std::vector<std::string>{"sqlite:" + data_folder() + "/rampart.db"}));
  return std::make_shared<const base::Config>(std::move(config));
}

Result<> make_folder(const std::string& folder) {
  std::error_code failed;
  if (std::filesystem::create_directories(folder, failed)) ::chmod(folder.c_str(), 0700);
  if (failed || !std::filesystem::is_directory(folder, failed))
    return base::fail(ErrorKind::io,
                      fmt::format("the folder cannot be made: {}",
                                  failed ? failed.message() : "something else has its name"),
                      base::printable(folder), "name another: server.folder");
  return {};
}

class Serve {
 public:
  Serve(std::shared_ptr<const base::Config> config, ServerSettings settings, ServeHost host)
      : host_(std::move(host)),
        first_config_(std::move(config)),
        settings_(std::move(settings)),
        manager_(Manager::of_environment()),
        log_({.json = settings_.json_log,
              .journal = std::getenv("JOURNAL_STREAM") != nullptr}) {  // NOLINT(concurrency-mt-unsafe)
    config_ = first_config_;
  }

  ~Serve() {
    end_http();
    end_guard();
  }
  Serve(const Serve&) = delete;
  Serve& operator=(const Serve&) = delete;

  Result<> run() {
    TRY(make_folder(settings_.folder));
    // Processes that look into what strangers send are made before there are threads, as are the guard's.
    helpers_ = TRY(Helpers::start(
        (settings_.has(Role::api) ? settings_.threads : 0) + (settings_.public_listen.empty() ? 0 : 1),
        settings_.has(Role::api)));
    if (settings_.has(Role::guard)) TRY(open_guard());
    if (settings_.has(Role::api))
      TRY(open_api());
    else
      TRY(make_tables(TRY(store_url(config())), config(), nullptr));
    TRY(open_http());
    TRY(open_work());
    await_signal();
    begin();
    control_.run();
    end();
    if (fault_) return std::unexpected(*fault_);
    return {};
  }

 private:
  [[nodiscard]] const base::Config& config() const { return *first_config_; }

  // --- Opening ---

  Result<> open_guard() {
    auto settings = TRY(running_guard_settings(config()));
    guard_ = TRY(
        GuardService::open(config(), std::move(settings),
                           {.log = log_.line("guard"),
                            .read_config = [this]() -> Result<base::Config> {
                              return *TRY(with_store(TRY(host_.read_config())));
                            },
                            .report = [this](const base::Error& error) { log_.error("guard", error); },
                            .tell =
                                [this](const guard::ToldEvent& event) {
                                  if (api_) api_->tell_mail(event);
                                },
                            .provider = host_.stage != nullptr ? host_.stage->provider : live_provider()}));
    guard_part_ = &standing_.add_named("guard");
    return {};
  }

  Result<> open_api() {
    api_ = TRY(ApiPart::open(io_, settings_,
                             {.config = &config_,
                              .store = TRY(store_url(config())),
                              .guard = guard_.get(),
                              .helpers = helpers_.get(),
                              .health = [this] { return health(); },
                              .stage = host_.stage,
                              .started = started_},
                             log_));
    api_part_ = &standing_.add_named("api");
    return {};
  }

  Result<> open_http() {
    if (!settings_.certificate.empty())
      tls_ = TRY(
          net::http::ServerTls::load({.certificate = settings_.certificate,
                                      .key = settings_.key,
                                      .log = [this](const std::string& line) { log_.info("http", line); }}));
    console_.emplace(
        ConsoleSiteParts{.api = api_ ? &api_->handler() : nullptr,
                         .console = api_ ? &console_files_ : nullptr,
                         .health = [this] { return net::http::Response(health_response(states())); },
                         .readiness = [this] { return readiness_response(states(), begun_); },
                         .metrics = [this] { return metrics(); },
                         .metrics_from = settings_.metrics_from});
    TRY(open_public());
    server_.emplace(io_,
                    net::http::ServerOptions{.max_connections = settings_.connections,
                                             .max_per_address = settings_.connections_of_address},
                    *console_);
    for (const auto& place : settings_.listen) TRY(listen("server.listen", place, *console_));
    for (const auto& place : settings_.public_listen) TRY(listen("server.public_listen", place, *public_));
    http_part_ = &standing_.add_named("http");
    return {};
  }

  // What strangers may use, where it is listened for them.
  Result<> open_public() {
    if (settings_.public_listen.empty()) return {};
    PublicSiteParts parts;
    const auto guard = TRY(guard_settings(config()));
    if (!guard.quarantine.empty())
      digests_ = TRY(
          DigestDesk::open(config(), guard, [this](const std::string& line) { log_.info("http", line); }));
    if (digests_)
      parts.digest_link = [this](bool post, const std::string& query, net::http::Done done) {
        if (!digests_->answers()) return done(net::http::error_response(404, "there is nothing here"));
        digests_->ask({.post = post, .query = query}, done);
      };
    tls_reports_ =
        TRY(TlsIntake::open(TRY(store_url(config())), TRY(helpers_->take_worker()), log_.line("http")));
    parts.tls_report = [this](const net::http::Head& head) { return tls_reports_->plan(head); };
    public_.emplace(std::move(parts));
    return {};
  }

  Result<> listen(std::string_view setting, const std::string& place, net::http::Handler& handler) {
    const bool for_all = &handler == static_cast<net::http::Handler*>(public_ ? &*public_ : nullptr);
    net::http::Listener listener{.place = place,
                                 .allow_public = for_all || settings_.behind_proxy || tls_ != nullptr,
                                 .handler = &handler,
                                 .tls = place.starts_with("unix:") ? nullptr : tls_,
                                 .hosts = for_all ? std::vector<std::string>() : hosts(),
                                 .trusted = settings_.proxies,
                                 .trust_unix = settings_.behind_proxy,
                                 .forward_field = settings_.proxy_field};
    auto opened = server_->listen(std::move(listener));
    if (!opened) {
      auto error = opened.error();
      error.where = error.where.empty() ? std::string(setting) : fmt::format("{}: {}", setting, error.where);
      return std::unexpected(std::move(error));
    }
    (for_all ? public_places_ : places_).push_back(*opened);
    return {};
  }

  // By which names the console may be asked for: a page elsewhere cannot reach it by a name of its own.
  [[nodiscard]] std::vector<std::string> hosts() const {
    auto out = net::http::loopback_hosts();
    const auto begin = settings_.public_url.find("//") + 2;
    out.push_back(
        base::lower(settings_.public_url.substr(begin, settings_.public_url.find(':', begin) - begin)));
    for (const auto& place : settings_.listen) {
      if (place.starts_with("unix:")) continue;
      auto host = place.substr(0, place.rfind(':'));
      if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
      out.push_back(host);  // monitors ask by address
    }
    return out;
  }

  Result<> open_work() {
    auto work = std::make_unique<Parts>(
        [this](const std::string& part, const base::Error& error) { log_.error(part, error); });
    const auto config = config_.load();
    held_.push_back(config);  // for as long as the process: work that is late still reads it
    if (settings_.has(Role::worker)) TRY(add_work(*work, *config, settings_, log_, {}));
    if (api_) add_notices(*work, *config, settings_.public_url);
    if (api_)
      work->add_periodic("accounts", {.first = kSweep, .every = kSweep}, [this](Part&) -> Result<> {
        auto database = TRY(store::Database::open(TRY(store_url(*config_.load()))));
        return api_->sweep(database, base::now());
      });
    const std::lock_guard lock(work_mutex_);
    work_ = std::move(work);
    return {};
  }

  // --- Running ---

  void begin() {
    if (work_) work_->start();
    if (guard_) {
      guard_part_->fine();
      guard_thread_ = std::thread([this] { run_guard(); });
    }
    http_thread_ = std::thread([this] { run_http(); });
    http_part_->fine();
    if (api_part_ != nullptr) api_part_->fine();
    introduce();
    begun_ = true;  // who waits for it finds the first start's link
    manager_.ready(fmt::format("the console is at {}", settings_.public_url));
    if (const auto every = manager_.watchdog()) keep_alive(*every / 2);
    tell_status();
    if (host_.stage != nullptr && host_.stage->begun) host_.stage->begun();
  }

  // A guard that ends by itself has lost what others lean on: the process ends, and whoever looks after it starts it anew.
  void run_guard() {
    std::optional<base::Error> fault;
    try {
      guard_->run();
    } catch (const std::exception& error) {
      fault = base::Error{ErrorKind::internal, fmt::format("the guard ended: {}", error.what()), {}, {}};
    }
    asio::post(control_, [this, fault] {
      guard_ended_ = true;
      if (fault && !fault_) fault_ = fault;
      if (stopping_)
        maybe_end();
      else
        stop();
    });
  }

  void run_http() {
    for (;;) {
      try {
        io_.run();
        return;
      } catch (const std::exception& error) {
        log_.error("http",
                   {ErrorKind::internal, fmt::format("a fault of rampart's own: {}", error.what()), {}, {}});
      }
    }
  }

  void introduce() {
    std::vector<std::string_view> roles;
    for (const auto role : settings_.roles) roles.push_back(to_string(role));
    log_.info("server", fmt::format("rampart {} runs: {}", RAMPART_VERSION, fmt::join(roles, ", ")));
    log_.info("server", fmt::format("{} answered at {}",
                                    api_ ? "the console and the API are" : "health and metrics are",
                                    fmt::join(places_, ", ")));
    if (!public_places_.empty())
      log_.info("server", fmt::format("strangers are answered at {}", fmt::join(public_places_, ", ")));
    if (settings_.has(Role::worker))
      for (const auto& text : missing_work(config())) log_.info("server", text);
    if (api_) greet_owner();
  }

  void greet_owner() {
    const auto greeted = [this]() -> Result<> {
      auto database = TRY(store::Database::open(TRY(store_url(config()))));
      auto desk = TRY(accounts::Desk::open(database, api_->common()));
      std::function<void(const std::string&)> show;
      if (host_.is_terminal)
        show = [this](const std::string& link) {
          static_cast<void>(host_.print(fmt::format(
              "\nNobody owns this server yet. Open this link within 30 minutes, once:\n\n  {}\n\n", link)));
        };
      if (const auto file = TRY(first_start(desk, settings_.public_url, settings_.folder, show, base::now())))
        log_.info("server",
                  fmt::format("nobody owns this server yet: the link of the first start is in {}", *file));
      return {};
    }();
    if (!greeted) log_.error("server", greeted.error());
  }

  void keep_alive(std::chrono::milliseconds every) {
    manager_.alive();
    alive_timer_.expires_after(every);
    alive_timer_.async_wait([this, every](const error_code& error) {
      if (!error) keep_alive(every);
    });
  }

  void tell_status() {
    const auto all = states();
    std::vector<std::string> wrong;
    for (const auto& part : all)
      if (part.health.state == Health::State::failed || part.health.state == Health::State::degraded)
        wrong.push_back(fmt::format("{}: {}", part.name, part.health.why));
    manager_.status(wrong.empty() ? fmt::format("the console is at {}", settings_.public_url)
                                  : fmt::format("{}", fmt::join(wrong, "; ")));
    status_timer_.expires_after(kStatus);
    status_timer_.async_wait([this](const error_code& error) {
      if (!error) tell_status();
    });
  }

  [[nodiscard]] std::vector<PartState> states() const {
    auto out = states_of(standing_);
    const std::lock_guard lock(work_mutex_);
    if (work_) std::ranges::move(states_of(*work_), std::back_inserter(out));
    return out;
  }

  [[nodiscard]] std::vector<api::PartHealth> health() const {
    std::vector<api::PartHealth> out;
    for (const auto& part : states()) {
      using State = Health::State;
      const auto state = part.health.state;
      out.push_back({.name = part.name,
                     .health = state == State::fine       ? "good"
                               : state == State::degraded ? "warning"
                               : state == State::failed   ? "bad"
                                                          : "unknown",
                     .text = part.health.why.empty() ? std::string(to_string(state)) : part.health.why,
                     .since = part.health.since});
    }
    return out;
  }

  [[nodiscard]] std::string metrics() const {
    ServerGauges gauges{.started = started_, .parts = states(), .http = server_->counts()};
    if (api_) {
      const auto counts = api_->counts();
      gauges.streams = counts.streams;
      gauges.jobs_queued = counts.jobs.queued;
      gauges.jobs_running = counts.jobs.running;
      gauges.requests_waiting = counts.waiting;
    }
    auto out = metrics_text(gauges);
    if (guard_) out += guard_->metrics();
    return out;
  }

  // --- Signals ---

  void await_signal() {
    signals_.async_wait([this](const error_code& error, int signal) {
      if (error) return;
      if (signal == SIGHUP)
        reload();
      else if (stopping_)
        deadline_timer_.expires_at(std::chrono::steady_clock::now());  // a second one: at once
      else
        stop();
      await_signal();
    });
  }

  void reload() {
    if (stopping_) return;
    manager_.reloading();
    if (const auto done = read_again(); !done) {
      log_.error("server", done.error());
      log_.info("server", "the configuration that was read before stays");
    }
    manager_.ready(fmt::format("the console is at {}", settings_.public_url));
  }

  Result<> read_again() {
    auto config = TRY(with_store(TRY(host_.read_config())));
    const auto settings = TRY(read_server_settings(*config));
    if (guard_) TRY(running_guard_settings(*config));
    // Work is tried out before the old is ended.
    if (settings_.has(Role::worker)) {
      Parts trial([](const std::string&, const base::Error&) {});
      TRY(add_work(trial, *config, settings, log_, {}));
    }
    std::vector<std::string_view> late;
    for (const auto* setting : config->schema().settings()) {
      const auto section = base::section_of(setting->key);
      const bool counts = setting->key == "server.log" || setting->key.ends_with("_every");
      if (section == "server" && !counts && config->value(setting->key) != first_config_->value(setting->key))
        late.push_back(setting->key);
    }
    config_ = config;
    log_.set_json(settings.json_log);
    settings_.report_every = settings.report_every;
    settings_.digest_every = settings.digest_every;
    settings_.rotate_every = settings.rotate_every;
    if (tls_) asio::post(io_, [this] { tls_->look(); });
    if (guard_) guard_->reload();
    if (digests_) {
      const auto digests = TRY(guard::read_digest_settings(*config));
      digests_->set_look({.answers = !digests.url.empty(), .language = digests.language});
    }
    if (work_) TRY(begin_work_anew());
    log_.info("server", "the configuration was read again");
    if (!late.empty())
      log_.info("server",
                fmt::format("what changed in {} counts from the next start on", fmt::join(late, ", ")));
    return {};
  }

  Result<> begin_work_anew() {
    std::unique_ptr<Parts> old;
    {
      const std::lock_guard lock(work_mutex_);
      old = std::move(work_);
    }
    if (const auto late = old->stop(settings_.grace); !late.empty())
      log_.warning("server", fmt::format("{} is waited for", fmt::join(late, ", ")));
    old.reset();
    TRY(open_work());
    work_->start();
    return {};
  }

  // --- Ending ---

  void stop() {
    stopping_ = true;
    manager_.stopping();
    log_.info("server", "it ends: nothing new is taken, and what is under way is finished");
    alive_timer_.cancel();
    status_timer_.cancel();
    if (guard_) guard_->stop();
    if (work_) work_->stop({});
    asio::post(io_, [this] {
      if (api_) api_->stop();
      server_->stop([this] {
        asio::post(control_, [this] {
          http_ended_ = true;
          maybe_end();
        });
      });
    });
    deadline_timer_.expires_after(settings_.grace);
    deadline_timer_.async_wait([this](const error_code&) {
      if (guard_ && !guard_ended_) guard_->stop();  // a second time: at once
      control_.stop();
    });
    maybe_end();
  }

  void maybe_end() {
    if (http_ended_ && (!guard_ || guard_ended_)) control_.stop();
  }

  void end_http() {
    io_.stop();
    if (http_thread_.joinable()) http_thread_.join();
  }

  // What judges messages for others ends before what looks into them.
  void end_guard() {
    if (api_) api_->stop_scans();
    if (guard_) guard_->close();
  }

  void end() {
    if (work_) {
      if (const auto late = work_->stop(settings_.grace); !late.empty()) {
        // They hold what is about to go, and wait for something outside that does not come. What is in the store is whole.
        log_.warning("server", fmt::format("{} did not end in time", fmt::join(late, ", ")));
        if (guard_thread_.joinable()) guard_thread_.join();
        log_.close(kLogPatience);
        std::_Exit(0);
      }
      const std::lock_guard lock(work_mutex_);
      work_.reset();
    }
    if (guard_thread_.joinable()) guard_thread_.join();
    end_http();
    end_guard();
    digests_.reset();
    tls_reports_.reset();
    server_.reset();
    api_.reset();
    guard_.reset();
    log_.info("server", "it ended");
    log_.close(kLogPatience);
  }

  ServeHost host_;
  std::shared_ptr<const base::Config> first_config_;  // shared with those that hold the one in effect
  base::Swapped<base::Config> config_;                // in effect
  std::vector<std::shared_ptr<const base::Config>> held_;
  ServerSettings settings_;
  Manager manager_;
  const base::Time started_ = base::now();
  Log log_;

  Parts standing_{
      [](const std::string&, const base::Error&) {}};  // not run here: what has threads of its own
  Part* guard_part_ = nullptr;
  Part* api_part_ = nullptr;
  Part* http_part_ = nullptr;

  std::unique_ptr<Helpers> helpers_;
  std::unique_ptr<GuardService> guard_;
  asio::io_context io_{1};  // HTTP's
  std::unique_ptr<ApiPart> api_;
  std::unique_ptr<DigestDesk> digests_;
  std::unique_ptr<TlsIntake> tls_reports_;
  std::shared_ptr<net::http::ServerTls> tls_;  // shared by listeners
  Console console_files_{host_.console};
  std::optional<ConsoleSite> console_;
  std::optional<PublicSite> public_;
  std::optional<net::http::Server> server_;
  std::vector<std::string> places_;
  std::vector<std::string> public_places_;

  mutable std::mutex work_mutex_;
  std::unique_ptr<Parts> work_;  // under the mutex, but for the control loop

  // The control loop's.
  asio::io_context control_{1};
  asio::signal_set signals_{control_, SIGTERM, SIGINT, SIGHUP};
  asio::steady_timer alive_timer_{control_};
  asio::steady_timer status_timer_{control_};
  asio::steady_timer deadline_timer_{control_};
  std::atomic<bool> begun_ = false;
  bool stopping_ = false;
  bool guard_ended_ = false;
  bool http_ended_ = false;
  std::optional<base::Error> fault_;

  std::thread guard_thread_;
  std::thread http_thread_;
};

}  // namespace

Result<> serve(const base::Config& given, ServeHost host) {
  auto config = TRY(with_store(given));
  auto settings = TRY(read_server_settings(*config));
  // What asks and sends by itself does not exist in a demonstration.
  if (host.stage != nullptr) std::erase(settings.roles, Role::worker);
  return Serve(std::move(config), std::move(settings), std::move(host)).run();
}

}  // namespace rampart::server
