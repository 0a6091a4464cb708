// PDFs of strangers: facts stay within their limits, whatever the bytes say.
#include <cstdint>
#include <cstdlib>

#include "base/text.h"
#include "guard/inspect/pdf/content.h"
#include "guard/inspect/pdf/pdf.h"

using namespace rampart::guard;

namespace {

void require(bool promise) {
  if (!promise) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  require(pdf::shown_bytes(bytes) <= size);
  images::Budget images{.pixels = 1'000'000, .scanned = 500'000};
  const auto facts = pdf::read_pdf(bytes, images);
  require(facts.marks >> pdf::kMarks == 0 && facts.evidence.size() <= pdf::kMaxEvidence);
  require(facts.links.size() <= pdf::kMaxLinks && facts.codes.size() <= pdf::kMaxCodes);
  require(rampart::base::is_utf8(facts.unseen) && facts.pages <= pdf::kMaxObjects * 10);
  for (const auto& link : facts.links)
    require(link.url.size() <= pdf::kMaxLink && link.share >= 0 && link.share <= 1);
  for (const auto& item : facts.evidence) require(rampart::base::is_utf8(item.text));
  return 0;
}
