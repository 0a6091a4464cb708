// rampart trace: what became of a message.
#include <algorithm>
#include <iterator>

#include "base/ip.h"
#include "base/text.h"
#include "cli/fix_options.h"
#include "cli/guard_commands.h"
#include "cli/help.h"
#include "dns/domain.h"
#include "guard/events/event_store.h"
#include "guard/events/story.h"
#include "server/guard/guard_settings.h"
#include "server/setup/store_url.h"

namespace rampart::cli {
namespace {

using base::Result;
using server::guard_settings;
using server::open_known_store;
using server::open_quarantine;

constexpr std::size_t kLookedThrough = 1'000;  // newest entries of the quarantine, for what no event names

struct Request {
  std::string word;
  std::string format = "text";
  std::size_t most = 20;
  std::size_t width = 0;
};

// What the quarantine holds of these events, and of the message beside.
Result<std::vector<guard::KeptMessage>> kept_of(guard::Quarantine& quarantine, const Request& request,
                                                std::span<const std::string> events) {
  std::vector<guard::KeptMessage> out;
  for (const auto& id : TRY(guard::kept_ids(events))) {
    if (auto found = quarantine.find(id)) out.push_back(*std::move(found));
  }
  const auto add = [&](guard::KeptMessage one) {
    if (std::ranges::find(out, one.id, &guard::KeptMessage::id) == out.end()) out.push_back(std::move(one));
  };
  guard::KeptFilter filter{.recipient = {}, .author = {}, .state = {}, .before = {}, .most = kLookedThrough};
  const auto& word = request.word;
  if (word.find('@') != std::string::npos && !word.starts_with('<')) {
    filter.recipient = base::lower(word);
    filter.most = request.most;
    for (auto& one : TRY(quarantine.list(filter))) add(std::move(one));
    filter.recipient.clear();
    filter.most = kLookedThrough;
  }
  const auto bare = [](std::string_view id) {
    return id.starts_with('<') && id.ends_with('>') ? id.substr(1, id.size() - 2) : id;
  };
  for (auto& one : TRY(quarantine.list(filter))) {
    if (one.id == word || one.queue_id == word || bare(one.message_id) == bare(word)) add(std::move(one));
  }
  return out;
}

// An event may tell of what is kept and be none of those that were found: it is beyond the limit, or named otherwise. It is told where there
// is room; what it tells of is not told as if nothing did.
Result<> add_untold(guard::EventStore& store, const Request& request, std::vector<std::string>& events,
                    std::vector<guard::KeptMessage>& kept) {
  auto told = TRY(guard::kept_ids(events));
  std::vector<guard::KeptMessage> out;
  for (auto& one : kept) {
    bool shown = std::ranges::find(told, one.id) != told.end();
    if (!shown) {
      auto found = TRY(store.of_kept({.id = one.id, .queue_id = one.queue_id, .message_id = one.message_id}));
      shown = found.empty() || events.size() + found.size() <= request.most;
      if (shown && !found.empty()) {
        std::ranges::move(found, std::back_inserter(events));
        told = TRY(guard::kept_ids(events));
      }
    }
    if (shown) out.push_back(std::move(one));
  }
  kept = std::move(out);
  return {};
}

// What it is not looked for by, if that is what was asked.
std::string_view next_step(const std::string& word) {
  if (base::IpAddress::parse(word))
    return "mail is not looked for by the client's address: name the sender, or a queue id";
  if (word.find('@') == std::string::npos && dns::parse_domain(word) && word.find('.') != std::string::npos)
    return "mail is not looked for by a domain: name a whole address, a queue id or a Message-ID";
  return "name a queue id of the mail server's log, a Message-ID or a whole address; older than "
         "guard.keep_events nothing is kept";
}

Result<Exit> run_trace(Session& session, const Request& request) {
  if (base::trim(request.word).empty())
    return base::fail(base::ErrorKind::usage, "is empty", "WORD",
                      "name a queue id, a Message-ID or an address, such as news@bank.example");
  const auto* config = TRY(session.config());
  const auto settings = TRY(guard_settings(*config));
  auto database = TRY(open_known_store(*config, "have the guard keep its events: rampart guard"));
  auto store = TRY(guard::EventStore::open(database));
  auto events = TRY(store.find(request.word, request.most));
  std::vector<guard::KeptMessage> kept;
  if (!settings.quarantine.empty()) {
    auto quarantine = TRY(open_quarantine(settings, database));
    kept = TRY(kept_of(quarantine, request, events));
    TRY(add_untold(store, request, events, kept));
  }
  if (request.format == "json")
    TRY(session.print(guard::story_json(request.word, events, kept)));
  else if (events.empty() && kept.empty())
    session.note(
        fmt::format("nothing is known of {}: {}", base::excerpt(request.word, 200), next_step(request.word)));
  else
    TRY(session.print(TRY(
        guard::story_text(events, kept, text_width(session.surroundings().out_is_terminal, request.width)))));
  if (events.size() == request.most && request.format != "json")
    session.note(fmt::format("only the newest {} are told: --limit tells more", request.most));
  return events.empty() && kept.empty() ? Exit::undetermined : Exit::clean;
}

}  // namespace

void add_trace_command(CLI::App& root, Session& session) {
  auto* trace = root.add_subcommand("trace", "Tell what became of a message that the guard saw");
  auto request = std::make_shared<Request>();
  trace
      ->add_option(
          "WORD", request->word,
          "The mail server's queue id, the Message-ID, an address that sent or got it, or the id of the "
          "event or of the quarantined message")
      ->required();
  trace->add_option("--limit", request->most, "How many messages are told of, the newest [20]")
      ->type_name("NUMBER")
      ->check(CLI::Range(std::size_t{1}, std::size_t{10'000}));
  trace->add_option("--format", request->format, "text or json [text]")
      ->type_name("FORMAT")
      ->check(one_of({"text", "json"}));
  trace->add_option("--width", request->width, "Set text for this many columns")->type_name("COLUMNS");
  session.add_setting(*trace, "store.url");
  session.add_setting(*trace, "guard.quarantine");
  trace->footer(
      "Exit status: 0 it is told, 2 wrong usage, 3 nothing is known of it.\n"
      "Most often: rampart trace 4fYq5k0Kz1z9sX");
  session.on_run(*trace, [request](Session& s) { return run_trace(s, *request); });
}

}  // namespace rampart::cli
