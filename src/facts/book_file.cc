#include "facts/book_file.h"

#include <cerrno>
#include <cstring>
#include <random>
#include <vector>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#include "base/json.h"
#include "base/text.h"
#include "facts/book_json.h"

namespace rampart::facts {
namespace {

using base::ErrorKind;

constexpr std::string_view kSchema = "rampart.facts/1";
constexpr std::size_t kChunk = std::size_t{1} << 18;  // bytes per read or write
constexpr int kZstdLevel = 3;      // zstd's own default: a higher one costs more than it saves here
constexpr int kMaxWindowLog = 27;  // 128 MiB: the most memory that a hostile file may ask for
constexpr std::size_t kRecentLines = 1 << 14;  // remembered by the writer so as not to repeat them
constexpr std::size_t kMaxRecentLine = 2048;   // bytes; longer lines are just written again

bool is_compressed(std::string_view path) { return path.ends_with(".zst"); }

std::unexpected<base::Error> io_error(std::string_view verb, const std::string& path) {
  return base::fail(ErrorKind::io, fmt::format("cannot {}: {}", verb, base::lower(std::strerror(errno))),
                    base::printable(path));
}

void append_header(std::string& out, const BookHeader& header) {
  base::JsonWriter json(out);
  json.begin_object().member("schema", kSchema).member("rampart", header.rampart);
  json.member("now", base::format_time(header.now)).key("meta").begin_object();
  for (const auto& [key, value] : header.meta) json.member(key, value);
  json.end_object().end_object();
  out += '\n';
}

// The same in every process, unlike dns::hash_bytes, for a file's bytes may not depend on it (FNV-1a).
std::uint64_t stable_hash(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return hash;
}

struct FreeStream {
  void operator()(ZSTD_CCtx* stream) const { ZSTD_freeCCtx(stream); }
  void operator()(ZSTD_DCtx* stream) const { ZSTD_freeDCtx(stream); }
};

}  // namespace

// --- writing ---

class BookWriter::Impl {
 public:
  explicit Impl(std::string path) : path_(std::move(path)) {}
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() {
    if (file_ >= 0) ::close(file_);
    if (!temporary_.empty()) ::unlink(temporary_.c_str());
  }

  base::Result<> open() {
    struct stat status{};
    if (::stat(path_.c_str(), &status) == 0 && !S_ISREG(status.st_mode)) {
      file_ = ::open(path_.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY);
    } else {
      constexpr mode_t kMode = 0666;  // less the umask
      temporary_ = fmt::format("{}.{:08x}.tmp", path_, std::random_device()());
      file_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, kMode);
    }
    if (file_ < 0) {
      auto error = io_error("write", path_);
      temporary_.clear();
      return error;
    }
    if (is_compressed(path_)) {
      stream_.reset(ZSTD_createCCtx());
      ZSTD_CCtx_setParameter(stream_.get(), ZSTD_c_compressionLevel, kZstdLevel);
      ZSTD_CCtx_setParameter(stream_.get(), ZSTD_c_checksumFlag, 1);
      packed_.resize(ZSTD_CStreamOutSize());
    }
    return {};
  }

  base::Result<> add(const Fact& fact) {
    line_.clear();
    append_fact(line_, fact);
    // One place per question, so that what stands there is the last line written for it, or for another.
    const auto question = std::string_view(line_).substr(0, line_.find(R"(,"presence":)"));
    std::string& recent = recent_[stable_hash(question) % kRecentLines];
    if (recent == line_) return {};
    recent = line_.size() <= kMaxRecentLine ? line_ : std::string();
    buffer_ += line_;
    return buffer_.size() < kChunk ? base::Result<>() : flush(ZSTD_e_continue);
  }

  void add_header(const BookHeader& header) { append_header(buffer_, header); }

  base::Result<> finish() {
    if (auto done = flush(ZSTD_e_end); !done) return done;
    if (!temporary_.empty() && ::fsync(file_) != 0) return io_error("write", path_);
    const int closed = ::close(file_);
    file_ = -1;
    if (closed != 0) return io_error("write", path_);
    if (temporary_.empty()) return {};
    if (::rename(temporary_.c_str(), path_.c_str()) != 0) return io_error("write", path_);
    temporary_.clear();
    return {};
  }

 private:
  base::Result<> flush(ZSTD_EndDirective how) {
    if (!stream_) {
      auto done = write(buffer_);
      buffer_.clear();
      return done;
    }
    ZSTD_inBuffer in{buffer_.data(), buffer_.size(), 0};
    for (;;) {
      ZSTD_outBuffer out{packed_.data(), packed_.size(), 0};
      const std::size_t left = ZSTD_compressStream2(stream_.get(), &out, &in, how);
      if (ZSTD_isError(left) != 0)
        return base::fail(ErrorKind::internal, fmt::format("zstd: {}", ZSTD_getErrorName(left)), path_);
      if (auto done = write(std::string_view(packed_).substr(0, out.pos)); !done) return done;
      if (in.pos == in.size && (how == ZSTD_e_continue || left == 0)) break;
    }
    buffer_.clear();
    return {};
  }

