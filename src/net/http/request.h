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

#include "base/result.h"

namespace rampart::net::http {

// All our own.
inline constexpr std::uint32_t kMaxHead = 16U << 10U;  // octets of request line and fields
inline constexpr std::size_t kMaxFields = 100;

struct Head {
  std::string method;
  std::string path;                                         // as it was sent, up to "?"
  std::string query;                                        // behind it, as it was sent
  std::vector<std::pair<std::string, std::string>> fields;  // in order, as they were sent
  bool keep_alive = false;
  bool awaits_word = false;             // Expect: 100-continue
  std::optional<std::uint64_t> length;  // of the body, where it is said

  // The only field of that name; nothing where there is none or there are several.
  [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const;
};

// name=value of a query, decoded (application/x-www-form-urlencoded, in UTF-8 or not), in order. Nothing when it is malformed.
using Parameters = std::vector<std::pair<std::string, std::string>>;
std::optional<Parameters> parse_query(std::string_view query);

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
  // Errors are of kind input, or unavailable where it is too large; nothing more can be read after one.
  base::Result<Stage> advance();
  [[nodiscard]] const Head& head() const;
  // After Stage::head: at most so many octets.
  void take_body(std::uint64_t limit);
  // After Stage::whole.
  std::string body();
  // Whether anything of a request is there.
  [[nodiscard]] bool begun() const;
  // After Stage::whole: the next request begins.
  void next();

 private:
  struct Parser;
  std::unique_ptr<Parser> parser_;
};

struct Response {
  unsigned status = 200;
  std::string type = "application/json";
  std::string body;
  std::vector<std::pair<std::string, std::string>> fields =
      {};  // beside those that format() writes; ours, and so well-formed
};
// What is answered instead, in JSON: "schema" "rampart.error/1", "error" and, where it is of one thing, "where".
Response error_response(unsigned status, std::string_view what, std::string_view where = {});
// `last`: the connection is closed after it. `head_only`: of HEAD.
std::string format(const Response& response, bool last, bool head_only);

}  // namespace rampart::net::http
