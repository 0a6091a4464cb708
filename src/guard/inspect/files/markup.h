// Elements of XML as Office writes it, looked for without a tree: by local names, attributes with references decoded.
//
//   for_each_element(xml, "Relationship", [](std::string_view tag) { use(attribute(tag, "Target")); });
//
// Linear; what is not well formed is passed over.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace rampart::guard::files {

// `tag` is what stands between < and >; `behind` the offset after it. A prefix of a name space is passed over.
void for_each_element(std::string_view xml, std::string_view name,
                      const std::function<void(std::string_view tag, std::size_t behind)>& call);
std::string attribute(std::string_view tag, std::string_view name);
// Text of all elements of that name, one after another, up to `most` bytes; of `line` elements each end begins a line.
std::string element_text(std::string_view xml, std::string_view name, std::string_view line, std::size_t most);
std::string decode_references(std::string_view text);

}  // namespace rampart::guard::files
