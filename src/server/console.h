// The console as it is served: one page, whichever of its places one comes in at, and the files that it loads.
//
//   const Console console(console_assets());
//   if (auto response = console.answer(head)) …        // GET or HEAD of what is not the API's
#pragma once

#include <optional>
#include <span>

#include "net/http/assets.h"
#include "net/http/request.h"

namespace rampart::server {

// What the build took of console/dist; empty: the console was not built. Defined in the program alone (cmake/assets.cmake): who needs it is
// given it.
std::span<const net::http::Asset> console_assets();

class Console {
 public:
  explicit Console(std::span<const net::http::Asset> files) : files_(files) {}

  [[nodiscard]] bool is_built() const { return !files_.empty(); }
  // Nothing of paths below /api and of those with an ending that are none of its files; every other is a place of the console, whose page
  // is answered. Without a console that page says how one is built.
  [[nodiscard]] std::optional<net::http::Response> answer(const net::http::Head& head) const;

 private:
  net::http::Assets files_;
};

}  // namespace rampart::server
