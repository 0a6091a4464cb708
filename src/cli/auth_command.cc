// rampart auth: is a message who it says it is?
#include <unistd.h>

#include "auth/report.h"
#include "auth/results_field.h"
#include "base/file.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/fix_options.h"
#include "cli/help.h"
#include "cli/interrupt.h"
#include "dns/domain.h"
#include "facts/book_file.h"

namespace rampart::cli {
namespace {

using base::ErrorKind;
using base::Result;

constexpr std::size_t kMaxMail = std::size_t{64} << 20;  // bytes; larger than servers let through

struct Request {
  std::string file;
  FactsOptions facts;
  std::optional<std::string> ip;
  std::string helo;
  std::optional<std::string> mail_from;
  std::string format = "text";
  std::string host = "localhost";
  std::string record;
  std::size_t width = 0;
};

Result<auth::Envelope> envelope_of(const Request& request) {
  auth::Envelope out{.ip = std::nullopt, .helo = request.helo, .mail_from = request.mail_from};
  if (!request.ip) {
    if (request.mail_from || !request.helo.empty())
      return base::fail(ErrorKind::usage, "--helo and --mail-from say nothing without the client's address",
                        {}, "add --ip ADDRESS");
    return out;
  }
  out.ip = base::IpAddress::parse(*request.ip);
  if (!out.ip)
    return base::fail(ErrorKind::usage, fmt::format("\"{}\" is no IP address", base::printable(*request.ip)),
                      "--ip");
  if (!request.mail_from && request.helo.empty())
    return base::fail(ErrorKind::usage, "SPF needs to know who sends", {},
                      "add --mail-from ADDRESS (\"\" for a bounce), or --helo NAME");
  return out;
}

// The decision, waited for.
Result<auth::Authentication> decide(auth::Authenticator& work, const audit::Lane& lane, base::Time now,
                                    const base::Config& config, std::shared_ptr<const facts::Book>& book) {
  facts::DriveOptions drive;
  drive.max_questions = static_cast<std::size_t>(config.integer("dns.questions_per_domain"));
  drive.time_limit = std::chrono::ceil<std::chrono::seconds>(config.duration("dns.time_per_domain"));
  struct Slot {
    std::optional<auth::Authentication> result;
    std::shared_ptr<const facts::Book> book;
  };
  const auto slot =
      std::make_shared<Slot>();  // shared with the drive, which an answer that comes late keeps alive
  facts::drive<auth::Authentication>([&work, now](facts::Facts& facts) { return work.run(facts, now); },
                                     *lane.provider, drive,
                                     [slot](facts::Driven<auth::Authentication> driven) {
                                       slot->result = std::move(driven.decision);
                                       slot->book = std::move(driven.book);
                                     });
  while (!slot->result) {
    if (interrupted() != 0) return base::fail(ErrorKind::unavailable, "interrupted");
    if (!lane.wait || !lane.wait()) return base::fail(ErrorKind::unavailable, "the facts were not found out");
  }
  book = slot->book;
  return *std::move(slot->result);
}

Result<Exit> run_check(Session& session, const Request& request) {
  const auto* config = TRY(session.config());
  const auto envelope = TRY(envelope_of(request));
  const auto host = dns::parse_domain(request.host);
  if (!host) return base::fail(ErrorKind::usage, "--host is no host name");
  if (!request.facts.recording.empty() && (!request.facts.zones.empty() || !request.record.empty()))
    return base::fail(ErrorKind::usage, "--facts answers everything, so --zone and --record say nothing", {},
                      "leave out the one or the other");
  const auto bytes = TRY(base::read_file(request.file, kMaxMail));
  const auto message = mail::Message::parse(bytes);
  if (!message) {
    auto error = message.error();
    error.where = base::printable(request.file);
    return std::unexpected(std::move(error));
  }
  const auto source = TRY(open_source(request.facts, *config, 1));
  dkim::KeyCache keys;
  auth::Authenticator work(*message, envelope, keys);
  const auto author = mail::read_author(message->header);
  if (!author.domains.empty()) TRY(source->prepare(author.domains.front()));
  std::shared_ptr<const facts::Book> book;
  const auto result = TRY(decide(work, source->lanes().front(), source->now(), *config, book));
  if (!request.record.empty()) {
    const auto writer = TRY(facts::BookWriter::create(request.record, {.now = source->now(), .meta = {}}));
    TRY(writer->add(*book));
    TRY(writer->finish());
  }
  const auto about = source->about();
  const auto options =
      auth::ReportOptions{.color = session.color_on_out(),
                          .width = text_width(session.surroundings().out_is_terminal, request.width),
                          .version = RAMPART_VERSION,
                          .source = about.source,
                          .notes = about.notes,
                          .now = source->now()};
  TRY(session.print(request.format == "json"     ? auth::report_json(envelope, result, options)
                    : request.format == "header" ? auth::results_field(host->text(), envelope, result)
                                                 : auth::report_text(envelope, result, options)));
  if (request.format != "json") {
    for (const auto& note : about.notes) session.note(note);
  }
  switch (result.dmarc) {
    case dmarc::Result::pass:
      return Exit::clean;
    case dmarc::Result::temperror:
      return Exit::undetermined;
    default:
      return Exit::findings;
  }
}

}  // namespace

void add_auth_command(CLI::App& root, Session& session) {
  auto* auth = root.add_subcommand("auth", "Find out whether a message is who it says it is");
  const auto request = std::make_shared<Request>();
  auto* check = auth->add_subcommand("check", "Check SPF, DKIM and DMARC of a message");
  check->add_option("FILE", request->file, "The message, as an .eml file; - for standard input")->required();
  check->add_option("--ip", request->ip, "The address that it was sent from")->type_name("ADDRESS");
  check->add_option("--helo", request->helo, "What the client said of itself in HELO or EHLO")
      ->type_name("NAME");
  check->add_option("--mail-from", request->mail_from, "The envelope sender; \"\" for a bounce")
      ->type_name("ADDRESS");
  add_source_options(*check, request->facts, "Take answers from zone files",
                     "Take answers from what --record wrote, and nothing else");
  session.add_setting(*check, "dns.resolvers");
  session.add_setting(*check, "dns.authoritative");
  session.add_setting(*check, "dns.trust_ad");
  session.add_setting(*check, "dns.timeout");
  check
      ->add_option("--record", request->record,
                   "Write every fact to a file that --facts reads; .zst compresses it")
      ->type_name("FILE");
  check->add_option("--format", request->format, "text, json, or header (Authentication-Results) [text]")
      ->type_name("FORMAT")
      ->check(one_of({"text", "json", "header"}));
  check->add_option("--host", request->host, "The host that says so, in the header [localhost]")
      ->type_name("NAME");
  check->add_option("--width", request->width, "Set text for this many columns")->type_name("COLUMNS");
  check->footer(
      "Exit status: 0 DMARC passes, 1 it does not or there is none, 2 wrong usage, 3 it could not be found "
      "out.");
  session.on_run(*check, [request](Session& s) { return run_check(s, *request); });
}

}  // namespace rampart::cli
