// Requests out of bytes: however they are cut, the same is read, and never more than the limits allow.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "net/http/request.h"

using namespace rampart::net;

namespace {

constexpr std::size_t kBody = 1'000;

// What is read of bytes that come in pieces.
std::string play(std::string_view bytes, std::size_t step) {
  http::RequestReader reader;
  std::string seen;
  for (;;) {
    auto stage = reader.advance();
    // Where bytes are cut decides whether a fault is seen now or with more of them, and nothing else: what is read is the same.
    if (!stage) return seen;
    if (*stage == http::RequestReader::Stage::more) {
      if (bytes.empty()) return seen;
      reader.feed(bytes.substr(0, step));
      bytes.remove_prefix(std::min(step, bytes.size()));
      continue;
    }
    if (*stage == http::RequestReader::Stage::head) {
      const auto& head = reader.head();
      seen += head.method + ' ' + head.host + ' ' + head.path + '?' + head.query + '\n';
      if (head.path.find("/../") != std::string::npos || head.path.find('\0') != std::string::npos ||
          !head.path.starts_with('/'))
        std::abort();
      if (const auto cookie = head.cookie("__Host-rampart")) seen += *cookie;
      for (const auto& [name, value] : head.fields) seen += name + ':' + value + '\n';
      if (head.fields.size() > http::kMaxFields) std::abort();
      if (const auto query = http::parse_query(head.query))
        for (const auto& [name, value] : *query) seen += name + '=' + value + '\n';
      reader.take_body(kBody);
      continue;
    }
    const auto body = reader.body();
    if (body.size() > kBody) std::abort();
    seen += body + '\n';
    reader.next();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (bytes.empty() || bytes.size() > http::kMaxHead) return 0;
  const auto whole = play(bytes.substr(1), bytes.size());
  if (play(bytes.substr(1), static_cast<std::size_t>(data[0]) % 61 + 1) != whole) std::abort();
  return 0;
}
