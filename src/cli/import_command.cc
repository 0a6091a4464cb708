// rampart import: what another program signs is signed by us, with the same keys.
#include <algorithm>
#include <filesystem>
#include <set>

#include "audit/import/imported.h"
#include "audit/keys/rotate.h"
#include "audit/selectors.h"
#include "auth/dkim/signing_table.h"
#include "base/file.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/fix_options.h"
#include "cli/key_file.h"
#include "cli/keys_options.h"
#include "dns/domain.h"

namespace rampart::cli {
namespace {

namespace import = audit::import;
using base::ErrorKind;
using base::Result;

constexpr std::string_view kShared = "any";  // the folder of keys that sign as any domain

struct Request {
  std::string path;
  bool dry_run = false;
};

import::Files on_disk() {
  return {.read = [](const std::string& path) { return base::read_file(path, import::kMaxFile); },
          .list =
              [](const std::string& folder) {
                std::vector<std::string> out;
                std::error_code error;
                for (std::filesystem::directory_iterator at(folder, error), end; !error && at != end;
                     at.increment(error))
                  out.push_back(at->path().filename().string());
                return out;
              }};
}

// A rule with its key, ready to be put into the folder.
struct Ready {
  dkim::SigningRule rule;
  std::string owner;  // its folder
  std::string file;
  std::optional<crypto::SignKey> key;  // of the first rule that names this place
};

Result<crypto::SignKey> key_of(const import::Rule& rule) {
  auto key = rule.key_file.empty() ? crypto::SignKey::from_pem(rule.key_text) : read_key(rule.key_file);
  if (key) return key;
  auto error = key.error();
  if (error.where.empty()) error.where = rule.place.text();
  return std::unexpected(std::move(error));
}

// The rules that can be taken over; what cannot is said.
Result<std::vector<Ready>> prepare(Session& session, const import::Imported& imported, std::size_t& refused) {
  std::vector<Ready> out;
  std::map<std::string, std::string> places;  // where a key goes: its public half
  for (const auto& rule : imported.rules) {
    auto key = key_of(rule);
    const bool selector = audit::is_selector(rule.selector);
    if (!key || !selector) {
      ++refused;
      session.report(key ? base::Error{ErrorKind::input,
                                       fmt::format("\"{}\" is no selector", base::printable(rule.selector)),
                                       rule.place.text(),
                                       {}}
                         : key.error());
      continue;
    }
    const auto file = base::lower(rule.selector);
    const auto folder = rule.domain == "%" ? std::string(kShared) : rule.domain;
    const auto place = fmt::format("{}/{}", folder, file);
    const auto [known, fresh] = places.emplace(place, key->public_key());
    if (known->second != key->public_key()) {
      ++refused;
      session.report({ErrorKind::input,
                      fmt::format("{} names two keys of one domain and selector", place),
                      rule.place.text(),
                      {}});
      continue;
    }
    out.push_back({.rule = {.pattern = rule.pattern, .domain = rule.domain, .selector = file, .key = place},
                   .owner = folder,
                   .file = file,
                   .key = std::nullopt});
    if (fresh) out.back().key = *std::move(key);
  }
  return out;
}

// Where a domain has one key of each type, its rules follow its rotation.
void let_rotate(std::vector<Ready>& ready) {
  std::map<std::string, std::set<std::string>> keys;  // of a domain
  for (const auto& one : ready) keys[one.rule.domain].insert(one.rule.key);
  for (auto& one : ready) {
    if (one.rule.domain == "%" || keys[one.rule.domain].size() != 1) continue;
    one.rule.selector = "*";
    one.rule.key = one.rule.domain;
  }
}

// The key into its folder; where it rotates as one that signs already, so that rotation goes on from here.
Result<> put_key(const crypto::KeyFolder& folder, const Ready& ready) {
  const auto& [rule, owner, file, key] = ready;
  const auto lock = TRY(folder.lock(owner));
  if (const auto there = folder.read(owner, file); there) {
    if (there->public_key() != ready.key->public_key())
      return base::fail(ErrorKind::input, fmt::format("{}/{} is another key already", owner, file), {},
                        "move the one or the other away");
  } else {
    TRY(folder.put(owner, file, *ready.key));
  }
  // Of several keys of a domain none may retire while its rule is there.
  if (rule.selector != "*") return {};
  auto domain = TRY(audit::keys::read_domain(folder, TRY(domain_of(owner))));
  if (std::ranges::find(domain.keys, file, &dkim::ManagedKey::selector) != domain.keys.end()) return {};
  const bool rsa = ready.key->type() == crypto::SignKey::Type::rsa;
  const auto now = schedule_now();
  domain.keys.push_back({.selector = file,
                         .type = rsa ? dkim::KeyType::rsa : dkim::KeyType::ed25519,
                         .bits = ready.key->bits(),
                         .public_key = ready.key->public_key(),
                         .file = file,
                         .phase = dkim::KeyPhase::made,
                         .made = now});
  dkim::set_seen(domain.keys.back(), now, std::chrono::seconds(0));
  dkim::set_signing(domain, domain.keys.size() - 1, now);
  return audit::keys::write_domain(folder, domain);
}

std::string hosts_text(std::string_view what, const std::vector<std::string>& hosts) {
  std::string out;
  if (!hosts.empty())
    out = fmt::format("# {}: {}\n", what, base::printable(fmt::format("{}", fmt::join(hosts, ", "))));
  return out;
}

Result<Exit> run(Session& session, const Request& request, const import::Imported& imported) {
  std::size_t refused = 0;
  auto ready = TRY(prepare(session, imported, refused));
  let_rotate(ready);
  dkim::SigningTable table{.rules = {}, .all = imported.all};
  for (const auto& one : ready) table.rules.push_back(one.rule);
  TRY(session.print(dkim::format_table(table) + hosts_text("mail is signed from", imported.internal) +
                    hosts_text("may send unsigned", imported.trusted)));
  for (const auto& note : imported.notes)
    session.note(note.place.file.empty() ? note.text : fmt::format("{}: {}", note.place.text(), note.text));
  std::set<std::string> weak;
  for (const auto& one : ready) {
    if (one.key && one.key->type() == crypto::SignKey::Type::rsa && one.key->bits() < 2048)
      weak.insert(fmt::format("{}/{}", one.owner, one.file));
  }
  for (const auto& key : weak)
    session.note(
        fmt::format("{} has fewer than 2048 bits: rampart dkim rotate --now puts another in its place", key));
  if (refused != 0)
    return base::fail(ErrorKind::input,
                      fmt::format("{} of {} rules cannot be taken over", refused, imported.rules.size()), {},
                      "nothing was written; mend what is said above, or take those rules out");
  if (request.dry_run) {
    session.note("nothing was written");
    return Exit::clean;
  }
  if (table.rules.empty()) return Exit::clean;
  const auto folder = TRY(open_key_folder(*TRY(session.config())));
  for (const auto& one : ready) {
    if (one.key) TRY(put_key(folder, one));
  }
  TRY(write_signing_table(folder, table));
  session.note(fmt::format("{} rules and {} keys are in {}", table.rules.size(),
                           std::ranges::count_if(ready, [](const auto& one) { return one.key.has_value(); }),
                           folder.path()));
  return Exit::clean;
}

template <class F>
void add(CLI::App& parent, Session& session, const char* name, const char* help, F import) {
  auto* command = parent.add_subcommand(name, help);
  const auto request = std::make_shared<Request>();
  command->add_option("PATH", request->path, "Its configuration file")->required();
  command->add_flag("--dry-run", request->dry_run, "Show what would be taken over, and write nothing");
  session.add_setting(*command, "dkim.keys");
  session.add_setting(*command, "dkim.seal_file");
  session.on_run(*command, [request, import](Session& s) -> Result<Exit> {
    return run(s, *request, TRY(import(request->path, on_disk())));
  });
}

}  // namespace

void add_import_command(CLI::App& root, Session& session) {
  auto* command = root.add_subcommand("import", "Take over the signing of another program, with its keys");
  add(*command, session, "opendkim", "From opendkim.conf, its KeyTable and SigningTable",
      &import::import_opendkim);
  add(*command, session, "rspamd", "From rspamd's dkim_signing.conf", &import::import_rspamd);
}

}  // namespace rampart::cli
