#include "base/toml_reader.h"

#include <algorithm>
#include <optional>
#include <utility>

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

// Where a text stands that toml++ 3.3 has no answer for but to end the program: a control character, bytes that are no UTF-8, or a
// character beyond ASCII outside of texts and comments. TOML has none of them.
class Unreadable {
 public:
  explicit Unreadable(std::string_view text) : rest_(text) {}

  // Nothing when all is well.
  std::optional<toml::source_position> find() {
    while (!rest_.empty()) {
      const auto [length, c] = decode_utf8(rest_);
      const bool is_control = (c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7f;
      if (length == 0 || is_control || (length > 1 && quote_.empty() && !in_comment_ && !is_mark(c)))
        return at_;
      if (quote_.empty() && !in_comment_ && (c == '"' || c == '\'') && !may_begin()) return at_;
      if (length > 1) {
        skip(length);
      } else {
        step(rest_[0]);
      }
    }
    return std::nullopt;
  }

 private:
  [[nodiscard]] bool is_mark(char32_t c) const {
    return c == 0xfeff && at_.line == 1 && at_.column == 1;
  }  // of UTF-8

  // Behind anything else toml++ reads on, as if the text were none.
  [[nodiscard]] bool may_begin() const {
    return std::string_view("=[,{.\n").find(before_) != std::string_view::npos;
  }

  void skip(std::size_t bytes) {
    rest_.remove_prefix(bytes);
    ++at_.column;
  }

  void step(char c) {
    if (c == '\n') {
      in_comment_ = false;
      before_ = '\n';
      if (quote_.size() == 1) quote_.clear();  // it ought to have ended
      rest_.remove_prefix(1);
      at_ = {at_.line + 1, 1};
    } else if (in_comment_) {
      skip(1);
    } else if (quote_.empty()) {
      begin(c);
    } else if (c == '\\' && quote_[0] == '"') {
      skip(1);
      if (!rest_.empty() && rest_[0] >= 0x20 && rest_[0] < 0x7f) skip(1);
    } else if (rest_.starts_with(quote_)) {
      const auto end = std::exchange(quote_, {});
      for (auto size = end.size(); size > 0; --size) skip(1);
      // Up to two quotes may stand right before the three that end a text.
      while (end.size() == 3 && rest_.starts_with(end[0])) skip(1);
    } else {
      skip(1);
    }
  }

  void begin(char c) {
    in_comment_ = c == '#';
    if (!is_wsp(c)) before_ = c;
    if (c == '"' || c == '\'')
      quote_ = rest_.starts_with(std::string(3, c)) ? std::string(3, c) : std::string(1, c);
    for (auto size = std::max<std::size_t>(quote_.size(), 1); size > 0; --size) skip(1);
  }

  std::string_view rest_;
  std::string quote_;  // that the text it stands in ends with; empty outside of texts
  bool in_comment_ = false;
  char before_ = '\n';  // the last character outside of texts that is no white space
  toml::source_position at_{1, 1};
};

}  // namespace

std::unexpected<Error> TomlReader::wrong_at(const std::string& file, const toml::source_position& at,
                                            std::string what, std::string hint) {
  return fail(ErrorKind::config, std::move(what),
              fmt::format("{}:{}:{}", printable(file), at.line, at.column), std::move(hint));
}

Result<toml::table> TomlReader::parse(std::string_view text, const std::string& file, std::size_t most) {
  if (text.size() > most) return wrong_at(file, {1, 1}, fmt::format("it is larger than {} bytes", most));
  if (const auto at = Unreadable(text).find())
    return wrong_at(file, *at, "is no TOML: a character that may not stand there",
                    "keys are letters, digits, - and _; texts stand in quotes, and the file is UTF-8");
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
