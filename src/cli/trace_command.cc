// rampart trace: what became of a message.
#include <algorithm>

#include "base/ip.h"
#include "base/text.h"
#include "cli/fix_options.h"
#include "cli/guard_commands.h"
#include "cli/guard_settings.h"
#include "cli/help.h"
#include "cli/store_url.h"
#include "dns/domain.h"
#include "guard/events/event_store.h"
#include "guard/events/story.h"

namespace rampart::cli {
namespace {

using base::Result;

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

// Of what nothing is known: what may be the reason.
std::string unknown(std::string_view word) {
  auto out = fmt::format("nothing is known of {}", base::excerpt(word, 200));
  const bool mail = word.find('@') != std::string_view::npos || word.starts_with('<');
  const auto domain = dns::parse_domain(word);
  if (base::IpAddress::parse(word))
    return out +
           ": addresses of clients are not looked for; name the queue id, the Message-ID or an address "
           "of mail";
  if (!mail && word.find('.') != std::string_view::npos && domain && domain->label_count() > 1)
    return out + fmt::format(
                     ": domains are not looked for; name the queue id, the Message-ID or an address of mail, "
                     "or see: rampart guard senders {}",
                     domain->text());
  return out +
         ": see that it is spelled as the mail server's log has it; events are gone after "
         "guard.keep_events, and the newest take a few seconds to be there";
}

Result<Exit> run_trace(Session& session, const Request& request) {
  if (base::trim(request.word).empty())
    return base::fail(base::ErrorKind::usage, "is empty", "WORD", "such as: rampart trace 4fYq5k0Kz1z9sX");
  const auto* config = TRY(session.config());
  const auto settings = TRY(guard_settings(*config));
  auto database = TRY(open_known_store(*config, "have the guard keep its events: rampart guard"));
  auto store = TRY(guard::EventStore::open(database));
  const auto events = TRY(store.find(request.word, request.most));
  std::vector<guard::KeptMessage> kept;
  if (!settings.quarantine.empty()) {
    auto quarantine = TRY(open_quarantine(settings, database));
    kept = TRY(kept_of(quarantine, request, events));
  }
  if (request.format == "json")
    TRY(session.print(guard::story_json(request.word, events, kept)));
  else if (events.empty() && kept.empty())
    session.note(unknown(request.word));
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
      ->check(whole_number(1, 10'000));
  trace->add_option("--format", request->format, "text or json [text]")
      ->type_name("FORMAT")
      ->check(one_of({"text", "json"}));
  trace->add_option("--width", request->width, "Set text for this many columns")->type_name("COLUMNS");
  session.add_setting(*trace, "store.url");
  session.add_setting(*trace, "guard.quarantine");
  trace->footer(
      "Exit status: 0 it is told, 2 wrong usage, or no store there, 3 nothing is known of it, or the store "
      "cannot be read.\n"
      "Most often: rampart trace 4fYq5k0Kz1z9sX");
  session.on_run(*trace, [request](Session& s) { return run_trace(s, *request); });
}

}  // namespace rampart::cli
