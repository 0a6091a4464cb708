#include "guard/render/safe_html.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "base/text.h"

namespace rampart::guard::render {
namespace {

struct SafeElement {
  std::string_view name;
  Place place;
};
constexpr auto kElements = std::to_array<SafeElement>({
    {"abbr", Place::line},       {"b", Place::line},           {"bdi", Place::line},
    {"big", Place::line},        {"blockquote", Place::block}, {"br", Place::empty},
    {"caption", Place::caption}, {"cite", Place::line},        {"code", Place::line},
    {"dd", Place::block},        {"del", Place::line},         {"div", Place::block},
    {"dl", Place::block},        {"dt", Place::block},         {"em", Place::line},
    {"font", Place::line},       {"h1", Place::block},         {"h2", Place::block},
    {"h3", Place::block},        {"h4", Place::block},         {"h5", Place::block},
    {"h6", Place::block},        {"hr", Place::empty},         {"i", Place::line},
    {"ins", Place::line},        {"kbd", Place::line},         {"li", Place::block},
    {"mark", Place::line},       {"ol", Place::block},         {"p", Place::block},
    {"pre", Place::block},       {"q", Place::line},           {"s", Place::line},
    {"samp", Place::line},       {"small", Place::line},       {"span", Place::line},
    {"strike", Place::line},     {"strong", Place::line},      {"sub", Place::line},
    {"sup", Place::line},        {"table", Place::table},      {"tbody", Place::section},
    {"td", Place::cell},         {"tfoot", Place::section},    {"th", Place::cell},
    {"thead", Place::section},   {"tr", Place::row},           {"tt", Place::line},
    {"u", Place::line},          {"ul", Place::block},         {"var", Place::line},
});
static_assert(std::ranges::is_sorted(kElements, {}, &SafeElement::name));

constexpr auto kShown = std::to_array<std::string_view>(
    {"link", "target", "image", "tiny-image", "hidden", "character", "form", "field", "button", "frame"});
constexpr auto kFrom = std::to_array<std::string_view>({"remote", "attached", "inline", "none"});
constexpr std::size_t kMaxWords = 400;  // bytes of data-cause, data-through

template <std::size_t N>
bool is_one_of(std::string_view value, const std::array<std::string_view, N>& words) {
  return std::ranges::find(words, value) != words.end();
}

bool is_number(std::string_view value, std::size_t most) {
  const auto number = base::parse_number(value);
  return number && *number <= most && value.size() <= 7;
}

bool is_color(std::string_view value) {
  return value.size() == 7 && value[0] == '#' && std::ranges::all_of(value.substr(1), [](char c) {
           return base::is_digit(c) || (c >= 'a' && c <= 'f');
         });
}

bool is_width(std::string_view value) {
  return value.ends_with('%') ? is_number(value.substr(0, value.size() - 1), 100)
                              : is_number(value, kMaxTableWidth);
}

bool has_only(std::string_view value, std::string_view others) {
  return !value.empty() && value.size() <= kMaxWords && std::ranges::all_of(value, [&](char c) {
    return base::is_digit(c) || (c >= 'a' && c <= 'z') || others.find(c) != std::string_view::npos;
  });
}

bool is_of_table(Place place) {
  return place == Place::table || place == Place::section || place == Place::row || place == Place::cell;
}

bool is_own_attribute(std::string_view element, std::string_view attribute, std::string_view value) {
  if (attribute == "data-shown")
    return (element == "span" || element == "div" || element == "bdi") && is_one_of(value, kShown);
  if (attribute == "data-by") return element == "span" && has_only(value, "-");
  if (attribute == "data-from") return element == "span" && is_one_of(value, kFrom);
  if (attribute == "data-through") return element == "bdi" && has_only(value, "-.");
  return attribute == "data-cause" && element == "mark" && has_only(value, "- ");
}

}  // namespace

namespace {
const SafeElement* find_element(std::string_view name) {
  const auto* const found = std::ranges::lower_bound(kElements, name, {}, &SafeElement::name);
  return found != kElements.end() && found->name == name ? found : nullptr;
}
}  // namespace

Place place_of(std::string_view element) {
  const auto* const found = find_element(element);
  return found == nullptr ? Place::none : found->place;
}

std::string_view safe_name(std::string_view element) {
  const auto* const found = find_element(element);
  return found == nullptr ? std::string_view() : found->name;
}

bool is_safe_attribute(std::string_view element, std::string_view attribute, std::string_view value) {
  const auto place = place_of(element);
  if (attribute.starts_with("data-")) return is_own_attribute(element, attribute, value);
  if (attribute == "dir") return value == "ltr" || value == "rtl" || value == "auto";
  if (attribute == "lang") return value.size() <= 20 && has_only(value, "-");
  if (attribute == "align")
    return (place == Place::block || is_of_table(place)) &&
           (value == "left" || value == "right" || value == "center" || value == "justify");
  if (attribute == "valign")
    return is_of_table(place) &&
           (value == "top" || value == "middle" || value == "bottom" || value == "baseline");
  if (attribute == "color") return element == "font" && is_color(value);
  if (attribute == "bgcolor") return is_of_table(place) && is_color(value);
  if (attribute == "width") return (place == Place::table || place == Place::cell) && is_width(value);
  if (attribute == "border") return place == Place::table && is_number(value, 1);
  if (attribute == "cellpadding" || attribute == "cellspacing")
    return place == Place::table && is_number(value, kMaxCellGap);
  if (attribute == "colspan" || attribute == "rowspan")
    return place == Place::cell && is_number(value, kMaxSpan);
  return attribute == "start" && element == "ol" && is_number(value, kMaxListStart);
}

namespace {

// Notes the first thing that is not safe, and goes on without looking.
class Proof : public html::TokenSink {
 public:
  void on_text(html::TextKind kind, std::string_view text, std::size_t /*offset*/) override {
    // A NUL would be left out, and so change what is read.
    is_safe_ = is_safe_ && kind == html::TextKind::data && text.find('\0') == std::string_view::npos;
  }
  void on_start_tag(const html::Tag& tag) override {
    const auto place = place_of(tag.name);
    is_safe_ = is_safe_ && place != Place::none && !tag.is_self_closing && !tag.is_cut && !tag.has_lost &&
               !tag.is_foreign && std::ranges::all_of(tag.attributes, [&](const html::Attribute& one) {
                 return is_safe_attribute(tag.name, one.name, one.value);
               });
    if (!is_safe_ || place == Place::empty) return;
    open_.emplace_back(tag.name);
    if (open_.size() > kMaxSafeDepth) is_safe_ = false;
  }
  void on_end_tag(const html::Tag& tag) override {
    is_safe_ = is_safe_ && !open_.empty() && open_.back() == tag.name && tag.attributes.empty() &&
               !tag.is_self_closing;
    if (is_safe_) open_.pop_back();
  }
  void on_comment(html::CommentKind /*kind*/, std::string_view /*text*/, std::size_t /*size*/,
                  std::size_t /*offset*/) override {
    is_safe_ = false;
  }
  [[nodiscard]] bool holds() const { return is_safe_ && open_.empty(); }

 private:
  bool is_safe_ = true;
  std::vector<std::string> open_;
};

}  // namespace

bool is_safe_html(std::string_view html) {
  // As we write it: whatever opens with < is a tag of ours, to its end.
  for (std::size_t at = html.find('<'); at != std::string_view::npos; at = html.find('<', at + 1)) {
    const auto next = at + 1 < html.size() ? html[at + 1] : '\0';
    if (!base::is_alpha(next) && next != '/') return false;
    if (html.find('>', at) == std::string_view::npos) return false;
  }
  if (html.find('\0') != std::string_view::npos || !base::is_utf8(html)) return false;
  Proof proof;
  html::Tokenizer tokenizer(proof);
  tokenizer.feed(html);
  tokenizer.finish();
  return proof.holds();
}

}  // namespace rampart::guard::render
