// Characters and names that people take for one another: UTS 39 skeletons, and what can be made of them, all from
// ICU's own data at run time; and labels as registries take them.
//
//   skeleton("paypa1") == skeleton("paypal")           both look alike
//   look_alikes(U'a')                                   ɑ (Latin), α (Greek), а (Cyrillic), and à, á, â … marked
//   encode_label("аррӏе")                               "xn--80ak6aa92e"
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "dns/name.h"

namespace rampart::dns {

// Two texts that look alike have one skeleton (UTS 39 section 4). Empty when the text is no UTF-8, longer than a
// name, or ICU has no data: then nothing can be said.
std::string skeleton(std::string_view utf8);

struct LookAlike {
  char32_t character = 0;
  int script = 0;       // ICU's number of its script: characters of one script have the same
  bool marked = false;  // the character with a mark more (é for e), which people overlook; else taken for it
};
// Every other character that IDNA 2008 lets stand in a label, of a script in general use (UAX 31), and that people
// take for `c`, in the order of code points. Valid for as long as the program runs; any thread.
std::span<const LookAlike> look_alikes(char32_t c);

// A label of UTF-8 as the registry of IDNA 2008 would take it (RFC 5891 section 4): letters, digits and hyphens as
// they are, lower case, no hyphen at an end or at both the third and fourth place (RFC 5891 section 4.2.3.1); anything
// else as its A-label. Nothing is mapped. Nothing when a registry would refuse it.
std::optional<std::string> encode_label(std::string_view utf8);

// The label's U-label, however deceptive, when it is an A-label that decodes and encodes back; otherwise the label.
std::string decode_label(std::string_view label);
// The same of a whole name: for saying what a look-alike looks like. Printable UTF-8. For names that nobody suspects
// use display() (domain.h).
std::string unmasked(const Name& name);

// Code points and back. Nothing when it is no UTF-8.
std::optional<std::u32string> code_points(std::string_view utf8);
std::string to_utf8(std::u32string_view text);

}  // namespace rampart::dns
