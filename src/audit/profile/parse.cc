#include <algorithm>

#include <fmt/format.h>

#include "audit/catalogue.h"
#include "audit/profile/profile.h"
#include "base/config_schema.h"
#include "base/text.h"
#include "base/toml_reader.h"

namespace rampart::audit {
namespace {

using base::Result;

constexpr std::size_t kShown = 60;      // bytes of a wrong text that an error repeats
constexpr std::size_t kMaxCodes = 200;  // findings of one requirement; our own

class Reader : base::TomlReader {
 public:
  explicit Reader(const std::string& file) : TomlReader(file, kMaxProfileText) {}

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
};

}  // namespace

Result<Profile> parse_profile(std::string_view text, const std::string& file) {
  return Reader(file).read(TRY(base::TomlReader::parse(text, file, kMaxProfileBytes)));
}

}  // namespace rampart::audit
