#include "guard/inspect/pdf/bounded.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <mutex>
#include <stdexcept>
#include <utility>
#include <vector>

#include <zlib.h>

#include "guard/inspect/pdf/pdf.h"

namespace rampart::guard::pdf {
namespace {

constexpr std::size_t kReadCost = 8;  // bytes that a call counts for, beside those that it reads
constexpr std::ptrdiff_t kMaxStack =
    3 << 20U;  // bytes: objects whose length stands in another, and so on; of 8 MiB
constexpr std::size_t kPiece = 16'384;
constexpr int kMaxColumns = 1 << 20;  // bytes of a predicted row

thread_local Work* of_this_thread = nullptr;

void count_inflated(std::size_t bytes) {
  auto* work = of_this_thread;
  if (work == nullptr) return;
  auto& left = work->is_opening ? work->index : work->budget.inflated;
  if (bytes > left) throw OverLimit{"its streams unpack to too much"};
  left -= bytes;
}

// --- The file ---

class Source : public InputSource {
 public:
  explicit Source(Work& work) : work_(work), name_("pdf"), bottom_(here()) {}

  qpdf_offset_t findAndSkipNextEOL() override {
    const auto found = std::min(work_.bytes.find_first_of("\r\n", at_), work_.bytes.size());
    count(found - at_);
    at_ = std::min(work_.bytes.find_first_not_of("\r\n", found), work_.bytes.size());
    return static_cast<qpdf_offset_t>(found);
  }
  std::string const& getName() const override { return name_; }
  qpdf_offset_t tell() override { return static_cast<qpdf_offset_t>(at_); }
  void seek(qpdf_offset_t offset, int whence) override {
    count(0);
    if (std::abs(bottom_ - here()) > kMaxStack) throw OverLimit{"its objects are nested too deeply"};
    const auto from =
        whence == SEEK_SET ? 0 : static_cast<qpdf_offset_t>(whence == SEEK_CUR ? at_ : work_.bytes.size());
    qpdf_offset_t to = 0;
    if (__builtin_add_overflow(from, offset, &to) || to < 0)
      throw std::runtime_error("a place before the file");
    at_ = static_cast<std::size_t>(to);
  }
  void rewind() override { at_ = 0; }
  size_t read(char* buffer, size_t length) override {
    last_offset = tell();
    if (at_ >= work_.bytes.size()) return 0;
    const auto size = std::min(length, work_.bytes.size() - at_);
    count(size);
    std::memcpy(buffer, work_.bytes.data() + at_, size);
    at_ += size;
    return size;
  }
  void unreadCh(char) override {
    if (at_ != 0) --at_;
  }

 private:
  // How much of the stack is in use, as an address.
  static std::ptrdiff_t here() { return reinterpret_cast<std::ptrdiff_t>(__builtin_frame_address(0)); }
  void count(std::size_t bytes) {
    if (bytes + kReadCost > work_.budget.read) throw OverLimit{"it takes too long to read"};
    work_.budget.read -= bytes + kReadCost;
  }

  Work& work_;
  std::string name_;
  std::ptrdiff_t bottom_;
  std::size_t at_ = 0;
};

// --- Streams ---

// PNG's predictors over rows (ISO 32000-1, 7.4.4.4; ISO/IEC 15948 section 9).
class Predicted : public Pipeline {
 public:
  Predicted(Pipeline* next, std::size_t row, std::size_t pixel)
      : Pipeline("predictor", next), pixel_(pixel), now_(row + 1), before_(row + 1) {}

  void write(unsigned char const* data, size_t size) override {
    while (size != 0) {
      const auto part = std::min(size, now_.size() - filled_);
      std::memcpy(now_.data() + filled_, data, part);
      filled_ += part;
      data += part;
      size -= part;
      if (filled_ == now_.size()) say();
    }
  }
  void finish() override {
    if (filled_ > 1) {
      std::fill(now_.begin() + static_cast<std::ptrdiff_t>(filled_), now_.end(), std::uint8_t{0});
      say();
    }
    getNext()->finish();
  }

 private:
  static int paeth(int left, int up, int corner) {
    const int from_left = std::abs(up - corner);
    const int from_up = std::abs(left - corner);
    const int from_corner = std::abs(left + up - 2 * corner);
    if (from_left <= from_up && from_left <= from_corner) return left;
    return from_up <= from_corner ? up : corner;
  }
  void say() {
    const auto kind = now_[0];
    for (std::size_t i = 1; i < now_.size(); ++i) {
      const int left = i > pixel_ ? now_[i - pixel_] : 0;
      const int corner = i > pixel_ ? before_[i - pixel_] : 0;
      const int up = before_[i];
      int add = 0;
      switch (kind) {
        case 1:
          add = left;
          break;
        case 2:
          add = up;
          break;
        case 3:
          add = (left + up) / 2;
          break;
        case 4:
          add = paeth(left, up, corner);
          break;
        default:
          break;
      }
      now_[i] = static_cast<std::uint8_t>(now_[i] + add);
    }
    getNext()->write(now_.data() + 1, now_.size() - 1);
    std::swap(now_, before_);
    filled_ = 0;
  }

