#include "server/reports/report_intake.h"

#include <algorithm>
#include <thread>

#include "base/text.h"
#include "crypto/private_file.h"
#include "net/imap/command.h"
#include "net/outgoing.h"
#include "server/reports/report_origin.h"
#include "server/setup/store_url.h"

namespace rampart::server {
namespace {

using base::ErrorKind;
using base::Result;
using net::imap::Server;

// All our own.
constexpr std::chrono::seconds kFirstPause{5};  // after a failure; twice as long each time
constexpr std::chrono::seconds kLongestPause{600};
constexpr std::chrono::seconds kRefusedPause{
    60};  // at least, where a server that refused us might lock the user out
constexpr std::chrono::milliseconds kHeedStop{200};
constexpr std::chrono::seconds kBetweenTurns{1};  // whatever a server says of new mail

std::unexpected<base::Error> lacks(std::string_view key) {
  return base::fail(ErrorKind::config, "is not set, and a mailbox is read with it", std::string(key),
                    "rampart config explain " + std::string(key));
}

// The one line of a private file.
Result<crypto::Secret> read_line(const std::string& path) {
  const auto text = TRY(crypto::read_private(path));
  const auto line = base::trim(text);
  if (line.empty() || line.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos)
    return base::fail(ErrorKind::config, "does not hold one line", base::printable(path));
  return crypto::Secret(line);
}

Result<Server> server_of(const base::Config& config, const Host& host) {
  if (config.text("reports.imap_server").empty()) return lacks("reports.imap_server");
  if (config.text("reports.imap_user").empty()) return lacks("reports.imap_user");
  Server server;
  server.tls = config.text("reports.imap_tls") == "starttls" ? Server::Tls::starttls : Server::Tls::implicit;
  const auto place =
      TRY(net::parse_host_port(config.text("reports.imap_server"),
                               server.tls == Server::Tls::starttls ? net::imap::kImap : net::imap::kImaps));
  server.host = place.host;
  server.port = place.port;
  server.user = config.text("reports.imap_user");
  const auto& password = config.text("reports.imap_password_file");
  const auto& token = config.text("reports.imap_token_file");
  if (password.empty() == token.empty())
    return base::fail(
        ErrorKind::config,
        "one of reports.imap_password_file and reports.imap_token_file has to be set, and not both",
        "reports.imap_password_file", "rampart config explain reports.imap_password_file");
  if (!password.empty()) server.password = TRY(read_line(password));
  if (!token.empty()) server.token = TRY(read_line(token));
  if (!token.empty() && !net::imap::is_bearer_token(server.token))
    return base::fail(ErrorKind::config, "does not hold an access token", base::printable(token),
                      "write the token alone into it, not the JSON that it came in");
  server.stop = host.stop;
  return server;
}

reports::ImapInboxOptions inbox_options(const base::Config& config) {
  using Done = reports::ImapInboxOptions::Done;
  return {.mailbox = config.text("reports.imap_mailbox"),
          .done = config.text("reports.imap_done") == "flag" ? Done::flag : Done::move,
          .read_mailbox = config.text("reports.imap_done_mailbox"),
          .aside_mailbox = config.text("reports.imap_aside_mailbox")};
}

// The store, the mailbox, and what stands between them, from one failure to the next.
class Connected {
 public:
  Connected(const Host& host, const IntakeRequest& request, const base::Config& config)
      : host_(host),
        request_(request),
        config_(config),
        facts_(request.facts, config, host.stop),
        judge_(facts_.judge()) {}

  Result<> open() {
    worker_.emplace(TRY(base::Worker::start(&mail::unpack_mime, {})));
    database_.emplace(TRY(store::Database::open(TRY(store_url(config_)))));
    archive_.emplace(TRY(reports::Archive::open(*database_)));
    inbox_.emplace(TRY(reports::ImapInbox::open(TRY(server_of(config_, host_)), inbox_options(config_))));
    waiting_.emplace(TRY(reports::WaitingMails::open(*database_, inbox_->place())));
    fetcher_.emplace(judge_, *waiting_);
    fetcher_->stop_when(host_.stop);
    return {};
  }

  struct Turn {
    reports::FetchTurn done;
    reports::ImportSummary summary;
  };
  Result<Turn> turn() {
    facts_.forget();
    const auto now = base::now();
    reports::Importer importer(*archive_, *worker_, judge_, now);
    auto done = TRY(fetcher_->turn(*inbox_, importer, now));
    auto summary = importer.summary();
    if (!pruned_ || now - *pruned_ >= std::chrono::days(1)) {
      const auto keep = std::chrono::duration_cast<std::chrono::seconds>(config_.duration("reports.keep"));
      summary.pruned = TRY(archive_->prune(now - keep));
      pruned_ = now;
    }
    if (request_.turned && done.messages + summary.aside != 0) request_.turned(done, summary);
    return Turn{done, std::move(summary)};
  }
  Result<> print(const Turn& turn) {
    return host_.print(request_.json ? reports::format_fetch_json(inbox_->place(), turn.done, turn.summary)
                                     : reports::format_fetch(inbox_->place(), turn.done, turn.summary));
  }

