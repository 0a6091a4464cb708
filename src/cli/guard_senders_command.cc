// rampart guard senders: what the store remembers of who writes to whom.
#include "base/text.h"
#include "cli/guard_commands.h"
#include "cli/help.h"
#include "guard/memory/stored_senders.h"
#include "server/setup/store_url.h"

namespace rampart::cli {
namespace {

using base::Result;
using server::open_known_store;

constexpr std::size_t kMostLines = 100'000;  // of each list

struct Request {
  std::string word;
  std::string format = "text";
  std::size_t most = 100;
};

Result<Exit> run_senders(Session& session, const Request& request) {
  const auto* config = TRY(session.config());
  const auto word = TRY(guard::parse_senders_word(request.word));
  auto database = TRY(open_known_store(*config, "have the guard remember who writes to whom: rampart guard"));
  const auto known = TRY(guard::stored_senders(database, word, request.most));
  if (!known)
    return base::fail(base::ErrorKind::usage, "the store remembers nothing of who writes to whom",
                      database.where(),
                      "the guard fills it, where guard.remember_correspondents is true: rampart guard");
  if (request.format == "json") {
    TRY(session.print(senders_json(*known)));
  } else if (known->empty()) {
    session.note(fmt::format(
        "nothing is known of {}; remembered since {}; the guard writes what it learnt every ten minutes and "
        "when it ends",
        base::excerpt(word.text, 200), base::format_time(known->begun)));
  } else {
    TRY(session.print(senders_text(*known)));
    if (known->more)
      session.note(fmt::format("only the latest {} are told: --most tells more", request.most));
  }
  return known->empty() ? Exit::undetermined : Exit::clean;
}

}  // namespace

void add_guard_senders_command(CLI::App& guard, Session& session) {
  auto* senders = guard.add_subcommand(
      "senders", "Print who writes to whom, and from which networks mail of a domain has passed");
  auto request = std::make_shared<Request>();
  senders->add_option("WHO", request->word, "An address, or a domain")->required();
  senders->add_option("--most", request->most, "How many are told of each kind, the latest [100]")
      ->type_name("N")
      ->check(whole_number(1, kMostLines));
  senders->add_option("--format", request->format, "text or json [text]")
      ->type_name("FORMAT")
      ->check(one_of({"text", "json"}));
  session.add_setting(*senders, "store.url");
  senders->footer(
      "It reads what the guard saved to the store, every ten minutes and when it ends, and changes nothing.\n"
      "Exit status: 0 it is told, 2 wrong usage, or no guard has remembered anything there, 3 nothing is "
      "known "
      "of it.\n"
      "Most often: rampart guard senders news@bank.example");
  session.on_run(*senders, [request](Session& s) { return run_senders(s, *request); });
}

}  // namespace rampart::cli
