#include "guard/inspect/seen/link_key.h"

#include <algorithm>

#include <fmt/format.h>

namespace rampart::guard {

std::string link_key(const url::Url& url) {
  if (!url.has_host()) return {};
  auto out = url.host_kind == url::HostKind::domain ? url.name.text() : url.host;
  if (url.port != 0) out += fmt::format(":{}", url.port);
  const auto put = [&](std::string_view text) {
    for (const char c : text) {
      if (out.size() >= kMaxLinkKey) return;
      if (static_cast<unsigned char>(c) <= ' ' || static_cast<unsigned char>(c) >= 0x7f)
        out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
      else
        out += c;
    }
  };
  // Servers take several slashes for one.
  auto path = url::normal_path(url.path);
  path.erase(std::ranges::unique(path, [](char a, char b) { return a == '/' && b == '/'; }).begin(),
             path.end());
  put(path);
  if (!url.query.empty()) {
    put("?");
    put(url::normal_escapes(url.query));
  }
  return out;
}

}  // namespace rampart::guard
