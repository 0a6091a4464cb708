#include "cli/who.h"

#include <fmt/format.h>
#include <pwd.h>
#include <unistd.h>

namespace rampart::cli {

std::string who() {
  const auto* user = ::getpwuid(::getuid());  // NOLINT(concurrency-mt-unsafe): one thread
  return user == nullptr ? fmt::format("uid {}", ::getuid()) : std::string(user->pw_name);
}

}  // namespace rampart::cli
