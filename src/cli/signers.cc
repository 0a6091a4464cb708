#include "cli/signers.h"

#include "audit/selectors.h"
#include "base/text.h"
#include "cli/fix_options.h"
#include "mail/from.h"
#include "server/setup/key_file.h"
#include "server/setup/key_store.h"
#include "server/setup/signers.h"

namespace rampart::cli {

using base::ErrorKind;
using base::Result;
using server::managed_signers;
using server::open_old_key_folder;
using server::read_key;
using server::read_seal;
using server::read_signing_table;
using server::sealed_name;
using server::Signer;
using server::signing_path;

Result<> check_selector(const std::string& selector) {
  if (audit::is_selector(selector)) return {};
  return base::fail(ErrorKind::usage, fmt::format("\"{}\" is no selector", base::printable(selector)),
                    "--selector", "letters, digits, - and _, such as s202611");
}

namespace {

// Whoever the signing table names for the author of the message.
Result<std::vector<Signer>> table_signers(const crypto::KeyFolder& folder, const mail::Message& message) {
  const auto table = TRY(read_signing_table(folder));
  if (table.rules.empty())
    return base::fail(ErrorKind::usage, "nothing says who signs", signing_path(folder),
                      "name the domain with --domain, or write a signing table: docs/keys.md");
  const auto author = mail::read_author(message.header);
  if (!author.fault.empty() || author.addresses.size() != 1)
    return base::fail(ErrorKind::input, "the message has no one author whose rule could be looked up", {},
                      "name the domain with --domain");
  std::vector<Signer> out;
  // The domain as DNS has it, whatever form the message has it in (RFC 8616 section 4).
  const auto& address = author.addresses.front();
  const auto local = address.substr(0, address.rfind('@') + 1);
  for (const auto& signer : dkim::find_signers(table, local + author.domains.front().text())) {
    if (signer.selector == "*") {
      for (auto& one : TRY(managed_signers(folder, TRY(domain_of(signer.key))))) {
        one.domain = signer.domain;
        out.push_back(std::move(one));
      }
      continue;
    }
    const auto slash = signer.key.find('/');
    out.push_back({signer.domain, signer.selector,
                   TRY(folder.read(signer.key.substr(0, slash), signer.key.substr(slash + 1)))});
  }
  if (!out.empty()) return out;
  return base::fail(ErrorKind::input,
                    fmt::format("no rule signs for {}", base::printable(author.addresses.front())),
                    signing_path(folder), "add one there, or name the domain with --domain");
}

// The key in the file that was named, which may be sealed.
Result<crypto::SignKey> key_in(Session& session, const SignerOptions& options) {
  const auto domain = TRY(domain_of(options.domain));
  return read_key(options.key, TRY(read_seal(*TRY(session.config()))),
                  sealed_name(domain, base::lower(options.selector)));
}

}  // namespace

Result<std::vector<Signer>> signers_of(Session& session, const SignerOptions& options,
                                       const mail::Message& message) {
  std::vector<Signer> out;
  if (options.selector.empty() != options.key.empty() || (!options.key.empty() && options.domain.empty()))
    return base::fail(
        ErrorKind::usage, "--domain, --selector and --key go together", {},
        "give all three for a key in a file of your own, or --domain alone for those in the key folder");
  if (!options.key.empty()) {
    TRY(check_selector(options.selector));
    out.push_back({.domain = TRY(domain_of(options.domain)),
                   .selector = base::lower(options.selector),
                   .key = TRY(key_in(session, options))});
    return out;
  }
  const auto folder = TRY(open_old_key_folder(*TRY(session.config())));
  if (options.domain.empty()) return table_signers(folder, message);
  return managed_signers(folder, TRY(domain_of(options.domain)));
}

void add_signer_options(CLI::App& command, Session& session, SignerOptions& options, SignerUse use) {
  const bool seals = use == SignerUse::seal;
  command
      .add_option("--domain", options.domain,
                  seals ? "The domain that seals"
                        : "The domain that signs; without it the signing table of the key folder says")
      ->required(seals)
      ->type_name("DOMAIN");
  command
      .add_option("--selector", options.selector,
                  "The key's name below _domainkey; without it the key folder's keys sign")
      ->type_name("NAME");
  command.add_option("--key", options.key, "The private key, in PEM")->type_name("FILE");
  session.add_setting(command, "dkim.keys");
  session.add_setting(command, "dkim.seal_file");
}

}  // namespace rampart::cli
