// HTTP/1.1 requests out of bytes as they come (RFC 9112), with a limit on everything. It knows no socket.
//
//   http::RequestReader reader;
//   reader.feed(bytes);                               // again and again, in pieces of any size
//   const auto stage = TRY(reader.advance());         // Stage::head: reader.head() is there, and take_body() is awaited
//
// A body has a length that is said before it: what comes in chunks is refused.
// The head is handed over before the body is read, so that whoever may not send one is told so before anything is held for him.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ip.h"
#include "base/result.h"
#include "base/spool.h"
#include "net/http/response.h"

namespace rampart::net::http {

// All our own.
inline constexpr std::uint32_t kMaxHead = 16U << 10U;  // octets of request line and fields
inline constexpr std::size_t kMaxFields = 100;

struct Head {
  std::string method;
  std::string
      path;  // decoded once, up to "?": it begins with "/", and has no NUL, no segment "." or ".." and no encoded "/"
  std::string query;  // behind it, as it was sent
  Fields fields;      // in order, as they were sent
  std::string
      host;  // of Host, in lower case and without a port: "mail.example", "192.0.2.1", "2001:db8::1"; may be empty
  std::string authority;  // the same with its port, as it was sent, in lower case: "mail.example:8443"
  bool keep_alive = false;
  bool awaits_word = false;             // Expect: 100-continue
  std::optional<std::uint64_t> length;  // of the body, where it is said

  // Who asks, which the server fills in. The client's address: that of the socket or, behind a proxy that is trusted, what the proxy says
  // (forwarded.h). Of a unix socket 127.0.0.1, unless a proxy is trusted there.
  base::IpAddress peer = {};
  bool secure = false;  // he speaks TLS, to us or to a proxy that is trusted

  // The only field of that name; nothing where there is none or there are several.
  [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const;
  // The only cookie of that name (RFC 6265 section 4.2), without the quotes around its value; nothing where there is none or there are
  // several: which of them is ours cannot be told.
  [[nodiscard]] std::optional<std::string_view> cookie(std::string_view name) const;
};

// name=value of a query, decoded (application/x-www-form-urlencoded, in UTF-8 or not), in order. Nothing when it is malformed.
using Parameters = std::vector<std::pair<std::string, std::string>>;
std::optional<Parameters> parse_query(std::string_view query);

// A path decoded, once. Nothing of one that does not begin with "/", that has an escape which is none, NUL, a backslash, "%2F", bytes that
// are no UTF-8, or a segment "." or "..", escaped or not: what such a path means depends on who reads it.
std::optional<std::string> decode_path(std::string_view path);

// Host and port of a Host field (RFC 9110 section 7.2), in lower case; brackets of an IPv6 address are left out. Nothing when it is
// malformed.
struct Authority {
  std::string host;
  std::optional<std::uint16_t> port;
};
std::optional<Authority> parse_authority(std::string_view text);

class RequestReader {
 public:
  enum class Stage : std::uint8_t {
    more,  // of its bytes are needed
    head,  // it is there; say how large its body may be
    whole  // it is there with its body
  };

  RequestReader();
  ~RequestReader();
  RequestReader(RequestReader&&) noexcept;
  RequestReader& operator=(RequestReader&&) noexcept;

  void feed(std::string_view bytes);
  // Errors are of kind input; or unavailable where it is too large, and io where its body could not be put away. Nothing more can be read
  // after one.
  base::Result<Stage> advance();
  [[nodiscard]] const Head& head() const;
  Head& head();
  // What is answered after an error: 400, 411, 413, 417, 431, 501, 505 or 507.
  [[nodiscard]] unsigned status() const;
  // After Stage::head: at most so many octets, in memory or into a spool.
  void take_body(std::uint64_t limit, std::optional<base::Spool> spool = std::nullopt);
  // After Stage::whole: of a body without a spool.
  std::string body();
  // The same of one with a spool.
  base::Spool spooled();
  // Whether anything of a request is there.
  [[nodiscard]] bool begun() const;
  // After Stage::whole: the next request begins.
  void next();

 private:
  struct Parser;
  std::unique_ptr<Parser> parser_;
};

}  // namespace rampart::net::http
