// A profile: what one document demands of a domain, as requirements that findings break (docs/profiles.md).
//
//   id = "house-rules"
//   title = "House rules for domains"
//   source = "IT policy 7, 2026"
//
//   [[requirement]]
//   id = "dmarc-enforced"
//   title = "DMARC refuses what fails"
//   source = "section 3"
//   findings = ["dmarc-missing", "dmarc-policy-none", "dmarc-policy-quarantine"]
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace rampart::audit {

// All our own.
inline constexpr std::size_t kMaxProfileBytes = std::size_t{256} << 10;
inline constexpr std::size_t kMaxRequirements = 100;
inline constexpr std::size_t kMaxProfileText = 1000;  // bytes of one text
inline constexpr std::size_t kMaxProfiles = 16;       // in one run

// Of which domains a requirement speaks.
enum class Applies : std::uint8_t { all, sending, parked };

struct Requirement {
  std::string id;
  std::string title;   // one clause, no final stop
  std::string text;    // more, for people; may be empty
  std::string source;  // where in the document; may be empty
  Applies applies = Applies::all;
  std::vector<std::string> findings;  // codes of the catalogue, any of which breaks it
  std::string by_hand;                // why no audit of DNS can judge it; then it has no findings
};

struct Profile {
  std::string id;
  std::string title;
  std::string text;
  std::string source;                   // the document, with its date
  std::string url;                      // may be empty
  std::chrono::seconds max_key_age{0};  // after which a DKIM key is to be replaced; 0: it says nothing
  std::vector<Requirement> requirements;
};
using Profiles = std::vector<std::shared_ptr<const Profile>>;  // shared with the runs of the decision

// Errors are of kind config, with `file:line:column`. What is not known (a key, a finding) is refused.
base::Result<Profile> parse_profile(std::string_view text, const std::string& file);

}  // namespace rampart::audit
