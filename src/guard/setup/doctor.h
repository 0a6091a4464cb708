// Whether Postfix asks the guard as the guard's mode needs it: what `postconf -nx` prints in, checks out, each that fails with what
// mends it. Pure.
//
//   for (const auto& check : judge_postfix(parse_postconf(text), {.listen = listen, .mode = Mode::enforce, …})) …
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "guard/gate/gate.h"
#include "guard/milter/listener.h"
#include "guard/role/declared.h"

namespace rampart::guard {

struct Check {
  enum class State : std::uint8_t {
    good,
    failed,
    unknown,
    noted,  // not known either, and nothing that has to be: it is said, and the exit status is as without it
  };
  State state = State::good;
  std::string what;  // one clause, printable
  std::string fix;   // the next step; empty for a good one
};

// name = value lines, as postconf(1) prints them; anything else is left out.
using Postconf = std::map<std::string, std::string, std::less<>>;
Postconf parse_postconf(std::string_view text);

// A milter of smtpd_milters, and what stands with it in braces.
struct NamedMilter {
  std::string place;  // "inet:127.0.0.1:8891", "unix:rampart/guard.sock"
  Postconf settings;
};
std::vector<NamedMilter> parse_milters(std::string_view value);

struct PostfixExpected {
  std::vector<milter::ListenAddress> listen;
  Mode mode = Mode::monitor;
  std::string queue_directory;               // where postconf does not say it
  std::vector<DeclaredRole> listeners = {};  // by their places (guard.listen)
  std::vector<DeclaredRole> daemons = {};    // guard.daemon_roles
  // What master.cf overrides, as `postconf -P` prints it: "submission/inet/milter_macro_daemon_name". Nothing: not known.
  std::optional<Postconf> services = {};
};
std::vector<Check> judge_postfix(const Postconf& postconf, const PostfixExpected& expected);

}  // namespace rampart::guard
