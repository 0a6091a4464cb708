// What single things of a stranger's page are written as: where a link leads, a picture's source, a colour that can be read.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "guard/inspect/html/style.h"
#include "guard/inspect/html/tokenizer.h"
#include "guard/inspect/url/url.h"
#include "guard/render/safe_writer.h"

namespace rampart::guard::render {

struct ShownTarget {
  std::string text;  // printable, up to kMaxTargetShown
  std::string
      through;  // the host of a known service that wraps it: letters, digits, dots and hyphens; empty: none
};
// Where `href` leads at a base; what is no URL is as it is written.
ShownTarget shown_target(std::string_view href, const std::optional<url::Url>& base);
ShownTarget shown_target(const url::Url& url);

// "remote", "attached" (cid:), "inline" (data:) or "none".
std::string_view image_source(std::string_view source, std::string_view srcset);

// "#rrggbb" for text of that colour on what is behind it, black or white where it could not be read there; empty: black, which needs
// no word.
std::string readable(const html::Color& color, const html::Color& behind);
std::string hex_color(const html::Color& color);

// The safe element that one of a page is written as; empty: only what is in it is.
std::string_view written_as(std::string_view element);
// Those attributes of the tag that `element` may have here.
AttributeList kept_attributes(std::string_view element, const html::Tag& tag);

// An alternative text or a name, white space collapsed, up to kMaxLabelShown.
std::string label(std::string_view text);
// Whether styles load something.
bool loads(std::string_view css);

}  // namespace rampart::guard::render
