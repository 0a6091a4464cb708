#include "guard/setup/doctor.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/text.h"

namespace rampart::guard {
namespace {

using State = Check::State;

std::string value_of(const Postconf& postconf, std::string_view name, std::string_view standard) {
  const auto found = postconf.find(name);
  return found == postconf.end() ? std::string(standard) : found->second;
}

// How Postfix may write it.
std::vector<std::string> places_of(const milter::ListenAddress& listen, const std::string& queue_directory) {
  if (listen.path.empty()) {
    std::vector<std::string> out{"inet:" + listen.endpoint};
    for (const std::string_view self : {"127.0.0.1:", "[::1]:"})
      if (listen.endpoint.starts_with(self))
        out.push_back("inet:localhost:" + listen.endpoint.substr(self.size()));
    return out;
  }
  std::vector<std::string> out{"unix:" + listen.path};
  const auto below = queue_directory + "/";
  if (listen.path.starts_with(below)) out.push_back("unix:" + listen.path.substr(below.size()));
  return out;
}

const NamedMilter* find_place(const std::vector<NamedMilter>& milters, const milter::ListenAddress& listen,
                              const std::string& queue_directory) {
  const auto places = places_of(listen, queue_directory);
  const auto found = std::ranges::find_if(
      milters, [&](const NamedMilter& one) { return std::ranges::find(places, one.place) != places.end(); });
  return found == milters.end() ? nullptr : &*found;
}

const NamedMilter* find_ours(const std::vector<NamedMilter>& milters, const PostfixExpected& expected,
                             const std::string& queue_directory) {
  for (const auto& listen : expected.listen)
    if (const auto* found = find_place(milters, listen, queue_directory)) return found;
  return nullptr;
}

constexpr const char* kRoleFix =
    "rampart guard setup postfix prints a line to adapt to your master.cf and run";
constexpr std::string_view kDaemonName = "milter_macro_daemon_name";

// The services of master.cf, "submission/inet", that override that setting so that `matches` holds.
template <class Matches>
std::vector<std::string> services_with(const Postconf& services, std::string_view setting,
                                       const Matches& matches) {
  std::vector<std::string> out;
  for (const auto& [name, value] : services) {
    const auto slash = name.rfind('/');
    if (slash != std::string::npos && std::string_view(name).substr(slash + 1) == setting && matches(value))
      out.push_back(name.substr(0, slash));
  }
  return out;
}

// Whether some service has it, and not all of them where that lets mail pass unexamined.
Check judge_role(const DeclaredRole& one, std::string_view says, const std::vector<std::string>& by,
                 bool everywhere, std::string fix) {
  const auto what = fmt::format("{} is for {}", one.name, to_string(one.role));
  if (everywhere && one.role != Role::inbound)
    return {.state = State::failed,
            .what = fmt::format("{}, and by main.cf every service {}: what comes from outside is held to no "
                                "policy",
                                what, says),
            .fix = "take it out of main.cf, and say it in master.cf, with the service alone"};
  if (by.empty() && !everywhere)
    return {.state = State::failed,
            .what = fmt::format("{}, but no service of master.cf {}", what, says),
            .fix = std::move(fix)};
  return {
      .state = State::good,
      .what = fmt::format("{}: {}", what, by.empty() ? "all services" : fmt::to_string(fmt::join(by, ", "))),
      .fix = {}};
}

// At a service where everybody is from outside nobody may log in, by what master.cf says of it or main.cf of all.
void judge_logins(std::vector<Check>& out, const Postconf& postconf, const Postconf& services,
                  const DeclaredRole& one, const std::vector<std::string>& by) {
  constexpr std::string_view kLogins = "smtpd_sasl_auth_enable";
  if (one.role != Role::inbound) return;
  for (const auto& service : by) {
    const auto found = services.find(fmt::format("{}/{}", service, kLogins));
    if ((found != services.end() ? found->second : value_of(postconf, kLogins, "no")) == "yes")
      out.push_back({.state = State::failed,
                     .what = fmt::format("users log in at {}, and {} holds them to policy as strangers",
                                         service, one.name),
                     .fix = "guard.daemon_roles, or smtpd_sasl_auth_enable=no for that service"});
  }
}

void judge_roles(std::vector<Check>& out, const Postconf& postconf, const PostfixExpected& expected,
                 const std::string& queue_directory) {
  if (expected.listeners.empty() && expected.daemons.empty()) return;
  if (!expected.services) {
    out.push_back({.state = State::unknown,
                   .what = "which service of master.cf is for what is not known: postconf -P says nothing",
                   .fix = "compare guard.listen and guard.daemon_roles with what postconf -P prints"});
    return;
  }
  const auto& services = *expected.services;
  for (const auto& one : expected.daemons) {
    const auto matches = [&](const std::string& value) { return base::iequals(value, one.name); };
    const auto by = services_with(services, kDaemonName, matches);
    out.push_back(
        judge_role(one, "goes by that name", by, matches(value_of(postconf, kDaemonName, "")), kRoleFix));
    judge_logins(out, postconf, services, one, by);
  }
  for (const auto& one : expected.listeners) {
    const auto place = milter::parse_listen(one.name);
    if (!place) continue;
    const auto matches = [&](const std::string& value) {
      return find_place(parse_milters(value), *place, queue_directory) != nullptr;
    };
    const auto by = services_with(services, "smtpd_milters", matches);
    out.push_back(
        judge_role(one, "asks there", by, matches(value_of(postconf, "smtpd_milters", "")), kRoleFix));
    judge_logins(out, postconf, services, one, by);
  }
}

Check judge_action(const Postconf& postconf, const NamedMilter& ours, Mode mode) {
  // Postfix's default is tempfail (postconf(5)).
  const auto action =
      value_of(ours.settings, "default_action", value_of(postconf, "milter_default_action", "tempfail"));
  const auto wanted = mode == Mode::monitor ? "accept" : "tempfail";
  if (action == wanted)
    return {.state = State::good,
            .what = fmt::format("while the guard cannot be asked, Postfix does what mode {} needs: {}",
                                to_string(mode), action),
            .fix = {}};
  return {.state = State::failed,
          .what = fmt::format("while the guard cannot be asked, Postfix does \"{}\", and mode {} needs {}",
                              base::excerpt(action, 40), to_string(mode), wanted),
          .fix = fmt::format("run what this prints: rampart guard setup postfix{}",
                             mode == Mode::monitor ? " --monitor" : "")};
}

Check judge_protocol(const Postconf& postconf, const NamedMilter& ours) {
  const auto protocol = value_of(ours.settings, "protocol", value_of(postconf, "milter_protocol", "6"));
  const auto number = base::parse_number(protocol);
  if (number && *number >= 6)
    return {
        .state = State::good, .what = fmt::format("Postfix speaks milter protocol {}", protocol), .fix = {}};
  return {.state = State::failed,
          .what = fmt::format(
              "Postfix speaks milter protocol \"{}\", in which leading spaces are lost and signatures break",
              base::excerpt(protocol, 20)),
          .fix = "postconf -e milter_protocol=6 && postfix reload"};
}

}  // namespace

Postconf parse_postconf(std::string_view text) {
  Postconf out;
  for (const auto line : base::split(text, '\n')) {
    const auto equals = line.find('=');
    if (equals == std::string_view::npos || line.empty() || base::is_wsp(line.front()) || line.front() == '#')
      continue;
    out[std::string(base::trim(line.substr(0, equals)))] = base::trim(line.substr(equals + 1));
  }
  return out;
}

std::vector<NamedMilter> parse_milters(std::string_view value) {
  constexpr std::string_view kBetween = ", \t\r\n";
  std::vector<NamedMilter> out;
  while (!value.empty()) {
    const auto begin = value.find_first_not_of(kBetween);
    if (begin == std::string_view::npos) break;
    value.remove_prefix(begin);
    if (value.front() != '{') {
      const auto word = value.substr(0, value.find_first_of(kBetween));
      value.remove_prefix(word.size());
      out.push_back({.place = std::string(word), .settings = {}});
      continue;
    }
    const auto end = std::min(value.find('}'), value.size());
    NamedMilter milter;
    for (auto part : base::split(value.substr(1, end - 1), ',')) {
      part = base::trim(part);
      if (milter.place.empty()) {
        // The place may be followed by white space alone.
        milter.place = part.substr(0, part.find_first_of(" \t"));
        part = base::trim(part.substr(milter.place.size()));
        if (part.empty()) continue;
      }
      if (const auto at = part.find('='); at != std::string_view::npos)
        milter.settings[std::string(base::trim(part.substr(0, at)))] = base::trim(part.substr(at + 1));
    }
    value.remove_prefix(std::min(end + 1, value.size()));
    if (!milter.place.empty()) out.push_back(std::move(milter));
  }
  return out;
}

std::vector<Check> judge_postfix(const Postconf& postconf, const PostfixExpected& expected) {
  const auto queue_directory = value_of(postconf, "queue_directory", expected.queue_directory);
  const auto milters = parse_milters(value_of(postconf, "smtpd_milters", ""));
  const auto* ours = find_ours(milters, expected, queue_directory);
  if (ours == nullptr)
    return {{.state = State::failed,
             .what = fmt::format("Postfix does not ask the guard: smtpd_milters is \"{}\"",
                                 base::excerpt(value_of(postconf, "smtpd_milters", ""), 200)),
             .fix = fmt::format("run what this prints: rampart guard setup postfix{}",
                                expected.mode == Mode::monitor ? " --monitor" : "")}};
  std::vector<Check> out;
  out.push_back(
      {.state = State::good, .what = fmt::format("Postfix asks the guard at {}", ours->place), .fix = {}});
  out.push_back(judge_action(postconf, *ours, expected.mode));
  out.push_back(judge_protocol(postconf, *ours));
  judge_roles(out, postconf, expected, queue_directory);
  if (value_of(postconf, "receive_override_options", "").contains("no_milters"))
    out.push_back(
        {.state = State::failed,
         .what = "receive_override_options has no_milters: Postfix asks no milter at all",
         .fix = "take it out of main.cf, and leave it in master.cf for what a content filter puts back"});
  return out;
}

}  // namespace rampart::guard
