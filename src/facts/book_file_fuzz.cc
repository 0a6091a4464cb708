// Fact books from strangers: what loads is written so that it loads again as the same book.
#include <cstdint>
#include <cstdlib>

#include "base/text.h"
#include "facts/book_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace base = rampart::base;
  namespace dns = rampart::dns;
  namespace facts = rampart::facts;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto loaded = facts::parse_book(text, "fuzz");
  if (!loaded) {
    if (!base::is_utf8(loaded.error().message())) std::abort();
    return 0;
  }
  const auto written = facts::format_book(loaded->header, *loaded->book);
  const auto again = facts::parse_book(written, "again");
  if (!again || facts::format_book(again->header, *again->book) != written || !base::is_utf8(written))
    std::abort();
  // What decisions take for granted: a present answer has records, and names are names.
  for (const auto& fact : loaded->book->sorted()) {
    const auto* answer = std::get_if<facts::AnswerPtr>(&fact);
    if (answer == nullptr) continue;
    if ((*answer)->present() == (*answer)->records().empty()) std::abort();
    const auto type = (*answer)->type();
    if (type != dns::RrType::mx && type != dns::RrType::ns) continue;
    for (const auto& record : (*answer)->records()) (void)(*answer)->target(record);
  }
  return 0;
}
