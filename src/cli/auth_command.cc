// rampart auth: is a message who it says it is?
#include <filesystem>

#include "audit/recording.h"
#include "auth/results_field.h"
#include "base/file.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/fix_options.h"
#include "cli/help.h"
#include "cli/mail_options.h"
#include "crypto/digest.h"
#include "dns/domain.h"
#include "facts/book_file.h"
#include "facts/recorded_provider.h"
#include "server/setup/mail_file.h"

namespace rampart::cli {
namespace {

using base::ErrorKind;
using base::Result;
using server::authenticate;
using server::drive_options;
using server::envelope_of;
using server::EnvelopeOptions;
using server::Mail;
using server::read_mail;

struct Request {
  std::string file;
  FactsOptions facts;
  EnvelopeOptions envelope;
  std::string format = "text";
  std::optional<std::string> host;
  std::string record;
  std::size_t width = 0;
};

auth::ReportOptions report_options(Session& session, const Request& request, const audit::RunNotes& about,
                                   base::Time now) {
  return {.color = session.color_on_out(),
          .width = text_width(session.surroundings().out_is_terminal, request.width),
          .version = RAMPART_VERSION,
          .source = about.source,
          .notes = about.notes,
          .now = now};
}

Result<std::string> host_of(const Request& request) {
  if (request.host && request.format != "header")
    return base::fail(ErrorKind::usage, "--host is the name in the header, and no header is asked for", {},
                      "add --format header, or leave it out");
  const auto host = dns::parse_domain(request.host.value_or("localhost"));
  if (!host) return base::fail(ErrorKind::usage, "--host is no host name", {}, "such as mx.bank.example");
  return host->text();
}

Exit exit_of(dmarc::Result result) {
  switch (result) {
    case dmarc::Result::pass:
      return Exit::clean;
    case dmarc::Result::temperror:
      return Exit::undetermined;
    default:
      return Exit::findings;
  }
}

// Prints what was decided, the same whether it was found out just now or is derived again.
Result<Exit> show(Session& session, const Request& request, const auth::Envelope& envelope,
                  const auth::Authentication& result, const auth::ReportOptions& options) {
  std::string out;
  if (request.format == "json") {
    out = auth::report_json(envelope, result, options);
  } else if (request.format == "header") {
    const auto host = TRY(host_of(request));
    out = auth::results_field(host, envelope, result);
    if (result.spf) out += auth::received_spf(host, envelope, *result.spf);
  } else {
    out = auth::report_text(envelope, result, options);
  }
  TRY(session.print(out));
  if (request.format != "json") {
    for (const auto& note : options.notes) session.note(note);
  }
  return exit_of(result.dmarc);
}

// What a replay needs beside the facts: the session, and whose message it was.
Result<> record(const Request& request, const Mail& mail, const auth::Envelope& envelope,
                const audit::RunNotes& about, base::Time now, const facts::Book& book) {
  facts::BookHeader header{.now = now, .meta = {}};
  header.meta["command"] = "auth check";
  header.meta["message"] = base::hex(crypto::sha256(mail.bytes));
  if (envelope.ip) header.meta["ip"] = envelope.ip->text();
  if (!envelope.helo.empty()) header.meta["helo"] = envelope.helo;
  if (envelope.mail_from) header.meta["mail_from"] = *envelope.mail_from;
  const auto writer = TRY(facts::BookWriter::create(request.record, header));
  TRY(writer->add(book));
  TRY(writer->add(audit::record_run(about, now)));
  return writer->finish();
}

Result<Exit> run_check(Session& session, const Request& request) {
  const auto* config = TRY(session.config());
  const auto envelope = TRY(envelope_of(request.envelope));
  TRY(host_of(request));
  if (!request.facts.recording.empty() && (!request.facts.zones.empty() || !request.record.empty()))
    return base::fail(ErrorKind::usage, "--facts answers everything, so --zone and --record say nothing", {},
                      "leave out the one or the other");
  std::error_code failed;
  if (!request.record.empty() && std::filesystem::equivalent(request.record, request.file, failed))
    return base::fail(ErrorKind::usage, "the recording would be written over the message", "--record",
                      "name another file");
  const auto mail = TRY(read_mail(request.file));
  const auto source = TRY(open_source(request.facts, *config, 1));
  const auto author = mail::read_author(mail->message.header);
  if (!author.domains.empty()) TRY(source->prepare(author.domains.front()));
  const auto decided = TRY(authenticate(*mail, envelope, source->lanes().front(), source->now(), *config));
  const auto about = source->about();
  if (!request.record.empty()) TRY(record(request, *mail, envelope, about, source->now(), *decided.book));
  return show(session, request, envelope, decided.decision,
              report_options(session, request, about, source->now()));
}

struct Replay : Request {
  std::string recording;
};

Result<auth::Envelope> recorded_envelope(const facts::BookHeader& header) {
  auth::Envelope out;
  const auto find = [&](const char* key) -> std::optional<std::string> {
    const auto found = header.meta.find(key);
    return found == header.meta.end() ? std::nullopt : std::optional(found->second);
  };
  if (const auto ip = find("ip")) {
    out.ip = base::IpAddress::parse(*ip);
    if (!out.ip) return base::fail(ErrorKind::input, "the recorded address is none");
  }
  out.helo = find("helo").value_or(std::string());
  out.mail_from = find("mail_from");
  return out;
}

Result<Exit> run_replay(Session& session, const Replay& request) {
  const auto* config = TRY(session.config());
  const auto mail = TRY(read_mail(request.file));
  const auto loaded = TRY(facts::load_book(request.recording));
  const auto message = loaded.header.meta.find("message");
  if (message == loaded.header.meta.end())
    return base::fail(ErrorKind::input, "this is no recording of a message",
                      base::printable(request.recording), "rampart auth check --record makes one");
  if (message->second != base::hex(crypto::sha256(mail->bytes)))
    return base::fail(ErrorKind::input, "the recording is of another message, or this one was changed since",
                      base::printable(request.file), "give the very file that was checked");
  const auto envelope = TRY(recorded_envelope(loaded.header));
  facts::RecordedProvider provider(loaded.book, loaded.header.now);
  const auto decided = TRY(
      authenticate(*mail, envelope, {.provider = &provider, .wait = nullptr}, loaded.header.now, *config));
  return show(session, request, envelope, decided.decision,
              report_options(session, request, audit::recorded_run(*loaded.book), loaded.header.now));
}

Result<Exit> run_spf(Session& session, const Request& request) {
  const auto* config = TRY(session.config());
  const auto envelope = TRY(envelope_of(request.envelope));
  if (!envelope.ip)
    return base::fail(ErrorKind::usage, "SPF is about the address of a client", {}, "add --ip ADDRESS");
  const auto host = TRY(host_of(request));
  const auto source = TRY(open_source(request.facts, *config, 1));
  auto input = spf::input_for(*envelope.ip, envelope.mail_from.value_or(""), envelope.helo);
  input.now = source->now();
  if (!input.domain.is_root()) TRY(source->prepare(input.domain));
  const auto decided = TRY(audit::ask_lane<auth::SpfReport>(
      source->lanes().front(), drive_options(*config), {}, [input](facts::Facts& facts) {
        auth::SpfReport out;
        out.spf.outcome = spf::check_host(input, facts);
        out.explanation = spf::explain(out.spf.outcome, input, facts);
        return out;
      }));
  auto report = decided.decision;
  report.spf.domain = input.domain;
  report.spf.by_helo = !envelope.mail_from || envelope.mail_from->empty();
  const auto about = source->about();
  const auto options = report_options(session, request, about, source->now());
  TRY(session.print(request.format == "json"     ? auth::spf_json(envelope, report, options)
                    : request.format == "header" ? auth::received_spf(host, envelope, report.spf)
                                                 : auth::spf_text(envelope, report, options)));
  switch (report.spf.outcome.result) {
    case spf::Result::pass:
      return Exit::clean;
    case spf::Result::temperror:
      return Exit::undetermined;
    default:
      return Exit::findings;
  }
}

void add_format_options(CLI::App& command, Request& request, const std::string& header) {
  command.add_option("--format", request.format, fmt::format("text, json, or header ({}) [text]", header))
      ->type_name("FORMAT")
      ->check(one_of({"text", "json", "header"}));
  command.add_option("--host", request.host, "The host that says so, in the header [localhost]")
      ->type_name("NAME");
  command.add_option("--width", request.width, "Set text for this many columns")->type_name("COLUMNS");
}

void add_source(CLI::App& command, Session& session, Request& request) {
  add_source_options(command, request.facts, "Take answers from zone files",
                     "Take answers from what --record wrote, and nothing else");
  session.add_setting(command, "dns.resolvers");
  session.add_setting(command, "dns.authoritative");
  session.add_setting(command, "dns.trust_ad");
  session.add_setting(command, "dns.timeout");
}

constexpr auto kExitStatus =
    "Exit status: 0 DMARC passes, 1 it does not or there is none, 2 wrong usage, 3 it could not be found "
    "out.";

void add_check(CLI::App& auth, Session& session) {
  const auto request = std::make_shared<Request>();
  auto* check = auth.add_subcommand("check", "Check SPF, DKIM, ARC and DMARC of a message");
  check->add_option("FILE", request->file, "The message, as an .eml file; - for standard input")->required();
  add_envelope_options(*check, request->envelope);
  add_source(*check, session, *request);
  check
      ->add_option("--record", request->record,
                   "Write every fact to a file that `auth replay` reads; .zst compresses it")
      ->type_name("FILE");
  add_format_options(*check, *request, "Authentication-Results and Received-SPF");
  check->footer(kExitStatus);
  session.on_run(*check, [request](Session& s) { return run_check(s, *request); });
}

void add_replay(CLI::App& auth, Session& session) {
  const auto request = std::make_shared<Replay>();
  auto* replay = auth.add_subcommand("replay", "Derive a verdict again from the facts that it was made of");
  replay->add_option("RECORDING", request->recording, "What `auth check --record` wrote")->required();
  replay->add_option("FILE", request->file, "The message that was checked; - for standard input")->required();
  add_format_options(*replay, *request, "Authentication-Results and Received-SPF");
  replay->footer(kExitStatus);
  session.on_run(*replay, [request](Session& s) { return run_replay(s, *request); });
}

void add_spf(CLI::App& auth, Session& session) {
  const auto request = std::make_shared<Request>();
  auto* spf = auth.add_subcommand("spf", "Find out whether an address may send for a domain");
  add_envelope_options(*spf, request->envelope);
  add_source(*spf, session, *request);
  add_format_options(*spf, *request, "Received-SPF");
  spf->footer(
      "Exit status: 0 it may, 1 it may not or nothing says so, 2 wrong usage, 3 it could not be found out.");
  session.on_run(*spf, [request](Session& s) { return run_spf(s, *request); });
}

}  // namespace

void add_auth_command(CLI::App& root, Session& session) {
  auto* auth = root.add_subcommand("auth", "Find out whether a message is who it says it is");
  add_check(*auth, session);
  add_replay(*auth, session);
  add_spf(*auth, session);
}

}  // namespace rampart::cli
