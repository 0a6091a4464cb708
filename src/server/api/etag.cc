#include "server/api/etag.h"

#include "base/text.h"
#include "crypto/digest.h"

namespace rampart::server::api {
namespace {

constexpr std::size_t kTagBytes = 16;

}  // namespace

std::string etag_of(std::string_view content) {
  return base::hex(crypto::sha256(content).substr(0, kTagBytes));
}

bool names_etag(std::string_view field, std::string_view etag) {
  field = base::trim(field);
  if (field == "*") return true;
  while (!field.empty()) {
    if (field.starts_with("W/")) field.remove_prefix(2);
    if (!field.starts_with('"')) return false;
    const auto end = field.find('"', 1);
    if (end == std::string_view::npos) return false;
    if (field.substr(1, end - 1) == etag) return true;
    field = base::trim(field.substr(end + 1));
    if (!field.empty()) {
      if (!field.starts_with(',')) return false;
      field = base::trim(field.substr(1));
    }
  }
  return false;
}

bool read_if_match(std::string_view field, std::string& etag) {
  field = base::trim(field);
  etag.clear();
  if (field == "*") return true;
  if (field.size() < 3 || !field.starts_with('"') || !field.ends_with('"')) return false;
  field = field.substr(1, field.size() - 2);
  if (field.find('"') != std::string_view::npos) return false;
  etag = field;
  return true;
}

}  // namespace rampart::server::api
