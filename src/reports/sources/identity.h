// Who stands at an address, as far as marks say that nobody can choose freely (source.h).
#pragma once

#include <span>
#include <string>
#include <vector>

#include "mail/providers/registry.h"
#include "reports/sources/facts.h"
#include "reports/sources/source.h"

namespace rampart::reports {

struct Identity {
  enum class Who : std::uint8_t {
    nobody,    // nothing says
    own,       // the owner
    provider,  // of the registry, and he names the sender
    included,  // whose record the owner's SPF includes; not in the registry
    host,      // a confirmed reverse name of an organisation that is not in the registry
    machine,   // rented or connected somewhere: a provider that names no sender
  };
  Who who = Who::nobody;
  Confidence confidence = Confidence::unknown;
  const mail::Provider* provider = nullptr;  // of provider and machine
  std::string organisation;                  // of included and host
  std::string label;  // the same for all addresses of one; of nobody and machine the network around
  std::vector<Evidence> evidence;  // each with addresses = 1, and the address's messages
};

// `facts` are those of SourcesInput::outcomes, by place.
Identity identify(const SeenAddress& seen, std::span<const OutcomeFacts> facts, const Owned& owned,
                  const mail::Registry& registry);

}  // namespace rampart::reports
