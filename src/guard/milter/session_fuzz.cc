// Any bytes from an MTA: a session ends, or goes on, and does so the same however the bytes are split.
#include <cstdint>
#include <cstdlib>

#include "guard/milter/session.h"

using namespace rampart::guard::milter;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

// Everything that can be seen of a session that is fed pieces of `size` octets, in one text.
std::string play(std::string_view bytes, std::size_t size) {
  Session session({.memory = 64, .max_message = 4096, .folder = "/tmp"});
  FrameReader reader;
  std::string seen;
  for (std::size_t at = 0; at < bytes.size(); at += size) {
    reader.feed(bytes.substr(at, size));
    require(reader.held() <= kMaxFrame + 4 + size);
    for (;;) {
      const auto frame = reader.next();
      if (!frame) return seen + frame.error().what;
      if (!*frame) break;
      const auto turn = session.take(**frame);
      if (!turn) return seen + turn.error().what;
      seen += static_cast<char>('0' + static_cast<int>(turn->kind)) + turn->reply;
      if (turn->kind == Turn::Kind::closed) return seen;
      if (turn->kind != Turn::Kind::decide) continue;
      auto& message = session.message();
      const auto text = message.bytes.view();
      require(text && text->size() <= 4096 && message.header_size <= message.size);
      require(message.fault.empty() == (text->size() == message.size));
      seen += *text;
      const auto answer = session.answer({.verdict = Answer::Verdict::tempfail,
                                          .reply = {.code = 451, .enhanced = "4.7.0", .text = "later"}});
      require(answer.has_value());
      seen += *answer;
    }
  }
  return seen;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (bytes.empty()) return 0;
  const auto whole = play(bytes.substr(1), bytes.size());
  require(play(bytes.substr(1), static_cast<std::size_t>(data[0]) % 61 + 1) == whole);
  return 0;
}
