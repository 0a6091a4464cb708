// The settings of `rampart serve`, and what they come to.
//
//   const auto settings = TRY(read_server_settings(config));
#pragma once

#include <chrono>
#include <span>
#include <string>
#include <vector>

#include "base/config.h"
#include "net/http/forwarded.h"

namespace rampart::server {

std::span<const base::Setting> settings();

enum class Role : std::uint8_t { api, guard, worker };
std::string_view to_string(Role role);

struct ServerSettings {
  std::vector<Role> roles;
  std::vector<std::string> listen;         // of the console, as net::http::Listener::place has it
  std::string public_url;                  // without a stop behind it
  std::vector<std::string> public_listen;  // of what strangers may use
  std::vector<net::http::Network> proxies;
  net::http::ForwardField proxy_field = net::http::ForwardField::x_forwarded;
  bool behind_proxy = false;
  std::string certificate;  // empty: no TLS
  std::string key;
  std::vector<net::http::Network> metrics_from;
  std::string folder;  // keys of accounts, uploads, the link of the first start
  std::size_t threads = 0;
  std::size_t connections = 0;
  std::size_t connections_of_address = 0;
  std::chrono::minutes idle{};      // of a session
  std::chrono::minutes absolute{};  // likewise
  std::string breached_passwords;   // a file; empty: none
  std::chrono::seconds grace{};
  std::chrono::seconds report_every{};
  std::chrono::seconds digest_every{};
  std::chrono::seconds rotate_every{};
  bool json_log = false;

  [[nodiscard]] bool has(Role role) const;
};

// Errors are of kind config, and name the setting. Ports are not tried here.
base::Result<ServerSettings> read_server_settings(const base::Config& config);

// A setting's name in front of what is wrong, with the place where it was set.
base::Error of_setting(const base::Config& config, std::string_view key, base::Error error);

}  // namespace rampart::server
