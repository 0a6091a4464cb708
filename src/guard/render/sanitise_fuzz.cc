// Pages of strangers: what is written of one is safe whatever it was, within its limits, and safe again when it is read as one.
#include <cstdint>
#include <cstdlib>

#include "guard/render/marks.h"
#include "guard/render/sanitise.h"

using namespace rampart::guard;

namespace {

void require(bool promise) {
  if (!promise) std::abort();
}

void check(render::SafePage page, std::size_t limit) {
  std::vector<render::Mark> marks{{.code = "link-away", .text = "evil.example", .places = 0},
                                  {.code = "words-urgency", .text = "a b c d", .places = 0},
                                  {.code = "link-ip-host", .text = "evil", .places = 0}};
  const auto plain = render::join(page.pieces);
  require(render::is_safe_html(plain) && plain.size() <= limit + render::kMaxSafeDepth * 16);
  render::mark_places(page.pieces, marks);
  const auto marked = render::join(page.pieces);
  require(render::is_safe_html(marked));
  require((marked == plain) == (marks[0].places + marks[1].places + marks[2].places == 0));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check(render::sanitise_html(text, {}), render::kMaxPageOut);
  check(render::sanitise_html(text, {.limit = 200}), 200);
  check(render::sanitise_text(text, {}), render::kMaxPageOut);
  const auto again = render::sanitise_html(render::join(render::sanitise_html(text, {}).pieces), {});
  require(render::is_safe_html(render::join(again.pieces)));
  (void)render::is_safe_html(text);
  (void)render::read_rendering(text);
  return 0;
}
