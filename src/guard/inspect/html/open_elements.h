// The elements that are open, as far as it matters for what text is shown: a stack of bounded depth, with the implied ends of p,
// li, td and tr, and end tags that stop at the borders of tables.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "guard/inspect/html/html_facts.h"
#include "guard/inspect/html/names.h"
#include "guard/inspect/html/style.h"

namespace rampart::guard::html {

// How text is drawn.
struct Look {
  bool is_gone = false;
  bool is_invisible = false;
  bool is_transparent = false;
  bool has_no_size = false;
  bool is_off_screen = false;
  float font = 16;
  Color color{0, 0, 0};
  Color background{255, 255, 255};

  // Of an element within this one.
  [[nodiscard]] Look with(const Style& style) const;
  [[nodiscard]] std::optional<HiddenBy> hidden_by() const;
};

struct OpenElement {
  Element element = Element::other;
  std::uint32_t name = 0;  // a hash of it
  Look look;
  std::optional<HiddenBy> hidden;
};

class OpenElements {
 public:
  OpenElements();

  // Closes what the start tag ends by itself; then `closed` has been called for each.
  void imply(Element element, const std::function<void(Element)>& closed);
  // False: too deep. `name` is the tag's.
  bool push(Element element, std::string_view name, const Look& look);
  void end(Element element, std::string_view name, const std::function<void(Element)>& closed);

  [[nodiscard]] const OpenElement& top() const { return stack_.back(); }
  [[nodiscard]] bool holds(Element element) const { return open_[static_cast<std::size_t>(element)] != 0; }
  // The root's look is what body says of the whole page.
  void paint_page(const Look& look) { stack_.front().look = look; }

 private:
  void close_to(std::size_t index, const std::function<void(Element)>& closed);
  // Closes the innermost of `element`, if no border stands before it.
  template <class IsBorder>
  void close_innermost(Element element, const IsBorder& is_border,
                       const std::function<void(Element)>& closed);

  std::vector<OpenElement> stack_;
  std::array<std::uint32_t, 64> open_{};      // how many, by Element
  std::array<std::uint32_t, 256> by_name_{};  // how many, by the last byte of the name's hash
  std::size_t too_deep_ = 0;
};

}  // namespace rampart::guard::html
