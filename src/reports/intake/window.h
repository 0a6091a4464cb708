// A source seen through a window: bytes that were read and not yet done with, and what comes behind them.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "reports/unpack/source.h"

namespace rampart::reports {

class Window : public Source {
 public:
  static constexpr std::size_t kSize = std::size_t{256} << 10U;

  using Room = std::unique_ptr<char[]>;
  static Room make_room() { return std::make_unique_for_overwrite<char[]>(kSize); }

  // `room` outlives it.
  Window(Source& from, const Room& room) : from_(from), room_(room.get()) {}

  // Reads on until the window is full or nothing comes any more. Where every byte of a full window is still needed it cannot.
  base::Result<> fill();
  [[nodiscard]] std::string_view view() const { return {room_ + begin_, end_ - begin_}; }
  // Whether nothing comes behind the view.
  [[nodiscard]] bool last() const { return last_; }
  void drop(std::size_t bytes) { begin_ += bytes; }

  // As a source: first what is in the window.
  base::Result<std::size_t> read(std::span<char> room) override;
  [[nodiscard]] std::string_view fault() const override { return from_.fault(); }

 private:
  Source& from_;
  char* room_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  bool last_ = false;
};

}  // namespace rampart::reports
