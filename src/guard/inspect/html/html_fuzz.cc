// HTML of strangers: its tokens are the same however it is split, and facts stay within their limits.
#include <cstdint>
#include <cstdlib>

#include "base/text.h"
#include "guard/inspect/html/html_facts.h"
#include "guard/inspect/html/token_log.h"

using namespace rampart::guard;

namespace {

void require(bool promise) {
  if (!promise) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto whole = html::tokens_of(text);
  for (const std::size_t piece : {1U, 2U, 7U}) require(html::tokens_of(text, piece) == whole);
  const auto facts = html::read_html(text);
  require(facts.text.size() <= html::kMaxText && rampart::base::is_utf8(facts.text));
  require(facts.other_urls.size() <= html::kMaxOtherUrls);
  require(facts.other_text.size() <= 3 * html::kMaxOtherText + 2 && rampart::base::is_utf8(facts.other_text));
  require(facts.links.size() <= html::kMaxLinks && facts.forms.size() <= html::kMaxForms);
  for (const auto& link : facts.links) {
    require(link.offset < size && link.text.size() <= html::kMaxLinkText);
    require(link.alt.size() <= html::kMaxLinkText && rampart::base::is_utf8(link.text));
  }
  return 0;
}
