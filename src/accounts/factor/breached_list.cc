#include "accounts/factor/breached_list.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"

namespace rampart::accounts::factor {
namespace {

using base::ErrorKind;

constexpr std::size_t kSha1Hex = 40;
constexpr std::uint64_t kSamples = 64;  // lines over the whole file, looked at when it is opened
constexpr std::string_view kHint =
    "give the sorted download of Have I Been Pwned (SHA-1), or a list of passwords, one a line";

std::string sha1(std::string_view bytes) {
  std::string out(20, '\0');
  unsigned size = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(out.data()), &size, EVP_sha1(),
                 nullptr) != 1)
    return {};
  return out;
}

std::uint64_t short_hash(std::string_view password) {
  std::uint64_t out = 0;
  for (const char c : sha1(password).substr(0, 8)) out = out << 8 | static_cast<unsigned char>(c);
  return out;
}

// The hash of a line, in lower case; nothing when it is no such line.
std::optional<std::string> hash_of(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (line.size() < kSha1Hex) return std::nullopt;
  auto out = base::lower(line.substr(0, kSha1Hex));
  const bool hex =
      std::ranges::all_of(out, [](char c) { return base::is_digit(c) || (c >= 'a' && c <= 'f'); });
  const auto rest = line.substr(kSha1Hex);
  if (!hex || !(rest.empty() || (rest[0] == ':' && base::parse_number(rest.substr(1))))) return std::nullopt;
  return out;
}

struct Line {
  std::uint64_t start = 0;
  std::uint64_t next = 0;  // where the line behind it starts
  std::string text;
};

// The first line that starts at `from` or behind it; nothing when there is none. `from` is the start of a line, or within one.
base::Result<std::optional<Line>> line_at(int file, std::uint64_t size, std::uint64_t from,
                                          const std::string& path) {
  std::array<char, 2 * kMaxBreachedLine + 1> block{};
  const auto at = from == 0 ? 0 : from - 1;  // the line feed of the line before, when a line starts just here
  std::size_t filled = 0;
  while (filled < block.size()) {
    const auto got =
        ::pread(file, block.data() + filled, block.size() - filled, static_cast<off_t>(at + filled));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0)
      return base::fail(ErrorKind::io,
                        fmt::format("cannot be read: {}", std::generic_category().message(errno)), path);
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
  }
  std::string_view text(block.data(), filled);
  std::size_t start = 0;
  if (from > 0) {
    const auto feed = text.find('\n');
    if (feed == std::string_view::npos && at + filled >= size)
      return std::nullopt;        // the last line began before
    if (feed > kMaxBreachedLine)  // or there is none
      return base::fail(ErrorKind::input,
                        fmt::format("a line of more than {} octets at octet {}", kMaxBreachedLine, at), path,
                        std::string(kHint));
    start = feed + 1;
  }
  if (at + start >= size || start >= filled) return std::nullopt;
  text.remove_prefix(start);
  const auto end = std::min(text.find('\n'), text.size());
  if (end == text.size() && at + filled < size)
    return base::fail(ErrorKind::input,
                      fmt::format("a line of more than {} octets at octet {}", kMaxBreachedLine, at + start),
                      path, std::string(kHint));
  return Line{at + start, at + start + end + 1, std::string(text.substr(0, end))};
}

base::Result<std::string> hash_at(const Line& line, const std::string& path) {
  if (auto hash = hash_of(line.text)) return *std::move(hash);
  return base::fail(ErrorKind::input, fmt::format("no SHA-1 hash at octet {}", line.start), path,
                    std::string(kHint));
}

base::Result<> check_sorted(int file, std::uint64_t size, const std::string& path) {
  std::string before;
  for (std::uint64_t i = 0; i < kSamples; ++i) {
    const auto line = TRY(line_at(file, size, size / kSamples * i, path));
    if (!line) break;
    const auto hash = TRY(hash_at(*line, path));
    if (hash < before)
      return base::fail(ErrorKind::config,
                        fmt::format("its hashes are not in order at octet {}", line->start), path,
                        "sort it: LC_ALL=C sort FILE > SORTED");
    before = hash;
  }
  return {};
}

struct Closer {
  int file;
  ~Closer() {
    if (file >= 0) ::close(file);
  }
};

base::Result<std::vector<std::uint64_t>> read_plain(const std::string& path) {
  const auto text = TRY(base::read_file(path, kMaxPlainList));
  std::vector<std::uint64_t> out;
  for (auto line : base::split(text, '\n')) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) continue;
    if (out.size() == kMaxPlainPasswords)
      return base::fail(ErrorKind::config, fmt::format("more than {} passwords", kMaxPlainPasswords), path,
                        std::string(kHint));
    out.push_back(short_hash(line));
  }
  if (out.empty()) return base::fail(ErrorKind::config, "holds no password", path, std::string(kHint));
  std::ranges::sort(out);
  return out;
}

}  // namespace

BreachedList::BreachedList(BreachedList&& other) noexcept
    : path_(std::move(other.path_)),
      file_(std::exchange(other.file_, -1)),
      size_(other.size_),
      plain_(std::move(other.plain_)) {}

BreachedList& BreachedList::operator=(BreachedList&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(file_, other.file_);
  std::swap(size_, other.size_);
  std::swap(plain_, other.plain_);
  return *this;
}

BreachedList::~BreachedList() {
  if (file_ >= 0) ::close(file_);
}

base::Result<BreachedList> BreachedList::open(const std::string& path) {
  Closer opened{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)};
  if (opened.file < 0)
    return base::fail(ErrorKind::config,
                      fmt::format("cannot be read: {}", std::generic_category().message(errno)), path,
                      "leave accounts.breached_passwords out to go without such a list");
  struct stat status{};
  if (::fstat(opened.file, &status) != 0 || !S_ISREG(status.st_mode))
    return base::fail(ErrorKind::config, "is no regular file", path, std::string(kHint));
  const auto size = static_cast<std::uint64_t>(status.st_size);
  if (size == 0) return base::fail(ErrorKind::config, "is empty", path, std::string(kHint));
  BreachedList out;
  out.path_ = path;
  out.size_ = size;
  const auto first = line_at(opened.file, size, 0, path);
  if (first && *first && hash_of((*first)->text)) {
    if (auto sorted = check_sorted(opened.file, size, path); !sorted) {
      sorted.error().kind = ErrorKind::config;
      return std::unexpected(sorted.error());
    }
    out.file_ = std::exchange(opened.file, -1);
    return out;
  }
  out.plain_ = TRY(read_plain(path));
  return out;
}

base::Result<bool> BreachedList::holds_hash(std::string_view sha1_hex) const {
  std::uint64_t low = 0;  // always the start of a line
  std::uint64_t high = size_;
  while (low < high) {
    const auto middle = low + (high - low) / 2;
    const auto line = TRY(line_at(file_, size_, middle, path_));
    if (!line || line->start >= high) {
      high = middle;
      continue;
    }
    const auto hash = TRY(hash_at(*line, path_));
    if (hash == sha1_hex) return true;
    if (hash < sha1_hex) {
      low = line->next;
    } else {
      high = middle;
    }
  }
  return false;
}

base::Result<bool> BreachedList::holds(std::string_view password) const {
  if (is_hashes()) return holds_hash(base::hex(sha1(password)));
  return std::ranges::binary_search(plain_, short_hash(password)) ||
         std::ranges::binary_search(plain_, short_hash(base::lower(password)));
}

}  // namespace rampart::accounts::factor
