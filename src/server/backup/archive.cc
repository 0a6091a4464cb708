#include "server/backup/archive.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "crypto/digest.h"

namespace rampart::server::backup {

using base::ErrorKind;
using base::Result;

namespace {

constexpr std::size_t kBlock = 512;
constexpr std::size_t kPiece = std::size_t{1} << 20U;
constexpr std::size_t kName = 100;                             // bytes of the header's own field
constexpr std::uint64_t kOctalSize = std::uint64_t{1} << 33U;  // what eleven octal digits hold

std::unexpected<base::Error> failed(const std::string& path, std::string_view what, int code) {
  return base::fail(ErrorKind::io,
                    fmt::format("{}: {}", what, std::strerror(code)),  // NOLINT(concurrency-mt-unsafe)
                    base::printable(path));
}

void put(std::string& block, std::size_t at, std::string_view text) { block.replace(at, text.size(), text); }

// The offsets of IEEE 1003.1's ustar header.
std::string block_of(std::string_view name, std::uint64_t size, unsigned mode, char type) {
  std::string block(kBlock, '\0');
  put(block, 0, name.substr(0, kName));
  put(block, 100, fmt::format("{:07o}", mode & 0777U));
  put(block, 108, "0000000");
  put(block, 116, "0000000");
  put(block, 124, fmt::format("{:011o}", size < kOctalSize ? size : 0));
  put(block, 136, "00000000000");
  put(block, 148, "        ");
  block[156] = type;
  put(block, 257, std::string_view("ustar\00000", 8));
  unsigned sum = 0;
  for (const char c : block) sum += static_cast<unsigned char>(c);
  put(block, 148, fmt::format("{:06o}", sum));
  block[154] = '\0';
  return block;
}

// "LENGTH key=value\n", where the length counts itself.
std::string record(std::string_view key, std::string_view value) {
  const auto rest = key.size() + value.size() + 3;
  auto length = rest + 1;
  while (fmt::format("{}", length).size() + rest != length) ++length;
  return fmt::format("{} {}={}\n", length, key, value);
}

std::optional<std::uint64_t> octal(std::string_view field) {
  std::uint64_t out = 0;
  std::size_t digits = 0;
  for (const char c : field) {
    if (c == '\0' || c == ' ') {
      if (digits != 0) break;
      continue;
    }
    if (c < '0' || c > '7') return std::nullopt;
    out = out * 8 + static_cast<std::uint64_t>(c - '0');
    ++digits;
  }
  if (digits == 0) return std::nullopt;
  return out;
}

class Descriptor {
 public:
  explicit Descriptor(int file) : file_(file) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { ::close(file_); }

