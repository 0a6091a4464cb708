// The reading of a small data file in TOML, for its parser to derive from: errors say file, line and column.
//
//   class Reader : public base::TomlReader { … TRY(only(table, {"id", "title"})); out.id = TRY(id(table)); … };
//   const auto parsed = TRY(base::TomlReader::parse(text, file, kMaxBytes));
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/toml.h"

namespace rampart::base {

class TomlReader {
 public:
  static constexpr std::size_t kMaxId = 64;  // bytes; our own

  // The top of the file. Errors are of kind config: it is larger than `most` bytes, or no TOML.
  static Result<toml::table> parse(std::string_view text, const std::string& file, std::size_t most);

 protected:
  // `file` outlives it. A text is at most `max_text` bytes long.
  TomlReader(const std::string& file, std::size_t max_text) : file_(file), max_text_(max_text) {}

  static std::unexpected<Error> wrong_at(const std::string& file, const toml::source_position& at,
                                         std::string what, std::string hint = {});
  [[nodiscard]] std::unexpected<Error> wrong(const toml::source_position& at, std::string what,
                                             std::string hint = {}) const {
    return wrong_at(file_, at, std::move(what), std::move(hint));
  }
  [[nodiscard]] Result<> only(const toml::table& table, std::initializer_list<std::string_view> known) const;
  // A text of one line of printable characters; empty when it is not there.
  [[nodiscard]] Result<std::string> text(const toml::table& table, std::string_view key) const;
  [[nodiscard]] Result<std::string> needed(const toml::table& table, std::string_view key,
                                           const toml::source_position& at) const;
  // The key "id": small letters, digits, hyphens and dots.
  [[nodiscard]] Result<std::string> id(const toml::table& table, const toml::source_position& at) const;

 private:
  const std::string& file_;
  std::size_t max_text_;
};

}  // namespace rampart::base
