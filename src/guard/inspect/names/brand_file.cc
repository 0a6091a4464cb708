#include "guard/inspect/names/brand_file.h"

#include <algorithm>
#include <set>
#include <span>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/text.h"
#include "base/toml_reader.h"
#include "dns/domain.h"

namespace rampart::guard::names {
namespace {

using base::Result;

constexpr std::size_t kShown = 60;  // bytes of a wrong text that an error repeats

class Reader : base::TomlReader {
 public:
  explicit Reader(const std::string& file) : TomlReader(file, kMaxBrandText) {}

  Result<BrandFile> read(const toml::table& top) {
    TRY(only(top, {"brand", "free_mail"}));
    BrandFile out;
    out.free_mail = TRY(domains(top, "free_mail", kMaxFreeMail));
    const auto* node = top.get("brand");
    if (node == nullptr) return out;
    const auto* list = node->as_array();
    if (list == nullptr || list->size() > kMaxBrands)
      return wrong(node->source().begin, fmt::format("brand is no list of at most {} tables", kMaxBrands),
                   "write [[brand]] before each");
    out.brands.reserve(list->size());
    for (const auto& item : *list) {
      const auto* table = item.as_table();
      if (table == nullptr) return wrong(item.source().begin, "a brand is no table");
      out.brands.push_back(TRY(brand(*table)));
    }
    return out;
  }

 private:
  Result<Brand> brand(const toml::table& table) {
    const auto& at = table.source().begin;
    TRY(only(table, {"id", "name", "kind", "domains", "aliases", "word", "countries", "self_hosted",
                     "sends_for_others"}));
    Brand out;
    out.id = TRY(id(table, at));
    if (!ids_.insert(out.id).second) return wrong(at, fmt::format("two brands are called {}", out.id));
    out.name = TRY(needed(table, "name", at));
    out.kind = TRY(kind(table, at));
    out.domains = TRY(domains(table, "domains", kMaxBrandDomains));
    if (out.domains.empty())
      return wrong(at, fmt::format("the brand {} has no domains", out.id), "add domains = [\"paypal.com\"]");
    for (const auto& domain : out.domains) {
      if (!domains_.insert(domain).second)
        return wrong(table.get("domains")->source().begin,
                     fmt::format("the domain {} is named twice", domain));
    }
    out.aliases = TRY(texts(table, "aliases", kMaxBrandAliases));
    TRY(name(out.name, at));
    for (const auto& alias : out.aliases) TRY(name(alias, table.get("aliases")->source().begin));
    out.is_word = TRY(flag(table, "word"));
    out.has_countries = TRY(flag(table, "countries"));
    out.is_self_hosted = TRY(flag(table, "self_hosted"));
    out.sends_for_others = TRY(flag(table, "sends_for_others"));
    return out;
  }

  Result<> name(std::string_view text, const toml::source_position& at) const {
    const auto words = shown_words(text);
    if (words.empty())
      return wrong(at, fmt::format("the name \"{}\" has no letters", base::excerpt(text, kShown)));
    if (words.size() > kMaxAliasWords)
      return wrong(at, fmt::format("the name \"{}\" has more than {} words", base::excerpt(text, kShown),
                                   kMaxAliasWords));
    return {};
  }

  Result<BrandKind> kind(const toml::table& table, const toml::source_position& at) const {
    const auto word = TRY(needed(table, "kind", at));
    std::vector<std::string_view> known;
    known.reserve(kBrandKinds);
    for (std::size_t i = 0; i < kBrandKinds; ++i) {
      known.push_back(to_string(static_cast<BrandKind>(i)));
      if (word == known.back()) return static_cast<BrandKind>(i);
    }
    return wrong(table.get("kind")->source().begin,
                 fmt::format("there is no kind \"{}\"", base::excerpt(word, kShown)),
                 fmt::format("the kinds are {}", fmt::join(known, ", ")));
  }

  Result<bool> flag(const toml::table& table, std::string_view key) const {
    const auto* node = table.get(key);
    if (node == nullptr) return false;
    const auto* value = node->as_boolean();
    if (value == nullptr)
      return wrong(node->source().begin, fmt::format("{} is neither true nor false", key));
    return value->get();
  }

  Result<std::vector<std::string>> texts(const toml::table& table, std::string_view key,
                                         std::size_t most) const {
    std::vector<std::string> out;
    const auto* node = table.get(key);
    if (node == nullptr) return out;
    const auto* list = node->as_array();
    if (list == nullptr || list->size() > most)
      return wrong(node->source().begin, fmt::format("{} is no list of at most {} texts", key, most),
                   fmt::format("write {} = [\"…\"]", key));
    out.reserve(list->size());
    for (const auto& item : *list) {
      const auto* value = item.as_string();
      if (value == nullptr || value->get().empty() || value->get().size() > kMaxBrandText)
        return wrong(item.source().begin,
                     fmt::format("{} holds what is no text of 1 to {} bytes", key, kMaxBrandText));
      out.push_back(value->get());
    }
    return out;
  }

  Result<std::vector<std::string>> domains(const toml::table& table, std::string_view key,
                                           std::size_t most) const {
    auto out = TRY(texts(table, key, most));
    for (auto& domain : out) {
      const auto name = dns::parse_domain(domain);
      // A public suffix would be everybody's.
      if (!name || name->label_count() < 2 || domain.ends_with('.'))
        return wrong(table.get(key)->source().begin,
                     fmt::format("\"{}\" is no domain", base::excerpt(domain, kShown)),
                     "write it as paypal.com, without a dot at either end");
      domain = name->text();
    }
    return out;
  }

  std::set<std::string> ids_;
  std::set<std::string> domains_;
};

}  // namespace

Result<BrandFile> parse_brands(std::string_view text, const std::string& file) {
  return Reader(file).read(TRY(base::TomlReader::parse(text, file, kMaxBrandsBytes)));
}

}  // namespace rampart::guard::names
