// Who is told what is kept from him, how, and whose links the guard answers.
#pragma once

#include <span>

#include "base/config.h"
#include "guard/digest/digest.h"

namespace rampart::guard {

std::span<const base::Setting> digest_settings();

struct DigestSettings {
  std::string from;  // an address; empty: no digest can be sent
  std::string url;   // empty: no links
  std::chrono::seconds link_life{};
  DigestLanguage language = DigestLanguage::en;
  std::vector<std::string> to;    // domains, lower case; none: all
  std::vector<std::string> skip;  // addresses, and "@domain", lower case
};
// Errors are of kind config.
base::Result<DigestSettings> read_digest_settings(const base::Config& config);

// Whether somebody is told of what is kept from him: an address that can be written to, in a domain of `to` or below it, and neither
// it nor its domain in `skip`.
bool is_told(const DigestSettings& settings, std::string_view recipient);

}  // namespace rampart::guard
