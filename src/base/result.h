// Errors: what happens when *we* fail.
//
// A protocol's outcome (SPF's `permerror`, a record that is absent) is a value of its own type and never an
// Error. An Error says what went wrong, where, and what to do next; the command line prints it as
//
//   rampart: error: zones/ministry.zone:12:4: the TTL is not a number
//   hint: remove the unit, or write it as 3600
#pragma once

#include <expected>
#include <string>
#include <utility>

namespace rampart::base {

enum class ErrorKind : unsigned char {
  usage,        // the caller asked for something that cannot be asked (exit 2)
  config,       // a configuration value is wrong (exit 2)
  input,        // data that we were given is malformed (exit 2)
  io,           // the operating system refused: a file, a socket
  unavailable,  // an outside service did not answer
  internal,     // a broken promise of our own code
};

struct Error {
  ErrorKind kind = ErrorKind::internal;
  std::string what;   // lower case, no final stop
  std::string where;  // `file:line:column`, a key, a name; empty when `what` says it
  std::string hint;   // the next step; may be empty

  // `where: what`, or `what` alone; the hint is not part of it.
  [[nodiscard]] std::string message() const { return where.empty() ? what : where + ": " + what; }
};

template <class T = void>
using Result = std::expected<T, Error>;

inline std::unexpected<Error> fail(ErrorKind kind, std::string what, std::string where = {},
                                   std::string hint = {}) {
  return std::unexpected(Error{kind, std::move(what), std::move(where), std::move(hint)});
}

}  // namespace rampart::base

// TRY(expression): the value of a Result (none of a Result<>), or an early return of its error from the
// function around it. libstdc++ 12 has std::expected without its monadic operations, so this is how results
// are chained.
#define TRY(...)                                                                 \
  ({                                                                             \
    auto rampart_try_result = (__VA_ARGS__);                                     \
    if (!rampart_try_result) return std::unexpected(rampart_try_result.error()); \
    *std::move(rampart_try_result);                                              \
  })
