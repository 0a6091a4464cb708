// rampart dkim list, rotate, publish, retire and delegate: the life of keys that stand in the key folder.
#include <algorithm>
#include <cstdlib>

#include "audit/format/words.h"
#include "audit/keys/records.h"
#include "auth/dkim/rotation.h"
#include "base/columns.h"
#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/fix_options.h"
#include "cli/help.h"
#include "cli/host.h"
#include "cli/keys_options.h"
#include "cli/update_server.h"
#include "dns/domain.h"
#include "server/setup/fact_source.h"
#include "server/setup/key_file.h"
#include "server/setup/key_rotation.h"
#include "server/setup/key_store.h"
#include "server/setup/mail_file.h"

namespace rampart::cli {
namespace {

using base::ErrorKind;
using base::Result;
using dkim::KeyPhase;
using dkim::KeyType;
using dkim::ManagedDomain;
using server::open_key_folder;
using server::open_old_key_folder;
using server::schedule_now;

constexpr unsigned kBits = 2048;  // of RSA keys

struct Request {
  std::vector<std::string> domains;
  std::string domain;  // of the commands that take one
  std::string selector;
  std::string zone;
  std::string format = "text";
  FactsOptions facts;
  bool all = false;
  bool now = false;
  bool yes = false;
};

Result<std::vector<dns::Name>> domains_of(const Request& request, const crypto::KeyFolder& folder) {
  std::vector<dns::Name> out;
  if (request.all && !request.domains.empty())
    return base::fail(ErrorKind::usage, "--all takes every domain that has keys, and domains were named", {},
                      "leave out the one or the other");
  for (const auto& text : request.all ? folder.domains() : request.domains)
    out.push_back(TRY(signing_domain(text)));
  if (!out.empty()) return out;
  return base::fail(ErrorKind::usage, request.all ? "the key folder is empty" : "no domain was named", {},
                    request.all ? "rampart dkim rotate DOMAIN makes a domain's first key"
                                : "name one, or take --all that have keys");
}

// Each domain for itself: what is wrong with one is said, and keeps no other waiting.
template <class F>
Result<Exit> each_domain(Session& session, const std::vector<dns::Name>& domains, F&& function) {
  auto status = Exit::clean;
  for (const auto& name : domains) {
    if (const Result<Exit> done = function(name); !done) {
      session.report(done.error());
      status = Exit::undetermined;
    } else if (*done != Exit::clean) {
      status = *done;
    }
  }
  return status;
}

Result<Exit> run_rotate(Session& session, const Request& request) {
  const auto* config = TRY(session.config());
  TRY(check_clock(session));
  const auto folder = TRY(open_key_folder(*config));
  const auto domains = TRY(domains_of(request, folder));
  const auto host = host_of(session);
  const auto way = TRY(server::open_way(host, *config, request.facts));
  return each_domain(session, domains, [&](const dns::Name& name) -> Result<Exit> {
    return exit_of(TRY(server::rotate_one(host, *config, folder, *way, name, request.now)));
  });
}

// What the key's record has to be now; nothing for one that is not to be published any more.
std::vector<std::size_t> published(const ManagedDomain& domain) {
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < domain.keys.size(); ++i) {
    // A delegated domain's name may hold the next key already.
    const auto& key = domain.keys[i];
    const bool again =
        std::any_of(domain.keys.begin() + static_cast<std::ptrdiff_t>(i) + 1, domain.keys.end(),
                    [&](const auto& other) { return other.selector == key.selector; });
    const bool gave_up = key.phase == KeyPhase::retired && !key.seen;
    if (!again && !gave_up) out.push_back(i);
  }
  return out;
}

Result<Exit> publish_one(Session& session, const crypto::KeyFolder& folder, server::KeyWay& way,
                         const dns::Name& name) {
  const auto lock = TRY(folder.lock(name.text()));
  auto domain = TRY(audit::keys::read_domain(folder, name));
  if (domain.keys.empty())
    return base::fail(ErrorKind::usage, fmt::format("{} has no key in the folder", name.text()), {},
                      fmt::format("make one: rampart dkim keygen {}", name.text()));
  TRY(audit::keys::check_times(domain, schedule_now()));
  TRY(audit::keys::complete_keys(folder, domain, kBits));
  auto status = Exit::clean;
  for (const auto i : published(domain)) {
    auto& key = domain.keys[i];
    // A record whose key nobody can sign with is put nowhere new; that of one that signs stays.
    if (const Result<> usable = audit::keys::check_private_key(folder, domain, key); !usable) {
      session.report(usable.error());
      status = Exit::undetermined;
      if (key.phase != KeyPhase::signing) continue;
    }
    const auto place = TRY(audit::keys::place_of(domain, key.selector));
    const auto put =
        TRY(way.records->put(place, dkim::record_text(key), audit::keys::replaced_by(domain, key)));
    // That it is seen at last counts from now; that it was gone, anew.
    if (put.everywhere &&
        (key.phase == KeyPhase::made || (key.phase == KeyPhase::published && put.changed)) &&
        !domain.delegate) {
      dkim::set_seen(key, schedule_now(), std::max(key.settle, put.settle));
      TRY(audit::keys::write_domain(folder, domain));
    }
    const auto why = put.foreign.empty()
                         ? put.why
                         : "another key stands there that is not in this key folder: " + put.foreign;
    TRY(session.print(put.everywhere ? fmt::format("{} is at every server\n", place.name.text())
                                     : fmt::format("{}: {}\n", place.name.text(), base::printable(why))));
    if (!put.everywhere) status = Exit::undetermined;
  }
  return status;
}

Result<Exit> run_publish(Session& session, const Request& request) {
  const auto* config = TRY(session.config());
  TRY(check_clock(session));
  const auto folder = TRY(open_old_key_folder(*config));
  const auto domains = TRY(domains_of(request, folder));
  const auto host = host_of(session);
  const auto way = TRY(server::open_way(host, *config, request.facts));
  return each_domain(session, domains,
                     [&](const dns::Name& name) { return publish_one(session, folder, *way, name); });
}

std::string since(const dkim::ManagedKey& key) {
  const auto time = key.phase == KeyPhase::published ? key.seen
                    : key.phase == KeyPhase::signing ? key.signing
                    : key.phase == KeyPhase::leaving ? key.left
                    : key.phase == KeyPhase::retired ? key.retired
                                                     : std::optional(key.made);
  return base::format_time(time.value_or(key.made));
}

// What keeps keys from signing; their records' state is for rotate to look at.
std::vector<base::Error> faults_of(const crypto::KeyFolder& folder, const ManagedDomain& domain) {
  std::vector<base::Error> out;
  for (const auto& key : domain.keys) {
    if (auto usable = audit::keys::check_private_key(folder, domain, key); !usable)
      out.push_back(std::move(usable.error()));
  }
  return out;
}

// When rotate will have something to do for the keys that are there; nothing: at once.
std::optional<base::Time> due_of(const ManagedDomain& domain, const dkim::RotationRules& rules) {
  std::optional<base::Time> due;
  for (const auto type : {KeyType::rsa, KeyType::ed25519}) {
    if (std::ranges::none_of(
            domain.keys, [&](const auto& key) { return key.type == type && key.phase != KeyPhase::retired; }))
      continue;
    const auto next = dkim::next_step(domain, type, schedule_now(), rules);
    if (!next.due) return std::nullopt;
    if (!due || *next.due < *due) due = next.due;
  }
  return due;
}

std::string list_text(const ManagedDomain& domain, const dkim::RotationRules& rules) {
  auto out = dns::display(domain.domain);
  if (domain.delegate) out += fmt::format("  (records in {})", domain.delegate->text());
  out += '\n';
  for (const auto& key : domain.keys)
    out += fmt::format("  {} {} {}  {}\n", base::pad_right(key.selector, 14),
                       base::pad_right(fmt::format("{} {}", dkim::to_string(key.type), key.bits), 13),
                       base::pad_right(dkim::to_string(key.phase), 10), since(key));
  if (domain.keys.empty()) return out + "  no key yet\n";
  const auto due = due_of(domain, rules);
  return out +
         (due ? fmt::format("  nothing to do until {}\n", base::format_time(*due))
              : fmt::format("  something is to be done now: rampart dkim rotate {}\n", domain.domain.text()));
}

Result<Exit> run_list(Session& session, const Request& request) {
  const auto* config = TRY(session.config());
  TRY(check_clock(session));
  const auto folder = TRY(open_old_key_folder(*config));
  const auto rules = server::rules_of(*config);
  std::vector<std::string> parts;
  std::vector<base::Error> faults;
  for (const auto& text : request.domains.empty() ? folder.domains() : request.domains) {
    const auto domain = TRY(audit::keys::read_domain(folder, TRY(domain_of(text))));
    std::ranges::move(faults_of(folder, domain), std::back_inserter(faults));
    parts.push_back(request.format == "json" ? dkim::format_keys(domain) : list_text(domain, rules));
  }
  if (request.format == "json") {
    TRY(session.print(fmt::format("[{}]\n", fmt::join(parts, ","))));
  } else {
    TRY(session.print(fmt::format("{}", fmt::join(parts, ""))));
    if (parts.empty()) session.note("no domain has keys yet; rampart dkim rotate DOMAIN makes the first");
  }
  for (const auto& fault : faults) session.report(fault);
  return faults.empty() ? Exit::clean : Exit::findings;
}

// The newest key of that name; an error when there is none, or when it cannot be retired.
Result<dkim::ManagedKey*> to_retire(ManagedDomain& domain, const std::string& selector) {
  const auto found = std::find_if(domain.keys.rbegin(), domain.keys.rend(),
                                  [&](const auto& key) { return key.selector == selector; });
  if (found == domain.keys.rend())
    return base::fail(ErrorKind::usage,
                      fmt::format("{} has no key {}", domain.domain.text(), base::printable(selector)), {},
                      fmt::format("rampart dkim list {}", domain.domain.text()));
  if (found->phase == KeyPhase::signing)
    return base::fail(
        ErrorKind::usage, fmt::format("{} is the key that signs", found->selector), {},
        fmt::format("put another in its place first: rampart dkim rotate --now {}", domain.domain.text()));
  return &*found;
}

Result<Exit> run_retire(Session& session, const Request& request) {
  const auto* config = TRY(session.config());
  TRY(check_clock(session));
  const auto folder = TRY(open_old_key_folder(*config));
  const auto name = TRY(domain_of(request.domain));
  const auto host = host_of(session);
  const auto way = TRY(server::open_way(host, *config, request.facts));
  auto domain = TRY(audit::keys::read_domain(folder, name));
  const auto* asked = TRY(to_retire(domain, request.selector));
  if (asked->phase != KeyPhase::retired) {
    const auto question =
        asked->phase == KeyPhase::leaving
            ? fmt::format("Mail that {} signed and that is still under way will fail. Retire it now?",
                          asked->selector)
            : fmt::format("Retire {} before it ever signed?", asked->selector);
    if (!TRY(confirmed(session, question, request.yes))) return Exit::clean;
  }
  // Nobody is kept waiting for an answer; what is there now counts.
  const auto lock = TRY(folder.lock(name.text()));
  domain = TRY(audit::keys::read_domain(folder, name));
  auto* key = TRY(to_retire(domain, request.selector));
  auto retired = *key;
  if (key->phase != KeyPhase::retired) dkim::set_retired(retired, schedule_now());
  // Whether it is retired already or not: that its record says so is what matters.
  const auto place = TRY(audit::keys::place_of(domain, key->selector));
  const auto put =
      TRY(way->records->put(place, dkim::record_text(retired), audit::keys::replaced_by(domain, retired)));
  if (!put.foreign.empty())
    return base::fail(
        ErrorKind::input,
        fmt::format("another key stands at {}, which is not in this key folder", place.name.text()), {},
        "whoever published it has to revoke it");
  if (!put.everywhere) {
    session.note(fmt::format("not revoked everywhere yet, so that somebody may still use it: {}", put.why));
    TRY(session.print(fmt::format("{} is not retired yet; run it again\n", key->selector)));
    return Exit::undetermined;
  }
  *key = retired;
  TRY(audit::keys::write_domain(folder, domain));
  TRY(session.print(fmt::format("retired {}\n", key->selector)));
  return Exit::clean;
}

Result<Exit> run_delegate(Session& session, const Request& request) {
  const auto* config = TRY(session.config());
  const auto folder = TRY(open_key_folder(*config));
  const auto name = TRY(signing_domain(request.domain));
  const auto zone = TRY(signing_domain(request.zone));
  if (zone.is_within(name))
    return base::fail(ErrorKind::usage, fmt::format("{} is a part of {}", zone.text(), name.text()), "--zone",
                      "name a zone of your own outside the domain, in which rotation can change records");
  const auto lock = TRY(folder.lock(name.text()));
  auto domain = TRY(audit::keys::read_domain(folder, name));
  const bool other = domain.delegate != zone;
  const bool used =
      std::ranges::any_of(domain.keys, [](const auto& key) { return key.phase != KeyPhase::retired; });
  if (other && used)
    return base::fail(
        ErrorKind::usage,
        fmt::format("{} has keys that are not retired, whose records stand {}", name.text(),
                    domain.delegate ? fmt::format("in {}", domain.delegate->text()) : "at the domain itself"),
        {},
        fmt::format("delegate a domain before its first key, or retire its keys first (rampart dkim list {})",
                    name.text()));
  if (other && domain.delegate)
    session.note(fmt::format("it was delegated to {} until now: its CNAMEs there are to be replaced by these",
                             domain.delegate->text()));
  domain.delegate = zone;
  std::string out;
  auto types = std::vector{KeyType::rsa};
  if (config->boolean("dkim.ed25519")) types.push_back(KeyType::ed25519);
  for (const auto type : types) {
    for (const auto& selector : dkim::delegated_selectors(type)) {
      const auto from = dkim::key_name(name, selector);
      const auto to = dkim::record_name(domain, selector);
      if (!from || !to) return base::fail(ErrorKind::usage, "the records' names are too long", "--zone");
      out += fmt::format("{}. {} IN CNAME {}.\n", from->text(), server::ttl_of(*config), to->text());
    }
  }
  if (other) TRY(audit::keys::write_domain(folder, domain));
  TRY(session.print(out));
  session.note(fmt::format("let whoever keeps {} publish these once; from then on keys change in {} alone",
                           name.text(), zone.text()));
  return Exit::clean;
}

void add_folder_options(CLI::App& command, Session& session) {
  session.add_setting(command, "dkim.keys");
  session.add_setting(command, "dkim.seal_file");
}

void add_way_options(CLI::App& command, Session& session, Request& request) {
  add_server_options(command, session);
  add_paths(command, "--zone", request.facts.zones, "Take the name servers' addresses from zone files",
            "FILE|DIR");
  session.add_setting(command, "dns.resolvers");
  session.add_setting(command, "dns.timeout");
  session.add_setting(command, "probe.allow_private");
}

void add_domains(CLI::App& command, Request& request) {
  command.add_option("DOMAIN", request.domains, "The domains that sign");
  command.add_flag("--all", request.all, "Every domain that has keys");
}

}  // namespace

