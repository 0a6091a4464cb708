#include "net/http/security_headers.h"

#include <array>

namespace rampart::net::http {
namespace {

// Each switches off what no page of ours uses, here and in frames.
constexpr std::string_view kPermissions =
    "accelerometer=(), camera=(), display-capture=(), fullscreen=(self), geolocation=(), gyroscope=(), "
    "hid=(), idle-detection=(), "
    "magnetometer=(), microphone=(), midi=(), payment=(), publickey-credentials-create=(self), "
    "publickey-credentials-get=(self), "
    "screen-wake-lock=(), serial=(), usb=(), xr-spatial-tracking=()";

constexpr auto kBase = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"X-Content-Type-Options", "nosniff"},
    {"Referrer-Policy", "no-referrer"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Content-Security-Policy",
     "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"},
});

}  // namespace

std::span<const std::pair<std::string_view, std::string_view>> base_security() { return kBase; }

Fields page_security(const PagePolicy& policy) {
  std::string content =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
      "connect-src 'self'; "
      "manifest-src 'self'; frame-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
  if (policy.trusted_types) content += "; require-trusted-types-for 'script'; trusted-types default";
  return {{"Content-Security-Policy", std::move(content)},
          {"Permissions-Policy", std::string(kPermissions)},
          {"Cross-Origin-Opener-Policy", "same-origin"},
          {"Cross-Origin-Embedder-Policy", "require-corp"}};
}

Fields frame_security() {
  // An empty sandbox gives the page an origin of its own, which no request of ours is from: with it a link of the stranger's opens nothing.
  return {{"Content-Security-Policy",
           "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; "
           "form-action 'none'; "
           "base-uri 'none'; frame-ancestors 'self'"},
          {"Permissions-Policy", std::string(kPermissions)},
          {"Cross-Origin-Opener-Policy", "same-origin"},
          {"Cross-Origin-Embedder-Policy", "require-corp"}};
}

}  // namespace rampart::net::http
