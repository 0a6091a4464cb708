// Any bytes as a file of phrases, and as a text: a file is refused with a place, and what is found stands in the text.
#include <cstdint>
#include <cstdlib>

#include "base/text.h"
#include "guard/inspect/words/phrases.h"

using namespace rampart;
using namespace rampart::guard;

namespace {

void require(bool promise) {
  if (!promise) std::abort();
}

void find(const words::Phrases& phrases, std::string_view text) {
  for (const auto& found : phrases.find(text)) {
    require(found.count > 0 && found.phrases > 0 && found.offset < text.size());
    require(!found.phrase.empty() && found.phrase.size() <= words::kMaxPhraseShown + 40);
    require(base::printable(found.phrase) == found.phrase);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  find(words::built_in_phrases(), text);
  words::Phrases phrases;
  const auto added = phrases.add(text, "fuzz.toml");
  require(added || added.error().where.starts_with("fuzz.toml"));
  require(added || phrases.size() == 0);
  if (added) find(phrases, text);
  return 0;
}