  // Until there is new mail, or a mail that waits is due.
  Result<> wait(const std::optional<base::Time>& next) {
    std::chrono::milliseconds most =
        inbox_->can_idle() ? net::imap::kMaxIdle : config_.duration("reports.imap_poll");
    if (next) most = std::clamp<std::chrono::milliseconds>(*next - base::now(), kBetweenTurns, most);
    TRY(inbox_->wait(most, host_.stop));
    return {};
  }
  void close() {
    if (inbox_) inbox_->close();
  }
  [[nodiscard]] const reports::ImapInbox& inbox() const { return *inbox_; }

 private:
  const Host& host_;
  const IntakeRequest& request_;
  const base::Config& config_;
  OriginFacts facts_;
  reports::OriginJudge judge_;
  std::optional<base::Worker> worker_;
  std::optional<store::Database> database_;
  std::optional<reports::Archive> archive_;
  std::optional<reports::ImapInbox> inbox_;
  std::optional<reports::WaitingMails> waiting_;
  std::optional<reports::Fetcher> fetcher_;
  std::optional<base::Time> pruned_;  // when what is too old was last taken out
};

Result<Ending> fetch_once(const Host& host, const IntakeRequest& request, const base::Config& config) {
  Connected connected(host, request, config);
  TRY(connected.open());
  const auto turn = TRY(connected.turn());
  if (host.stop()) return base::fail(ErrorKind::unavailable, "interrupted");
  connected.close();
  TRY(connected.print(turn));
  if (turn.summary.aside != 0) return Ending::findings;
  return turn.done.waiting != 0 ? Ending::undetermined : Ending::clean;
}

void sleep_for(std::chrono::milliseconds time, const Host& host) {
  const auto end = std::chrono::steady_clock::now() + time;
  while (!host.stop() && std::chrono::steady_clock::now() < end) std::this_thread::sleep_for(kHeedStop);
}

class Watch {
 public:
  Watch(const Host& host, const IntakeRequest& request, const base::Config& config)
      : host_(host), request_(request), config_(config) {}

  Result<Ending> run() {
    while (!host_.stop()) {
      const auto ended = connect_and_watch();
      if (host_.stop()) break;
      // What is wrong from the start is for whoever starts it; afterwards a token may be old, or a server away.
      if (!worked_ || !is_passing(ended.error())) return std::unexpected(ended.error());
      host_.report(ended.error());
      const auto pause = next_pause(ended.error());
      host_.note(fmt::format("the mailbox is tried again in {}", base::format_duration(pause)));
      sleep_for(pause, host_);
    }
    return Ending::clean;
  }

 private:
  // Ends with an error, or when it is interrupted.
  Result<> connect_and_watch() {
    Connected connected(host_, request_, config_);
    TRY(connected.open());
    if (!worked_)
      host_.note(fmt::format("watching {}{}", connected.inbox().place(),
                             connected.inbox().can_idle()
                                 ? ""
                                 : ", which is asked for news every " +
                                       base::format_duration(config_.duration("reports.imap_poll"))));
    while (!host_.stop()) {
      const auto turn = TRY(connected.turn());
      worked_ = true;
      failures_ = 0;
      if (turn.done.messages + turn.summary.aside != 0) TRY(connected.print(turn));
      sleep_for(kBetweenTurns, host_);
      if (!host_.stop()) TRY(connected.wait(turn.done.next));
    }
    connected.close();
    return {};
  }

  static bool is_passing(const base::Error& error) {
    return error.kind == ErrorKind::unavailable || error.kind == ErrorKind::io ||
           error.kind == ErrorKind::config;
  }

  std::chrono::milliseconds next_pause(const base::Error& error) {
    constexpr unsigned kDoublings = 7;  // beyond which kLongestPause is reached
    const auto pause =
        std::min<std::chrono::seconds>(kFirstPause * (1 << std::min(failures_++, kDoublings)), kLongestPause);
    return error.kind == ErrorKind::config ? std::max(pause, kRefusedPause) : pause;
  }

  const Host& host_;
  const IntakeRequest& request_;
  const base::Config& config_;
  bool worked_ = false;    // once
  unsigned failures_ = 0;  // in a row
};

}  // namespace

Result<> check_mailbox(const base::Config& config) {
  TRY(server_of(config, {}));
  return {};
}

Result<Ending> run_intake(const Host& host, const IntakeRequest& request, const base::Config& config) {
  TRY(check_mailbox(config));  // what is wrong with the settings is said before anything is begun
  return request.watch ? Watch(host, request, config).run() : fetch_once(host, request, config);
}

}  // namespace rampart::server
