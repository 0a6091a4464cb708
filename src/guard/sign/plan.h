// What would be added to a message, and with whose keys, for who asks beforehand: rampart guard explain and rampart scan.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "guard/sign/signing.h"

namespace rampart::guard {

// A message that is handed on, as far as it is known.
struct Handing {
  const Standing& standing;                // outlives the plan's making, as all of these
  const mail::Message* message = nullptr;  // nullptr: only who wrote it is known
  const mail::Author& author;
  Writer writer = {};
  std::span<const std::string> recipients = {};
  bool came_back = false;
  std::optional<arc::Result> chain = {};  // what its ARC chain came to; nothing: not known
  base::Time now{};
};

inline constexpr std::string_view kNoAuthor = "its author is not known";

struct SigningPlan {
  std::string_view adds = "nothing";  // "signed", "sealed"; "nothing" to what comes in that part
  std::vector<RingKey> keys;          // whose signature it gets; none: `none` says why
  std::string none;                   // one clause, printable
  std::optional<Owned> owned;  // whether the author is his writer's own; nothing: that is not asked here
};

// Where there is a message it is signed or sealed, for what only shows then. `relay_domains`: whose mail is sealed.
SigningPlan plan_signing(const Handing& handing, KeyRing& ring, const SigningRules& rules,
                         std::span<const dns::Name> relay_domains, std::string_view authserv_id);

// Members of an open object: adds, keys, no_keys, owned.
void write_plan(base::JsonWriter& json, const SigningPlan& plan);

// "as bank.example with s1 (RSA, 2048 bits)" for each key, or "by nobody: WHY"; none where nothing is added.
std::vector<std::string> plan_lines(const SigningPlan& plan);

}  // namespace rampart::guard