  std::size_t pixel_;
  std::vector<std::uint8_t> now_;  // with the predictor's number before
  std::vector<std::uint8_t> before_;
  std::size_t filled_ = 0;
};

class Inflated : public Pipeline {
 public:
  explicit Inflated(Pipeline* next) : Pipeline("inflate", next) {
    if (inflateInit(&stream_) != Z_OK) throw std::bad_alloc();
  }
  ~Inflated() override { inflateEnd(&stream_); }
  Inflated(const Inflated&) = delete;
  Inflated& operator=(const Inflated&) = delete;

  void write(unsigned char const* data, size_t size) override {
    stream_.next_in = const_cast<unsigned char*>(data);
    stream_.avail_in = static_cast<uInt>(size);
    while (!ended_) {
      std::array<std::uint8_t, kPiece> piece;
      stream_.next_out = piece.data();
      stream_.avail_out = static_cast<uInt>(piece.size());
      const int result = inflate(&stream_, Z_SYNC_FLUSH);
      // As viewers do: what there is up to the damage counts.
      ended_ = result != Z_OK;
      const auto made = piece.size() - stream_.avail_out;
      count_inflated(made);
      if (made != 0) getNext()->write(piece.data(), made);
      if (result == Z_BUF_ERROR) ended_ = false;
      if (stream_.avail_out != 0) break;
    }
  }
  void finish() override { getNext()->finish(); }

 private:
  z_stream stream_{};
  bool ended_ = false;
};

class Flate : public QPDFStreamFilter {
 public:
  bool setDecodeParms(QPDFObjectHandle parameters) override {
    if (!parameters.isDictionary()) return true;
    const auto number = [&](char const* key, int otherwise) {
      auto value = parameters.getKey(key);
      return value.isInteger() ? value.getIntValueAsInt() : otherwise;
    };
    predictor_ = number("/Predictor", 1);
    const int colours = number("/Colors", 1);
    const int bits = number("/BitsPerComponent", 8);
    const int columns = number("/Columns", 1);
    if (predictor_ == 1) return true;
    if (colours < 1 || colours > 32 || bits < 1 || bits > 16 || columns < 1 || columns > kMaxColumns)
      return false;
    row_ = (static_cast<std::size_t>(columns) * static_cast<std::size_t>(colours * bits) + 7) / 8;
    pixel_ = std::max<std::size_t>(static_cast<std::size_t>(colours * bits) / 8, 1);
    return predictor_ >= 10 && predictor_ <= 15;  // TIFF's is rare
  }
  Pipeline* getDecodePipeline(Pipeline* next) override {
    if (predictor_ >= 10) {
      predicted_ = std::make_unique<Predicted>(next, row_, pixel_);
      next = predicted_.get();
    }
    inflated_ = std::make_unique<Inflated>(next);
    return inflated_.get();
  }

 private:
  int predictor_ = 1;
  std::size_t row_ = 0;
  std::size_t pixel_ = 1;
  std::unique_ptr<Predicted> predicted_;
  std::unique_ptr<Inflated> inflated_;
};

// What unpacks to much and is hardly written by anyone: qpdf says that it cannot decode it.
class Refused : public QPDFStreamFilter {
 public:
  bool setDecodeParms(QPDFObjectHandle) override { return false; }
  Pipeline* getDecodePipeline(Pipeline*) override { return nullptr; }
};

void register_filters() {
  QPDF::registerStreamFilter("/FlateDecode", [] { return std::make_shared<Flate>(); });
  for (const auto* name : {"/LZWDecode", "/RunLengthDecode", "/DCTDecode"})
    QPDF::registerStreamFilter(name, [] { return std::make_shared<Refused>(); });
}

class Gathered : public Pipeline {
 public:
  Gathered() : Pipeline("gather", nullptr) {}
  void write(unsigned char const* data, size_t size) override {
    bytes.append(reinterpret_cast<const char*>(data), size);
  }
  void finish() override {}
  std::string bytes;
};

}  // namespace

Bounds::Bounds(Work& work) {
  static std::once_flag once;
  std::call_once(once, register_filters);
  of_this_thread = &work;
}

Bounds::~Bounds() { of_this_thread = nullptr; }

std::shared_ptr<InputSource> source_of(Work& work) { return std::make_shared<Source>(work); }

std::string inflated(std::string_view bytes, Work&) {
  Gathered out;
  Inflated pipeline(&out);
  for (; !bytes.empty(); bytes.remove_prefix(std::min(bytes.size(), kPiece)))
    pipeline.write(reinterpret_cast<const unsigned char*>(bytes.data()), std::min(bytes.size(), kPiece));
  return std::move(out.bytes);
}

}  // namespace rampart::guard::pdf
