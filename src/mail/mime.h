// A message's parts, decoded (RFC 2045 to 2049), by GMime. Only in a worker (base/worker.h): GMime 3.2.13 overflows its stack on
// a header of 120 KB, and whatever reads MIME meets what strangers make.
//
//   auto worker = TRY(base::Worker::start(&mail::unpack_mime, {}));
//   const auto reply = TRY(worker.call(message));
//   const auto parts = mail::parse_parts(reply.bytes);
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rampart::mail {

// Our own.
inline constexpr std::size_t kMaxParts = 200;        // of a message
inline constexpr std::size_t kMaxMimeDepth = 20;     // a part in a part
inline constexpr std::size_t kMaxPartName = 255;     // bytes
inline constexpr std::size_t kMaxMimeFields = 1000;  // of a message's header

struct MimePart {
  std::string type;     // "application/gzip", lower case
  std::string name;     // of the file, as the part says; empty without one
  std::string content;  // decoded; of a message its text, of a part with parts nothing
  std::size_t depth = 0;

  friend bool operator==(const MimePart&, const MimePart&) = default;
};

// A worker's function: the parts of a message from the top down, each before those within it; those of a message within the
// message, too. More of them, and deeper ones, than the limits are left out.
std::string unpack_mime(std::string_view message);

// What unpack_mime() wrote; nothing for any other bytes.
std::optional<std::vector<MimePart>> parse_parts(std::string_view bytes);

}  // namespace rampart::mail
