#include "audit/subdomains/name_list.h"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "base/json.h"
#include "base/text.h"
#include "dns/domain.h"

namespace rampart::audit::subdomains {
namespace {

using base::ErrorKind;
namespace json = boost::json;

constexpr std::size_t kShown = 80;  // bytes of a bad value
constexpr std::array<std::string_view, 10> kColumns{"name_value", "common_name", "dns_names", "domain",
                                                    "name",       "host",        "hostname",  "subdomain",
                                                    "dns_name",   "san"};

class Reader {
 public:
  Reader(std::string file, const NameSink& sink, const BadSink& bad)
      : file_(std::move(file)), sink_(sink), bad_(bad) {}

  base::Result<> read(std::string_view text) {
    if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
    const auto begins = text.find_first_not_of(" \t\r\n");
    if (begins == std::string_view::npos) return {};
    if (text[begins] == '[') return read_array(text);
    if (text[begins] == '{') return read_json_lines(text);
    if (const auto columns = columns_of(text.substr(0, text.find('\n'))); !columns.numbers.empty())
      return read_csv(text, columns);
    return read_plain(text);
  }

 private:
  // --- values ---

  base::Result<> take(std::string_view value, const std::string& where) {
    value = base::trim(value);
    if (value.empty()) return {};
    const auto full = value;
    if (const auto at = value.rfind('@'); at != std::string_view::npos && at != 0)
      value.remove_prefix(at + 1);
    const bool wildcard = value.starts_with("*.");
    if (wildcard) value.remove_prefix(2);
    auto name = dns::parse_domain(value);
    if (!name) return refuse(full, where, name.error().what);
    const auto whole = wildcard ? name->prepend_label("*") : *name;
    if (!whole) return refuse(full, where, "the name is too long");
    if (++names_ > kMaxListNames) {
      return base::fail(ErrorKind::input, fmt::format("holds more than {} names", kMaxListNames), file_,
                        "split the list");
    }
    sink_(*whole);
    return {};
  }

  base::Result<> refuse(std::string_view value, const std::string& where, std::string why) {
    bad_({.where = where, .text = base::excerpt(value, kShown), .why = std::move(why)});
    return {};
  }

  // Several names in one value, as crt.sh and spreadsheets have them.
  base::Result<> take_all(std::string_view value, const std::string& where) {
    while (!value.empty()) {
      const auto end = value.find_first_of("\n\r,; \t");
      TRY(take(value.substr(0, end), where));
      if (end == std::string_view::npos) break;
      value.remove_prefix(end + 1);
    }
    return {};
  }

  [[nodiscard]] std::string line(std::size_t number) const { return fmt::format("{}:{}", file_, number); }

  // --- JSON ---

  base::Result<> take_certificate(const json::value& value, const std::string& where) {
    if (value.is_string()) return take(value.get_string(), where);
    if (!value.is_object()) return refuse({}, where, "is neither a certificate nor a name");
    bool any = false;
    for (const auto column : kColumns) {
      const auto* member = value.get_object().if_contains(column);
      if (member == nullptr || member->is_null()) continue;
      if (member->is_string()) {
        any = true;
        // A common name may be anything, a person's name too: what is no domain is no fault there.
        const auto text = std::string_view(member->get_string());
        const auto bare = text.starts_with("*.") ? text.substr(2) : text;
        const bool is_domain = bare.find('.') != std::string_view::npos && dns::parse_domain(bare);
        if (column == "common_name" && !is_domain) continue;
        TRY(take_all(text, where));
      } else if (member->is_array()) {
        any = true;
        for (const auto& item : member->get_array()) {
          if (item.is_string()) {
            TRY(take(item.get_string(), where));
          } else {
            TRY(refuse({}, where, fmt::format("an item of {} is no text", column)));
          }
        }
      }
    }
    return any ? base::Result<>() : refuse({}, where, "a certificate without names (name_value, dns_names)");
  }

