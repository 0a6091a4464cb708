// Archives made for tests.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <zlib.h>

namespace rampart::reports {

// gzip (31) or raw deflate (-15), by zlib's window bits.
inline std::string deflated(std::string_view bytes, int window_bits = 31) {
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, window_bits, 9, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, bytes.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<unsigned char*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<unsigned>(bytes.size());
  stream.next_out = reinterpret_cast<unsigned char*>(out.data());
  stream.avail_out = static_cast<unsigned>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

struct ZipInput {
  std::string name;
  std::string bytes;
  bool stored = false;
  unsigned flags = 0;
  unsigned method = 8;             // when not stored
  std::uint32_t claimed_size = 0;  // of what comes out
};

inline void append_number(std::string& out, std::uint64_t value, std::size_t size) {
  for (; size != 0; --size, value >>= 8U) out += static_cast<char>(value & 0xffU);
}

inline std::string zipped(const std::vector<ZipInput>& files) {
  std::string out;
  std::string list;
  for (const auto& file : files) {
    const auto packed = file.stored ? file.bytes : deflated(file.bytes, -15);
    const auto at = out.size();
    const auto common = [&](std::string& to) {
      append_number(to, 20, 2);
      append_number(to, file.flags, 2);
      append_number(to, file.stored ? 0 : file.method, 2);
      append_number(to, 0, 4);
      append_number(to,
                    crc32(0, reinterpret_cast<const unsigned char*>(file.bytes.data()),
                          static_cast<unsigned>(file.bytes.size())),
                    4);
      append_number(to, packed.size(), 4);
      append_number(to, file.claimed_size, 4);
      append_number(to, file.name.size(), 2);
      append_number(to, 0, 2);
    };
    out += "PK\x03\x04";
    common(out);
    out += file.name + packed;
    list += "PK\x01\x02";
    append_number(list, 20, 2);
    common(list);
    append_number(list, 0, 10);
    append_number(list, at, 4);
    list += file.name;
  }
  const auto begin = out.size();
  out += list + "PK\x05\x06";
  append_number(out, 0, 4);
  append_number(out, files.size(), 2);
  append_number(out, files.size(), 2);
  append_number(out, list.size(), 4);
  append_number(out, begin, 4);
  append_number(out, 0, 2);
  return out;
}

}  // namespace rampart::reports
