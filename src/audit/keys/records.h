// Key records in zones: put there with updates (RFC 2136), or by hand, and looked for at every server of the zone.
#pragma once

#include <functional>

#include "audit/fix/visible.h"
#include "audit/keys/rotate.h"

namespace rampart::audit::keys {

struct RecordOptions {
  std::uint32_t ttl = 3600;  // seconds, of new records
  fix::VisibleOptions visible;
};

// Sends updates to the zone's primary server. Other records at the name stay; another key record there is replaced.
class UpdatedRecords : public Records {
 public:
  UpdatedRecords(fix::Primary primary, fix::AddressesOf addresses, RecordOptions options)
      : primary_(std::move(primary)), addresses_(std::move(addresses)), options_(std::move(options)) {}
  base::Result<PutEnd> put(const dns::Name& name, const std::string& text) override;

 private:
  fix::Primary primary_;
  fix::AddressesOf addresses_;
  RecordOptions options_;
};

// Whoever keeps the zone is told what to publish; what is looked at are the servers that the zone's NS records name.
class PrintedRecords : public Records {
 public:
  // Finds the name's zone and the servers that its parents name, an error why they could not be found out.
  using ServersOf = std::function<base::Result<std::vector<base::Endpoint>>(const dns::Name&)>;
  using Print =
      std::function<base::Result<>(const dns::Name& name, const std::string& text, std::uint32_t ttl)>;

  PrintedRecords(ServersOf servers, Print print, RecordOptions options)
      : servers_(std::move(servers)), print_(std::move(print)), options_(std::move(options)) {}
  base::Result<PutEnd> put(const dns::Name& name, const std::string& text) override;

 private:
  ServersOf servers_;
  Print print_;
  RecordOptions options_;
};

// Asks a lane: the NS records of the name's zone, and their addresses.
PrintedRecords::ServersOf servers_through(const Lane& lane, facts::DriveOptions drive, bool allow_private);

}  // namespace rampart::audit::keys
