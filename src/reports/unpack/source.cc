#include "reports/unpack/source.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"

namespace rampart::reports {
namespace {

using base::ErrorKind;

constexpr std::uint64_t kRatioFrom = std::uint64_t{1} << 20U;

}  // namespace

base::Result<std::size_t> MemorySource::read(std::span<char> room) {
  const auto size = std::min(room.size(), rest_.size());
  std::memcpy(room.data(), rest_.data(), size);
  rest_.remove_prefix(size);
  return size;
}

base::Result<std::unique_ptr<FileSource>> FileSource::open(const std::string& path) {
  if (path == "-") return std::unique_ptr<FileSource>(new FileSource(STDIN_FILENO, "standard input"));
  const auto shown = base::printable(path);
  const int file =
      ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);  // NONBLOCK: a pipe is not waited for
  if (file < 0)
    return base::fail(ErrorKind::io, fmt::format("cannot be read: {}", std::strerror(errno)), shown);
  auto out = std::unique_ptr<FileSource>(new FileSource(file, shown));
  struct stat found{};
  if (::fstat(file, &found) != 0 || !S_ISREG(found.st_mode))
    return base::fail(ErrorKind::io, "is no regular file", shown);
  return out;
}

FileSource::~FileSource() {
  if (file_ != STDIN_FILENO) ::close(file_);
}

base::Result<std::size_t> FileSource::read(std::span<char> room) {
  for (;;) {
    const auto got = ::read(file_, room.data(), room.size());
    if (got >= 0) return static_cast<std::size_t>(got);
    if (errno != EINTR)
      return base::fail(ErrorKind::io, fmt::format("cannot be read: {}", std::strerror(errno)), path_);
  }
}

Inflater::Inflater() : room_(std::make_unique_for_overwrite<char[]>(kRoom)) {
  ready_ = inflateInit2(&stream_, MAX_WBITS) == Z_OK;
}

Inflater::~Inflater() {
  if (ready_) inflateEnd(&stream_);
}

InflateSource::InflateSource(Source& from, Form form, Inflater& inflater, const UnpackLimits& limits,
                             Unpacked& total)
    : from_(from),
      form_(form),
      limits_(limits),
      total_(total),
      stream_(inflater.stream_),
      room_(inflater.room_.get(), Inflater::kRoom) {
  constexpr int kGzip = 16;  // of zlib's window bits
  stream_.avail_in = 0;
  ready_ =
      inflater.ready_ && inflateReset2(&stream_, form == Form::gzip ? MAX_WBITS + kGzip : -MAX_WBITS) == Z_OK;
}

// False at the end of what is compressed.
base::Result<bool> InflateSource::fill() {
  if (stream_.avail_in != 0) return true;
  const auto got = TRY(from_.read(room_));
  in_ += got;
  stream_.next_in = reinterpret_cast<unsigned char*>(room_.data());
  stream_.avail_in = static_cast<unsigned>(got);
  return got != 0;
}

base::Result<> InflateSource::count(std::size_t got) {
  out_ += got;
  total_.bytes += got;
  if (total_.bytes > limits_.max_bytes)
    return base::fail(ErrorKind::input,
                      fmt::format("more than {} MiB come out of it", limits_.max_bytes >> 20U));
  if (out_ > kRatioFrom && out_ / limits_.max_ratio > in_)
    return base::fail(ErrorKind::input,
                      fmt::format("it unpacks to more than {} times its size", limits_.max_ratio));
  return {};
}

base::Result<std::size_t> InflateSource::read(std::span<char> room) {
  if (!ready_) return base::fail(ErrorKind::internal, "zlib could not begin");
  stream_.next_out = reinterpret_cast<unsigned char*>(room.data());
  stream_.avail_out = static_cast<unsigned>(room.size());
  while (!done_ && stream_.avail_out != 0) {
    if (!TRY(fill())) {
      done_ = true;
      fault_ = "it is truncated";
      break;
    }
    const int status = inflate(&stream_, Z_NO_FLUSH);
    if (status == Z_STREAM_END) {
      // Another member may follow; anything else that does is nobody's.
      const bool more = form_ == Form::gzip && TRY(fill()) && *stream_.next_in == 0x1f;
      done_ = !more || inflateReset(&stream_) != Z_OK;
    } else if (status != Z_OK && status != Z_BUF_ERROR) {
      done_ = true;
      fault_ = "it is damaged";
    }
  }
  const auto got = room.size() - stream_.avail_out;
  TRY(count(got));
  return got;
}

}  // namespace rampart::reports
