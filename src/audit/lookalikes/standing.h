// What a name that looks like the domain is: registered or not, and whether it can send or receive mail. A decision
// over facts.
//
// Whether it is registered is asked first, and of most names that is all: NXDOMAIN for NS proves that it is not (RFC
// 8020). A suffix whose own zone answers for names that nobody has registered (a wildcard) is found by a name that
// surely nobody has; what it alone answers is not registered. What could not be found out is unknown, never "no".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "audit/known.h"
#include "dns/name.h"
#include "facts/facts.h"

namespace rampart::audit::lookalikes {

// What a registered name can do. In the order of how much is to be feared.
enum class Danger : std::uint8_t {
  mail,        // it has a mail server: an MX that is no null MX
  sender,      // no MX, but SPF that lets somebody send
  unclear,     // registered, but its MX or SPF could not be found out
  addresses,   // only A or AAAA, where mail can be delivered as well (RFC 5321 section 5.1)
  registered,  // nothing of these
  parked,      // it says that it takes no mail (null MX) and sends none (-all)
};
inline constexpr std::size_t kDangers = 6;
std::string_view to_string(Danger danger);  // "mail"
std::string_view describe(Danger danger);   // "can receive and send mail (MX)"
// Whether it is known to be able to send or receive mail: with a mail server, or with SPF that lets somebody send.
constexpr bool is_armed(Danger danger) { return danger <= Danger::sender; }

struct Standing {
  static constexpr std::size_t kMaxShown = 8;  // records of a type that are kept; ours

  Known registered = Known::unknown;
  std::string why;  // of an unknown or unclear: what could not be asked; of a wildcard: whose it is
  Danger danger = Danger::registered;   // when registered
  std::vector<std::string> mail_hosts;  // "mx.post.example", in the order of preference
  bool null_mx = false;
  std::vector<std::string> name_servers;
  std::vector<std::string> addresses;
  std::string spf;       // the record's text, when there is exactly one
  std::string dmarc;     // the same of its own DMARC record
  bool parking = false;  // its name servers are those of a parking service
};

Standing look_at(const dns::Name& name, facts::Facts& facts);

}  // namespace rampart::audit::lookalikes
