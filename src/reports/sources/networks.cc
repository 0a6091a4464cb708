#include "reports/sources/networks.h"

#include <cstring>

#include <fmt/format.h>
#include <maxminddb.h>
#include <netinet/in.h>

#include "base/text.h"

namespace rampart::reports {
namespace {

constexpr std::size_t kMaxOrganisation = 100;  // bytes; our own

std::unexpected<base::Error> broken(const std::string& what, const std::string& path) {
  return base::fail(base::ErrorKind::config, what, path,
                    "reports.asn_database needs a database of autonomous systems such as GeoLite2-ASN.mmdb");
}

std::optional<MMDB_entry_data_s> value(MMDB_entry_s& entry, const char* key) {
  const char* const path[] = {key, nullptr};
  MMDB_entry_data_s out{};
  if (MMDB_aget_value(&entry, &out, path) != MMDB_SUCCESS || !out.has_data) return std::nullopt;
  return out;
}

std::string text(MMDB_entry_s& entry, const char* key) {
  const auto found = value(entry, key);
  if (!found || found->type != MMDB_DATA_TYPE_UTF8_STRING) return {};
  return base::excerpt({found->utf8_string, found->data_size}, kMaxOrganisation);
}

std::string number(MMDB_entry_s& entry) {
  if (const auto found = value(entry, "autonomous_system_number");
      found && found->type == MMDB_DATA_TYPE_UINT32)
    return fmt::format("AS{}", found->uint32);
  return text(entry, "asn");
}

}  // namespace

void NetworkDatabase::Close::operator()(MMDB_s* database) const {
  MMDB_close(database);
  delete database;  // NOLINT(cppcoreguidelines-owning-memory): the library has no call that makes one
}

NetworkDatabase::NetworkDatabase(std::unique_ptr<MMDB_s, Close> database, std::string path)
    : database_(std::move(database)), path_(std::move(path)) {}
NetworkDatabase::NetworkDatabase(NetworkDatabase&&) noexcept = default;
NetworkDatabase& NetworkDatabase::operator=(NetworkDatabase&&) noexcept = default;
NetworkDatabase::~NetworkDatabase() = default;

base::Result<NetworkDatabase> NetworkDatabase::open(const std::string& path) {
  auto plain = std::make_unique<MMDB_s>();
  if (const int status = MMDB_open(path.c_str(), MMDB_MODE_MMAP, plain.get()); status != MMDB_SUCCESS)
    return broken(status == MMDB_FILE_OPEN_ERROR ? "cannot be read" : MMDB_strerror(status), path);
  std::unique_ptr<MMDB_s, Close> database(plain.release());
  const std::string_view type =
      database->metadata.database_type == nullptr ? "" : database->metadata.database_type;
  if (base::lower(type).find("asn") == std::string::npos)
    return broken(fmt::format("is a database of another kind ({})", base::excerpt(type, 60)), path);
  return NetworkDatabase(std::move(database), path);
}

base::Result<std::string> NetworkDatabase::name_of(const base::IpAddress& address) const {
  if (address.is_v6() && database_->metadata.ip_version == 4) return std::string();
  sockaddr_storage storage{};
  if (address.is_v4()) {
    auto& place = reinterpret_cast<sockaddr_in&>(storage);
    place.sin_family = AF_INET;
    std::memcpy(&place.sin_addr, address.bytes().data(), address.bytes().size());
  } else {
    auto& place = reinterpret_cast<sockaddr_in6&>(storage);
    place.sin6_family = AF_INET6;
    std::memcpy(&place.sin6_addr, address.bytes().data(), address.bytes().size());
  }
  int status = MMDB_SUCCESS;
  auto found = MMDB_lookup_sockaddr(database_.get(), reinterpret_cast<const sockaddr*>(&storage), &status);
  if (status != MMDB_SUCCESS) return broken(MMDB_strerror(status), path_);
  if (!found.found_entry) return std::string();
  auto out = number(found.entry);
  auto organisation = text(found.entry, "autonomous_system_organization");
  if (organisation.empty()) organisation = text(found.entry, "as_name");
  if (organisation.empty()) organisation = text(found.entry, "name");
  if (!out.empty() && !organisation.empty()) out += ' ';
  return out + organisation;
}

}  // namespace rampart::reports
