// What the MTA says of a session and a message beside their commands: "{auth_type}", "i". Those of the session's steps live as long
// as it, those of a message as long as that.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "guard/milter/protocol.h"

namespace rampart::guard::milter {

inline constexpr std::size_t kMaxMacros = 200;  // of a step; our own: MTAs send a dozen

class Macros {
 public:
  // The payload of a macro frame: the command they belong to, then names and values, each with a NUL behind it. They take the
  // place of that step's. False when it is none: no command that is known, a name without a value, too many.
  bool take(std::string_view payload);

  // The newest value of that name, with or without braces; what the MTA leaves empty is not there.
  [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const;

  void end_message();     // forgets what was said of it
  void end_connection();  // forgets everything
  // Of a recipient that is over: what was said with it is not said of the next.
  void end_recipient();

 private:
  using Values = std::vector<std::pair<std::string, std::string>>;
  // In the order in which they come.
  static constexpr std::array kSteps = {Command::connect,        Command::helo, Command::mail,
                                        Command::recipient,      Command::data, Command::header,
                                        Command::end_of_headers, Command::body, Command::end_of_body};
  static constexpr std::size_t kOfMessage = 2;    // the first step of a message
  static constexpr std::size_t kOfRecipient = 3;  // the place of that step

  std::array<Values, kSteps.size()> values_;
};

}  // namespace rampart::guard::milter
