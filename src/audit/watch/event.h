// An alert with whose domain it is of: what sinks are given, and what waits for a digest.
#pragma once

#include <string>
#include <vector>

#include "audit/watch/alerts.h"
#include "base/result.h"

namespace rampart::audit::watch {

enum class Language : std::uint8_t { en, ur };
std::string_view to_string(Language language);  // "en"
std::optional<Language> parse_language(std::string_view text);

// One look at one domain that had something to tell.
struct Look {
  std::string id;  // unique; the same however often it is delivered
  dns::Name domain;
  std::string organisation;  // as its list has it; may be empty
  base::Time at{};
  std::string grade_before;
  std::string grade;
  std::vector<Alert> alerts;
};

// The object that webhooks and JSON lines carry, schema "rampart.watch/1" (docs/watch.md).
std::string to_json(const Look& look);
base::Result<Look> look_from_json(std::string_view text, std::string_view name);

// Rampart's own trouble: that it could not watch, or can again.
struct Trouble {
  std::string id;
  std::string code;  // "no-resolver", "all-unknown", "store", "undeliverable"
  bool over = false;
  std::string what;  // one sentence
  base::Time at{};
};
std::string to_json(const Trouble& trouble);

}  // namespace rampart::audit::watch
