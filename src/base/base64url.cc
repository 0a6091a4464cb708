#include "base/base64url.h"

#include <algorithm>

#include "base/text.h"

namespace rampart::base {

std::string encode_base64url(std::string_view bytes) {
  auto out = encode_base64(bytes);
  std::ranges::replace(out, '+', '-');
  std::ranges::replace(out, '/', '_');
  out.erase(std::ranges::find(out, '='), out.end());
  return out;
}

std::optional<std::string> decode_base64url(std::string_view text) {
  if (!std::ranges::all_of(text, [](char c) { return is_alnum(c) || c == '-' || c == '_'; }))
    return std::nullopt;
  std::string padded(text);
  std::ranges::replace(padded, '-', '+');
  std::ranges::replace(padded, '_', '/');
  padded.append((4 - padded.size() % 4) % 4, '=');
  auto out = decode_base64(padded);
  // One text for one value: the bits behind the last octet say nothing.
  if (out && encode_base64url(*out) != text) return std::nullopt;
  return out;
}

}  // namespace rampart::base
