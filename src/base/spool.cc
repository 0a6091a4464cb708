#include "base/spool.h"

#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/text.h"

namespace rampart::base {
namespace {

std::unexpected<Error> io_error(std::string_view what, const std::string& folder, int code) {
  return fail(ErrorKind::io, fmt::format("cannot {}: {}", what, std::generic_category().message(code)),
              printable(folder),
              code == ENOSPC ? "free some space on that disk" : "see whether this user may write there");
}

}  // namespace

Spool::Spool(Spool&& other) noexcept
    : memory_(other.memory_),
      folder_(std::move(other.folder_)),
      text_(std::move(other.text_)),
      size_(std::exchange(other.size_, 0)),
      file_(std::exchange(other.file_, -1)),
      map_(std::exchange(other.map_, nullptr)),
      mapped_(std::exchange(other.mapped_, 0)) {
  other.text_.clear();
}

Spool& Spool::operator=(Spool&& other) noexcept {
  if (this == &other) return *this;
  clear();
  memory_ = other.memory_;
  folder_ = std::move(other.folder_);
  text_ = std::move(other.text_);
  other.text_.clear();
  size_ = std::exchange(other.size_, 0);
  file_ = std::exchange(other.file_, -1);
  map_ = std::exchange(other.map_, nullptr);
  mapped_ = std::exchange(other.mapped_, 0);
  return *this;
}

Result<> Spool::open_file() {
  const int file = ::open(folder_.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (file < 0) return io_error("make a file", folder_, errno);
  file_ = file;
  if (Result<> written = write(text_); !written) {
    ::close(std::exchange(file_, -1));
    return written;
  }
  text_.clear();
  text_.shrink_to_fit();
  return {};
}

Result<> Spool::write(std::string_view bytes) {
  const auto before = static_cast<off_t>(size_ - (text_.empty() ? 0 : text_.size()));
  for (std::size_t done = 0; done < bytes.size();) {
    const auto wrote =
        ::pwrite(file_, bytes.data() + done, bytes.size() - done, before + static_cast<off_t>(done));
    if (wrote > 0) {
      done += static_cast<std::size_t>(wrote);
    } else if (errno != EINTR) {
      return io_error("write", folder_, errno);
    }
  }
  return {};
}

Result<> Spool::append(std::string_view bytes) {
  unmap();
  if (file_ < 0 && text_.size() + bytes.size() > memory_) TRY(open_file());
  if (file_ < 0) {
    text_ += bytes;
  } else {
    TRY(write(bytes));
  }
  size_ += bytes.size();
  return {};
}

Result<std::string_view> Spool::view() {
  if (file_ < 0) return std::string_view(text_);
  if (size_ == 0) return std::string_view();
  if (map_ == nullptr) {
    auto* const map = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, file_, 0);
    if (map == MAP_FAILED) return io_error("read back what was written", folder_, errno);
    map_ = map;
    mapped_ = size_;
  }
  return std::string_view(static_cast<const char*>(map_), mapped_);
}

void Spool::unmap() {
  if (map_ != nullptr) ::munmap(std::exchange(map_, nullptr), std::exchange(mapped_, 0));
}

void Spool::clear() {
  unmap();
  if (file_ >= 0) ::close(std::exchange(file_, -1));
  text_.clear();
  size_ = 0;
}

}  // namespace rampart::base
