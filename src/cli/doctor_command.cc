// rampart doctor: whether what the guard needs is there, each fault with what mends it.
#include <array>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <thread>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/json.h"
#include "base/text.h"
#include "cli/doctor_server.h"
#include "cli/guard_commands.h"
#include "cli/help.h"
#include "crypto/private_file.h"
#include "guard/inspect/settings.h"
#include "guard/setup/doctor.h"
#include "server/guard/folder_ring.h"
#include "server/guard/guard_lists.h"
#include "server/guard/guard_settings.h"
#include "server/guard/release_key.h"
#include "server/guard/scan_job.h"
#include "server/setup/store_url.h"

namespace rampart::cli {
namespace {

using base::ErrorKind;
using base::Result;
using guard::Check;
using State = Check::State;
using Checks = std::vector<Check>;
using server::ask_clamd;
using server::check_yara_rules;
using server::FolderRing;
using server::guard_settings;
using server::GuardLists;
using server::release_key;
using server::store_url;

// All our own.
constexpr std::chrono::seconds kPatience{5};
constexpr std::size_t kMostPrinted = std::size_t{1} << 20;  // octets of postconf
constexpr std::uint64_t kLeastFree = std::uint64_t{1} << 30;

struct Request {
  std::string postconf = "/usr/sbin/postconf";
  std::string config_directory;
  bool no_postfix = false;
  std::string format = "text";
};

void good(Checks& out, std::string what) {
  out.push_back({.state = State::good, .what = std::move(what), .fix = {}});
}
void bad(Checks& out, std::string what, std::string fix) {
  out.push_back({.state = State::failed, .what = std::move(what), .fix = std::move(fix)});
}

// What postconf prints: no shell, no input, and not longer than it needs.
Result<std::string> run_postconf(const Request& request, const char* what) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return base::fail(ErrorKind::io, "no pipe can be made");
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  ::posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  std::vector<std::string> words{request.postconf};
  if (!request.config_directory.empty()) words.insert(words.end(), {"-c", request.config_directory});
  words.emplace_back(what);
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (auto& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  pid_t child = 0;
  const int failed =
      ::posix_spawn(&child, request.postconf.c_str(), &actions, nullptr, arguments.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(ends[1]);
  std::string out;
  bool ended = false;  // it has said all
  const auto until = std::chrono::steady_clock::now() + kPatience;
  while (failed == 0 && out.size() < kMostPrinted) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    pollfd wait{.fd = ends[0], .events = POLLIN, .revents = 0};
    if (left.count() <= 0 || ::poll(&wait, 1, static_cast<int>(left.count())) <= 0) break;
    std::array<char, 4096> buffer;
    const auto got = ::read(ends[0], buffer.data(), buffer.size());
    ended = got == 0;
    if (got <= 0) break;
    out.append(buffer.data(), static_cast<std::size_t>(got));
  }
  ::close(ends[0]);
  int status = -1;
  if (failed == 0) {
    constexpr std::chrono::milliseconds kLook{2};
    while (ended && ::waitpid(child, &status, WNOHANG) == 0 && std::chrono::steady_clock::now() < until)
      std::this_thread::sleep_for(kLook);
    if (!ended || status == -1) {
      ::kill(child, SIGTERM);  // it goes on
      while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
      }
    }
  }
  // That nothing is set is an answer, too.
  if (failed != 0 || (out.empty() && !(ended && status == 0)))
    return base::fail(ErrorKind::unavailable, "it cannot be run, or prints nothing",
                      base::printable(request.postconf));
  return out;
}

void check_sockets(Checks& out, const guard::Settings& settings) {
  for (const auto& address : settings.listen) {
    if (const auto asked = guard::milter::ask_milter(address, kPatience); asked)
      good(out, fmt::format("the guard answers at {}", address.text()));
    else
      bad(out, fmt::format("{}: {}", address.text(), asked.error().what),
          "start it: rampart guard; its standard error says what keeps it from that");
  }
}

void check_postfix(Checks& out, const guard::Settings& settings, const Request& request) {
  if (request.no_postfix) return;
  std::error_code error;
  if (!request.config_directory.empty() && !std::filesystem::is_directory(request.config_directory, error)) {
    out.push_back({.state = State::unknown,
                   .what = fmt::format("what Postfix is set to is not known: there is no folder {}",
                                       base::printable(request.config_directory)),
                   .fix = "name the one that holds its main.cf: --postfix-config DIR"});
    return;
  }
  const auto printed = run_postconf(request, "-nx");
  if (!printed) {
    out.push_back({.state = State::unknown,
                   .what = fmt::format("what Postfix is set to is not known: {}: {}", printed.error().where,
                                       printed.error().what),
                   .fix = "name its postconf: --postconf PATH; or leave Postfix out: --no-postfix"});
    return;
  }
  const auto& roles = settings.rules.roles;
  guard::PostfixExpected expected{.listen = settings.listen,
                                  .mode = settings.mode,
                                  .queue_directory = "/var/spool/postfix",
                                  .listeners = roles.listeners,
                                  .daemons = roles.daemons};
  if (!roles.listeners.empty() || !roles.daemons.empty())
    if (const auto services = run_postconf(request, "-Px"))
      expected.services = guard::parse_postconf(*services);
  for (auto& check : guard::judge_postfix(guard::parse_postconf(*printed), expected))
    out.push_back(std::move(check));
}

// A file or folder that is nobody's but its owner's.
bool check_private(Checks& out, const std::string& path, std::string_view what, bool folder) {
  struct stat status{};
  const auto shown = base::printable(path);
  if (::stat(path.c_str(), &status) != 0) {
    bad(out, fmt::format("{} {}: {}", what, shown, std::generic_category().message(errno)),
        errno == ENOENT ? "start the guard once, which makes it, or name another place"
                        : "run this as the user of the guard");
    return false;
  }
  if ((status.st_mode & 077U) == 0) return true;
  bad(out,
      fmt::format("{} {} may be looked into by others (mode {:04o})", what, shown, status.st_mode & 07777U),
      fmt::format("chmod {} {}", folder ? "700" : "600", shown));
  return false;
}

void check_quarantine(Checks& out, const guard::Settings& settings) {
  if (settings.quarantine.empty()) {
    if (settings.mode == guard::Mode::enforce)
      bad(out, "mode enforce needs a quarantine, and none is named",
          "guard.quarantine = \"/var/lib/rampart/quarantine\"");
    return;
  }
  if (!check_private(out, settings.quarantine, "the quarantine", true)) return;
  good(out, fmt::format("the quarantine {} is its owner's alone", base::printable(settings.quarantine)));
  struct statvfs space{};
  if (::statvfs(settings.quarantine.c_str(), &space) != 0) return;
  const auto free = static_cast<std::uint64_t>(space.f_bavail) * space.f_frsize;
  if (free >= kLeastFree)
    good(out, fmt::format("{} MiB are free there", free >> 20U));
  else
    bad(out, fmt::format("only {} MiB are free at {}", free >> 20U, base::printable(settings.quarantine)),
        "make room: rampart quarantine prune, or another disk");
}

void check_keys(Checks& out, const guard::Settings& settings, const base::Config& config) {
  const auto fix = "(umask 077; head -c 32 /dev/urandom | base64 > FILE), as the user of the guard";
  if (!settings.quarantine.empty()) {
    if (settings.seal_file.empty()) bad(out, "what is quarantined is not encrypted", "guard.seal_file");
    const auto& own = config.text("guard.release_key_file");
    if (const auto key = release_key(config); !key)
      bad(out, key.error().message(), key.error().hint.empty() ? fix : key.error().hint);
    else if (*key)
      good(out,
           fmt::format("the key {} can be read", base::printable(own.empty() ? settings.seal_file : own)));
    else
      bad(out,
          "without a key nothing can be released, and what a filter or a list puts back is not known again",
          "guard.release_key_file, or guard.seal_file for both");
  }
  if (settings.api_token_file.empty()) return;
  if (const auto token = crypto::read_private(settings.api_token_file); token)
    good(out, fmt::format("the token {} can be read", base::printable(settings.api_token_file)));
  else
    bad(out, token.error().message(), token.error().hint.empty() ? fix : token.error().hint);
}

// What the links of digests need, where there are any.
void check_digests(Checks& out, const guard::Settings& settings, const base::Config& config) {
  const auto& url = config.text("guard.digest_url");
  if (url.empty()) return;
  const auto before = out.size();
  if (settings.http_listen.empty())
    bad(out, "links in digests are answered by nobody", "guard.http_listen = \"127.0.0.1:8892\"");
  if (config.text("guard.release_server").empty())
    bad(out, "what a link releases goes nowhere", "guard.release_server");
  if (!url.starts_with("https://"))
    bad(out, "links in digests can be read on their way", "guard.digest_url: let a proxy with TLS answer it");
  if (out.size() == before) good(out, "digests have links that the guard answers");
}

void check_store(Checks& out, const guard::Settings& settings, const base::Config& config) {
  if (settings.quarantine.empty() && config.text("store.url").empty()) {
    bad(out, "no store is named: nothing is remembered of messages and senders",
        "store.url, or --store FILE");
    return;
  }
  const auto url = store_url(config);
  if (!url) return bad(out, url.error().message(), "store.url");
  if (url->backend == store::Backend::sqlite && !check_private(out, url->target, "the store", false)) return;
  auto database = store::Database::open(*url);
  if (!database)
    return bad(out, database.error().message(),
               database.error().hint.empty() ? "store.url" : database.error().hint);
  good(out, fmt::format("the store {} can be opened", base::printable(url->shown)));
}

void check_lists(Checks& out, const guard::Settings& settings) {
  bool reading = true;
  GuardLists lists([&](const std::string& line) {
    if (reading && !line.contains(" blocked of ") && !line.contains(" allowed of ") &&
        !line.contains(" in whose name "))
      bad(out, base::printable(line), "mend the file; it counts within a second");
  });
  lists.set_files(settings);
  reading = false;
  const auto& now = *lists.lists();
  for (const auto* files : {&now.block, &now.allow})
    for (const auto& file : *files)
      good(out, fmt::format("{} indicators of {} count", file->size(), base::printable(file->name())));
  if (lists.owners())
    good(out, fmt::format("{} says of {} users in whose name they may write",
                          base::printable(settings.senders_file), lists.owners()->size()));
}

void check_signing(Checks& out, const guard::Settings& settings, const base::Config& config) {
  const auto& rules = settings.rules.signing;
  if (!rules.sign && !rules.sealer) return;
  FolderRing ring(config);
  const auto fix = [](const base::Error& error) { return error.hint.empty() ? "dkim.keys" : error.hint; };
  const auto keys = ring.check_keys();
  if (!keys) return bad(out, keys.error().message(), fix(keys.error()));
  const auto shown = base::printable(ring.place());
  if (*keys == 0)
    bad(out, fmt::format("no key in {} signs", shown),
        "rampart dkim rotate DOMAIN, or rampart import opendkim");
  else
    good(out, *keys == 1 ? fmt::format("1 key that signs can be read in {}", shown)
                         : fmt::format("{} keys that sign can be read in {}", *keys, shown));
  if (!rules.sealer) return;
  const auto sealing = ring.for_domain(*rules.sealer);
  if (!sealing)
    bad(out, sealing.error().message(), fix(sealing.error()));
  else if (sealing->keys.empty())
    bad(out, sealing->none, fmt::format("rampart dkim rotate {}", rules.sealer->text()));
  else
    good(out,
         fmt::format("{} seals with {}", rules.sealer->text(), guard::sealing_key(sealing->keys).selector));
}

// What messages are judged by: files, rules and the scanner.
void check_inspection(Checks& out, const guard::Settings& settings) {
  const auto mend = [](const base::Error& error) { return error.hint.empty() ? "mend it" : error.hint; };
  const auto& sources = settings.inspect;
  guard::InspectionRules rules;
  if (const auto loaded = guard::load_rules_of(sources, rules); !loaded)
    return bad(out, loaded.error().message(), mend(loaded.error()));
  if (settings.rules.inspection.is_on) {
    const auto& names = sources.names;
    good(out,
         fmt::format("content is judged by the weights \"{}\": tagged from {} points on, quarantined from {}",
                     base::printable(rules.model->name()), guard::model::tenths(rules.model->tag()),
                     guard::model::tenths(rules.model->quarantine())));
    good(out, fmt::format("who imitates these is found: {} domains of ours, {} names, {} people, {} partners",
                          names.own_domains.size(), names.own_names.size(), names.people.size(),
                          names.partner_domains.size()));
  }
  if (const auto checked = check_yara_rules(settings); !checked)
    bad(out, checked.error().message(), mend(checked.error()));
  else if (!settings.yara_rules.empty())
    good(out, fmt::format("the rules of {} can be read", base::printable(settings.yara_rules)));
  if (!settings.clamd) return;
  const auto answer = ask_clamd(*settings.clamd, "rampart doctor");
  if (answer.said == guard::ClamdSaid::clean)
    good(out, "clamd answers");
  else
    bad(out, answer.text(), "start clamd, and let the guard's user connect to guard.clamd");
}

std::string text_of(const Checks& checks) {
  std::string out;
  for (const auto& check : checks) {
    const auto* mark = check.state == State::good     ? "ok    "
                       : check.state == State::noted  ? "note  "
                       : check.state == State::failed ? "FAILED"
                                                      : "?     ";
    out += fmt::format("{}  {}{}{}\n", mark, check.what, check.fix.empty() ? "" : "; fix: ", check.fix);
  }
  return out;
}

std::string json_of(const Checks& checks) {
  constexpr std::array<std::string_view, 4> kWords{"ok", "failed", "unknown", "noted"};
  std::string out;
  base::JsonWriter json(out, base::JsonStyle::pretty);
  json.begin_object().member("schema", "rampart.doctor/1").key("checks").begin_array();
  for (const auto& check : checks)
    json.begin_object()
        .member("state", kWords[static_cast<std::size_t>(check.state)])
        .member("what", check.what)
        .member("fix", check.fix)
        .end_object();
  json.end_array().end_object();
  return out + "\n";
}

Result<Exit> run_doctor(Session& session, const Request& request) {
  const auto* config = TRY(session.config());
  const auto settings = TRY(guard_settings(*config));
  Checks checks;
  good(checks, fmt::format("the configuration can be read: mode {}", guard::to_string(settings.mode)));
  check_sockets(checks, settings);
  check_postfix(checks, settings, request);
  check_quarantine(checks, settings);
  check_keys(checks, settings, *config);
  check_digests(checks, settings, *config);
  check_signing(checks, settings, *config);
  check_store(checks, settings, *config);
  check_lists(checks, settings);
  check_inspection(checks, settings);
  check_server(checks, *config);
  TRY(session.print(request.format == "json" ? json_of(checks) : text_of(checks)));
  const auto any = [&](State state) {
    return std::ranges::find(checks, state, &Check::state) != checks.end();
  };
  return any(State::failed) ? Exit::findings : any(State::unknown) ? Exit::undetermined : Exit::clean;
}

}  // namespace

void add_doctor_command(CLI::App& root, Session& session) {
  auto* doctor = root.add_subcommand(
      "doctor", "Check what the guard and the server need, and say what mends each fault");
  auto request = std::make_shared<Request>();
  doctor->add_option("--postconf", request->postconf, "Postfix's postconf [/usr/sbin/postconf]")
      ->type_name("PATH");
  doctor
      ->add_option("--postfix-config", request->config_directory,
                   "Its configuration directory, where it is another")
      ->type_name("DIR");
  doctor->add_flag("--no-postfix", request->no_postfix, "Leave Postfix out");
  doctor->add_option("--format", request->format, "text or json [text]")
      ->type_name("FORMAT")
      ->check(one_of({"text", "json"}));
  for (const auto* key : {"guard.listen", "guard.mode", "guard.quarantine", "store.url"})
    session.add_setting(*doctor, key);
  doctor->footer(
      "Nothing is changed. Run it as the user of the guard, with the guard's configuration.\n"
      "Exit status: 0 all is well, 1 something failed, 2 wrong usage, 3 something could not be found out.\n"
      "Most often: rampart doctor");
  session.on_run(*doctor, [request](Session& s) { return run_doctor(s, *request); });
}

}  // namespace rampart::cli
