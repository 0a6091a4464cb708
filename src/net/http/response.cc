#include "net/http/response.h"

#include <algorithm>
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
  switch (status) {
    case 100:
      return "Continue";
    case 101:
      return "Switching Protocols";
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 205:
      return "Reset Content";
    case 206:
      return "Partial Content";
    case 207:
      return "Multi-Status";
    case 300:
      return "Multiple Choices";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 307:
      return "Temporary Redirect";
    case 308:
      return "Permanent Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 411:
      return "Length Required";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 416:
      return "Range Not Satisfiable";
    case 417:
      return "Expectation Failed";
    case 421:
      return "Misdirected Request";
    case 422:
      return "Unprocessable Content";
    case 423:
      return "Locked";
    case 425:
      return "Too Early";
    case 426:
      return "Upgrade Required";
    case 428:
      return "Precondition Required";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 451:
      return "Unavailable For Legal Reasons";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    case 505:
      return "HTTP Version Not Supported";
    case 507:
      return "Insufficient Storage";
    default:
      return "Unknown";
  }
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
