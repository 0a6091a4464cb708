// Images of strangers: facts stay within their limits, whatever the bytes say.
#include <cstdint>
#include <cstdlib>

#include "base/text.h"
#include "guard/inspect/images/images.h"
#include "guard/inspect/images/text_art.h"

using namespace rampart::guard;

namespace {

void require(bool promise) {
  if (!promise) std::abort();
}

void check(const images::ImageFacts& facts) {
  require(facts.codes.size() <= images::kMaxCodes && rampart::base::is_utf8(facts.unseen));
  for (const auto& code : facts.codes) {
    require(rampart::base::is_utf8(code.text) && code.links.size() <= images::kMaxCodeLinks);
    require(code.left <= facts.width && code.width <= facts.width - code.left);
    require(code.top <= facts.height && code.height <= facts.height - code.top);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  images::Budget budget{.pixels = 4'000'000, .scanned = 2'000'000};
  const auto before = budget;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  check(images::look_at_image(bytes, budget));
  require(images::look_at_text(bytes, budget).codes.size() <= images::kMaxCodes);
  require(budget.pixels <= before.pixels && budget.scanned <= before.scanned);
  return 0;
}
