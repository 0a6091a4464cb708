#include "guard/inspect/files/inflate.h"

#include <algorithm>
#include <memory>

#include <zlib.h>

namespace rampart::guard::files {
namespace {

constexpr std::size_t kBlock = 65'536;

struct InflateEnd {
  void operator()(z_stream* stream) const {
    ::inflateEnd(stream);
    delete stream;  // NOLINT(cppcoreguidelines-owning-memory)
  }
};

}  // namespace

Inflated inflate(std::string_view packed, Wrapping wrapping, std::uint64_t said, std::size_t most) {
  Inflated out;
  std::unique_ptr<z_stream, InflateEnd> stream(new z_stream{});
  if (::inflateInit2(stream.get(), wrapping == Wrapping::none ? -MAX_WBITS : MAX_WBITS) != Z_OK) {
    out.is_damaged = true;
    return out;
  }
  // zlib only reads what next_in points at.
  stream->next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream->avail_in = static_cast<uInt>(packed.size());
  out.bytes.reserve(static_cast<std::size_t>(std::min<std::uint64_t>(said, most)));
  std::size_t size = 0;
  for (;;) {
    if (size == most) {
      // One byte more says whether there is more.
      char more = 0;
      stream->next_out = reinterpret_cast<Bytef*>(&more);
      stream->avail_out = 1;
      ::inflate(stream.get(), Z_NO_FLUSH);
      out.is_cut = stream->avail_out == 0;
      break;
    }
    const auto block = std::min({most - size, kBlock + size, std::size_t{1} << 24U});
    int result = Z_OK;
    out.bytes.resize_and_overwrite(size + block, [&](char* to, std::size_t /*all*/) {
      stream->next_out = reinterpret_cast<Bytef*>(to + size);
      stream->avail_out = static_cast<uInt>(block);
      result = ::inflate(stream.get(), Z_NO_FLUSH);
      return size + block - stream->avail_out;
    });
    const bool is_stuck = out.bytes.size() == size;
    size = out.bytes.size();
    if (result == Z_STREAM_END) break;
    if (result != Z_OK || is_stuck) {
      out.is_damaged = true;
      break;
    }
  }
  return out;
}

}  // namespace rampart::guard::files
