#include "net/http/response.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>

#include <fmt/format.h>

#include "base/json.h"
#include "base/text.h"
#include "net/http/security_headers.h"

namespace rampart::net::http {
namespace {

bool says(const Response& response, std::string_view name) {
  return std::ranges::any_of(response.fields,
                             [&](const auto& field) { return base::iequals(field.first, name); });
}

// Date (RFC 9110 section 6.6.1) with its line end, made once a second.
std::string_view date_line() {
  thread_local std::time_t made = 0;
  thread_local char line[64];
  thread_local std::size_t size = 0;
  const auto now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  if (now != made) {
    std::tm parts{};
    gmtime_r(&now, &parts);
    size = std::strftime(line, sizeof line, "Date: %a, %d %b %Y %H:%M:%S GMT\r\n", &parts);
    made = now;
  }
  return {line, size};
}

void add(std::string& out, std::string_view name, std::string_view value) {
  out += name;
  out += ": ";
  out += value;
  out += "\r\n";
}

}  // namespace

Response error_response(unsigned status, std::string_view what, std::string_view where) {
  std::string body;
  base::JsonWriter json(body);
  json.begin_object().member("schema", "rampart.error/1").member("error", what);
  if (!where.empty()) json.member("where", where);
  json.end_object();
  return {.status = status, .body = body + "\n"};
}

std::string_view status_text(unsigned status) {
  struct Text {
    unsigned status;
    std::string_view text;
  };
  static constexpr std::array kTexts{
      Text{100, "Continue"},
      Text{101, "Switching Protocols"},
      Text{200, "OK"},
      Text{201, "Created"},
      Text{202, "Accepted"},
      Text{204, "No Content"},
      Text{205, "Reset Content"},
      Text{206, "Partial Content"},
      Text{207, "Multi-Status"},
      Text{300, "Multiple Choices"},
      Text{301, "Moved Permanently"},
      Text{302, "Found"},
      Text{303, "See Other"},
      Text{304, "Not Modified"},
      Text{307, "Temporary Redirect"},
      Text{308, "Permanent Redirect"},
      Text{400, "Bad Request"},
      Text{401, "Unauthorized"},
      Text{403, "Forbidden"},
      Text{404, "Not Found"},
      Text{405, "Method Not Allowed"},
      Text{406, "Not Acceptable"},
      Text{408, "Request Timeout"},
      Text{409, "Conflict"},
      Text{410, "Gone"},
      Text{411, "Length Required"},
      Text{412, "Precondition Failed"},
      Text{413, "Content Too Large"},
      Text{414, "URI Too Long"},
      Text{415, "Unsupported Media Type"},
      Text{416, "Range Not Satisfiable"},
      Text{417, "Expectation Failed"},
      Text{421, "Misdirected Request"},
      Text{422, "Unprocessable Content"},
      Text{423, "Locked"},
      Text{425, "Too Early"},
      Text{426, "Upgrade Required"},
      Text{428, "Precondition Required"},
      Text{429, "Too Many Requests"},
      Text{431, "Request Header Fields Too Large"},
      Text{451, "Unavailable For Legal Reasons"},
      Text{500, "Internal Server Error"},
      Text{501, "Not Implemented"},
      Text{502, "Bad Gateway"},
      Text{503, "Service Unavailable"},
      Text{504, "Gateway Timeout"},
      Text{505, "HTTP Version Not Supported"},
      Text{507, "Insufficient Storage"},
  };
  const auto found = std::ranges::find(kTexts, status, &Text::status);
  return found == kTexts.end() ? "Unknown" : found->text;
}

bool has_body(const Response& response) {
  return response.status >= 200 && response.status != 204 && response.status != 304;
}

std::string format_head(const Response& response, const Framing& framing) {
  std::string out;
  out.reserve(512);
  fmt::format_to(std::back_inserter(out), "HTTP/1.1 {} {}\r\n", response.status,
                 status_text(response.status));
  out += date_line();
  if (has_body(response)) {
    if (!response.type.empty()) add(out, "Content-Type", response.type);
    fmt::format_to(std::back_inserter(out), "Content-Length: {}\r\n", response.content().size());
  }
  // A 304 changes what a browser has kept (RFC 9111 section 4.3.4): a page's policy is not to become the strictest by it.
  if (response.status != 304) {
    if (!says(response, "Cache-Control")) out += "Cache-Control: no-store\r\n";
    for (const auto& [name, value] : base_security())
      if (!says(response, name)) add(out, name, value);
  }
  if (framing.secure && !says(response, "Strict-Transport-Security"))
    add(out, "Strict-Transport-Security", kStrictTransport);
  for (const auto& [name, value] : response.fields) add(out, name, value);
  for (const auto& cookie : response.cookies) add(out, "Set-Cookie", cookie);
  out += framing.last ? "Connection: close\r\n\r\n" : "\r\n";
  return out;
}

}  // namespace rampart::net::http
