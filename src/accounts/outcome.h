// What a flow of accounts says when it does not do what it was asked: a value, and no error. An error (base::Result) means that we
// failed: the store, the disk.
//
//   const auto opened = TRY(desk.sign_in.password(name, password, client, now));   // Outcome<Opened>
//   if (!opened) return problem_of(opened.error());                                // Refused
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace rampart::accounts {

enum class Why : std::uint8_t {
  wrong,        // 401: the name, password, code or key; never which of them
  limited,      // 429: too many tries; `retry_after` says when the next one is looked at
  busy,         // 503: too many sign-ins at once; `retry_after`
  ended,        // 401: a session, link or challenge that is unknown, over or used
  elsewhere,    // 409: the link was opened in another browser
  not_allowed,  // 403
  step_up,      // 403: a factor has to be proven again, within kStepUpTime
  missing,      // 404: not there, or outside the asker's scope
  changed,      // 412: somebody changed it since it was read
  conflict,     // 409: it is there already; the last owner; the last factor
  invalid,      // 422: `where` is the member that is wrong
};
std::string_view to_string(Why why);  // "not-allowed"

struct Refused {
  Why why = Why::wrong;
  std::string
      text;  // for people: a sentence without its stop, lower case; holds no secret and nothing that was sent to us raw
  std::string where;  // the member of the request, or empty
  std::string hint;   // the next step; may be empty
  std::chrono::seconds retry_after{0};
};

template <class T = void>
using Outcome = std::expected<T, Refused>;

// A refusal on its way out: becomes an Outcome of any type, and so the value of a Result of one.
struct Refusing {
  Refused refused;

  template <class T>
  // NOLINTNEXTLINE(google-explicit-constructor): so that it can be returned
  operator std::expected<T, Refused>() const {
    return std::unexpected(refused);
  }
};
inline Refusing refuse(Why why, std::string text, std::string where = {}, std::string hint = {}) {
  return {{.why = why, .text = std::move(text), .where = std::move(where), .hint = std::move(hint)}};
}
inline Refusing refuse(Refused refused) { return {std::move(refused)}; }

}  // namespace rampart::accounts
