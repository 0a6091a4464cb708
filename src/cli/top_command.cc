// rampart top: what the guard does, as it does it.
#include <algorithm>
#include <functional>
#include <thread>

#include <unistd.h>

#include "base/columns.h"
#include "base/config.h"
#include "base/text.h"
#include "cli/event_tail.h"
#include "cli/guard_commands.h"
#include "cli/help.h"
#include "cli/interrupt.h"
#include "guard/events/event_store.h"
#include "guard/events/tally.h"
#include "server/guard/api_token.h"
#include "server/setup/store_url.h"

namespace rampart::cli {
namespace {

using base::Result;
using server::open_known_store;
using server::read_api_token;

constexpr std::chrono::seconds kEvery{1};             // between two looks
constexpr std::chrono::seconds kLate{15};             // that an event may come to the store after its time
constexpr std::chrono::seconds kAnswer{10};           // for the first answer of a guard
constexpr std::chrono::milliseconds kHeed{50};        // of a signal
constexpr std::string_view kClear = "\x1b[H\x1b[2J";  // a terminal
constexpr std::chrono::hours kLongest{24};

struct Request {
  std::string window = "5m";
  std::string format = "text";
  bool once = false;
  std::string url;  // empty: the store is read
  std::string token_file;
};

Result<std::chrono::seconds> window_of(const Request& request) {
  const auto parsed = base::parse_duration(request.window);
  const auto seconds = parsed ? std::chrono::floor<std::chrono::seconds>(*parsed) : std::chrono::seconds(0);
  if (seconds < std::chrono::seconds(1) || seconds > kLongest)
    return base::fail(base::ErrorKind::usage,
                      fmt::format("\"{}\" is no time from 1s to 24h", base::excerpt(request.window, 60)),
                      "--window", "such as 5m");
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

// Brings what is new into the tally. `first`: all that is there already, too.
using Look = std::function<Result<>(guard::Tally& tally, bool first)>;

Result<Exit> show(Session& session, const Request& request, std::chrono::seconds window, const Look& look,
                  const std::function<std::string()>& remark) {
  const bool terminal = session.surroundings().out_is_terminal && request.format == "text";
  guard::Tally tally;
  for (bool first = true;; first = false) {
    TRY(look(tally, first));
    if (interrupted() != 0) return Exit::clean;
    const auto now = base::now();
    tally.forget(now - window);
    guard::Tally::View view{.now = now, .window = window};
    const bool live = terminal && !request.once;
    if (terminal) view.width = std::max<std::size_t>(base::terminal_width(STDOUT_FILENO), 40);
    // One line is the cursor's, and one the remark's.
    if (live) view.height = std::max<std::size_t>(base::terminal_height(STDOUT_FILENO), 10) - 2;
    const auto page = request.format == "json" ? tally.json(view) : tally.text(view);
    TRY(session.print(live ? std::string(kClear) + page : page));
    if (const auto text = remark(); !text.empty()) session.note(base::printable(text));
    if (!live) return Exit::clean;
  }
}

Result<Exit> run_top(Session& session, const Request& request) {
  const auto* config = TRY(session.config());
  const auto window = TRY(window_of(request));
  if (request.url.empty()) {
    if (!request.token_file.empty())
      return base::fail(base::ErrorKind::usage, "is for --url", "--token-file", "rampart top --help");
    auto database = TRY(open_known_store(*config, "have the guard keep its events: rampart guard"));
    auto store = TRY(guard::EventStore::open(database));
    const auto look = [&](guard::Tally& tally, bool first) -> Result<> {
      if (!first && !pause()) return {};
      const auto since = base::now() - (first ? window : std::min<std::chrono::seconds>(kLate, window));
      for (const auto& event : TRY(store.since(since, guard::kMostTallied))) tally.add(event);
      return {};
    };
    return show(session, request, window, look, [] { return std::string(); });
  }
  if (config->origin("store.url").from == base::Origin::From::command_line)
    return base::fail(base::ErrorKind::usage, "reads no store, and --store names one", "--url",
                      "give one of the two");
  const auto place = TRY(parse_guard_url(request.url));
  const auto& file = request.token_file.empty() ? config->text("guard.api_token_file") : request.token_file;
  auto token = TRY(read_api_token(file));
  if (token.empty())
    return base::fail(base::ErrorKind::usage, "is needed with --url", "--token-file",
                      "name the file of the guard's setting guard.api_token_file");
  EventTail tail(place, std::move(token), window);
  std::string trouble;
  const auto look = [&](guard::Tally& tally, bool first) -> Result<> {
    const auto take = [&](std::string_view event) { tally.add(event); };
    if (first) return tail.read(kAnswer, true, take);
    trouble.clear();
    for (auto waited = std::chrono::milliseconds(0); waited < kEvery && interrupted() == 0; waited += kHeed) {
      const auto read = tail.read(kHeed, false, take);
      if (read) continue;
      if (read.error().kind == base::ErrorKind::usage) return read;
      trouble = read.error().message();  // it is tried again
      std::this_thread::sleep_for(kHeed);
    }
    return {};
  };
  return show(session, request, window, look, [&] {
    auto out = trouble;
    if (!tail.gap().empty()) out += (out.empty() ? "" : "; ") + ("some events are missing: " + tail.gap());
    return out;
  });
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
  top->add_option("--url", request->url,
                  "Follow the guard that answers HTTP there (guard.http_listen), and read no store")
      ->type_name("URL");
  top->add_option("--token-file", request->token_file, "The file with its token [guard.api_token_file]")
      ->type_name("FILE");
  session.add_setting(*top, "store.url");
  top->footer(
      "It reads the events that the guard keeps in the store, or those that a running guard tells.\n"
      "Exit status: 0, 2 wrong usage, no store there, or a token that the guard does not take, 3 the store "
      "cannot be read, or the guard does not answer.\n"
      "Most often: rampart top --store /var/lib/rampart/rampart.db");
  session.on_run(*top, [request](Session& s) { return run_top(s, *request); });
}

}  // namespace rampart::cli