  base::Result<> read_array(std::string_view text) {
    const auto value = TRY(base::parse_json(text, file_, {.max_bytes = kMaxListBytes, .max_depth = 32}));
    std::size_t number = 0;
    for (const auto& item : value.get_array()) {
      ++number;
      TRY(take_certificate(item, fmt::format("{}: entry {}", file_, number)));
    }
    return {};
  }

  base::Result<> read_json_lines(std::string_view text) {
    // One object over several lines is JSON as well.
    if (const auto whole = base::parse_json(text, file_, {.max_bytes = kMaxListBytes, .max_depth = 32}))
      return take_certificate(*whole, file_);
    std::size_t number = 0;
    for (const auto raw : base::split(text, '\n')) {
      ++number;
      if (base::trim(raw).empty()) continue;
      const auto value = base::parse_json(raw, file_);
      if (value) {
        TRY(take_certificate(*value, line(number)));
      } else {
        TRY(refuse(raw, line(number), value.error().what));
      }
    }
    return {};
  }

  // --- CSV ---

  struct Columns {
    char separator = ',';
    std::vector<std::size_t> numbers;
  };

  static Columns columns_of(std::string_view header) {
    for (const char separator : {',', ';', '\t'}) {
      Columns out{.separator = separator, .numbers = {}};
      std::size_t at = 0;
      const auto cells = cells_of(header, at, separator);
      for (std::size_t i = 0; i < cells.size(); ++i) {
        auto name = base::lower(base::trim(cells[i]));
        std::ranges::replace(name, ' ', '_');
        if (std::ranges::find(kColumns, name) != kColumns.end()) out.numbers.push_back(i);
      }
      if (!out.numbers.empty()) return out;
    }
    return {};
  }

  // The cells of the row that begins at `at` (RFC 4180: quotes may hold separators and line ends); moves `at` behind
  // it.
  static std::vector<std::string> cells_of(std::string_view text, std::size_t& at, char separator) {
    std::vector<std::string> cells(1);
    bool quoted = false;
    for (; at < text.size(); ++at) {
      const char c = text[at];
      if (quoted) {
        if (c != '"') {
          cells.back() += c;
        } else if (at + 1 < text.size() && text[at + 1] == '"') {
          cells.back() += c;
          ++at;
        } else {
          quoted = false;
        }
      } else if (c == '"') {
        quoted = true;
      } else if (c == separator) {
        cells.emplace_back();
      } else if (c == '\n') {
        ++at;
        break;
      } else {
        cells.back() += c;
      }
    }
    return cells;
  }

  base::Result<> read_csv(std::string_view text, const Columns& columns) {
    std::size_t at = 0;
    std::size_t number = 1;
    cells_of(text, at, columns.separator);
    for (std::size_t began = at; at < text.size(); began = at) {
      number += static_cast<std::size_t>(std::ranges::count(text.substr(0, began).substr(counted_), '\n'));
      counted_ = began;
      const auto cells = cells_of(text, at, columns.separator);
      if (cells.size() == 1 && base::trim(cells[0]).empty()) continue;
      const auto where = line(number);
      for (const auto column : columns.numbers) {
        if (column < cells.size()) {
          TRY(take_all(cells[column], where));
        } else {
          TRY(refuse(cells[0], where, "the row has too few columns"));
        }
      }
    }
    return {};
  }

  // --- plain ---

  base::Result<> read_plain(std::string_view text) {
    std::size_t number = 0;
    for (auto raw : base::split(text, '\n')) {
      ++number;
      TRY(take(raw.substr(0, raw.find('#')), line(number)));
    }
    return {};
  }

  std::string file_;
  const NameSink& sink_;
  const BadSink& bad_;
  std::size_t names_ = 0;
  std::size_t counted_ = 0;  // bytes whose line ends are in the line number already
};

}  // namespace

base::Result<> read_name_list(std::string_view text, const std::string& file, const NameSink& sink,
                              const BadSink& bad) {
  if (text.size() > kMaxListBytes) {
    return base::fail(ErrorKind::input, fmt::format("has more than {} MiB", kMaxListBytes >> 20), file,
                      "split the list");
  }
  return Reader(file, sink, bad).read(text);
}

}  // namespace rampart::audit::subdomains
