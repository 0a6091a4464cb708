// The text of a part as a person is shown it: which parts are text of the message, and what their bytes say in UTF-8.
//
//   if (part.is_leaf() && is_body(part)) show(decode_text(mail::decode_body(part), part.charset, is_html(part.type)).text);
#pragma once

#include <string>
#include <string_view>

#include "mail/body_parts.h"

namespace rampart::guard {

// Of whatever kind: mail programs show text/x-amp-html and the like, too.
bool is_html(std::string_view type);
bool is_text(std::string_view type);
// Whether it is shown with the message, and not offered as a file.
bool is_body(const mail::BodyPart& part);

struct DecodedText {
  std::string text;        // UTF-8
  bool is_unread = false;  // the set is none that is read; the text is as it stands
};
// `said` is the set that the part names, or a mark at the beginning, or of a page the page itself.
DecodedText decode_text(std::string bytes, std::string_view said, bool is_page);

}  // namespace rampart::guard
