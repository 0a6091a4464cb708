#include "guard/inspect/html/names.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace rampart::guard::html {
namespace {

template <class Value>
struct Known {
  std::string_view name;
  Value value;
};

constexpr auto kElements = [] {
  using enum Element;
  std::array out{
      Known{"a", a}, Known{"address", block}, Known{"area", area}, Known{"article", block}, Known{"aside", block},
      Known{"audio", audio}, Known{"base", base}, Known{"blockquote", block}, Known{"body", body}, Known{"br", br},
      Known{"button", button}, Known{"caption", caption}, Known{"center", block}, Known{"col", void_other},
      Known{"dd", block}, Known{"details", block}, Known{"div", div}, Known{"dl", block}, Known{"dt", block},
      Known{"embed", embed}, Known{"fieldset", block}, Known{"figure", block}, Known{"font", font},
      Known{"footer", block}, Known{"form", form}, Known{"frame", frame}, Known{"h1", block}, Known{"h2", block},
      Known{"h3", block}, Known{"h4", block}, Known{"h5", block}, Known{"h6", block}, Known{"header", block},
      Known{"hr", hr}, Known{"iframe", iframe}, Known{"image", image}, Known{"img", img}, Known{"input", input},
      Known{"li", li}, Known{"link", link}, Known{"main", block}, Known{"meta", meta}, Known{"nav", block},
      Known{"object", object}, Known{"ol", list}, Known{"option", option}, Known{"p", p},
      Known{"param", void_other}, Known{"pre", block}, Known{"script", script}, Known{"section", block},
      Known{"select", select}, Known{"source", source}, Known{"style", style}, Known{"table", table},
      Known{"tbody", table_part}, Known{"td", td}, Known{"template", template_}, Known{"textarea", textarea},
      Known{"tfoot", table_part}, Known{"th", td}, Known{"thead", table_part}, Known{"title", title},
      Known{"tr", tr}, Known{"track", track}, Known{"ul", list}, Known{"video", video}, Known{"wbr", void_other}};
  std::ranges::sort(out, {}, &Known<Element>::name);
  return out;
}();

constexpr auto kAttributes = [] {
  using enum Name;
  std::array out{
      Known{"action", action}, Known{"alt", alt}, Known{"aria-label", aria_label},
      Known{"autocomplete", autocomplete}, Known{"background", background}, Known{"bgcolor", bgcolor},
      Known{"class", class_}, Known{"color", color}, Known{"content", content}, Known{"data", data},
      Known{"download", download}, Known{"formaction", formaction}, Known{"height", height},
      Known{"hidden", hidden}, Known{"href", href}, Known{"http-equiv", http_equiv}, Known{"id", id},
      Known{"name", name}, Known{"placeholder", placeholder}, Known{"poster", poster}, Known{"size", size},
      Known{"src", src}, Known{"srcset", srcset}, Known{"style", style}, Known{"text", text}, Known{"type", type},
      Known{"width", width}, Known{"xlink:href", xlink_href}};
  std::ranges::sort(out, {}, &Known<Name>::name);
  return out;
}();

template <class Value, std::size_t kSize>
Value find(const std::array<Known<Value>, kSize>& known, std::string_view name) {
  const auto found = std::ranges::lower_bound(known, name, {}, &Known<Value>::name);
  return found != known.end() && found->name == name ? found->value : Value::other;
}

}  // namespace

Element element_of(std::string_view name) { return find(kElements, name); }
Name attribute_of(std::string_view name) { return find(kAttributes, name); }

bool is_void(Element element) {
  using enum Element;
  switch (element) {
    case area:
    case base:
    case br:
    case embed:
    case frame:
    case hr:
    case img:
    case input:
    case link:
    case meta:
    case source:
    case track:
    case void_other:
      return true;
    default:
      return false;
  }
}

bool is_block(Element element) {
  using enum Element;
  switch (element) {
    case block:
    case body:
    case br:
    case caption:
    case div:
    case form:
    case hr:
    case li:
    case list:
    case p:
    case table:
    case tr:
      return true;
    default:
      return false;
  }
}

}  // namespace rampart::guard::html
