#include "base/compress.h"

#include <memory>

#include <fmt/format.h>
#include <zstd.h>

namespace rampart::base {
namespace {

constexpr int kLevel = 1;

struct FreeContext {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
};

}  // namespace

Result<std::string> compress(std::string_view text) {
  // One for each thread: a new one costs more than a report's text.
  thread_local const std::unique_ptr<ZSTD_CCtx, FreeContext> context(ZSTD_createCCtx());
  if (!context) return fail(ErrorKind::internal, "no memory to compress text");
  std::string out(ZSTD_compressBound(text.size()), '\0');
  const auto size =
      ZSTD_compressCCtx(context.get(), out.data(), out.size(), text.data(), text.size(), kLevel);
  if (ZSTD_isError(size) != 0)
    return fail(ErrorKind::internal, fmt::format("text cannot be compressed: {}", ZSTD_getErrorName(size)));
  out.resize(size);
  out.shrink_to_fit();
  return out;
}

Result<std::string> decompress(std::string_view packed, std::size_t limit) {
  const auto size = ZSTD_getFrameContentSize(packed.data(), packed.size());
  if (size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN || size > limit)
    return fail(ErrorKind::internal, "compressed text is damaged");
  std::string out(size, '\0');
  const auto written = ZSTD_decompress(out.data(), out.size(), packed.data(), packed.size());
  if (ZSTD_isError(written) != 0 || written != out.size())
    return fail(ErrorKind::internal,
                fmt::format("compressed text is damaged: {}", ZSTD_getErrorName(written)));
  return out;
}

}  // namespace rampart::base
