// Any bytes as a list's table: the same rows in pieces of any size, every cell UTF-8 and within its limits, every fault
// with a place, and every row an entry or a reason.
#include <cstdint>
#include <cstdlib>

#include "audit/portfolio/columns.h"
#include "base/text.h"

namespace rampart::audit {
namespace {

void require(bool promise) {
  if (!promise) std::abort();
}

TextInput pieces(std::string_view bytes, std::size_t size) {
  return TextInput([bytes, size](char* to, std::size_t room) mutable {
    const auto count = std::min({size, room, bytes.size()});
    bytes.copy(to, count);
    bytes.remove_prefix(count);
    return static_cast<std::ptrdiff_t>(count);
  });
}

std::string read(std::string_view bytes, std::size_t size, char delimiter) {
  auto input = pieces(bytes, size);
  TableReader table(input, delimiter);
  const auto columns = Columns::read(table);
  std::string seen;
  std::size_t rows = 0;
  for (auto got = table.next(); got != TableReader::Got::end; got = table.next()) {
    require(++rows <= bytes.size() + 1);
    if (got == TableReader::Got::bad) {
      require(table.fault().line > 0 && table.fault().column > 0 && !table.fault().what.empty());
      seen += '!' + table.fault().what + std::to_string(table.fault().line);
      continue;
    }
    require(!table.cells().empty() && table.cells().size() <= TableReader::kMaxColumns);
    for (const auto& cell : table.cells()) {
      require(base::is_utf8(cell.text) && cell.text.size() <= 3 * TableReader::kMaxCell);
      seen.append(cell.text) += '|';
    }
    if (!columns) continue;
    const auto entry = columns->entry(table.cells(), [&](Columns::Oddity oddity) { seen += oddity.what; });
    if (!entry) require(!entry.error().why.empty() && entry.error().line > 0);
    if (entry && *entry) require((*entry)->note.size() <= kMaxNote && (*entry)->tags.size() <= kMaxTags);
  }
  return seen;
}

}  // namespace
}  // namespace rampart::audit

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  for (const char delimiter : {';', ',', '\t'}) {
    const auto whole = rampart::audit::read(bytes, 1 << 16, delimiter);
    rampart::audit::require(rampart::audit::read(bytes, 7, delimiter) == whole);
    if (size < 4096) rampart::audit::require(rampart::audit::read(bytes, 1, delimiter) == whole);
  }
  return 0;
}
