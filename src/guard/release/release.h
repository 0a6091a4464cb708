// A message that was kept goes back to its mail server, once; where that cannot be known, it is said.
//
//   const auto released = TRY(release(desk, id, {.by = "admin", .again = false}, now));
//   released.how    delivered, returned (it is kept as before) or perhaps (nothing says whether it was taken)
//
// The order is what makes it so: the store says "releasing" before the first byte is sent, and "released" after the mail server's
// answer. Whatever ends in between leaves "releasing", which no second release takes for "kept".
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "guard/release/pass.h"
#include "net/outgoing.h"

namespace rampart::guard {

struct ReleaseDesk {
  Quarantine& quarantine;
  const Passes& passes;
  // net::smtp_send() to the mail server.
  std::function<net::Handing(const std::string& sender, const std::vector<std::string>& recipients,
                             const std::string& message)>
      hand;
};

struct ReleaseOrder {
  std::string by;
  bool again = false;  // one that was begun and not finished, too
};

struct Released {
  enum class How : std::uint8_t { delivered, returned, perhaps };
  How how = How::returned;
  net::Handed handed = net::Handed::down;  // what the mail server made of it
  std::string why;                         // of what was not delivered; printable
  KeptMessage entry;
};

// Errors: of kind usage when it is not kept; of kind input when its file is damaged: it is kept as before. Of kind io or
// unavailable where the store failed; the message says when it was delivered all the same.
base::Result<Released> release(const ReleaseDesk& desk, const std::string& id, const ReleaseOrder& order,
                               base::Time now);

// Every line end as CR LF, a bare CR or LF too (RFC 5321 section 2.3.8): what a server takes for the end of a message is then ours
// alone to say.
std::string smtp_lines(std::string_view bytes);

}  // namespace rampart::guard
