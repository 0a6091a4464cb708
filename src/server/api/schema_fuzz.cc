// What strangers send to the API before anybody has looked at it: a body held against a schema, cursors, entity tags, queries.
#include <cstdint>
#include <string_view>

#include "base/json.h"
#include "net/http/request.h"
#include "server/api/description.h"
#include "server/api/etag.h"
#include "server/api/page.h"

using namespace rampart;
using namespace rampart::server::api;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Description description = *Description::built_in();
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto& operation = description.operations()[data[0] % description.operations().size()];
  if (const auto body =
          base::parse_json(text, "body", {.max_bytes = kBodyLimit, .max_depth = kMaxSchemaDepth}))
    for (const auto& [type, schema] : operation.bodies)
      if (description.schemas().check(*body, *schema, "body").size() > kMaxFaults) __builtin_trap();
  for (const auto& parameter : operation.parameters)
    if (description.schemas().check_text(text, *parameter.schema, parameter.name).size() > kMaxFaults)
      __builtin_trap();
  if (const auto key = read_cursor(operation.id, text); key && make_cursor(operation.id, *key) != text)
    __builtin_trap();
  std::string etag;
  if (read_if_match(text, etag) && !etag.empty() && !names_etag(text, etag)) __builtin_trap();
  names_etag(text, "0123");
  return 0;
}
