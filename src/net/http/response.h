// What is answered to a request, and how it is written down (RFC 9112). It knows no socket.
//
//   Response{.status = 200, .body = R"({"ok":true})"}
//   Response{.type = "text/css", .shared = {.bytes = table_entry}}       // bytes of the program, sent without a copy
//   Response response{.status = 204};
//   response.cookies.push_back("__Host-x=1; Path=/; Secure; HttpOnly; SameSite=Strict");
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rampart::net::http {

using Fields = std::vector<std::pair<std::string, std::string>>;

// Bytes that do not change and that many responses may send at once.
struct SharedBytes {
  std::string_view bytes;
  std::shared_ptr<const void> owner = {};  // of the bytes; null: they are the program's own, and last as long
};

struct Response {
  unsigned status = 200;
  std::string type = "application/json";  // empty: no Content-Type
  std::string body;
  // Beside those that format_head() writes; ours, and so well-formed. One that it would write itself (Cache-Control,
  // Content-Security-Policy, …) is written as it stands here instead.
  Fields fields = {};
  std::vector<std::string> cookies = {};             // each a whole value of Set-Cookie (RFC 6265)
  std::optional<SharedBytes> shared = std::nullopt;  // sent instead of `body`

  [[nodiscard]] std::string_view content() const { return shared ? shared->bytes : std::string_view(body); }
};

// What is answered instead, in JSON: "schema" "rampart.error/1", "error" and, where it is of one thing, "where".
Response error_response(unsigned status, std::string_view what, std::string_view where = {});

// The reason phrase of RFC 9110 and its companions; "Unknown" of a status that has none.
std::string_view status_text(unsigned status);

struct Framing {
  bool last = false;    // the connection is closed after it
  bool secure = false;  // the client speaks TLS, to us or to the proxy before us: HSTS is said (RFC 6797)
};
// The status line and all fields, with the empty line behind them. 204 and 304 have neither body nor length.
std::string format_head(const Response& response, const Framing& framing);
// Whether a body follows it, of which there may be none (RFC 9110 section 6.4.1). Of HEAD none ever does.
bool has_body(const Response& response);

}  // namespace rampart::net::http
