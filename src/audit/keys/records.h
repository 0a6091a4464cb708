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

// The name servers of the zone that this name is in, as its parents name them: an error why they could not all be found out.
using ServersOf = std::function<base::Result<std::vector<base::Endpoint>>(const dns::Name&)>;
// Asks a lane. Addresses that this machine has no way to (IPv6 where it has none) are left out when the server has another.
ServersOf servers_through(const Lane& lane, facts::DriveOptions drive, bool allow_private);

// Sends updates to the zone's primary server. Other records at the name stay.
class UpdatedRecords : public Records {
 public:
  UpdatedRecords(fix::Primary primary, fix::AddressesOf addresses, ServersOf servers, RecordOptions options)
      : primary_(std::move(primary)),
        addresses_(std::move(addresses)),
        servers_(std::move(servers)),
        options_(std::move(options)) {}
  base::Result<PutEnd> put(const RecordPlace& place, const std::string& text,
                           const std::vector<std::string>& replaces) override;
  base::Result<PutEnd> leads(const dns::Name& domain, const dns::Name& alias,
                             const dns::Name& target) override;

 private:
  fix::Primary primary_;
  fix::AddressesOf addresses_;
  ServersOf servers_;
  RecordOptions options_;
};

// Whoever keeps the zone is told what to publish; what is looked at are the servers that the zone's NS records name.
class PrintedRecords : public Records {
 public:
  using Print =
      std::function<base::Result<>(const dns::Name& name, const std::string& text, std::uint32_t ttl)>;

  PrintedRecords(ServersOf servers, Print print, RecordOptions options)
      : servers_(std::move(servers)), print_(std::move(print)), options_(std::move(options)) {}
  base::Result<PutEnd> put(const RecordPlace& place, const std::string& text,
                           const std::vector<std::string>& replaces) override;
  base::Result<PutEnd> leads(const dns::Name& domain, const dns::Name& alias,
                             const dns::Name& target) override;

 private:
  ServersOf servers_;
  Print print_;
  RecordOptions options_;
};

// Whether two texts of key records say the same to a verifier: the same key, or that there is none any more.
bool same_key(std::string_view a, std::string_view b);

}  // namespace rampart::audit::keys
