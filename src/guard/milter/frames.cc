#include "guard/milter/frames.h"

#include <algorithm>

#include <fmt/format.h>

namespace rampart::guard::milter {
namespace {

constexpr std::size_t kLength = 4;  // octets

}  // namespace

std::uint32_t read_u32(std::string_view bytes) {
  std::uint32_t out = 0;
  for (std::size_t i = 0; i < kLength; ++i) out = out << 8U | static_cast<unsigned char>(bytes[i]);
  return out;
}

void append_u32(std::string& out, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8)
    out += static_cast<char>(static_cast<unsigned char>(value >> static_cast<unsigned>(shift)));
}

void FrameReader::feed(std::string_view bytes) {
  // What was taken goes only when there is room to be won, so that a byte moves once at most for each frame.
  if (at_ == bytes_.size()) {
    bytes_.clear();
    at_ = 0;
  } else if (at_ > bytes_.size() / 2) {
    bytes_.erase(0, at_);
    at_ = 0;
  }
  bytes_ += bytes;
}

base::Result<std::optional<Frame>> FrameReader::next() {
  const auto rest = std::string_view(bytes_).substr(at_);
  if (rest.size() < kLength) return std::nullopt;
  const std::size_t length = read_u32(rest);
  const auto is_visible = [](char c) { return c >= ' ' && c <= '~'; };
  if (length > kMaxFrame && std::ranges::all_of(rest.substr(0, kLength), is_visible))
    return base::fail(base::ErrorKind::input,
                      fmt::format("it begins with \"{}\", which is no mail server's milter protocol",
                                  rest.substr(0, kLength)));
  if (length == 0 || length > kMaxFrame)
    return base::fail(base::ErrorKind::input,
                      fmt::format("a milter frame of {} octets: 1 to {} can be", length, kMaxFrame));
  if (rest.size() - kLength < length) return std::nullopt;
  at_ += kLength + length;
  return Frame{.command = rest[kLength], .payload = rest.substr(kLength + 1, length - 1)};
}

void append_frame(std::string& out, char command, std::string_view payload) {
  append_u32(out, static_cast<std::uint32_t>(payload.size() + 1));
  out += command;
  out += payload;
}

void append_frame(std::string& out, Reply reply, std::string_view payload) {
  append_frame(out, static_cast<char>(reply), payload);
}

}  // namespace rampart::guard::milter
