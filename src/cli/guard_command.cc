// rampart guard: looks at mail as it arrives, as a milter.
#include <csignal>
#include <mutex>
#include <thread>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <unistd.h>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/guard_commands.h"
#include "cli/interrupt.h"
#include "server/guard/guard_service.h"
#include "server/guard/guard_settings.h"
#include "server/guard/line_outbox.h"

namespace rampart::cli {
namespace {

constexpr std::chrono::seconds kReaderPatience{2};  // for the last lines; our own

// Signals end a guard, or have it read its configuration again.
class Signals {
 public:
  explicit Signals(server::GuardService& guard) : guard_(guard) {
    await();
    if (const int before = interrupted(); before != 0) heed(before);
    thread_ = std::thread([this] { io_.run(); });
  }
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;
  ~Signals() {
    io_.stop();
    thread_.join();
  }

 private:
  void heed(int signal) {
    if (signal == SIGHUP)
      guard_.reload();
    else
      guard_.stop();
  }
  void await() {
    signals_.async_wait([this](const boost::system::error_code& error, int signal) {
      if (error) return;
      heed(signal);
      await();
    });
  }

  server::GuardService& guard_;
  boost::asio::io_context io_{1};
  boost::asio::signal_set signals_{io_, SIGTERM, SIGINT, SIGHUP};
  std::thread thread_;
};

// What it says on standard error, which nobody may read. The thread that writes is made with the first line, when processes that look
// into messages are there already.
class Log {
 public:
  explicit Log(Session& session) : session_(session) {}
  void say(std::string_view text) {
    std::call_once(made_, [this] {
      lines_.emplace(server::LineOutbox::Stream{
          .descriptor = STDERR_FILENO,
          .write =
              [this](std::string_view line) {
                session_.surroundings().err(line);
                return base::Result<>();
              },
          .lost =
              [this](std::size_t lost) { session_.note(fmt::format("{} lines were left out here", lost)); },
          .gone = {}});
    });
    lines_->push("rampart: " + base::printable(text));
  }
  void close() {
    if (lines_) lines_->close(kReaderPatience);
  }

 private:
  Session& session_;
  std::once_flag made_;
  std::optional<server::LineOutbox> lines_;
};

base::Result<Exit> run(Session& session) {
  const auto* config = TRY(session.config());
  auto settings = TRY(server::running_guard_settings(*config));
  Log log(session);
  const auto guard = TRY(server::GuardService::open(
      *config, std::move(settings),
      {.log = [&log](std::string_view line) { log.say(line); },
       .print = session.surroundings().out,
       .read_config = [&session] { return session.read_config(); },
       .report = [&session](const base::Error& error) { session.report(error); }}));
  {
    const Signals signals(*guard);
    guard->run();
  }
  log.close();
  return Exit::clean;
}

}  // namespace

void add_guard_command(CLI::App& root, Session& session) {
  auto* guard =
      root.add_subcommand("guard", "Look at mail as it arrives, beside Postfix, and keep forgeries out");
  for (const auto* key : {"guard.listen", "guard.mode", "guard.quarantine", "guard.authserv_id",
                          "guard.threads", "guard.http_listen", "dkim.keys", "dkim.seal_file", "store.url",
                          "dns.resolvers", "dns.trust_ad", "dns.timeout"})
    session.add_setting(*guard, key);
  add_guard_explain_commands(*guard, session);
  add_guard_setup_command(*guard, session);
  add_guard_hindsight_commands(*guard, session);
  add_guard_senders_command(*guard, session);
  add_guard_train_commands(*guard, session);
  // Behind them, as a command begins with the text of the one above it.
  guard->footer(
      "It runs until SIGTERM, and prints each message that was answered as a line of JSON; SIGHUP has it "
      "read its configuration again. Mode monitor changes no mail.\n"
      "Exit status: 0 it was told to end, 2 wrong usage or configuration, 3 it could not begin.\n"
      "Most often: rampart guard --store /var/lib/rampart/rampart.db");
  guard->require_subcommand(0, 1);
  session.on_run(*guard, run);
}

}  // namespace rampart::cli