void add_key_commands(CLI::App& dkim, Session& session) {
  const auto add = [&](const char* name, const char* help, Result<Exit> (*run)(Session&, const Request&)) {
    auto* command = dkim.add_subcommand(name, help);
    const auto request = std::make_shared<Request>();
    add_folder_options(*command, session);
    session.on_run(*command, [request, run](Session& s) { return run(s, *request); });
    return std::pair(command, request);
  };

  const auto [list, listed] = add("list", "List the keys of domains, and what becomes of them", run_list);
  list->add_option("DOMAIN", listed->domains, "The domains; all that have keys without one");
  list->footer(
      "made: its record is not at every server yet. published: it is, and caches may hold what was there "
      "before. "
      "signing: it signs. leaving: it signs no more, and mail under way needs it. retired: revoked.\n"
      "Exit status: 0 every key that is needed can be read, 1 one cannot (which is said), 2 wrong usage.");
  list->add_option("--format", listed->format, "text or json [text]")->check(one_of({"text", "json"}));

  const auto [rotate, rotated] =
      add("rotate", "Do whatever a domain's keys need now: make, publish, switch, retire", run_rotate);
  add_domains(*rotate, *rotated);
  rotate->add_flag("--now", rotated->now, "Make a new key whatever the age of the one that signs");
  session.add_setting(*rotate, "dkim.ed25519");
  add_way_options(*rotate, session, *rotated);
  rotate->footer(
      "To be run once a day. Without --server what is to be published is printed.\n"
      "Exit status: 0 nothing is to be done now, 2 wrong usage, 3 something outside is waited for.");

  const auto [publish, to_publish] =
      add("publish", "Put the records of a domain's keys where they have to be, or print them", run_publish);
  add_domains(*publish, *to_publish);
  add_way_options(*publish, session, *to_publish);
  publish->footer(
      "Exit status: 0 every record is at every server, 2 wrong usage, 3 one is not (yet): which is said, or "
      "printed.");

  const auto [retire, to_retire] =
      add("retire", "Revoke a key at once, as when somebody may have it", run_retire);
  retire->add_option("DOMAIN", to_retire->domain, "The domain that signs")->required();
  retire->add_option("SELECTOR", to_retire->selector, "The key's name below _domainkey")->required();
  retire->add_flag("--yes", to_retire->yes, "Do not ask");
  add_way_options(*retire, session, *to_retire);
  retire->footer(
      "Exit status: 0 it is revoked at every server, or was kept as you answered, 2 wrong usage, 3 not "
      "everywhere "
      "yet: run it again.");

  const auto [delegate, delegated] =
      add("delegate", "Print the CNAMEs by which a domain's keys live in a zone of yours", run_delegate);
  delegate->add_option("DOMAIN", delegated->domain, "The domain that signs")->required();
  delegate->add_option("--zone", delegated->zone, "The zone in which its records will stand")
      ->required()
      ->type_name("ZONE");
  delegate->footer(
      "Whoever keeps the domain publishes the CNAMEs once. Exit status: 0 they are printed, 2 they are not.");
  session.add_setting(*delegate, "dkim.ed25519");
}

}  // namespace rampart::cli
