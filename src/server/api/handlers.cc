#include "server/api/handlers.h"

#include <cstdio>
#include <cstdlib>

namespace rampart::server::api {

void Handlers::add(std::string_view operation, Handler handler) {
  if (handlers_.emplace(operation, std::move(handler)).second) return;
  std::fprintf(stderr, "rampart: two handlers for %.*s\n", static_cast<int>(operation.size()),
               operation.data());
  std::abort();
}

const Handler* Handlers::find(std::string_view operation) const {
  const auto found = handlers_.find(operation);
  return found == handlers_.end() ? nullptr : &found->second;
}

}  // namespace rampart::server::api
