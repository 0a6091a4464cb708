#include <algorithm>

#include <fmt/format.h>

#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>

#include "audit/catalogue.h"
#include "audit/profile/profile.h"
#include "base/config_schema.h"
#include "base/text.h"

namespace rampart::audit {
namespace {

using base::ErrorKind;
using base::Result;

constexpr std::size_t kMaxId = 64;      // bytes; our own
constexpr std::size_t kShown = 60;      // bytes of a wrong text that an error repeats
constexpr std::size_t kMaxCodes = 200;  // findings of one requirement; our own

bool is_id(std::string_view text) {
  return !text.empty() && text.size() <= kMaxId && base::is_alnum(text.front()) &&
         std::ranges::all_of(text, [](char c) {
           return base::is_digit(c) || (c >= 'a' && c <= 'z') || c == '-' || c == '.';
         });
}

class Reader {
 public:
  explicit Reader(const std::string& file) : file_(file) {}

  Result<Profile> read(const toml::table& top) {
    TRY(only(top, {"id", "title", "text", "source", "url", "max_key_age", "requirement"}));
    Profile out;
    out.id = TRY(id(top, top.source().begin));
    out.title = TRY(needed(top, "title", top.source().begin));
    out.text = TRY(text(top, "text"));
    out.source = TRY(needed(top, "source", top.source().begin));
    out.url = TRY(text(top, "url"));
    if (const auto age = TRY(text(top, "max_key_age")); !age.empty()) {
      const auto time = base::parse_duration(age);
      if (!time || time->count() <= 0)
        return wrong(top.get("max_key_age")->source().begin, "max_key_age is no time", "write \"31d\"");
      out.max_key_age = std::chrono::floor<std::chrono::seconds>(*time);
    }
    const auto* list = top.get("requirement");
    const auto* tables = list == nullptr ? nullptr : list->as_array();
    if (tables == nullptr || tables->empty())
      return wrong(list == nullptr ? toml::source_position{1, 1} : list->source().begin,
                   "it has no requirement", "add one: [[requirement]] with id, title and findings");
    if (tables->size() > kMaxRequirements)
      return wrong(list->source().begin, fmt::format("it has more than {} requirements", kMaxRequirements));
    for (const auto& node : *tables) {
      const auto* table = node.as_table();
      if (table == nullptr) return wrong(node.source().begin, "a requirement is no table");
      auto requirement = TRY(read_requirement(*table));
      const bool twice = std::ranges::any_of(
          out.requirements, [&](const Requirement& other) { return other.id == requirement.id; });
      if (twice)
        return wrong(table->source().begin, fmt::format("two requirements are called {}", requirement.id));
      out.requirements.push_back(std::move(requirement));
    }
    return out;
  }

  [[nodiscard]] std::unexpected<base::Error> wrong(const toml::source_position& at, std::string what,
                                                   std::string hint = {}) const {
    return base::fail(ErrorKind::config, std::move(what),
                      fmt::format("{}:{}:{}", base::printable(file_), at.line, at.column), std::move(hint));
  }

 private:
  Result<Requirement> read_requirement(const toml::table& table) {
    const auto& at = table.source().begin;
    TRY(only(table, {"id", "title", "text", "source", "applies", "findings", "by_hand"}));
    Requirement out;
    out.id = TRY(id(table, at));
    out.title = TRY(needed(table, "title", at));
    out.text = TRY(text(table, "text"));
    out.source = TRY(text(table, "source"));
    out.by_hand = TRY(text(table, "by_hand"));
    const auto applies = TRY(text(table, "applies"));
    if (applies == "sending") {
      out.applies = Applies::sending;
    } else if (applies == "parked") {
      out.applies = Applies::parked;
    } else if (!applies.empty() && applies != "all") {
      return wrong(table.get("applies")->source().begin, "applies is none of all, sending and parked");
    }
    TRY(read_findings(table, out));
    if (out.findings.empty() == out.by_hand.empty())
      return wrong(at,
                   fmt::format("the requirement {} has {} findings and by_hand", out.id,
                               out.findings.empty() ? "neither" : "both"),
                   "name the findings that break it, or say in by_hand why no audit can judge it");
    return out;
  }

  Result<> read_findings(const toml::table& table, Requirement& out) const {
    const auto* node = table.get("findings");
    if (node == nullptr) return {};
    const auto* list = node->as_array();
    if (list == nullptr || list->size() > kMaxCodes)
      return wrong(node->source().begin, fmt::format("findings is no list of at most {} codes", kMaxCodes),
                   "write findings = [\"spf-missing\"]");
    for (const auto& item : *list) {
      const auto* code = item.as_string();
      if (code == nullptr) return wrong(item.source().begin, "a finding's code is a text");
      if (find_entry(code->get()) == nullptr) {
        const auto meant = nearest_code(code->get());
        return wrong(item.source().begin,
                     fmt::format("there is no finding \"{}\"", base::excerpt(code->get(), kShown)),
                     meant.empty() ? "docs/findings.md lists them" : fmt::format("did you mean {}?", meant));
      }
      if (std::ranges::find(out.findings, code->get()) != out.findings.end())
        return wrong(item.source().begin, fmt::format("{} is named twice", code->get()));
      out.findings.push_back(code->get());
    }
    return {};
  }

  Result<> only(const toml::table& table, std::initializer_list<std::string_view> known) const {
    for (const auto& [key, node] : table) {
      if (std::ranges::find(known, key.str()) == known.end())
        return wrong(key.source().begin,
                     fmt::format("{} is not known here", base::excerpt(key.str(), kShown)),
                     fmt::format("known are {}", fmt::join(known, ", ")));
    }
    return {};
  }

  // A text of one line of printable characters; empty when it is not there.
  Result<std::string> text(const toml::table& table, std::string_view key) const {
    const auto* node = table.get(key);
    if (node == nullptr) return std::string();
    const auto* value = node->as_string();
    if (value == nullptr) return wrong(node->source().begin, fmt::format("{} is no text", key));
    if (value->get().empty() || value->get().size() > kMaxProfileText)
      return wrong(node->source().begin,
                   fmt::format("{} is empty, or longer than {} bytes", key, kMaxProfileText));
    if (base::printable(value->get()) != value->get())
      return wrong(node->source().begin, fmt::format("{} has characters that cannot be printed", key));
    return value->get();
  }
  Result<std::string> needed(const toml::table& table, std::string_view key,
                             const toml::source_position& at) const {
    auto out = TRY(text(table, key));
    if (out.empty()) return wrong(at, fmt::format("it has no {}", key), fmt::format("add {} = \"…\"", key));
    return out;
  }
  Result<std::string> id(const toml::table& table, const toml::source_position& at) const {
    auto out = TRY(needed(table, "id", at));
    if (!is_id(out))
      return wrong(table.get("id")->source().begin,
                   fmt::format("\"{}\" is no id", base::excerpt(out, kShown)),
                   fmt::format("small letters, digits, - and ., at most {}", kMaxId));
    return out;
  }

  const std::string& file_;
};

}  // namespace

Result<Profile> parse_profile(std::string_view text, const std::string& file) {
  Reader reader(file);
  if (text.size() > kMaxProfileBytes)
    return reader.wrong({1, 1}, fmt::format("it is larger than {} bytes", kMaxProfileBytes));
  const auto parsed = toml::parse(text);
  if (!parsed)
    return reader.wrong(parsed.error().source().begin,
                        fmt::format("is no TOML: {}", base::printable(parsed.error().description())));
  return reader.read(parsed.table());
}

}  // namespace rampart::audit
