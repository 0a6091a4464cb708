#include "reports/write/report_file.h"

#include <array>
#include <limits>

#include <fmt/format.h>
#include <zlib.h>

#include "reports/period.h"
#include "reports/write/feedback.h"

namespace rampart::reports {
namespace {

using base::ErrorKind;

constexpr int kGzip = 16;  // zlib: added to the window's bits
constexpr int kMemory = 8;

// Without a name and a time of its own (RFC 1952), so that the same bytes become the same file.
class Gzip {
 public:
  explicit Gzip(std::size_t limit) : limit_(limit) {
    ready_ = deflateInit2(&stream_, Z_DEFAULT_COMPRESSION, Z_DEFLATED, MAX_WBITS + kGzip, kMemory,
                          Z_DEFAULT_STRATEGY) == Z_OK;
  }
  ~Gzip() {
    if (ready_) deflateEnd(&stream_);
  }
  Gzip(const Gzip&) = delete;
  Gzip& operator=(const Gzip&) = delete;

  base::Result<> add(std::string_view bytes, int flush = Z_NO_FLUSH) {
    if (!ready_) return base::fail(ErrorKind::internal, "zlib could not begin");
    stream_.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(bytes.data()));
    stream_.avail_in = static_cast<uInt>(bytes.size());
    do {
      stream_.next_out = room_.data();
      stream_.avail_out = static_cast<uInt>(room_.size());
      const auto result = deflate(&stream_, flush);
      if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR)
        return base::fail(ErrorKind::internal, "zlib could not go on");
      out_.append(reinterpret_cast<const char*>(room_.data()), room_.size() - stream_.avail_out);
      if (out_.size() > limit_)
        return base::fail(ErrorKind::input, fmt::format("the report's file has more than {} bytes", limit_),
                          {}, "write reports of a shorter period");
    } while (stream_.avail_out == 0);
    return {};
  }
  base::Result<std::string> finish() {
    TRY(add({}, Z_FINISH));
    return std::move(out_);
  }

 private:
  std::size_t limit_;
  z_stream stream_{};
  bool ready_ = false;
  std::array<Bytef, std::size_t{16} << 10U> room_;
  std::string out_;
};

}  // namespace

base::Result<ReportFile> report_file(const Report& report, const Texts& texts, const Reporter& reporter,
                                     std::size_t limit) {
  Gzip gzip(limit);
  const FileName name{.receiver = reporter.domain,
                      .domain = report.policy.domain,
                      .period = {.begin = report.begin, .end = report.end},
                      .id = report.report_id,
                      .extension = "xml.gz"};
  auto done = write_feedback(report, texts, [&](std::string_view piece) { return gzip.add(piece); });
  auto bytes = done ? gzip.finish() : std::unexpected(done.error());
  if (!bytes) {
    if (bytes.error().where.empty()) bytes.error().where = report.policy.domain;
    return std::unexpected(bytes.error());
  }
  return ReportFile{.name = name.text(), .bytes = std::move(*bytes)};
}

}  // namespace rampart::reports
