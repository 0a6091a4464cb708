// Deflate streams of strangers, by zlib, up to a limit.
//
//   const auto out = inflate(packed, Wrapping::none, size_said, most);       // of a zip; Wrapping::zlib of Office's own streams
//   out.bytes, out.is_cut                                                    the first `most` bytes; whether there are more
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace rampart::guard::files {

struct Inflated {
  std::string bytes;        // what was unpacked; has to be paid for, damaged or not
  bool is_cut = false;      // there is more
  bool is_damaged = false;  // its beginning is not what somebody's program would show
};

enum class Wrapping : std::uint8_t { none, zlib };  // RFC 1951, RFC 1950

// `said` is how much its writer says that it becomes: memory is taken for it, and nothing else believed.
Inflated inflate(std::string_view packed, Wrapping wrapping, std::uint64_t said, std::size_t most);

}  // namespace rampart::guard::files
