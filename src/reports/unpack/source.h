// Bytes that come in pieces: from a file, from memory, out of something compressed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include <zlib.h>

#include "base/result.h"
#include "reports/limits.h"

namespace rampart::reports {

class Source {
 public:
  virtual ~Source() = default;
  // Fills `room` from its begin; 0 at the end. Errors are of kind io, or of kind input where a limit is met.
  virtual base::Result<std::size_t> read(std::span<char> room) = 0;
  // Why the bytes ended before they should have, once they have; empty when they did not: "it is damaged", "it is truncated".
  [[nodiscard]] virtual std::string_view fault() const { return {}; }
};

class MemorySource : public Source {
 public:
  explicit MemorySource(std::string_view bytes) : rest_(bytes) {}  // a view
  base::Result<std::size_t> read(std::span<char> room) override;
  // What was not read.
  [[nodiscard]] std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
};

// A regular file, or standard input.
class FileSource : public Source {
 public:
  // "-" is standard input. A folder, a device or a pipe by name is refused without waiting for it.
  static base::Result<std::unique_ptr<FileSource>> open(const std::string& path);
  ~FileSource() override;
  FileSource(const FileSource&) = delete;
  FileSource& operator=(const FileSource&) = delete;

  base::Result<std::size_t> read(std::span<char> room) override;

 private:
  FileSource(int file, std::string path) : file_(file), path_(std::move(path)) {}
  int file_;
  std::string path_;
};

// What came out of a file so far, for the limits of the whole.
struct Unpacked {
  std::uint64_t bytes = 0;
};

// zlib's memory and a room for what it reads, for one InflateSource after another.
class Inflater {
 public:
  Inflater();
  ~Inflater();
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

 private:
  friend class InflateSource;
  static constexpr std::size_t kRoom = std::size_t{64} << 10U;

  z_stream stream_{};
  bool ready_ = false;
  std::unique_ptr<char[]> room_;
};

// gzip (RFC 1952, several members behind each other) or zlib's raw deflate (RFC 1951), which zip has.
class InflateSource : public Source {
 public:
  enum class Form : std::uint8_t { gzip, raw };
  // All of them outlive it.
  InflateSource(Source& from, Form form, Inflater& inflater, const UnpackLimits& limits, Unpacked& total);

  base::Result<std::size_t> read(std::span<char> room) override;
  // What came before is good but for the last of it.
  [[nodiscard]] std::string_view fault() const override { return fault_.empty() ? from_.fault() : fault_; }

 private:
  base::Result<bool> fill();
  base::Result<> count(std::size_t got);

  Source& from_;
  Form form_;
  const UnpackLimits& limits_;
  Unpacked& total_;
  z_stream& stream_;
  std::span<char> room_;
  bool ready_;
  bool done_ = false;
  std::uint64_t in_ = 0;
  std::uint64_t out_ = 0;
  std::string_view fault_;
};

}  // namespace rampart::reports
