#include "server/console.h"

#include <algorithm>

#include "net/http/security_headers.h"

namespace rampart::server {

using net::http::Head;
using net::http::Response;

namespace {

constexpr std::string_view kPage = "/index.html";
constexpr std::string_view kNotBuilt =
    "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>Rampart</title>\n"
    "<h1>The console is not part of this program</h1>\n"
    "<p>It was built where Node.js and npm were missing or npm could not reach its registry. Run <code>./dev "
    "setup build</code> and then "
    "<code>./dev build</code>, or install the package. The API answers at <code>/api/v1</code>.</p>\n";

// A place of the console, not a file or a part of the API.
bool is_place(std::string_view path) {
  if (path == "/api" || path.starts_with("/api/")) return false;
  const auto name = path.substr(path.rfind('/') + 1);
  // Names of domains have dots too, below places that the console has.
  return path == kPage || std::ranges::count(path, '/') > 1 ? !path.starts_with("/assets/")
                                                            : name.find('.') == std::string_view::npos;
}

}  // namespace

std::optional<Response> Console::answer(const Head& head) const {
  if (head.method != "GET" && head.method != "HEAD") return std::nullopt;
  if (head.path != kPage)
    if (auto file = files_.answer(head)) return file;
  if (!is_place(head.path)) return std::nullopt;
  auto page = is_built() ? files_.answer(head, kPage) : std::nullopt;
  if (!page) page = Response{.type = "text/html; charset=utf-8", .body = std::string(kNotBuilt)};
  for (auto& field : net::http::page_security()) page->fields.push_back(std::move(field));
  return page;
}

}  // namespace rampart::server
