// Sending services that many customers share: an include of one lets in its other customers too.
// They are the SPF marks of the provider registry (mail/providers/registry.h).
#pragma once

#include <span>
#include <string_view>

#include "dns/name.h"

namespace rampart::spf {

struct SharedSender {
  std::string_view domain;  // of the SPF records its customers include; names below it count too
  std::string_view name;    // "Google Workspace"
  std::string_view note;    // who can send from these addresses
};

std::span<const SharedSender> shared_senders();

// The service whose record `target` is, or null.
const SharedSender* find_shared_sender(const dns::Name& target);

}  // namespace rampart::spf
