// rampart dkim: keys, and signatures made with them.
#include "audit/format/words.h"
#include "audit/keys/rotate.h"
#include "auth/dkim/sign.h"
#include "base/file.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/fix_options.h"
#include "cli/help.h"
#include "cli/keys_options.h"
#include "cli/signers.h"
#include "dns/domain.h"
#include "server/setup/key_file.h"
#include "server/setup/key_store.h"
#include "server/setup/mail_file.h"
#include "server/setup/signers.h"

namespace rampart::cli {
namespace {

using base::ErrorKind;
using base::Result;
using server::drive_options;
using server::open_key_folder;
using server::read_mail;
using server::read_seal;
using server::schedule_now;
using server::sealed_name;
using server::Signer;
using server::with_fields;
using server::write_secret;

constexpr unsigned kLeastBits = 2048;  // RFC 8301 section 3.2 recommends them, and the advisory asks for them
constexpr unsigned kMostBits = 4096;   // RFC 8301 section 3.2: verifiers must go this far only

struct Request {
  std::string domain;
  std::string selector;
  std::string key;
  std::string type = "rsa";
  std::optional<unsigned> bits;
};

std::string record_line(const dns::Name& name, const crypto::SignKey& key) {
  audit::Remedy record{.action = audit::Remedy::Action::add, .name = name, .data = {}};
  record.data =
      fmt::format("v=DKIM1; k={}; p={}", key.type() == crypto::SignKey::Type::rsa ? "rsa" : "ed25519",
                  base::encode_base64(key.public_key()));
  return audit::zone_line(record) + '\n';
}

// A key in the key folder, to be the domain's next.
Result<Exit> make_managed(Session& session, const Request& request, const dns::Name& name,
                          dkim::KeyType type) {
  const auto folder = TRY(open_key_folder(*TRY(session.config())));
  const auto lock = TRY(folder.lock(name.text()));
  auto domain = TRY(audit::keys::read_domain(folder, name));
  const auto next = dkim::next_step(domain, type, schedule_now(), {}, {.at_once = true});
  if (next.kind != dkim::RotationStep::Kind::make)
    return base::fail(ErrorKind::usage,
                      fmt::format("{} has a key already that waits for its turn", name.text()), {},
                      fmt::format("rampart dkim list {} shows it", name.text()));
  const auto key = TRY(audit::keys::make_key(folder, domain, next.selector, type,
                                             request.bits.value_or(kLeastBits), schedule_now()));
  TRY(session.print(record_line(*dkim::record_name(domain, next.selector), key)));
  session.note(fmt::format(
      "made {}; rampart dkim publish {} puts its record there, and rampart dkim rotate {} then signs with it",
      next.selector, name.text(), name.text()));
  return Exit::clean;
}

Result<Exit> run_keygen(Session& session, const Request& request) {
  const auto domain = TRY(signing_domain(request.domain));
  const auto bits = request.bits.value_or(kLeastBits);
  if (bits < kLeastBits || bits > kMostBits)
    return base::fail(ErrorKind::usage, fmt::format("RSA keys have {} to {} bits", kLeastBits, kMostBits),
                      "--bits",
                      "fewer are not safe, and more are not read everywhere (RFC 8301 section 3.2)");
  const bool rsa = request.type == "rsa";
  if (!rsa && request.bits)
    return base::fail(ErrorKind::usage, "--bits is for RSA keys: those of ed25519 have 256", {},
                      "leave it out");
  if (request.selector.empty() != request.key.empty())
    return base::fail(ErrorKind::usage, "--selector and --key go together", {},
                      "give both for a key in a file of your own, or neither for one in the key folder");
  if (request.key.empty())
    return make_managed(session, request, domain, rsa ? dkim::KeyType::rsa : dkim::KeyType::ed25519);
  TRY(check_selector(request.selector));
  const auto name = dkim::key_name(domain, request.selector);
  if (!name) return base::fail(ErrorKind::usage, "the key's name is too long", "--selector");
  const auto seal = TRY(read_seal(*TRY(session.config())));
  const auto key =
      TRY(crypto::SignKey::make(rsa ? crypto::SignKey::Type::rsa : crypto::SignKey::Type::ed25519, bits));
  const auto pem = key.pem();
  const auto sealed =
      seal ? seal->seal(pem, sealed_name(domain, base::lower(request.selector))) : std::string();
  TRY(write_secret(request.key, seal ? std::string_view(sealed) : pem.view()));
  TRY(session.print(record_line(*name, key)));
  session.note(fmt::format("the private key is in {}{}; publish the record, then sign with it", request.key,
                           seal ? ", sealed" : ""));
  return Exit::clean;
}

struct SignRequest {
  std::string file;
  SignerOptions signer;
  std::string output = "-";
};

// DMARC counts a signature only where its domain and the author's belong together; which do is for DNS to say, and what no
// receiver can find aligned is said.
void note_alignment(Session& session, const mail::Message& message, const std::vector<Signer>& signers) {
  const auto author = mail::read_author(message.header);
  if (!author.fault.empty()) {
    session.note(fmt::format("DMARC can pass for no such message: {}", base::printable(author.fault)));
    return;
  }
  const auto organization = [](const dns::Name& name) { return dns::registered_domain(name).value_or(name); };
  for (const auto& domain : author.domains) {
    const bool aligned = std::ranges::any_of(signers, [&](const Signer& signer) {
      return signer.domain.is_within(domain) || domain.is_within(signer.domain) ||
             organization(signer.domain) == organization(domain);
    });
    if (!aligned)
      session.note(fmt::format("From is {}, and {} signs: DMARC counts no such signature", domain.text(),
                               signers.front().domain.text()));
  }
}

Result<Exit> run_sign(Session& session, const SignRequest& request) {
  dkim::SignOptions options;
  options.now = base::now();
  const auto mail = TRY(read_mail(request.file));
  const auto signers = TRY(signers_of(session, request.signer, mail->message));
  const mail::FieldIndex index(mail->message.header);
  std::string fields;
  for (const auto& signer : signers) {
    options.domain = signer.domain;
    options.selector = signer.selector;
    fields += TRY(dkim::sign(mail->message, index, signer.key, options));
  }
  note_alignment(session, mail->message, signers);
  const auto text = with_fields(std::move(fields), mail->bytes);
  TRY(request.output == "-" ? session.print(text) : base::write_file(request.output, text));
  return Exit::clean;
}

struct VerifyRequest {
  std::string file;
  FactsOptions facts;
  std::string format = "text";
  std::size_t width = 0;
};

Exit exit_of(const std::vector<dkim::Checked>& signatures) {
  const auto any = [&](dkim::Result result) {
    return std::ranges::find(signatures, result, &dkim::Checked::result) != signatures.end();
  };
  if (any(dkim::Result::pass)) return Exit::clean;
  return any(dkim::Result::temperror) ? Exit::undetermined : Exit::findings;
}

// Everything that verifying a message takes, held together while answers come.
struct Verification {
  explicit Verification(const mail::Message& message) : index(message.header), check(message, index, keys) {}
  mail::FieldIndex index;
  dkim::KeyCache keys;
  dkim::SignatureCheck check;
  dkim::Verifier dkim{check};
  arc::Validator arc{check};
};

Result<Exit> run_verify(Session& session, const VerifyRequest& request) {
  const auto* config = TRY(session.config());
  const auto mail = TRY(read_mail(request.file));
  const auto source = TRY(open_source(request.facts, *config, 1));
  const auto author = mail::read_author(mail->message.header);
  if (!author.domains.empty()) TRY(source->prepare(author.domains.front()));
  const auto work = std::make_shared<Verification>(mail->message);  // kept alive by an answer that comes late
  const auto now = source->now();
  const auto decided = TRY(audit::ask_lane<auth::Signatures>(
      source->lanes().front(), drive_options(*config), {}, [work, now](facts::Facts& facts) {
        auth::Signatures out{.dkim = work->dkim.results(facts, now), .arc = {}};
        out.arc = work->arc.run(facts, now);
        return out;
      }));
  const auto about = source->about();
  const auto options =
      auth::ReportOptions{.color = session.color_on_out(),
                          .width = text_width(session.surroundings().out_is_terminal, request.width),
                          .version = RAMPART_VERSION,
                          .source = about.source,
                          .notes = about.notes,
                          .now = now};
  TRY(session.print(request.format == "json" ? auth::signatures_json(decided.decision, options)
                                             : auth::signatures_text(decided.decision, options)));
  if (request.format != "json") {
    for (const auto& note : about.notes) session.note(note);
  }
  return exit_of(decided.decision.dkim);
}

void add_keygen(CLI::App& dkim, Session& session) {
  auto* command = dkim.add_subcommand("keygen", "Make a key, and print the record to publish");
  const auto request = std::make_shared<Request>();
  command->add_option("DOMAIN", request->domain, "The domain that signs")->required();
  command
      ->add_option("--selector", request->selector,
                   "The key's name below _domainkey; without it the key goes into the key folder")
      ->type_name("NAME");
  command
      ->add_option("--key", request->key, "The new file for the private key, which its owner alone may read")
      ->type_name("FILE");
  session.add_setting(*command, "dkim.keys");
  session.add_setting(*command, "dkim.seal_file");
  command
      ->add_option("--type", request->type,
                   "rsa, which every receiver reads, or ed25519, to be used beside it [rsa]")
      ->check(one_of({"rsa", "ed25519"}));
  command->add_option("--bits", request->bits, "Of RSA [2048]")->type_name("BITS");
  command->footer(
      "The record is printed; it is for whoever keeps the zone. Exit status: 0 the key is made, 2 it is "
      "not.");
  session.on_run(*command, [request](Session& s) { return run_keygen(s, *request); });
}

void add_sign(CLI::App& dkim, Session& session) {
  auto* command = dkim.add_subcommand("sign", "Sign a message, and print it with its signature");
  const auto request = std::make_shared<SignRequest>();
  command->add_option("FILE", request->file, "The message, as an .eml file; - for standard input")
      ->required();
  add_signer_options(*command, session, request->signer, SignerUse::sign);
  command->add_option("--output", request->output, "Write to a file, whole or not at all")->type_name("FILE");
  command->footer(
      "Exit status: 0 it is signed, 2 wrong usage, or no key signs for it; nothing is printed then.");
  session.on_run(*command, [request](Session& s) { return run_sign(s, *request); });
}

void add_verify(CLI::App& dkim, Session& session) {
  auto* command = dkim.add_subcommand("verify", "Verify a message's signatures, DKIM and ARC");
  const auto request = std::make_shared<VerifyRequest>();
  command->add_option("FILE", request->file, "The message, as an .eml file; - for standard input")
      ->required();
  add_source_options(*command, request->facts, "Take keys from zone files",
                     "Take keys from what `auth check --record` wrote, and nothing else");
  session.add_setting(*command, "dns.resolvers");
  session.add_setting(*command, "dns.authoritative");
  session.add_setting(*command, "dns.trust_ad");
  session.add_setting(*command, "dns.timeout");
  command->add_option("--format", request->format, "text or json [text]")
      ->type_name("FORMAT")
      ->check(one_of({"text", "json"}));
  command->add_option("--width", request->width, "Set text for this many columns")->type_name("COLUMNS");
  command->footer(
      "Exit status: 0 a DKIM signature holds, 1 none does, 2 wrong usage, 3 it could not be found out.");
  session.on_run(*command, [request](Session& s) { return run_verify(s, *request); });
}

}  // namespace

void add_dkim_command(CLI::App& root, Session& session) {
  auto* dkim = root.add_subcommand("dkim", "Make DKIM keys, sign with them, and verify signatures");
  add_keygen(*dkim, session);
  add_sign(*dkim, session);
  add_verify(*dkim, session);
  add_key_commands(*dkim, session);
}

}  // namespace rampart::cli
