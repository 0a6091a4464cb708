// Any bytes as what an IMAP server says: the reading must end, stay within its limits, and read the same whatever pieces the bytes
// come in.
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "net/imap/response.h"

namespace {

using rampart::net::imap::ResponseReader;
using rampart::net::imap::Value;

constexpr std::size_t kMost = 4096;  // of a literal

std::size_t count(const std::vector<Value>& values, std::size_t depth, std::string& seen) {
  if (depth > rampart::net::imap::kMaxDepth) std::abort();
  std::size_t sum = values.size();
  for (const auto& value : values) {
    if (value.form != Value::Form::list && !value.items.empty()) std::abort();
    seen += value.text;
    sum += count(value.items, depth + 1, seen);
  }
  return sum;
}

// Everything that is read, as text.
std::string read(std::string_view bytes, std::size_t piece) {
  ResponseReader reader;
  reader.allow_literal(kMost);
  std::string out;
  while (!bytes.empty()) {
    reader.feed(bytes.substr(0, piece));
    bytes.remove_prefix(std::min(piece, bytes.size()));
    for (;;) {
      const auto response = reader.next();
      if (!response) return out + "|broken";
      if (!*response) break;
      out += '|' + (*response)->tag + ' ' + (*response)->word + ' ' + (*response)->code + ' ' +
             (*response)->text + ' ';
      if (count((*response)->values, 0, out) > rampart::net::imap::kMaxValues) std::abort();
    }
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto whole = read(bytes, size + 1);
  if (read(bytes, 1) != whole || read(bytes, 7) != whole) std::abort();
  (void)rampart::net::imap::parse_date_time(bytes);
  return 0;
}
