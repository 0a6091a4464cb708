// What a filter answers at the end of a message: changes, then one verdict, in one piece of bytes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "guard/milter/protocol.h"

namespace rampart::guard::milter {

// What an MTA and we agreed on.
struct Agreement {
  std::uint32_t version = 0;
  std::uint32_t actions = 0;
  std::uint32_t steps = 0;

  [[nodiscard]] bool may(std::uint32_t wanted) const { return (actions & wanted) == wanted; }
  [[nodiscard]] bool has(std::uint32_t wanted) const { return (steps & wanted) == wanted; }
};

struct NewField {
  std::uint32_t place = 0;  // among the fields, the top one first; 0 is above the MTA's own Received
  std::string name;
  std::string value;  // without a space in front; folded with line feeds or CRLF
};

// The `number`th field of that name, from 1 on.
struct FieldPlace {
  std::string name;
  std::uint32_t number = 0;
};

// RFC 5321 section 4.2: of class 4 or 5, with the enhanced code of RFC 3463.
struct SmtpReply {
  unsigned code = 550;
  std::string enhanced = "5.7.1";
  std::string text;  // one line
};

struct Answer {
  enum class Verdict : std::uint8_t { accept, reject, tempfail, discard };
  Verdict verdict = Verdict::accept;
  SmtpReply reply;  // of reject and tempfail, where its text is not empty; its class goes with the verdict
  std::vector<FieldPlace> removed;
  std::vector<NewField> added;
  std::vector<std::string> not_for;  // recipients who get nothing, as the MTA gave them
};

// An error of kind internal when something is asked for that was not agreed on, as the MTA would drop the session. Where the
// message is not delivered, no changes are sent.
base::Result<std::string> format(const Answer& answer, const Agreement& agreed);

}  // namespace rampart::guard::milter
