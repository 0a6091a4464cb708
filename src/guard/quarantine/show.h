// What is kept, for people and as JSON (schemas "rampart.quarantine/1" and "rampart.kept/1", docs/quarantine.md). Nothing that a
// stranger wrote reaches a terminal as it is.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "guard/quarantine/quarantine.h"
#include "mail/mime.h"

namespace rampart::guard {

struct ShowOptions {
  bool color = false;      // text only
  std::size_t width = 80;  // text only: columns
};

// What a message holds, as far as a worker could read it (mail/mime.h).
struct KeptContent {
  std::vector<mail::MimePart> parts;
  std::string fault;  // why there is nothing, or not all; one clause
};
inline constexpr std::size_t kShownLines = 40;    // of a message's text; our own
inline constexpr std::size_t kShownBytes = 4096;  // of it

std::string list_text(std::span<const KeptMessage> messages, const ShowOptions& options);
std::string list_json(std::span<const KeptMessage> messages);
// A header and a row a message, each cell made by `cell`.
std::string list_csv(std::span<const KeptMessage> messages, std::string (*cell)(std::string_view));

std::string kept_text(const KeptMessage& message, const KeptContent& content, const ShowOptions& options);
std::string kept_json(const KeptMessage& message, const KeptContent& content);
// The facts alone, with the hash of the message.
std::string facts_json(const KeptMessage& message);

// The lines of the first part that is plain text, made printable; nothing where there is none.
std::vector<std::string> shown_lines(const KeptContent& content);

}  // namespace rampart::guard
