// Frames out of a stream of bytes, and into one.
//
//   FrameReader reader;
//   reader.feed(bytes);
//   while (const auto frame = TRY(reader.next())) take(*frame);
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "guard/milter/protocol.h"

namespace rampart::guard::milter {

struct Frame {
  char command = 0;          // one of Command, or one that nobody knows
  std::string_view payload;  // until the reader is fed again
};

class FrameReader {
 public:
  void feed(std::string_view bytes);

  // The next whole frame; nothing while it is not there. An error of kind input: its length is 0 or beyond kMaxFrame, of which
  // nothing was kept. After an error there is nothing more to be read.
  base::Result<std::optional<Frame>> next();

  // Bytes that are held: of a frame that is not whole yet.
  [[nodiscard]] std::size_t held() const { return bytes_.size() - at_; }

 private:
  std::string bytes_;
  std::size_t at_ = 0;
};

void append_frame(std::string& out, char command, std::string_view payload = {});
void append_frame(std::string& out, Reply reply, std::string_view payload = {});

std::uint32_t read_u32(std::string_view bytes);  // of the first four
void append_u32(std::string& out, std::uint32_t value);

}  // namespace rampart::guard::milter
