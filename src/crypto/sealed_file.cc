#include "crypto/sealed_file.h"

#include <array>
#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "base/compress.h"
#include "base/text.h"

namespace rampart::crypto {
namespace {

using base::ErrorKind;
using base::Result;

constexpr std::string_view kSealed = "rampart-kept-1 sealed\n";
constexpr std::string_view kClear = "rampart-kept-1 clear \n";
constexpr std::size_t kFrame = 5;  // a length, and whether it is the last
constexpr std::size_t kMaxPiece =
    kPiece + kPiece / 8;  // packed and sealed: what cannot be made smaller grows a little

std::string name_of(std::string_view name, std::uint64_t number, bool last) {
  return fmt::format("{}/{}/{}", name, number, last ? "last" : "more");
}

class Reader {
 public:
  explicit Reader(const std::string& path)
      : path_(path), file_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)) {}
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;
  ~Reader() {
    if (file_ >= 0) ::close(file_);
  }

  // Exactly so many octets; fewer at the end of the file.
  Result<std::string> read(std::size_t size) const {
    if (file_ < 0) return failed();
    std::string out(size, '\0');
    std::size_t got = 0;
    while (got < size) {
      const auto now = ::read(file_, out.data() + got, size - got);
      if (now == 0) break;
      if (now > 0) {
        got += static_cast<std::size_t>(now);
      } else if (errno != EINTR) {
        return failed();
      }
    }
    out.resize(got);
    return out;
  }
  [[nodiscard]] std::unexpected<base::Error> wrong(std::string what, std::string hint = {}) const {
    return base::fail(ErrorKind::input, std::move(what), base::printable(path_), std::move(hint));
  }

 private:
  [[nodiscard]] std::unexpected<base::Error> failed() const {
    return base::fail(ErrorKind::io,
                      fmt::format("cannot be read: {}", std::generic_category().message(errno)),
                      base::printable(path_));
  }

  const std::string& path_;
  int file_;
};

}  // namespace

Result<SealedWriter> SealedWriter::create(const std::string& path, const SealKey* key, std::string name) {
  auto file = TRY(base::FileWriter::open(path));
  TRY(file.write(key != nullptr ? kSealed : kClear));
  return SealedWriter(std::move(file), key, std::move(name));
}

Result<> SealedWriter::write_piece(std::string_view bytes, bool last) {
  auto packed = TRY(base::compress(bytes));
  if (key_ != nullptr) packed = key_->seal_bytes(packed, name_of(name_, number_, last));
  if (packed.empty()) return base::fail(ErrorKind::internal, "OpenSSL did not seal it");
  ++number_;
  std::string frame;
  for (const auto shift : {24U, 16U, 8U, 0U})
    frame += static_cast<char>(static_cast<unsigned char>(packed.size() >> shift));
  frame += last ? '\1' : '\0';
  TRY(file_.write(frame));
  return file_.write(packed);
}

Result<> SealedWriter::write(std::string_view bytes) {
  while (!bytes.empty()) {
    // The last piece is known as such only in the end, so a full one waits for more.
    if (held_.size() == kPiece) {
      TRY(write_piece(held_, false));
      held_.clear();
    }
    const auto part = bytes.substr(0, kPiece - held_.size());
    held_ += part;
    bytes.remove_prefix(part.size());
  }
  return {};
}

Result<> SealedWriter::commit() {
  TRY(write_piece(held_, true));
  held_.clear();
  return file_.commit();
}

Result<> read_sealed(const std::string& path, const std::optional<SealKey>& key, std::string_view name,
                     const std::function<Result<>(std::string_view)>& take) {
  const Reader file(path);
  const auto mark = TRY(file.read(kSealed.size()));
  const bool sealed = mark == kSealed;
  if (!sealed && mark != kClear) return file.wrong("is no file of this kind");
  if (sealed && !key) return file.wrong("is sealed, and no key file was named that opens it");
  for (std::uint64_t number = 0;; ++number) {
    const auto frame = TRY(file.read(kFrame));
    if (frame.size() < kFrame) return file.wrong("is not whole", "put it back from a copy");
    std::size_t size = 0;
    for (std::size_t i = 0; i < 4; ++i) size = size << 8U | static_cast<unsigned char>(frame[i]);
    const bool last = frame[4] != 0;
    if (size > kMaxPiece) return file.wrong("is damaged", "put it back from a copy");
    auto packed = Secret(TRY(file.read(size)));
    if (packed.view().size() < size) return file.wrong("is not whole", "put it back from a copy");
    if (sealed) {
      auto opened = key->open_bytes(packed, name_of(name, number, last));
      if (!opened)
        return file.wrong("cannot be opened: it was sealed with another key file, or changed",
                          "name the key file it was sealed with");
      packed = *std::move(opened);
    }
    auto piece = base::decompress(packed, kPiece);
    if (!piece) return file.wrong("is damaged", "put it back from a copy");
    TRY(take(*piece));
    if (last) break;
  }
  if (!TRY(file.read(1)).empty())
    return file.wrong("has something behind its end", "put it back from a copy");
  return {};
}

}  // namespace rampart::crypto
