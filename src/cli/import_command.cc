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
#include "dns/domain.h"
#include "server/setup/key_file.h"
#include "server/setup/key_store.h"

namespace rampart::cli {
namespace {

namespace import = audit::import;
using base::ErrorKind;
using base::Result;
using server::key_folder_path;
using server::open_key_folder;
using server::read_key;
using server::read_signing_text;
using server::schedule_now;
using server::signing_path;
using server::write_signing_table;

constexpr std::string_view kShared = "any";  // the folder of keys that sign as any domain

struct Request {
  std::string path;
  bool dry_run = false;
  bool replace = false;
};

import::Files on_disk() {
  return {
      .read = [](const std::string& path) { return base::read_file(path, import::kMaxFile); },
      .list = [](const std::string& folder) -> Result<std::vector<std::string>> {
        std::vector<std::string> out;
        std::error_code error;
        for (std::filesystem::directory_iterator at(folder, error), end; !error && at != end;
             at.increment(error))
          out.push_back(at->path().filename().string());
        if (!error || error == std::errc::no_such_file_or_directory || error == std::errc::not_a_directory)
          return out;
        return base::fail(ErrorKind::io, fmt::format("cannot be read: {}", error.message()),
                          base::printable(folder), "run it as root, or as the user of the other program");
      }};
}

// A rule with its key, ready to be put into the folder.
struct Ready {
  dkim::SigningRule rule;
  std::string owner;  // its folder
  std::string file;
  std::string place;                   // in the other program's configuration
  std::optional<crypto::SignKey> key;  // of the first rule that names this place
};

Result<crypto::SignKey> key_of(const import::Rule& rule) {
  // The other program runs as a user of its own, whose keys these are.
  auto key = rule.key_file.empty() ? crypto::SignKey::from_pem(rule.key_text)
                                   : read_key(rule.key_file, {.any_owner = true});
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
                                       "a selector is made of letters, digits, hyphens and dots"}
                         : key.error());
      continue;
    }
    const auto file = base::lower(rule.selector);
    const auto folder = rule.domain == "%" ? std::string(kShared) : rule.domain;
    const auto place = fmt::format("{}/{}", folder, file);
    const auto [known, fresh] = places.emplace(place, key->public_key());
    if (known->second != key->public_key()) {
      ++refused;
      session.report({ErrorKind::input, fmt::format("{} names two keys of one domain and selector", place),
                      rule.place.text(), "see which of both is published, and take the other out"});
      continue;
    }
    out.push_back({.rule = {.pattern = rule.pattern, .domain = rule.domain, .selector = file, .key = place},
                   .owner = folder,
                   .file = file,
                   .place = rule.place.text(),
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

dkim::KeyType type_of(const crypto::SignKey& key) {
  return key.type() == crypto::SignKey::Type::rsa ? dkim::KeyType::rsa : dkim::KeyType::ed25519;
}

// What rotation knows of the domain must not be undone by what another program signed with once.
Result<> check_managed(const dkim::ManagedDomain& domain, const Ready& ready) {
  const auto name = domain.domain.text();
  if (domain.delegate)
    return base::fail(
        ErrorKind::input,
        fmt::format("the keys of {} stand in {}, by delegation: one of another selector is published nowhere",
                    name, domain.delegate->text()),
        ready.place, fmt::format("take the rules of {} out: rampart dkim rotate {} goes on", name, name));
  const auto known = std::ranges::find(domain.keys, ready.file, &dkim::ManagedKey::selector);
  if (ready.rule.selector != "*") {
    if (known == domain.keys.end()) return {};
    return base::fail(
        ErrorKind::input,
        fmt::format("{} of {} is one of the keys that rotate ({}), and a rule of its own would sign with it "
                    "when it is revoked",
                    ready.file, name, dkim::to_string(known->phase)),
        ready.place,
        fmt::format(
            "leave one key of {} there, so that its rules follow rotation, or take all of its rules out",
            name));
  }
  // A second time: rotation has gone on from it.
  if (known != domain.keys.end()) return {};
  for (const auto& key : domain.keys) {
    if (key.type == type_of(*ready.key) && key.phase == dkim::KeyPhase::signing)
      return base::fail(
          ErrorKind::input,
          fmt::format("{} signs for {} already: {} would take its place", key.selector, name, ready.file),
          ready.place,
          fmt::format("take the rules of {0} out there, and write *@{0} {0} * {0} into the signing table: "
                      "whatever key of {0} signs then",
                      name));
  }
  return {};
}

// Whether the key can go where it shall, or is there; nothing is changed.
Result<bool> check_place(const crypto::KeyFolder& folder, const Ready& ready) {
  const auto& [rule, owner, file, place, key] = ready;
  if (owner != kShared)
    TRY(check_managed(TRY(audit::keys::read_domain(folder, TRY(domain_of(owner)))), ready));
  if (!TRY(folder.has(owner, file))) return false;
  if (TRY(folder.read(owner, file)).public_key() == key->public_key()) return true;
  return base::fail(ErrorKind::input, fmt::format("{}/{} is another key already", owner, file), place,
                    "move the one or the other away");
}

// The key into its folder; where it rotates as one that signs already, so that rotation goes on from here.
Result<> put_key(const crypto::KeyFolder& folder, const Ready& ready) {
  const auto& [rule, owner, file, place, key] = ready;
  const auto lock = TRY(folder.lock(owner));
  // Another process may have been here since all places were looked at.
  if (!TRY(check_place(folder, ready))) TRY(folder.put(owner, file, *key));
  // Of several keys of a domain none may retire while its rule is there.
  if (rule.selector != "*") return {};
  auto domain = TRY(audit::keys::read_domain(folder, TRY(domain_of(owner))));
  if (std::ranges::find(domain.keys, file, &dkim::ManagedKey::selector) != domain.keys.end()) return {};
  const auto now = schedule_now();
  domain.keys.push_back({.selector = file,
                         .type = type_of(*key),
                         .bits = key->bits(),
                         .public_key = key->public_key(),
                         .file = file,
                         .phase = dkim::KeyPhase::made,
                         .made = now});
  dkim::set_seen(domain.keys.back(), now, std::chrono::seconds(0));
  dkim::set_signing(domain, domain.keys.size() - 1, now);
  return audit::keys::write_domain(folder, domain);
}

// What is written reads back as what was meant: whatever the table cannot say is found here.
Result<> check_table(const dkim::SigningTable& table, const std::vector<Ready>& ready) {
  if (table.rules.size() > dkim::kMaxSigningRules)
    return base::fail(ErrorKind::input,
                      fmt::format("there are {} rules, and a signing table has {} at most",
                                  table.rules.size(), dkim::kMaxSigningRules),
                      {}, "import a part of them at a time, each into a key folder of its own");
  for (const auto& one : ready) {
    const auto again = dkim::parse_table(dkim::format_table({.rules = {one.rule}}), one.place);
    if (again && again->rules == std::vector{one.rule}) continue;
    return base::fail(
        ErrorKind::input,
        fmt::format("\"{}\" cannot stand in a signing table", base::printable(one.rule.pattern)), one.place,
        "a pattern has no white space and no #: mend it there, or take the rule out");
  }
  return {};
}

// The text of the signing table that is there; nothing when there is none.
struct OldTable {
  std::optional<std::string> text;
  bool same = false;  // it says what the new one says
};
Result<OldTable> old_table(const crypto::KeyFolder& folder, const dkim::SigningTable& table) {
  OldTable out{.text = TRY(read_signing_text(folder))};
  if (!out.text) return out;
  const auto old = dkim::parse_table(*out.text, signing_path(folder));
  out.same = old && old->all == table.all && old->rules == table.rules;
  return out;
}

// Everything that could refuse one of the keys or the table, before the first is written.
Result<> check_all(const crypto::KeyFolder& folder, const Request& request, const std::vector<Ready>& ready,
                   const dkim::SigningTable& table) {
  for (const auto& one : ready) {
    if (one.key && !TRY(check_place(folder, one))) TRY(folder.check_seal());
  }
  const auto old = TRY(old_table(folder, table));
  if (request.replace || !old.text || old.same) return {};
  return base::fail(
      ErrorKind::input, "there is a signing table already, and another one",
      base::printable(signing_path(folder)),
      "add the rules above by hand, or put them in its place with --replace, which keeps it as signing.old");
}

std::string hosts_text(std::string_view what, const std::vector<std::string>& hosts) {
  std::string out;
  if (!hosts.empty())
    out = fmt::format("# {}: {}\n", what, base::printable(fmt::format("{}", fmt::join(hosts, ", "))));
  return out;
}

// Another one that is there stays beside it; one that says the same stays as it is, with its comments.
Result<> put_table(Session& session, const crypto::KeyFolder& folder, const dkim::SigningTable& table) {
  const auto path = signing_path(folder);
  const auto old = TRY(old_table(folder, table));
  if (old.same) return {};
  if (old.text) {
    TRY(base::write_file(path + ".old", *old.text));
    session.note(fmt::format("the signing table that was there is {}.old now", path));
  }
  return write_signing_table(folder, table);
}

Result<Exit> run(Session& session, const Request& request, const import::Imported& imported) {
  std::size_t refused = 0;
  auto ready = TRY(prepare(session, imported, refused));
  let_rotate(ready);
  dkim::SigningTable table{.rules = {}, .all = imported.all};
  for (const auto& one : ready) table.rules.push_back(one.rule);
  TRY(check_table(table, ready));
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
  if (table.rules.empty())
    return base::fail(ErrorKind::input, "no rule was found that could be taken over",
                      base::printable(request.path), "see what is said above; nothing was written");
  const auto* config = TRY(session.config());
  std::error_code error;
  // A dry run makes no folder.
  if (request.dry_run && !std::filesystem::exists(key_folder_path(*config), error)) {
    session.note("nothing was written");
    return Exit::clean;
  }
  const auto folder = TRY(open_key_folder(*config));
  TRY(check_all(folder, request, ready, table));
  if (request.dry_run) {
    session.note("nothing was written");
    return Exit::clean;
  }
  for (const auto& one : ready) {
    if (one.key) TRY(put_key(folder, one));
  }
  TRY(put_table(session, folder, table));
  const auto keys = std::ranges::count_if(ready, [](const auto& one) { return one.key.has_value(); });
  session.note(fmt::format("{} rule{} and {} key{} are in {}", table.rules.size(),
                           table.rules.size() == 1 ? "" : "s", keys, keys == 1 ? "" : "s", folder.path()));
  return Exit::clean;
}

template <class F>
void add(CLI::App& parent, Session& session, const char* name, const char* help, F import) {
  auto* command = parent.add_subcommand(name, help);
  const auto request = std::make_shared<Request>();
  command->add_option("PATH", request->path, "Its configuration file")->required();
  command->add_flag("--dry-run", request->dry_run, "Show what would be taken over, and write nothing");
  command->add_flag("--replace", request->replace,
                    "Put the rules in place of another signing table, which is kept as signing.old");
  session.add_setting(*command, "dkim.keys");
  session.add_setting(*command, "dkim.seal_file");
  command->footer(
      "Exit status: 0 everything was taken over, or would be, 2 something cannot be (which is said), and "
      "nothing was "
      "written.");
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
