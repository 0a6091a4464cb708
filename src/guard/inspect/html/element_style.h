// The attributes of a tag that are read, by name, and the style that they and the page's sheets come to.
//
//   const Attributes attributes(tag);
//   attributes.value(Name::href)
//   element_style(element_of(tag.name), tag, attributes, sheets).is_gone
#pragma once

#include <array>
#include <optional>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "guard/inspect/html/names.h"
#include "guard/inspect/html/style.h"
#include "guard/inspect/html/tokenizer.h"

namespace rampart::guard::html {

inline constexpr std::size_t kAttributeNames = static_cast<std::size_t>(Name::xlink_href) + 1;

// Views of the tag.
class Attributes {
 public:
  explicit Attributes(const Tag& tag) {
    for (const auto& attribute : tag.attributes) {
      const auto name = attribute_of(attribute.name);
      if (name != Name::other) {
        by_name_[static_cast<std::size_t>(name)] = &attribute;
      } else if (attribute.value.size() > 8 && attribute.value.find("://") != std::string_view::npos) {
        urls_.push_back(&attribute);
      }
      const bool is_handler =
          attribute.name.size() > 3 && attribute.name.starts_with("on") && base::is_alpha(attribute.name[2]);
      if (is_handler) handlers_.push_back(&attribute);
    }
  }

  [[nodiscard]] const Attribute* find(Name name) const { return by_name_[static_cast<std::size_t>(name)]; }
  [[nodiscard]] std::string_view value(Name name) const {
    const auto* found = find(name);
    return found == nullptr ? std::string_view() : found->value;
  }
  [[nodiscard]] const std::vector<const Attribute*>& handlers() const { return handlers_; }
  // Those of no known name that hold a URL.
  [[nodiscard]] const std::vector<const Attribute*>& urls() const { return urls_; }

 private:
  std::array<const Attribute*, kAttributeNames> by_name_{};
  std::vector<const Attribute*> handlers_;
  std::vector<const Attribute*> urls_;
};

// What is said of an element by its own attributes and by `sheets`; without what it inherits.
Style element_style(Element element, const Tag& tag, const Attributes& attributes, const StyleSheet& sheets);

// Where a meta refresh leads: the URL of content="5; url='…'"; empty without one
// (https://html.spec.whatwg.org/#shared-declarative-refresh-steps). Those without a time have one, too, to some.
std::string_view refresh_target(std::string_view content);

// Of a width or height as attributes say it: "600", "600px".
std::optional<float> pixels(std::string_view text);

}  // namespace rampart::guard::html
