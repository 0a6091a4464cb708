// The settings of the guard, and what they come to.
//
//   const auto settings = TRY(guard::read_settings(config, host_name));   // a base::Config with the table of settings()
//   settings.rules.roles                                                  // who is ours
#pragma once

#include <span>

#include "base/config.h"
#include "guard/gate/gate.h"
#include "guard/inspect/clamd/clamd.h"
#include "guard/milter/listener.h"

namespace rampart::guard {

std::span<const base::Setting> settings();

inline constexpr std::size_t kMaxOverrides = 10'000;    // our own
inline constexpr std::size_t kMaxEnforcements = 1'000;  // our own

struct Settings {
  std::vector<milter::ListenAddress> listen;
  unsigned socket_mode = 0660;  // of unix sockets
  Mode mode = Mode::monitor;
  std::string authserv_id;
  Rules rules;
  std::vector<std::string> block_files;  // whole paths
  std::vector<std::string> allow_files;
  std::string senders_file;  // a whole path; empty: nothing says who may write as whom
  std::string quarantine;    // a folder; empty: nothing is kept
  std::string seal_file;     // of the quarantine; empty: what is kept is not encrypted
  QuarantineLimits limits;
  std::string http_listen;     // an address and port; empty: none
  std::string api_token_file;  // empty: nobody may
  std::size_t in_flight = 0;
  std::size_t threads = 0;  // never 0 here
  std::chrono::seconds keep_events{};
  bool remember_correspondents = true;
  std::size_t look_workers = 0;  // never 0 here
  std::string yara_rules;        // a folder; empty: none
  std::optional<ClamdAddress> clamd;
  std::string reports;  // a folder; empty: nobody is told anything
  bool failure_reports = false;
};

// Errors are of kind config, and name the setting. `host` is this machine's name.
base::Result<Settings> read_settings(const base::Config& config, std::string_view host);

// An exception as the configuration writes it: what it says, whom it is for, and why, which comes last and may hold spaces.
//
//   accept from=partner.example network=192.0.2.0/24 until=2026-12-31 by=soc reason=their relay breaks signatures
//
// It holds to the end of the day of `until` (UTC). Errors are of kind config.
base::Result<Override> parse_override(std::string_view text);

}  // namespace rampart::guard