 private:
  const int file_;
};

std::uint64_t padding_of(std::uint64_t size) { return (kBlock - size % kBlock) % kBlock; }

}  // namespace

bool is_safe_name(std::string_view name) {
  if (name.empty() || name.size() > kMaxName || name.front() == '/') return false;
  if (std::ranges::any_of(name, [](unsigned char c) { return c < ' ' || c == 0x7f; })) return false;
  for (const auto step : base::split(name, '/'))
    if (step.empty() || step == "." || step == "..") return false;
  return true;
}

// --- Writing ---

Result<ArchiveWriter> ArchiveWriter::create(const std::string& path) {
  ArchiveWriter out;
  out.file_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (out.file_ < 0) {
    const int code = errno;
    if (code == EEXIST)
      return base::fail(ErrorKind::usage, "something of that name is there, and nothing is written over",
                        base::printable(path), "name another file");
    return failed(path, "the backup cannot be written", code);
  }
  out.path_ = path;
  return out;
}

ArchiveWriter::ArchiveWriter(ArchiveWriter&& other) noexcept
    : file_(std::exchange(other.file_, -1)), path_(std::exchange(other.path_, {})) {}

ArchiveWriter::~ArchiveWriter() {
  if (file_ >= 0) ::close(file_);
  if (!path_.empty()) ::unlink(path_.c_str());
}

Result<> ArchiveWriter::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(file_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return failed(path_, "the backup cannot be written", errno);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Result<> ArchiveWriter::pad(std::uint64_t size) { return write(std::string(padding_of(size), '\0')); }

Result<> ArchiveWriter::header(const std::string& name, std::uint64_t size, unsigned mode) {
  if (!is_safe_name(name))
    return base::fail(ErrorKind::input, "is no name for a file in a backup", base::excerpt(name, 80));
  if (name.size() > kName || size >= kOctalSize) {
    auto text = record("path", name);
    if (size >= kOctalSize) text += record("size", fmt::format("{}", size));
    TRY(write(block_of("pax", text.size(), 0600, 'x')));
    TRY(write(text));
    TRY(pad(text.size()));
  }
  return write(block_of(name, size, mode, '0'));
}

Result<Added> ArchiveWriter::add(const std::string& name, std::string_view content) {
  Added out{.size = content.size(), .digest = base::hex(crypto::sha256(content))};
  TRY(header(name, out.size, out.mode));
  TRY(write(content));
  TRY(pad(out.size));
  return out;
}

Result<std::optional<Added>> ArchiveWriter::add_file(const std::string& name, const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (file < 0) {
    if (errno == ENOENT) return std::nullopt;
    return failed(path, "it cannot be read", errno);
  }
  const Descriptor closed(file);
  struct stat status{};
  if (::fstat(file, &status) != 0) return failed(path, "it cannot be read", errno);
  if (!S_ISREG(status.st_mode))
    return base::fail(ErrorKind::input, "is no regular file", base::printable(path));
  Added out{.size = static_cast<std::uint64_t>(status.st_size), .digest = {}, .mode = status.st_mode & 0777U};
  TRY(header(name, out.size, out.mode));
  crypto::Hasher hasher;
  std::string buffer(kPiece, '\0');
  // What is written to its end meanwhile is not of this backup.
  for (auto left = out.size; left != 0;) {
    const auto got =
        ::read(file, buffer.data(), static_cast<std::size_t>(std::min<std::uint64_t>(left, kPiece)));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failed(path, "it cannot be read", errno);
    if (got == 0)
      return base::fail(ErrorKind::io, "became shorter while it was read", base::printable(path),
                        "run it again");
    const auto piece = std::string_view(buffer).substr(0, static_cast<std::size_t>(got));
    hasher.update(piece);
    TRY(write(piece));
    left -= piece.size();
  }
  TRY(pad(out.size));
  out.digest = base::hex(hasher.finish());
  return out;
}

Result<> ArchiveWriter::finish() {
  TRY(write(std::string(2 * kBlock, '\0')));
  if (::fsync(file_) != 0) return failed(path_, "the backup cannot be written", errno);
  if (::close(std::exchange(file_, -1)) != 0) return failed(path_, "the backup cannot be written", errno);
  path_.clear();
  return {};
}

// --- Reading ---

std::optional<Header> parse_header(std::string_view block) {
  if (block.size() != kBlock || block.substr(257, 5) != "ustar") return std::nullopt;
  const auto said = octal(block.substr(148, 8));
  unsigned sum = 0;
  for (std::size_t i = 0; i < kBlock; ++i)
    sum += i >= 148 && i < 156 ? static_cast<unsigned>(' ') : static_cast<unsigned char>(block[i]);
  if (said != sum) return std::nullopt;
  const auto text = [&](std::size_t at, std::size_t size) {
    const auto field = block.substr(at, size);
    return std::string(field.substr(0, field.find('\0')));
  };
  Header out{.name = text(0, kName)};
  if (const auto prefix = text(345, 155); !prefix.empty()) out.name = prefix + '/' + out.name;
  const auto size = octal(block.substr(124, 12));
  const auto mode = octal(block.substr(100, 8));
  if (!size || !mode || *size > kMaxFile) return std::nullopt;
  out.size = *size;
  out.mode = static_cast<unsigned>(*mode & 0777U);
  out.type = block[156];
  return out;
}

bool parse_extended(std::string_view text, std::string& name, std::optional<std::uint64_t>& size) {
  while (!text.empty()) {
    const auto space = text.find(' ');
    if (space == std::string_view::npos) return false;
    const auto length = base::parse_number(text.substr(0, space));
    if (!length || *length <= space + 2 || *length > text.size() || text[*length - 1] != '\n') return false;
    const auto pair = text.substr(space + 1, *length - space - 2);
    const auto equals = pair.find('=');
    if (equals == std::string_view::npos) return false;
    const auto value = pair.substr(equals + 1);
    if (pair.substr(0, equals) == "path") name = value;
    if (pair.substr(0, equals) == "size") {
      size = base::parse_number(value);
      if (!size || *size > kMaxFile) return false;
    }
    text.remove_prefix(*length);
  }
  return true;
}

Result<ArchiveReader> ArchiveReader::open(const std::string& path) {
  ArchiveReader out;
  out.file_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (out.file_ < 0) return failed(path, "the backup cannot be read", errno);
  out.path_ = path;
  return out;
}

ArchiveReader::ArchiveReader(ArchiveReader&& other) noexcept
    : file_(std::exchange(other.file_, -1)),
      path_(std::move(other.path_)),
      left_(other.left_),
      padding_(other.padding_),
      long_name_(std::move(other.long_name_)),
      long_size_(other.long_size_) {}

ArchiveReader::~ArchiveReader() {
  if (file_ >= 0) ::close(file_);
}

std::unexpected<base::Error> ArchiveReader::damaged(std::string what) const {
  return base::fail(ErrorKind::input, std::move(what), base::printable(path_),
                    "it is no backup, or was not copied whole");
}

Result<std::string> ArchiveReader::take(std::uint64_t size) {
  std::string out(static_cast<std::size_t>(size), '\0');
  std::size_t at = 0;
  while (at < out.size()) {
    const auto got = ::read(file_, out.data() + at, out.size() - at);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failed(path_, "the backup cannot be read", errno);
    if (got == 0) return damaged("it ends in the middle");
    at += static_cast<std::size_t>(got);
  }
  return out;
}

Result<std::optional<std::string>> ArchiveReader::read() {
  if (left_ == 0) return std::nullopt;
  auto piece = TRY(take(std::min<std::uint64_t>(left_, kPiece)));
  left_ -= piece.size();
  return piece;
}

Result<std::optional<ArchiveReader::Entry>> ArchiveReader::next() {
  while (TRY(read())) {
  }
  TRY(take(std::exchange(padding_, 0)));
  for (;;) {
    const auto block = TRY(take(kBlock));
    if (std::ranges::all_of(block, [](char c) { return c == '\0'; })) return std::nullopt;
    const auto header = parse_header(block);
    if (!header) return damaged("something in it is no header");
    if (header->type == 'x' || header->type == 'g') {
      if (header->size > kMaxHeader) return damaged("an extended header is too long");
      const auto text = TRY(take(header->size));
      TRY(take(padding_of(header->size)));
      if (header->type == 'x' && !parse_extended(text, long_name_, long_size_))
        return damaged("an extended header is malformed");
      continue;
    }
    Entry out{.name = long_name_.empty() ? header->name : std::exchange(long_name_, {}),
              .size = long_size_ ? *std::exchange(long_size_, std::nullopt) : header->size,
              .mode = header->mode};
    if ((header->type != '0' && header->type != '\0') || !is_safe_name(out.name))
      return damaged(fmt::format("it holds something else than a file: {}", base::excerpt(out.name, 80)));
    left_ = out.size;
    padding_ = padding_of(out.size);
    return out;
  }
}

}  // namespace rampart::server::backup
