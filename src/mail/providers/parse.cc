#include "mail/providers/parse.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/text.h"
#include "base/toml_reader.h"
#include "dns/name.h"

namespace rampart::mail {
namespace {

using base::Result;

constexpr std::size_t kShown = 60;        // bytes of a wrong text that an error repeats
constexpr std::size_t kMaxSelector = 63;  // bytes of a pattern; our own

bool is_selector(std::string_view text) {
  return !text.empty() && text.size() <= kMaxSelector && std::ranges::count(text, '*') <= 1 && text != "*" &&
         std::ranges::all_of(text, [](char c) {
           return base::is_digit(c) || (c >= 'a' && c <= 'z') || c == '-' || c == '_' || c == '.' || c == '*';
         });
}

std::optional<Network> parse_network(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto address = base::IpAddress::parse(text.substr(0, slash));
  const auto length = base::parse_number(text.substr(slash + 1));
  if (!address || !length || *length == 0 || *length > address->bits()) return std::nullopt;
  const auto bits = static_cast<unsigned>(*length);
  if (address->masked(bits) != *address) return std::nullopt;
  return Network{.address = *address, .length = bits};
}

class Reader : base::TomlReader {
 public:
  explicit Reader(const std::string& file) : TomlReader(file, kMaxProviderText) {}

  Result<std::vector<Provider>> read(const toml::table& top) {
    TRY(only(top, {"provider"}));
    const auto* list = top.get("provider");
    const auto* tables = list == nullptr ? nullptr : list->as_array();
    if (tables == nullptr || tables->empty())
      return wrong(list == nullptr ? toml::source_position{1, 1} : list->source().begin, "it has no provider",
                   "add one: [[provider]] with id, name, kind and source");
    if (tables->size() > kMaxProviders)
      return wrong(list->source().begin, fmt::format("it has more than {} providers", kMaxProviders));
    std::vector<Provider> out;
    out.reserve(tables->size());
    for (const auto& node : *tables) {
      const auto* table = node.as_table();
      if (table == nullptr) return wrong(node.source().begin, "a provider is no table");
      out.push_back(TRY(read_provider(*table)));
      if (!ids_.insert(out.back().id).second)
        return wrong(table->source().begin, fmt::format("two providers are called {}", out.back().id));
    }
    return out;
  }

 private:
  Result<Provider> read_provider(const toml::table& table) {
    const auto& at = table.source().begin;
    TRY(only(table, {"id", "name", "kind", "mx", "spf", "dkim", "ptr", "envelope", "reports", "selectors",
                     "networks", "source", "enable", "help"}));
    Provider out;
    out.id = TRY(id(table, at));
    out.name = TRY(needed(table, "name", at));
    out.kind = TRY(kind(table, at));
    out.source = TRY(needed(table, "source", at));
    out.enable = TRY(text(table, "enable"));
    out.help = TRY(text(table, "help"));
    bool marked = false;
    for (std::size_t i = 0; i < kMarkKinds; ++i) {
      TRY(read_marks(table, static_cast<MarkKind>(i), out.marks[i]));
      marked = marked || !out.marks[i].empty();
    }
    TRY(read_selectors(table, out));
    TRY(read_networks(table, out));
    if (!marked && out.networks.empty())
      return wrong(at, fmt::format("the provider {} has no mark", out.id),
                   "add one of mx, spf, dkim, ptr, envelope, reports and networks");
    return out;
  }

  Result<ProviderKind> kind(const toml::table& table, const toml::source_position& at) const {
    const auto word = TRY(needed(table, "kind", at));
    std::vector<std::string_view> known;
    for (std::size_t i = 0; i < kProviderKinds; ++i) {
      known.push_back(to_string(static_cast<ProviderKind>(i)));
      if (word == known.back()) return static_cast<ProviderKind>(i);
    }
    return wrong(table.get("kind")->source().begin,
                 fmt::format("there is no kind \"{}\"", base::excerpt(word, kShown)),
                 fmt::format("the kinds are {}", fmt::join(known, ", ")));
  }

  // The texts of a list with their places; none when it is not there.
  using Items = std::vector<std::pair<std::string, toml::source_position>>;
  Result<Items> items(const toml::table& table, std::string_view key) const {
    Items out;
    const auto* node = table.get(key);
    if (node == nullptr) return out;
    const auto* list = node->as_array();
    if (list == nullptr || list->size() > kMaxMarks)
      return wrong(node->source().begin, fmt::format("{} is no list of at most {} texts", key, kMaxMarks),
                   fmt::format("write {} = [\"…\"]", key));
    for (const auto& item : *list) {
      const auto* value = item.as_string();
      if (value == nullptr) return wrong(item.source().begin, fmt::format("{} holds no text", key));
      out.emplace_back(base::lower(value->get()), item.source().begin);
    }
    return out;
  }

  Result<> read_marks(const toml::table& table, MarkKind kind, std::vector<std::string>& out) {
    for (auto& [mark, at] : TRY(items(table, to_string(kind)))) {
      const auto name = dns::Name::try_parse(mark);
      // One label would be all of .com.
      if (!name || name->label_count() < 2 || name->text() != mark)
        return wrong(at, fmt::format("\"{}\" is no domain", base::excerpt(mark, kShown)),
                     "write it as sendgrid.net, without a dot at either end");
      if (!marks_.emplace(kind, mark).second)
        return wrong(at, fmt::format("{} {} is named twice", to_string(kind), mark));
      out.push_back(std::move(mark));
    }
    return {};
  }

  Result<> read_selectors(const toml::table& table, Provider& out) const {
    for (auto& [selector, at] : TRY(items(table, "selectors"))) {
      if (!is_selector(selector))
        return wrong(at, fmt::format("\"{}\" is no selector", base::excerpt(selector, kShown)),
                     "one * at most may stand for any characters");
      out.selectors.push_back(std::move(selector));
    }
    return {};
  }

  Result<> read_networks(const toml::table& table, Provider& out) {
    for (const auto& [text, at] : TRY(items(table, "networks"))) {
      const auto network = parse_network(text);
      if (!network)
        return wrong(at, fmt::format("\"{}\" is no network", base::excerpt(text, kShown)),
                     "write it as 192.0.2.0/24, with zeros behind the prefix");
      if (!networks_.insert(network->text()).second)
        return wrong(at, fmt::format("the network {} is named twice", text));
      out.networks.push_back(*network);
    }
    return {};
  }

  std::set<std::string> ids_;
  std::set<std::pair<MarkKind, std::string>> marks_;
  std::set<std::string> networks_;
};

}  // namespace

Result<std::vector<Provider>> parse_providers(std::string_view text, const std::string& file) {
  return Reader(file).read(TRY(base::TomlReader::parse(text, file, kMaxRegistryBytes)));
}

}  // namespace rampart::mail
