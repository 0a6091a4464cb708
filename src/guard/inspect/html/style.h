// The little of CSS that decides whether text can be seen: declarations of a style attribute, and rules of a style element
// with one simple selector (p, .preheader, #top, p.note). What @media and its like hold is left out: it says what some screen
// shows. Lengths are CSS pixels.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

namespace rampart::guard::html {

// All our own.
inline constexpr std::size_t kMaxDeclarations = 200;    // of one style
inline constexpr std::size_t kMaxRules = 1000;          // of all style elements
inline constexpr std::size_t kMaxStyleSheet = 1048576;  // bytes of all style elements that are read
inline constexpr float kTinyFont = 1.0F;                // pixels; a font up to it shows nothing
inline constexpr float kFarAway = 400.0F;               // pixels left of or above the page
inline constexpr int kSameColor = 10;                   // of 255 in each channel: no eye tells them apart

struct Color {
  std::uint8_t red = 0;
  std::uint8_t green = 0;
  std::uint8_t blue = 0;
  bool is_known = true;   // false: an image, a gradient, half transparent paint, a name we do not know
  bool is_clear = false;  // all transparent, and not known

  friend bool operator==(const Color&, const Color&) = default;
};
bool look_alike(const Color& a, const Color& b);  // false when one is not known
// #fff, #ffffff, ffffff (as in bgcolor), rgb(…), rgba(…) all or not transparent, names; else one that is not known.
Color parse_color(std::string_view text);

struct Length {
  float value = 0;
  bool is_relative = false;  // to the font of the element around it: 0.5 is half of it

  [[nodiscard]] float of(float parent) const { return is_relative ? value * parent : value; }
};

// What declarations say; what they leave out is empty.
struct Style {
  std::optional<bool> is_gone;         // display: none
  std::optional<bool> is_invisible;    // visibility: hidden or collapse
  std::optional<bool> is_transparent;  // opacity: 0
  std::optional<bool> has_no_size;     // a width or height of 0
  std::optional<bool> is_clipped;      // overflow: hidden, which makes no size no sight
  std::optional<bool> is_off_screen;
  std::optional<Length> font;
  std::optional<Color> color;
  std::optional<Color> background;

  [[nodiscard]] bool is_empty() const;
  void add(const Style& stronger);
};
void read_declarations(std::string_view text, Style& out);

class StyleSheet {
 public:
  // The text of one style element.
  void add(std::string_view text);
  // The rules for an element, weakest first, into `out`. `name` is lower case; `classes` is the attribute.
  void apply(std::string_view name, std::string_view classes, std::string_view id, Style& out) const;
  [[nodiscard]] bool is_empty() const { return rules_.empty(); }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const;
  };

  void add_rule(std::string_view selectors, std::string_view declarations);
  void look_up(std::string_view selector, Style& out) const;

  boost::unordered_flat_map<std::string, Style, Hash, std::equal_to<>> rules_;  // by selector
};

// Calls `use` with each url(…) and @import "…" of CSS text: a view of it, without quotes, and where it stands in the text.
void each_css_url(std::string_view css, const std::function<void(std::string_view, std::size_t)>& use);

}  // namespace rampart::guard::html
