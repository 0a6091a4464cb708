// Any bytes as a JSON string are valid JSON and mean the same; any bytes as JSON are read or refused.
#include <cstdlib>

#include "base/json.h"
#include "base/text.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace rampart::base;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  std::string json;
  append_json_string(json, text);
  const auto back = parse_json(json, "string");
  if (!is_utf8(json) || !back) std::abort();
  if (is_utf8(text) && std::string_view(back->as_string()) != text) std::abort();
  const auto read = parse_json(text, "input");
  if (!read && read.error().where.empty()) std::abort();
  return 0;
}
