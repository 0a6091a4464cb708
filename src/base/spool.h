// Bytes that come in pieces and are then read as one: in memory as long as they are few, and otherwise in a file that has no name
// and is gone with whoever made it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"

namespace rampart::base {

class Spool {
 public:
  // `memory`: the octets that are held without a file. `folder`: where the file is made, on a disk that has room.
  explicit Spool(std::size_t memory, std::string folder) : memory_(memory), folder_(std::move(folder)) {}
  Spool(Spool&& other) noexcept;
  Spool& operator=(Spool&& other) noexcept;
  Spool(const Spool&) = delete;
  Spool& operator=(const Spool&) = delete;
  ~Spool() { clear(); }

  // An error of kind io when the file cannot be made or written: then what was appended before is there still.
  Result<> append(std::string_view bytes);

  // All of it, until the next append() or clear(). An error of kind io.
  Result<std::string_view> view();

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::size_t in_memory() const { return file_ < 0 ? text_.size() : 0; }
  void clear();

 private:
  Result<> open_file();
  Result<> write(std::string_view bytes);
  void unmap();

  std::size_t memory_;
  std::string folder_;
  std::string text_;
  std::size_t size_ = 0;
  int file_ = -1;
  void* map_ = nullptr;
  std::size_t mapped_ = 0;
};

}  // namespace rampart::base
