#include "guard/inspect/html/open_elements.h"

#include <algorithm>

namespace rampart::guard::html {
namespace {

std::uint32_t hash_of(std::string_view name) {
  std::uint32_t hash = 2166136261U;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  return hash;
}

bool is_table_structure(Element element) {
  return element == Element::table || element == Element::table_part || element == Element::tr ||
         element == Element::td || element == Element::caption;
}

// Where the search for an open element ends ("in scope", 13.2.4.2 of the standard).
bool is_scope_border(Element element) {
  return element == Element::td || element == Element::table || element == Element::caption ||
         element == Element::object || element == Element::template_ || element == Element::button;
}

bool ends_paragraph(Element element) {
  return is_block(element) && element != Element::br && element != Element::tr &&
         element != Element::caption && element != Element::body;
}

}  // namespace

Look Look::with(const Style& style) const {
  Look out = *this;
  out.is_gone = is_gone || style.is_gone.value_or(false);
  out.is_invisible = style.is_invisible.value_or(is_invisible);
  out.is_transparent = is_transparent || style.is_transparent.value_or(false);
  out.has_no_size = has_no_size || (style.has_no_size.value_or(false) && style.is_clipped.value_or(false));
  out.is_off_screen = is_off_screen || style.is_off_screen.value_or(false);
  if (style.font) out.font = style.font->of(font);
  if (style.color) out.color = *style.color;
  if (style.background) out.background = *style.background;
  return out;
}

std::optional<HiddenBy> Look::hidden_by() const {
  if (is_gone) return HiddenBy::display;
  if (is_invisible) return HiddenBy::visibility;
  if (is_transparent) return HiddenBy::opacity;
  if (has_no_size) return HiddenBy::size;
  if (is_off_screen) return HiddenBy::place;
  if (font <= kTinyFont) return HiddenBy::font;
  if (color.is_clear || look_alike(color, background)) return HiddenBy::color;
  return std::nullopt;
}

OpenElements::OpenElements() {
  stack_.reserve(64);
  stack_.emplace_back();
}

bool OpenElements::push(Element element, std::string_view name, const Look& look) {
  if (stack_.size() > kMaxDepth) {
    ++too_deep_;
    return false;
  }
  const auto hash = hash_of(name);
  stack_.push_back({.element = element, .name = hash, .look = look, .hidden = look.hidden_by()});
  ++open_[static_cast<std::size_t>(element)];
  ++by_name_[hash & 0xffU];
  return true;
}

void OpenElements::close_to(std::size_t index, const std::function<void(Element)>& closed) {
  too_deep_ = 0;  // they stood in what is closed
  while (stack_.size() > index) {
    const auto& last = stack_.back();
    const auto element = last.element;
    --open_[static_cast<std::size_t>(element)];
    --by_name_[last.name & 0xffU];
    stack_.pop_back();
    closed(element);
  }
}

template <class IsBorder>
void OpenElements::close_innermost(Element element, const IsBorder& is_border,
                                   const std::function<void(Element)>& closed) {
  if (!holds(element)) return;
  for (auto i = stack_.size(); i-- > 1;) {
    if (stack_[i].element == element) return close_to(i, closed);
    if (is_border(stack_[i].element)) return;
  }
}

void OpenElements::imply(Element element, const std::function<void(Element)>& closed) {
  using enum Element;
  const auto table_border = [](Element open) { return open == table || open == template_; };
  if (ends_paragraph(element)) close_innermost(p, is_scope_border, closed);
  switch (element) {
    case li:
      return close_innermost(li, [](Element open) { return open == list || is_scope_border(open); }, closed);
    case td:
      return close_innermost(td, [](Element open) { return open == tr || open == table; }, closed);
    case tr:
      return close_innermost(tr, table_border, closed);
    case table_part:
      return close_innermost(table_part, table_border, closed);
    case option:
      return close_innermost(option, [](Element open) { return open == select; }, closed);
    case a:
      return close_innermost(a, is_scope_border, closed);
    default:
      return;
  }
}

void OpenElements::end(Element element, std::string_view name, const std::function<void(Element)>& closed) {
  if (too_deep_ != 0 && !is_table_structure(element)) {
    --too_deep_;
    return;
  }
  const auto hash = hash_of(name);
  if (by_name_[hash & 0xffU] == 0) return;
  const bool is_structure = is_table_structure(element);
  for (auto i = stack_.size(); i-- > 1;) {
    if (stack_[i].name == hash) return close_to(i, closed);
    const auto open = stack_[i].element;
    if (is_structure ? open == Element::table : is_scope_border(open)) return;
  }
}

}  // namespace rampart::guard::html
