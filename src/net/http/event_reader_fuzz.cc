// Server-sent events out of bytes: however they are cut, the same is read.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "net/http/event_reader.h"

using namespace rampart::net;

namespace {

std::string play(std::string_view bytes, std::size_t step) {
  http::EventReader reader;
  std::string seen;
  while (!bytes.empty()) {
    reader.feed(bytes.substr(0, step));
    bytes.remove_prefix(std::min(step, bytes.size()));
    for (;;) {
      const auto event = reader.next();
      if (!event) break;
      seen += event->type + '|' + event->id + '|' + event->data + '\n';
    }
  }
  return seen;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (bytes.empty() || bytes.size() > http::kMaxEvent) return 0;
  const auto whole = play(bytes.substr(1), bytes.size());
  if (play(bytes.substr(1), static_cast<std::size_t>(data[0]) % 61 + 1) != whole) std::abort();
  return 0;
}
