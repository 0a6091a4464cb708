#include "guard/inspect/html/element_style.h"

#include <algorithm>

namespace rampart::guard::html {

Style element_style(Element element, const Tag& tag, const Attributes& attributes, const StyleSheet& sheets) {
  Style out;
  if (const auto color = attributes.value(Name::bgcolor); !color.empty()) out.background = parse_color(color);
  if (attributes.find(Name::background) != nullptr) out.background = Color{.is_known = false};
  if (element == Element::font) {
    if (const auto color = attributes.value(Name::color); !color.empty()) out.color = parse_color(color);
  }
  if (element == Element::body) {
    if (const auto color = attributes.value(Name::text); !color.empty()) out.color = parse_color(color);
  }
  if (element == Element::a)
    out.color = Color{0, 0, 238};  // as browsers draw links, if no style says otherwise
  if (!sheets.is_empty())
    sheets.apply(tag.name, attributes.value(Name::class_), attributes.value(Name::id), out);
  if (const auto* style = attributes.find(Name::style)) read_declarations(style->value, out);
  if (attributes.find(Name::hidden) != nullptr || element == Element::template_) out.is_gone = true;
  return out;
}

std::string_view refresh_target(std::string_view content) {
  content = base::trim(content);
  while (!content.empty() && (base::is_digit(content[0]) || content[0] == '.')) content.remove_prefix(1);
  content = base::trim(content);
  if (!content.empty() && (content[0] == ';' || content[0] == ',')) content = base::trim(content.substr(1));
  if (base::istarts_with(content, "url")) {
    auto behind = base::trim(content.substr(3));
    if (behind.starts_with('=')) content = base::trim(behind.substr(1));
  }
  if (!content.empty() && (content[0] == '"' || content[0] == '\'')) {
    const char quote = content[0];
    content.remove_prefix(1);
    content = content.substr(0, content.find(quote));
  }
  return content;
}

std::optional<float> pixels(std::string_view text) {
  text = base::trim(text);
  const auto end = std::ranges::find_if_not(text, base::is_digit) - text.begin();
  const auto unit = text.substr(static_cast<std::size_t>(end));
  const auto number = base::parse_number(text.substr(0, static_cast<std::size_t>(end)));
  if (!number || (!unit.empty() && unit != "px")) return std::nullopt;
  return static_cast<float>(std::min<std::uint64_t>(*number, 100'000));
}

}  // namespace rampart::guard::html
