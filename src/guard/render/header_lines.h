// A message's header told to people: each field as mail programs read it, what it is, and what is odd about it; and the way that the message
// came, as our own Authentication-Results field has it.
//
//   const auto lines = explain_header(message.header, names, entry.causes);
//   lines[0].name, lines[0].explained     "From", "who it says wrote it: sana@evil.example. \"Example Bank\" is a brand, and …"
//
// Pure. Values are printable, up to kMaxHeaderValue.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "guard/inspect/names/names.h"
#include "guard/policy/policy.h"
#include "mail/header.h"

namespace rampart::guard::render {

// All our own.
inline constexpr std::size_t kMaxHeaderLines = 200;
inline constexpr std::size_t kMaxHeaderValue = 2'000;  // bytes

struct HeaderLine {
  std::string name;
  std::string value;
  std::string explained;            // empty: nothing is known of such a field
  std::vector<std::string> causes;  // codes that speak of it: of names::NameFact, and of the message's causes
};
std::vector<HeaderLine> explain_header(const mail::Header& header, const names::NameFacts& names,
                                       std::span<const Cause> causes);

// [{"name","value","explained","causes"}]
void write_header(base::JsonWriter& json, std::span<const HeaderLine> lines);

// {"client","envelope","signatures","author"} of what an event's `results` say; null where they say nothing of From.
struct CameFrom {
  std::string client;
  std::string helo;
  std::string mail_from;
  std::string author;
  std::string results;  // the value of our Authentication-Results field
};
void write_path(base::JsonWriter& json, const CameFrom& from);

}  // namespace rampart::guard::render