  base::Result<> write(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t written = ::write(file_, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return io_error("write", path_);
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
  }

  std::string path_;
  std::string temporary_;  // empty: the file is written to directly
  int file_ = -1;
  std::unique_ptr<ZSTD_CCtx, FreeStream> stream_;
  std::string line_;
  std::string buffer_;
  std::string packed_;
  std::vector<std::string> recent_ = std::vector<std::string>(kRecentLines);
};

BookWriter::BookWriter(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
BookWriter::~BookWriter() = default;

base::Result<std::unique_ptr<BookWriter>> BookWriter::create(const std::string& path,
                                                             const BookHeader& header) {
  auto impl = std::make_unique<Impl>(path);
  if (auto done = impl->open(); !done) return std::unexpected(done.error());
  impl->add_header(header);
  return std::unique_ptr<BookWriter>(new BookWriter(std::move(impl)));
}

base::Result<> BookWriter::add(const Fact& fact) { return impl_->add(fact); }

base::Result<> BookWriter::add(const Book& book) {
  for (const auto& fact : book.sorted()) {
    if (auto done = add(fact); !done) return done;
  }
  return {};
}

base::Result<> BookWriter::finish() { return impl_->finish(); }

base::Result<> save_book(const std::string& path, const BookHeader& header, const Book& book) {
  const auto writer = TRY(BookWriter::create(path, header));
  if (auto done = writer->add(book); !done) return done;
  return writer->finish();
}

std::string format_book(const BookHeader& header, const Book& book) {
  std::string out;
  append_header(out, header);
  for (const auto& fact : book.sorted()) append_fact(out, fact);
  return out;
}

// --- reading ---

namespace {

// Takes a book's text in pieces of any size.
class Parser {
 public:
  Parser(std::string name, const BookLimits& limits) : name_(std::move(name)), limits_(limits) {}

  base::Result<> take(std::string_view piece) {
    bytes_ += piece.size();
    if (bytes_ > limits_.max_bytes)
      return error(fmt::format("the book has more than {}, which is as much as is held in memory",
                               amount(limits_.max_bytes)),
                   kPartsHint);
    for (;;) {
      const auto end = piece.find('\n');
      if (rest_.size() + std::min(end, piece.size()) > limits_.max_line)
        return error(fmt::format("the line is longer than {} bytes", limits_.max_line));
      if (end == std::string_view::npos) break;
      if (rest_.empty()) {
        if (auto done = line(piece.substr(0, end)); !done) return done;
      } else {
        rest_ += piece.substr(0, end);
        if (auto done = line(rest_); !done) return done;
        rest_.clear();
      }
      piece.remove_prefix(end + 1);
    }
    rest_ += piece;
    return {};
  }

  base::Result<LoadedBook> finish() {
    if (!rest_.empty()) {
      // The writer ends each line: what does not end was cut off, and half a book decides something else.
      return std::unexpected(
          error("the last line has no end: the file was cut off", "record it again").error());
    }
    if (number_ == 1) return std::unexpected(error("the book is empty", kHeaderHint).error());
    return LoadedBook{std::move(header_), std::make_shared<const Book>(std::move(book_))};
  }

 private:
  static constexpr const char* kHeaderHint =
      "its first line is a header; --record FILE, of audit and of auth check, writes one";

  static constexpr const char* kPartsHint = "split the list of domains, and record and read a part at a time";

  static std::string amount(std::size_t bytes) {
    constexpr std::size_t kGib = std::size_t{1} << 30;
    return bytes % kGib == 0 ? fmt::format("{} GiB", bytes / kGib) : fmt::format("{} bytes", bytes);
  }

  std::unexpected<base::Error> error(std::string what, std::string hint = {}) const {
    return base::fail(ErrorKind::input, std::move(what),
                      fmt::format("{}:{}", base::printable(name_), number_), std::move(hint));
  }

  base::Result<> line(std::string_view text) {
    const auto value = base::parse_json(text, name_, {.max_bytes = limits_.max_line});
    if (!value || !value->is_object()) {
      return error(value ? "the line is not a JSON object" : value.error().what,
                   number_ == 1 ? kHeaderHint : "a book is one JSON object a line");
    }
    if (auto done = number_ == 1 ? header(value->get_object()) : fact(value->get_object()); !done)
      return done;
    ++number_;
    return {};
  }

  base::Result<> header(const boost::json::object& object) {
    const auto text = [&](const char* key) {
      const auto* value = object.if_contains(key);
      return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
    };
    if (text("schema") != kSchema)
      return error(
          fmt::format("the book's schema is \"{}\", not {}", base::excerpt(text("schema"), 40), kSchema),
          kHeaderHint);
    const auto now = base::parse_time(text("now"));
    if (!now) return error("\"now\" is not a time, as in 2026-11-23T08:00:00Z", kHeaderHint);
    header_ = {*now, text("rampart"), {}};
    const auto* meta = object.if_contains("meta");
    if (meta == nullptr) return {};
    if (!meta->is_object()) return error("\"meta\" is not an object");
    for (const auto& [key, value] : meta->get_object()) {
      if (!value.is_string()) return error("\"meta\" holds what is not a string");
      header_.meta.emplace(key, value.get_string());
    }
    return {};
  }

  base::Result<> fact(const boost::json::object& object) {
    if (++facts_ > limits_.max_facts)
      return error(fmt::format("the book has more than {} facts, which is as many as are held in memory",
                               limits_.max_facts),
                   kPartsHint);
    auto fact = fact_of(object);
    if (!fact) return error(fact.error().what, "see the documentation of fact books");
    book_.add(std::move(*fact));
    return {};
  }

  std::string name_;
  BookLimits limits_;
  std::size_t bytes_ = 0;
  std::size_t facts_ = 0;
  std::size_t number_ = 1;  // of the line that is being read
  std::string rest_;        // the beginning of a line whose end has not come yet
  BookHeader header_;
  Book book_;
};

// Decompresses pieces; without zstd it passes them on.
class Unpacker {
 public:
  Unpacker(bool compressed, const std::string& path) : path_(path) {
    if (!compressed) return;
    stream_.reset(ZSTD_createDCtx());
    ZSTD_DCtx_setParameter(stream_.get(), ZSTD_d_windowLogMax, kMaxWindowLog);
    plain_.resize(ZSTD_DStreamOutSize());
  }

  base::Result<> take(std::string_view piece, Parser& parser) {
    if (!stream_) return parser.take(piece);
    ZSTD_inBuffer in{piece.data(), piece.size(), 0};
    for (bool full = true; in.pos < in.size || full;) {
      ZSTD_outBuffer out{plain_.data(), plain_.size(), 0};
      left_ = ZSTD_decompressStream(stream_.get(), &out, &in);
      if (ZSTD_isError(left_) != 0)
        return base::fail(ErrorKind::input, fmt::format("is not sound zstd: {}", ZSTD_getErrorName(left_)),
                          base::printable(path_),
                          "a name ending in .zst means a file that is compressed with zstd");
      if (auto done = parser.take(std::string_view(plain_).substr(0, out.pos)); !done) return done;
      full = out.pos == out.size;
    }
    return {};
  }

  base::Result<> finish() const {
    if (!stream_ || left_ == 0) return {};
    return base::fail(ErrorKind::input, "the file was cut off", base::printable(path_), "record it again");
  }

 private:
  const std::string& path_;
  std::unique_ptr<ZSTD_DCtx, FreeStream> stream_;
  std::string plain_;
  std::size_t left_ = 0;
};

}  // namespace

base::Result<LoadedBook> parse_book(std::string_view text, const std::string& name,
                                    const BookLimits& limits) {
  Parser parser(name, limits);
  if (auto done = parser.take(text); !done) return std::unexpected(done.error());
  return parser.finish();
}

base::Result<LoadedBook> load_book(const std::string& path, const BookLimits& limits) {
  // O_NONBLOCK: opening a pipe must not wait for its writer.
  const int number = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (number < 0) return io_error("open", path);
  const auto close = [](const int* file) { ::close(*file); };
  const std::unique_ptr<const int, decltype(close)> file(&number, close);
  struct stat status{};
  if (::fstat(number, &status) != 0) return io_error("read", path);
  if (!S_ISREG(status.st_mode))
    return base::fail(ErrorKind::input, "is not a regular file", base::printable(path),
                      "name a recorded fact book");
  Parser parser(path, limits);
  Unpacker unpacker(is_compressed(path), path);
  std::string chunk(kChunk, '\0');
  for (;;) {
    const ssize_t got = ::read(number, chunk.data(), chunk.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return io_error("read", path);
    if (got == 0) break;
    if (auto done = unpacker.take({chunk.data(), static_cast<std::size_t>(got)}, parser); !done)
      return std::unexpected(done.error());
  }
  if (auto done = unpacker.finish(); !done) return std::unexpected(done.error());
  return parser.finish();
}

}  // namespace rampart::facts
