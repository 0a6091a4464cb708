#include "guard/inspect/html/names.h"

#include <array>

#include "guard/inspect/html/word_table.h"

namespace rampart::guard::html {
namespace {

constexpr WordTable kElements([] {
  using enum Element;
  return std::array{Word{"a", a},
                    Word{"address", block},
                    Word{"area", area},
                    Word{"article", block},
                    Word{"aside", block},
                    Word{"audio", audio},
                    Word{"base", base},
                    Word{"blockquote", block},
                    Word{"body", body},
                    Word{"br", br},
                    Word{"button", button},
                    Word{"caption", caption},
                    Word{"center", block},
                    Word{"col", void_other},
                    Word{"dd", block},
                    Word{"details", block},
                    Word{"div", div},
                    Word{"dl", block},
                    Word{"dt", block},
                    Word{"embed", embed},
                    Word{"fieldset", block},
                    Word{"figure", block},
                    Word{"font", font},
                    Word{"footer", block},
                    Word{"form", form},
                    Word{"frame", frame},
                    Word{"h1", block},
                    Word{"h2", block},
                    Word{"h3", block},
                    Word{"h4", block},
                    Word{"h5", block},
                    Word{"h6", block},
                    Word{"header", block},
                    Word{"hr", hr},
                    Word{"iframe", iframe},
                    Word{"image", image},
                    Word{"img", img},
                    Word{"input", input},
                    Word{"li", li},
                    Word{"link", link},
                    Word{"main", block},
                    Word{"meta", meta},
                    Word{"nav", block},
                    Word{"object", object},
                    Word{"ol", list},
                    Word{"option", option},
                    Word{"p", p},
                    Word{"param", void_other},
                    Word{"pre", block},
                    Word{"script", script},
                    Word{"section", block},
                    Word{"select", select},
                    Word{"source", source},
                    Word{"style", style},
                    Word{"table", table},
                    Word{"tbody", table_part},
                    Word{"td", td},
                    Word{"template", template_},
                    Word{"textarea", textarea},
                    Word{"tfoot", table_part},
                    Word{"th", td},
                    Word{"thead", table_part},
                    Word{"title", title},
                    Word{"tr", tr},
                    Word{"track", track},
                    Word{"ul", list},
                    Word{"video", video},
                    Word{"wbr", void_other}};
}());

constexpr WordTable kAttributes([] {
  using enum Name;
  return std::array{Word{"action", action},
                    Word{"alt", alt},
                    Word{"aria-label", aria_label},
                    Word{"autocomplete", autocomplete},
                    Word{"background", background},
                    Word{"bgcolor", bgcolor},
                    Word{"class", class_},
                    Word{"color", color},
                    Word{"content", content},
                    Word{"data", data},
                    Word{"download", download},
                    Word{"formaction", formaction},
                    Word{"height", height},
                    Word{"hidden", hidden},
                    Word{"href", href},
                    Word{"http-equiv", http_equiv},
                    Word{"id", id},
                    Word{"name", name},
                    Word{"ping", ping},
                    Word{"placeholder", placeholder},
                    Word{"poster", poster},
                    Word{"size", size},
                    Word{"src", src},
                    Word{"srcdoc", srcdoc},
                    Word{"srcset", srcset},
                    Word{"style", style},
                    Word{"text", text},
                    Word{"type", type},
                    Word{"width", width},
                    Word{"xlink:href", xlink_href}};
}());

}  // namespace

Element element_of(std::string_view name) { return kElements.find(name); }
Name attribute_of(std::string_view name) { return kAttributes.find(name); }

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
