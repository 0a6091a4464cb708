// rampart top: what the guard does, as it does it.
#include <algorithm>
#include <thread>

#include <unistd.h>

#include "base/columns.h"
#include "base/config.h"
#include "cli/guard_commands.h"
#include "cli/help.h"
#include "cli/interrupt.h"
#include "cli/store_url.h"
#include "guard/events/event_store.h"
#include "guard/events/tally.h"

namespace rampart::cli {
namespace {

using base::Result;

constexpr std::chrono::seconds kEvery{1};             // between two looks
constexpr std::chrono::seconds kLate{15};             // that an event may come to the store after its time
constexpr std::chrono::milliseconds kHeed{50};        // of a signal
constexpr std::string_view kClear = "\x1b[H\x1b[2J";  // a terminal
constexpr std::chrono::hours kLongest{24};

struct Request {
  std::string window = "5m";
  std::string format = "text";
  bool once = false;
};

Result<std::chrono::seconds> window_of(const Request& request) {
  const auto parsed = base::parse_duration(request.window);
  const auto seconds = parsed ? std::chrono::floor<std::chrono::seconds>(*parsed) : std::chrono::seconds(0);
  if (seconds < std::chrono::seconds(1) || seconds > kLongest)
    return base::fail(base::ErrorKind::usage, "is no time from 1s to 24h", "--window", "such as 5m");
  return seconds;
}

// False: a signal wants it to end.
bool pause() {
  for (auto waited = std::chrono::milliseconds(0); waited < kEvery; waited += kHeed) {
    if (interrupted() != 0) return false;
    std::this_thread::sleep_for(kHeed);
  }
  return interrupted() == 0;
}

Result<Exit> run_top(Session& session, const Request& request) {
  const auto* config = TRY(session.config());
  const auto window = TRY(window_of(request));
  auto database = TRY(open_known_store(*config, "have the guard keep its events: rampart guard"));
  auto store = TRY(guard::EventStore::open(database));
  const bool terminal = session.surroundings().out_is_terminal && request.format == "text";
  guard::Tally tally;
  auto since = base::now() - window;
  for (;;) {
    for (const auto& event : TRY(store.since(since, guard::kMostTallied))) tally.add(event);
    const auto now = base::now();
    tally.forget(now - window);
    guard::Tally::View view{.now = now, .window = window};
    if (terminal) view.width = std::max<std::size_t>(base::terminal_width(STDOUT_FILENO), 40);
    const auto page = request.format == "json" ? tally.json(view) : tally.text(view);
    const bool live = terminal && !request.once;
    TRY(session.print(live ? std::string(kClear) + page : page));
    if (!live || !pause()) return Exit::clean;
    since = std::max(now - kLate, now - window);
  }
}

}  // namespace

void add_top_command(CLI::App& root, Session& session) {
  auto* top =
      root.add_subcommand("top", "Show what the guard does: how much, how fast, with what outcome and why");
  auto request = std::make_shared<Request>();
  top->add_option("--window", request->window, "How far it looks back [5m]")->type_name("TIME");
  top->add_flag("--once", request->once,
                "Print it once; otherwise a terminal shows it anew each second until Ctrl-C");
  top->add_option("--format", request->format, "text or json, which is printed once [text]")
      ->type_name("FORMAT")
      ->check(one_of({"text", "json"}));
  session.add_setting(*top, "store.url");
  top->footer(
      "It reads the events that the guard keeps in the store.\n"
      "Exit status: 0, 2 wrong usage, 3 the store cannot be read.\n"
      "Most often: rampart top --store /var/lib/rampart/rampart.db");
  session.on_run(*top, [request](Session& s) { return run_top(s, *request); });
}

}  // namespace rampart::cli
