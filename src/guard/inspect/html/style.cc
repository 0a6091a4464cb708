#include "guard/inspect/html/style.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>

#include "base/text.h"
#include "dns/name.h"
#include "guard/inspect/html/word_table.h"

namespace rampart::guard::html {
namespace {

constexpr std::size_t kMaxValue = 512;    // bytes of a declaration that are read
constexpr std::size_t kMaxClasses = 30;   // of an element
constexpr std::size_t kMaxSelector = 80;  // bytes
constexpr float kPoint = 4.0F / 3.0F;     // pixels

struct NamedColor {
  std::string_view name;
  Color color;
};
constexpr std::array kColors{
    NamedColor{"white", {255, 255, 255}},
    NamedColor{"black", {0, 0, 0}},
    NamedColor{"red", {255, 0, 0}},
    NamedColor{"green", {0, 128, 0}},
    NamedColor{"blue", {0, 0, 255}},
    NamedColor{"gray", {128, 128, 128}},
    NamedColor{"grey", {128, 128, 128}},
    NamedColor{"silver", {192, 192, 192}},
    NamedColor{"yellow", {255, 255, 0}},
    NamedColor{"orange", {255, 165, 0}},
    NamedColor{"purple", {128, 0, 128}},
    NamedColor{"navy", {0, 0, 128}},
    NamedColor{"teal", {0, 128, 128}},
    NamedColor{"maroon", {128, 0, 0}},
    NamedColor{"lime", {0, 255, 0}},
    NamedColor{"aqua", {0, 255, 255}},
    NamedColor{"snow", {255, 250, 250}},
    NamedColor{"ivory", {255, 255, 240}},
    NamedColor{"whitesmoke", {245, 245, 245}},
    NamedColor{"ghostwhite", {248, 248, 255}},
    NamedColor{"azure", {240, 255, 255}},
    NamedColor{"floralwhite", {255, 250, 240}},
    NamedColor{"mintcream", {245, 255, 250}},
    NamedColor{"lightgray", {211, 211, 211}},
    NamedColor{"lightgrey", {211, 211, 211}},
    NamedColor{"darkgray", {169, 169, 169}},
};

bool is_space(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f'; }

std::string_view trim(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

// The next word of `text`, which loses it.
std::string_view take_word(std::string_view& text) {
  text = trim(text);
  const auto end = static_cast<std::size_t>(std::ranges::find_if(text, is_space) - text.begin());
  const auto word = text.substr(0, end);
  text.remove_prefix(end);
  return word;
}

// A number at the beginning of `text`, which loses it. Hand-made: from_chars for floats takes neither + nor .5.
std::optional<float> take_number(std::string_view& text) {
  std::size_t at = 0;
  const bool is_negative = text.starts_with('-');
  if (is_negative || text.starts_with('+')) ++at;
  float value = 0;
  float place = 1;
  bool has_digits = false;
  bool has_point = false;
  for (; at < text.size() && (base::is_digit(text[at]) || (text[at] == '.' && !has_point)); ++at) {
    if (text[at] == '.') {
      has_point = true;
      continue;
    }
    has_digits = true;
    const auto digit = static_cast<float>(text[at] - '0');
    if (has_point) {
      place /= 10;
      value += digit * place;
    } else {
      value = std::min(value * 10 + digit, 1e9F);
    }
  }
  if (!has_digits) return std::nullopt;
  text.remove_prefix(at);
  return is_negative ? -value : value;
}

std::optional<Length> parse_length(std::string_view text) {
  const auto number = take_number(text);
  if (!number) return std::nullopt;
  const auto unit = text.substr(0, text.find_first_of(" !/,"));
  if (unit == "pt") return Length{*number * kPoint};
  if (unit == "em") return Length{*number, true};
  if (unit == "%") return Length{*number / 100, true};
  if (unit == "rem") return Length{*number * 16};
  if (unit.empty() || unit == "px") return Length{*number};
  return Length{*number * 16};  // cm, in, vw: none of them is small but 0
}

std::optional<Length> parse_font_size(std::string_view text) {
  if (text.starts_with("xx-small")) return Length{9};
  if (text.starts_with("x-small")) return Length{10};
  if (text.starts_with("small") || text.starts_with("medium") || text.starts_with("large") ||
      text.starts_with("x-") || text.starts_with("xx-") || text.starts_with("initial"))
    return Length{16};
  return parse_length(text);
}

// font: italic 700 0px/0 Arial: the size is the first number with a unit, a slash or nothing but 0.
void read_font(std::string_view value, Style& out) {
  while (!value.empty()) {
    const auto word = take_word(value);
    auto rest = word;
    const auto number = take_number(rest);
    if (!number || (rest.empty() && *number != 0)) continue;
    out.font = parse_length(word);
    return;
  }
}

Color parse_hex(std::string_view digits) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
  if (error != std::errc{} || end != digits.data() + digits.size()) return {.is_known = false};
  if (digits.size() == 8) {
    if ((value & 0xffU) != 0xff) return {.is_known = false};
    value >>= 8;
  }
  const auto byte = [value](unsigned shift, unsigned mask, unsigned factor) {
    return static_cast<std::uint8_t>((value >> shift & mask) * factor);
  };
  if (digits.size() == 3) return {byte(8, 15, 17), byte(4, 15, 17), byte(0, 15, 17)};
  if (digits.size() == 6 || digits.size() == 8) return {byte(16, 255, 1), byte(8, 255, 1), byte(0, 255, 1)};
  return {.is_known = false};
}

Color parse_rgb(std::string_view inner) {
  std::array<std::uint8_t, 3> channels{};
  for (auto& channel : channels) {
    while (!inner.empty() && (is_space(inner.front()) || inner.front() == ',')) inner.remove_prefix(1);
    auto number = take_number(inner);
    if (!number) return {.is_known = false};
    if (inner.starts_with('%')) {
      *number *= 2.55F;
      inner.remove_prefix(1);
    }
    channel = static_cast<std::uint8_t>(std::clamp(*number, 0.0F, 255.0F));
  }
  while (!inner.empty() && (is_space(inner.front()) || inner.front() == ',' || inner.front() == '/'))
    inner.remove_prefix(1);
  const auto alpha = take_number(inner);
  if (alpha && *alpha < 1) return {.is_known = false, .is_clear = *alpha <= 0};
  return {channels[0], channels[1], channels[2]};
}

Color parse_background(std::string_view value) {
  if (value.find("url(") != std::string_view::npos || value.find("gradient") != std::string_view::npos)
    return {.is_known = false};
  if (value.starts_with("rgb")) return parse_color(value);
  return parse_color(take_word(value));
}

bool is_zero(std::string_view value) {
  const auto length = parse_length(value);
  return length && length->value == 0;
}

bool is_far(std::string_view value) {
  const auto length = parse_length(value);
  return length && length->of(16) <= -kFarAway;
}

enum class Property : std::uint8_t {
  other,
  display,
  visibility,
  opacity,
  overflow,
  extent,  // a width or height, or the most of one
  font_size,
  font,
  color,
  background,
  place,  // a distance that may move text off the page
  clip_path,
  clip,
};

constexpr WordTable kProperties([] {
  using enum Property;
  return std::array{Word{"display", display},
                    Word{"visibility", visibility},
                    Word{"opacity", opacity},
                    Word{"overflow", overflow},
                    Word{"overflow-x", overflow},
                    Word{"overflow-y", overflow},
                    Word{"width", extent},
                    Word{"height", extent},
                    Word{"max-width", extent},
                    Word{"max-height", extent},
                    Word{"font-size", font_size},
                    Word{"font", font},
                    Word{"color", color},
                    Word{"background", background},
                    Word{"background-color", background},
                    Word{"background-image", background},
                    Word{"text-indent", place},
                    Word{"left", place},
                    Word{"top", place},
                    Word{"margin-left", place},
                    Word{"margin-top", place},
                    Word{"clip-path", clip_path},
                    Word{"clip", clip}};
}());
constexpr std::size_t kLongestProperty = 16;

Property property_of(std::string_view name) {
  std::array<char, kLongestProperty> lower{};
  if (name.size() > lower.size()) return Property::other;
  std::ranges::transform(name, lower.begin(), base::to_lower);
  return kProperties.find({lower.data(), name.size()});
}

// `value` is lower case.
void read_declaration(Property property, std::string_view value, Style& out) {
  const auto begins = [value](std::string_view word) { return value.starts_with(word); };
  switch (property) {
    case Property::display:
      out.is_gone = begins("none");
      break;
    case Property::visibility:
      out.is_invisible = begins("hidden") || begins("collapse");
      break;
    case Property::opacity:
      out.is_transparent = is_zero(value);
      break;
    case Property::overflow:
      out.is_clipped = begins("hidden") || begins("clip");
      break;
    case Property::extent:
      if (is_zero(value)) out.has_no_size = true;
      break;
    case Property::font_size:
      if (const auto size = parse_font_size(value)) out.font = size;
      break;
    case Property::font:
      read_font(value, out);
      break;
    case Property::color:
      if (!begins("inherit"))
        out.color = parse_color(begins("rgb") ? value : value.substr(0, value.find_first_of(" !")));
      break;
    case Property::background:
      if (begins("none") || begins("inherit")) break;
      if (const auto color = parse_background(value); !color.is_clear) out.background = color;
      break;
    case Property::place:
      if (is_far(value)) out.is_off_screen = true;
      break;
    case Property::clip_path:
      if (begins("inset(100%") || begins("inset(50%") || begins("circle(0")) out.is_off_screen = true;
      break;
    case Property::clip:
      if (begins("rect(0") || begins("rect(1px")) out.is_off_screen = true;
      break;
    case Property::other:
      break;
  }
}

// A selector as rules are kept by; empty when it is not simple.
std::string simple_selector(std::string_view selector) {
  selector = trim(selector);
  if (selector.empty() || selector.size() > kMaxSelector) return {};
  const bool is_simple = std::ranges::all_of(selector, [](char c) {
    return base::is_alnum(c) || c == '-' || c == '_' || c == '.' || c == '#' ||
           static_cast<signed char>(c) < 0;
  });
  const auto marks = std::ranges::count_if(selector, [](char c) { return c == '.' || c == '#'; });
  if (!is_simple || marks > 1) return {};
  // Names of elements know no case; classes do, where the page is in no quirks mode. Mail is.
  return base::lower(selector);
}

}  // namespace

bool look_alike(const Color& a, const Color& b) {
  const auto near = [](std::uint8_t x, std::uint8_t y) { return std::abs(int{x} - int{y}) <= kSameColor; };
  return a.is_known && b.is_known && near(a.red, b.red) && near(a.green, b.green) && near(a.blue, b.blue);
}

Color parse_color(std::string_view text) {
  text = trim(text);
  if (text.starts_with('#')) return parse_hex(text.substr(1));
  if (const auto open = text.find('('); open != std::string_view::npos && base::istarts_with(text, "rgb"))
    return parse_rgb(text.substr(open + 1));
  if (base::iequals(text, "transparent")) return {.is_known = false, .is_clear = true};
  const auto found =
      std::ranges::find_if(kColors, [text](const auto& named) { return base::iequals(named.name, text); });
  if (found != kColors.end()) return found->color;
  return text.size() == 6 ? parse_hex(text) : Color{.is_known = false};
}

bool Style::is_empty() const {
  return !is_gone && !is_invisible && !is_transparent && !has_no_size && !is_clipped && !is_off_screen &&
         !font && !color && !background;
}

void Style::add(const Style& stronger) {
  const auto take = [](auto& own, const auto& other) {
    if (other) own = other;
  };
  take(is_gone, stronger.is_gone);
  take(is_invisible, stronger.is_invisible);
  take(is_transparent, stronger.is_transparent);
  take(has_no_size, stronger.has_no_size);
  take(is_clipped, stronger.is_clipped);
  take(is_off_screen, stronger.is_off_screen);
  take(font, stronger.font);
  take(color, stronger.color);
  take(background, stronger.background);
}

void read_declarations(std::string_view text, Style& out) {
  for (std::size_t count = 0; !text.empty() && count < kMaxDeclarations; ++count) {
    const auto end = std::min(text.size(), text.find(';'));
    const auto declaration = text.substr(0, end);
    text.remove_prefix(std::min(text.size(), end + 1));
    const auto colon = declaration.find(':');
    if (colon == std::string_view::npos) continue;
    const auto property = property_of(trim(declaration.substr(0, colon)));
    if (property == Property::other) continue;
    const auto value = trim(declaration.substr(colon + 1)).substr(0, kMaxValue);
    read_declaration(property, base::lower(value), out);
  }
}

std::size_t StyleSheet::Hash::operator()(std::string_view text) const { return dns::hash_bytes(text); }

void StyleSheet::add(std::string_view text) {
  std::string plain;  // without comments
  plain.reserve(text.size());
  while (!text.empty()) {
    const auto open = std::min(text.size(), text.find("/*"));
    plain += text.substr(0, open);
    text.remove_prefix(open);
    const auto close = text.find("*/", 2);
    text.remove_prefix(close == std::string_view::npos ? text.size() : close + 2);
  }
  std::string_view rest = plain;
  while (!rest.empty()) {
    const auto open = rest.find('{');
    if (open == std::string_view::npos) return;
    auto selectors = trim(rest.substr(0, open));
    if (const auto end = selectors.rfind(';'); end != std::string_view::npos)
      selectors.remove_prefix(end + 1);
    rest.remove_prefix(open + 1);
    if (trim(selectors).starts_with('@')) {  // and what is in it
      std::size_t depth = 1;
      std::size_t at = 0;
      for (; at < rest.size() && depth != 0; ++at) {
        if (rest[at] == '{') ++depth;
        if (rest[at] == '}') --depth;
      }
      rest.remove_prefix(at);
      continue;
    }
    const auto close = std::min(rest.size(), rest.find('}'));
    add_rule(selectors, rest.substr(0, close));
    rest.remove_prefix(std::min(rest.size(), close + 1));
  }
}

void StyleSheet::add_rule(std::string_view selectors, std::string_view declarations) {
  Style style;
  read_declarations(declarations, style);
  if (style.is_empty()) return;
  if (selectors.starts_with("<!--")) selectors.remove_prefix(4);
  while (!selectors.empty() && rules_.size() < kMaxRules) {
    const auto end = std::min(selectors.size(), selectors.find(','));
    if (auto selector = simple_selector(selectors.substr(0, end)); !selector.empty())
      rules_[std::move(selector)].add(style);
    selectors.remove_prefix(std::min(selectors.size(), end + 1));
  }
}

void StyleSheet::look_up(std::string_view selector, Style& out) const {
  if (const auto found = rules_.find(selector); found != rules_.end()) out.add(found->second);
}

void StyleSheet::apply(std::string_view name, std::string_view classes, std::string_view id,
                       Style& out) const {
  look_up(name, out);
  std::string selector;
  for (std::size_t count = 0; count < kMaxClasses; ++count) {
    const auto word = take_word(classes);
    if (word.empty()) break;
    if (word.size() > kMaxSelector) continue;
    (selector = ".") += base::lower(word);
    look_up(selector, out);
    look_up(std::string(name) + selector, out);
  }
  if (id.empty() || id.size() > kMaxSelector) return;
  (selector = "#") += base::lower(id);
  look_up(selector, out);
  look_up(std::string(name) + selector, out);
}

void each_css_url(std::string_view css, const std::function<void(std::string_view, std::size_t)>& use) {
  const auto give = [&](std::size_t from, std::size_t to) {
    auto inner = trim(css.substr(from, to - from));
    if (!inner.empty() && (inner.front() == '"' || inner.front() == '\'')) inner.remove_prefix(1);
    if (!inner.empty() && (inner.back() == '"' || inner.back() == '\'')) inner.remove_suffix(1);
    if (!inner.empty()) use(inner, from);
  };
  // Each url begins behind a bracket, each import behind an @: so that the text is gone through once.
  for (auto at = css.find_first_of("(@"); at != std::string_view::npos;
       at = css.find_first_of("(@", at + 1)) {
    if (css[at] == '(' && at >= 3 && base::iequals(css.substr(at - 3, 3), "url")) {
      auto from = at + 1;
      while (from < css.size() && is_space(css[from])) ++from;
      const bool is_quoted = from < css.size() && (css[from] == '"' || css[from] == '\'');
      const auto end = std::min(css.size(), is_quoted ? css.find(css[from], from + 1) : css.find(')', from));
      give(from, end);
      at = std::min(end, css.size() - 1);
    } else if (css[at] == '@' && base::iequals(css.substr(at, 7), "@import")) {
      auto from = at + 7;
      while (from < css.size() && is_space(css[from])) ++from;
      if (from >= css.size() || (css[from] != '"' && css[from] != '\'')) continue;
      const auto end = std::min(css.size(), css.find(css[from], from + 1));
      give(from, end);
      at = std::min(end, css.size() - 1);
    }
  }
}

}  // namespace rampart::guard::html
