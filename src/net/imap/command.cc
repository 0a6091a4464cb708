#include "net/imap/command.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"

namespace rampart::net::imap {
namespace {

bool is_plain(char c) { return c >= ' ' && c <= '~'; }

void append_utf16(std::string& out, char32_t point) {
  const auto unit = [&](std::uint32_t value) {
    out += static_cast<char>(value >> 8U & 0xffU);
    out += static_cast<char>(value & 0xffU);
  };
  constexpr char32_t kBeyond = 0x10000;
  if (point < kBeyond) return unit(point);
  unit(0xd800U + (static_cast<std::uint32_t>(point - kBeyond) >> 10U));
  unit(0xdc00U + (static_cast<std::uint32_t>(point - kBeyond) & 0x3ffU));
}

// Base64 without padding, and with a comma for the slash.
std::string modified_base64(std::string_view bytes) {
  auto out = base::encode_base64(bytes);
  while (out.ends_with('=')) out.pop_back();
  std::ranges::replace(out, '/', ',');
  return out;
}

// RFC 5801 section 4, saslname.
std::string saslname(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == ',') {
      out += "=2C";
    } else if (c == '=') {
      out += "=3D";
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace

std::string check_text(std::string_view text) {
  for (const char c : text) {
    if (!is_plain(c)) return "holds something other than printable ASCII";
  }
  return {};
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (is_plain(c)) out += c;
  }
  return out + '"';
}

std::string mailbox_name(std::string_view utf8) {
  std::string out;
  std::string wide;  // UTF-16 that waits to be encoded
  const auto end_wide = [&] {
    if (!wide.empty()) out += '&' + modified_base64(wide) + '-';
    wide.clear();
  };
  while (!utf8.empty()) {
    const auto point = base::decode_utf8(utf8);
    if (point.length == 0) return {};
    utf8.remove_prefix(point.length);
    if (point.value < ' ' || point.value > '~') {
      append_utf16(wide, point.value);
      continue;
    }
    end_wide();
    out += static_cast<char>(point.value);
    if (point.value == '&') out += '-';
  }
  end_wide();
  return out;
}

std::string uid_set(std::vector<std::uint32_t> uids) {
  std::ranges::sort(uids);
  std::string out;
  for (std::size_t i = 0; i < uids.size();) {
    const auto first = uids[i];
    auto last = first;
    for (++i; i < uids.size() && uids[i] - last <= 1; ++i) last = uids[i];
    if (!out.empty()) out += ',';
    out += first == last ? std::to_string(first) : fmt::format("{}:{}", first, last);
  }
  return out;
}

std::string sasl_plain(std::string_view user, std::string_view password) {
  std::string out(1, '\0');
  out.append(user).append(1, '\0').append(password);
  return out;
}

std::string sasl_xoauth2(std::string_view user, std::string_view token) {
  return fmt::format(
      "user={}\x01"
      "auth=Bearer {}\x01\x01",
      user, token);
}

std::string sasl_oauthbearer(std::string_view user, std::string_view host, std::uint16_t port,
                             std::string_view token) {
  return fmt::format(
      "n,a={},\x01host={}\x01port={}\x01"
      "auth=Bearer {}\x01\x01",
      saslname(user), host, port, token);
}

bool is_bearer_token(std::string_view text) {
  auto body = text;
  while (body.ends_with('=')) body.remove_suffix(1);
  return !body.empty() && std::ranges::all_of(body, [](char c) {
    return base::is_alnum(c) || c == '-' || c == '.' || c == '_' || c == '~' || c == '+' || c == '/';
  });
}

}  // namespace rampart::net::imap
