// Lines for a stream that may be read slowly, or not at all: whoever writes one never waits, lines stay whole, and what nobody read in
// time is counted and said.
#pragma once

#include <functional>
#include <string>

#include "base/outbox.h"
#include "base/result.h"

namespace rampart::server {

class LineOutbox {
 public:
  struct Stream {
    int descriptor = 1;  // which says when it can take something
    std::function<base::Result<>(std::string_view)> write;
    std::function<void(std::size_t)> lost;  // lines were; on the outbox's thread
    std::function<void(const base::Error&)>
        gone;  // the first error, after which lines go nowhere; may be empty
  };
  explicit LineOutbox(Stream stream);

  void push(std::string line) {
    line += '\n';
    const auto size = line.size();
    lines_.push(std::move(line), size);
  }
  // How many lines were not written.
  std::size_t close(std::chrono::milliseconds patience) { return lines_.close(patience); }

 private:
  bool write(std::string_view text, const std::stop_token& stop);
  bool deliver(std::span<const std::string> lines, std::size_t lost, const std::stop_token& stop);

  Stream stream_;
  bool gone_ = false;
  std::size_t written_ = 0;  // lines of the batch under way
  std::size_t at_ = 0;       // octets of the line under way
  base::Outbox<std::string> lines_;
};

}  // namespace rampart::server
