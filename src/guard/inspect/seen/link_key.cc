#include "guard/inspect/seen/link_key.h"

#include <fmt/format.h>

namespace rampart::guard {

std::string link_key(const url::Url& url) {
  if (!url.is_web() || !url.has_host()) return {};
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
  put(url::normal_path(url.path));
  if (!url.query.empty()) {
    put("?");
    put(url::normal_escapes(url.query));
  }
  return out;
}

}  // namespace rampart::guard
