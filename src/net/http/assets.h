// Files that are part of the program, such as the console's: answered without a copy, compressed as they were when it was built.
//
//   const Assets assets(server::console_assets());
//   if (auto response = assets.answer(head)) return say(*std::move(response));      // GET or HEAD of a path that there is
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <unordered_map>

#include "net/http/request.h"

namespace rampart::net::http {

// As cmake/assets.cmake makes them. All views are of the program itself.
struct Asset {
  std::string_view path;    // "/assets/index-4f1c.js"
  std::string_view type;    // of its content
  std::string_view plain;   // empty: only compressed forms are kept
  std::string_view gzip;    // empty: none
  std::string_view brotli;  // empty: none
  std::size_t size = 0;     // octets of the file as it is
  std::string_view etag;    // strong, with its quotes, of the plain file
  bool immutable = false;   // its name has its hash: it never changes
};

class Assets {
 public:
  explicit Assets(std::span<const Asset> table);

  [[nodiscard]] bool empty() const { return by_path_.empty(); }
  [[nodiscard]] const Asset* find(std::string_view path) const;
  // Of a GET or HEAD: 200 in the form that the client takes and that is smallest, or 304 where he has it (If-None-Match). Nothing where
  // there is no such path.
  [[nodiscard]] std::optional<Response> answer(const Head& head) const { return answer(head, head.path); }
  // The same of another path: a page that is answered wherever within the console one comes in.
  [[nodiscard]] std::optional<Response> answer(const Head& head, std::string_view path) const;

 private:
  std::unordered_map<std::string_view, const Asset*> by_path_;
};

// How much a coding is wanted by Accept-Encoding (RFC 9110 section 12.5.3), from 0 (not at all) to 1000.
unsigned coding_weight(std::string_view accept_encoding, std::string_view coding);

}  // namespace rampart::net::http
