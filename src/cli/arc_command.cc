// rampart arc: what a gateway does that hands mail on to another system.
#include <algorithm>

#include "auth/arc/seal.h"
#include "auth/results_field.h"
#include "auth/results_parse.h"
#include "base/file.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/fix_options.h"
#include "cli/mail_options.h"
#include "cli/signers.h"
#include "dns/domain.h"
#include "server/setup/mail_file.h"
#include "server/setup/signers.h"

namespace rampart::cli {
namespace {

using base::ErrorKind;
using base::Result;
using server::authenticate;
using server::envelope_of;
using server::EnvelopeOptions;
using server::Mail;
using server::read_mail;
using server::Signer;
using server::with_fields;

constexpr std::string_view kResultsName = "Authentication-Results: ";

struct Request {
  std::string file;
  FactsOptions facts;
  EnvelopeOptions envelope;
  SignerOptions signer;
  std::string host;
  std::string output = "-";
};

// The message without the fields at `places`.
std::string without_fields(const Mail& mail, const std::vector<std::string_view>& fields) {
  std::string out;
  std::size_t from = 0;
  for (const auto raw : fields) {
    const auto at = static_cast<std::size_t>(raw.begin() - std::string_view(mail.bytes).begin());
    out.append(mail.bytes, from, at - from);
    from = at + raw.size();
  }
  return out.append(mail.bytes, from);
}

Result<Exit> run_seal(Session& session, const Request& request) {
  const auto* config = TRY(session.config());
  const auto envelope = TRY(envelope_of(request.envelope));
  arc::SealOptions options;
  const auto host = dns::parse_domain(request.host);
  if (!host) return base::fail(ErrorKind::usage, "--host is no host name", {}, "such as mx.bank.example");
  const auto mail = TRY(read_mail(request.file));
  const auto signers = TRY(signers_of(session, request.signer, mail->message));
  // A set is sealed by one key, and every verifier knows rsa-sha256 (RFC 8301 section 3.1).
  const auto rsa = std::ranges::find(signers, crypto::SignKey::Type::rsa,
                                     [](const Signer& signer) { return signer.key.type(); });
  const auto& signer = rsa == signers.end() ? signers.front() : *rsa;
  options.domain = signer.domain;
  options.selector = signer.selector;
  const auto source = TRY(open_source(request.facts, *config, 1));
  const auto author = mail::read_author(mail->message.header);
  if (!author.domains.empty()) TRY(source->prepare(author.domains.front()));
  options.now = source->now();
  const auto decided = TRY(authenticate(*mail, envelope, source->lanes().front(), options.now, *config));
  const auto& result = decided.decision;

  // Nobody but us says what we found: fields with our name that came with the message go (RFC 8601 section 5).
  const mail::FieldIndex places(mail->message.header);
  const auto forged = auth::forged_results(mail->message.header, places, host->text());
  const auto clean = without_fields(*mail, forged);
  const auto message = TRY(mail::Message::parse(clean));
  const mail::FieldIndex index(message.header);
  const auto results = auth::results_field(host->text(), envelope, result);
  const auto value =
      std::string_view(results).substr(kResultsName.size(), results.size() - kResultsName.size() - 2);
  const auto set = TRY(arc::seal(message, index, signer.key, result.arc.result, value, options));
  if (set.empty())
    session.note(fmt::format("no set was added: {}", result.arc.chain.ended
                                                         ? "the chain has failed before, and stays as it is"
                                                         : "the chain has as many sets as it may"));
  if (!forged.empty())
    session.note(fmt::format("{} Authentication-Results field{} that came with the message {} taken out",
                             forged.size(), forged.size() == 1 ? "" : "s",
                             forged.size() == 1 ? "was" : "were"));
  const auto text = with_fields(set + results, clean);
  TRY(request.output == "-" ? session.print(text) : base::write_file(request.output, text));
  return Exit::clean;
}

}  // namespace

void add_arc_command(CLI::App& root, Session& session) {
  auto* arc = root.add_subcommand("arc", "Seal messages that are handed on to another system");
  auto* command = arc->add_subcommand(
      "seal", "Check a message, and print it with the results and an ARC set that vouches for them");
  const auto request = std::make_shared<Request>();
  command->add_option("FILE", request->file, "The message, as an .eml file; - for standard input")
      ->required();
  add_envelope_options(*command, request->envelope);
  add_source_options(*command, request->facts, "Take answers from zone files",
                     "Take answers from what `auth check --record` wrote, and nothing else");
  session.add_setting(*command, "dns.resolvers");
  session.add_setting(*command, "dns.authoritative");
  session.add_setting(*command, "dns.trust_ad");
  session.add_setting(*command, "dns.timeout");
  add_signer_options(*command, session, request->signer, SignerUse::seal);
  command->add_option("--host", request->host, "The host that says what was found")
      ->required()
      ->type_name("NAME");
  command->add_option("--output", request->output, "Write to a file, whole or not at all")->type_name("FILE");
  command->footer(
      "Exit status: 0 it is printed, sealed or (which is said) as it may not be sealed any more, 2 wrong "
      "usage, 3 "
      "something could not be read or looked up at all.");
  session.on_run(*command, [request](Session& s) { return run_seal(s, *request); });
}

}  // namespace rampart::cli
