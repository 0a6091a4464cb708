#include "base/toml_reader.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/text.h"

namespace rampart::base {
namespace {

constexpr std::size_t kShown = 60;  // bytes of a wrong text that an error repeats

bool is_id(std::string_view text) {
  return !text.empty() && text.size() <= TomlReader::kMaxId && is_alnum(text.front()) &&
         std::ranges::all_of(
             text, [](char c) { return is_digit(c) || (c >= 'a' && c <= 'z') || c == '-' || c == '.'; });
}

}  // namespace

std::unexpected<Error> TomlReader::wrong_at(const std::string& file, const toml::source_position& at,
                                            std::string what, std::string hint) {
  return fail(ErrorKind::config, std::move(what),
              fmt::format("{}:{}:{}", printable(file), at.line, at.column), std::move(hint));
}

Result<toml::table> TomlReader::parse(std::string_view text, const std::string& file, std::size_t most) {
  if (text.size() > most) return wrong_at(file, {1, 1}, fmt::format("it is larger than {} bytes", most));
  auto parsed = toml::parse(text);
  if (!parsed)
    return wrong_at(file, parsed.error().source().begin,
                    fmt::format("is no TOML: {}", printable(parsed.error().description())));
  return std::move(parsed).table();
}

Result<> TomlReader::only(const toml::table& table, std::initializer_list<std::string_view> known) const {
  for (const auto& [key, node] : table) {
    if (std::ranges::find(known, key.str()) == known.end())
      return wrong(key.source().begin, fmt::format("{} is not known here", excerpt(key.str(), kShown)),
                   fmt::format("known are {}", fmt::join(known, ", ")));
  }
  return {};
}

Result<std::string> TomlReader::text(const toml::table& table, std::string_view key) const {
  const auto* node = table.get(key);
  if (node == nullptr) return std::string();
  const auto* value = node->as_string();
  if (value == nullptr) return wrong(node->source().begin, fmt::format("{} is no text", key));
  if (value->get().empty() || value->get().size() > max_text_)
    return wrong(node->source().begin, fmt::format("{} is empty, or longer than {} bytes", key, max_text_));
  if (printable(value->get()) != value->get())
    return wrong(node->source().begin, fmt::format("{} has characters that cannot be printed", key));
  return value->get();
}

Result<std::string> TomlReader::needed(const toml::table& table, std::string_view key,
                                       const toml::source_position& at) const {
  auto out = TRY(text(table, key));
  if (out.empty()) return wrong(at, fmt::format("it has no {}", key), fmt::format("add {} = \"…\"", key));
  return out;
}

Result<std::string> TomlReader::id(const toml::table& table, const toml::source_position& at) const {
  auto out = TRY(needed(table, "id", at));
  if (!is_id(out))
    return wrong(table.get("id")->source().begin, fmt::format("\"{}\" is no id", excerpt(out, kShown)),
                 fmt::format("small letters, digits, - and ., at most {}", kMaxId));
  return out;
}

}  // namespace rampart::base
