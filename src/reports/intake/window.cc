#include "reports/intake/window.h"

#include <algorithm>
#include <cstring>

namespace rampart::reports {

base::Result<> Window::fill() {
  if (begin_ != 0) {
    std::memmove(room_, room_ + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  while (!last_ && end_ != kSize) {
    const auto got = TRY(from_.read({room_ + end_, kSize - end_}));
    end_ += got;
    last_ = got == 0;
  }
  return {};
}

base::Result<std::size_t> Window::read(std::span<char> room) {
  if (begin_ == end_) {
    if (last_) return std::size_t{0};
    // Large pieces go past the window.
    if (room.size() >= kSize / 4) return from_.read(room);
    TRY(fill());
  }
  const auto size = std::min(room.size(), end_ - begin_);
  std::memcpy(room.data(), room_ + begin_, size);
  begin_ += size;
  return size;
}

}  // namespace rampart::reports
