// Whose network an address is in, as a database in MaxMind's format (MMDB 2.0) has it: for people, it names no sender.
#pragma once

#include <memory>
#include <string>

#include "base/ip.h"
#include "base/result.h"

struct MMDB_s;  // NOLINT(readability-identifier-naming): libmaxminddb's

namespace rampart::reports {

// Reads files of autonomous systems: GeoLite2-ASN and those with its keys (DB-IP), and IPinfo's.
class NetworkDatabase {
 public:
  // Errors are of kind config: no such file, no database of this format, one of countries.
  static base::Result<NetworkDatabase> open(const std::string& path);
  NetworkDatabase(NetworkDatabase&&) noexcept;
  NetworkDatabase& operator=(NetworkDatabase&&) noexcept;
  NetworkDatabase(const NetworkDatabase&) = delete;
  NetworkDatabase& operator=(const NetworkDatabase&) = delete;
  ~NetworkDatabase();

  // "AS24940 Hetzner Online GmbH", printable; empty where nothing is known. An error where the file is damaged.
  [[nodiscard]] base::Result<std::string> name_of(const base::IpAddress& address) const;

 private:
  struct Close {
    void operator()(MMDB_s* database) const;
  };
  NetworkDatabase(std::unique_ptr<MMDB_s, Close> database, std::string path);

  std::unique_ptr<MMDB_s, Close> database_;
  std::string path_;
};

}  // namespace rampart::reports
