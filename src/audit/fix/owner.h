// What only the owner of a domain knows, as he says it: options of the command line and small files.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audit/portfolio/entry.h"
#include "base/ip.h"
#include "base/result.h"
#include "dns/name.h"

namespace rampart::audit::fix {

inline constexpr std::size_t kMaxSenders = 200;                      // of one list; our own
inline constexpr std::size_t kMaxOwnerFile = std::size_t{64} << 10;  // bytes; our own

struct Key {
  std::string selector;
  std::string record;  // v=DKIM1; …
};

// A host that legitimately sends: an address, or a name whose addresses do.
struct LegitimateSender {
  std::optional<base::IpAddress> address;
  dns::Name name;  // when there is no address
  [[nodiscard]] std::string text() const { return address ? address->text() : name.text(); }
};

struct Owner {
  std::string report_to;  // an e-mail address; empty when not given
  std::vector<Key> keys;
  Sends sends = Sends::unsaid;
  std::optional<std::vector<LegitimateSender>> senders;
  std::string policy_host;  // of MTA-STS: a name or an address; empty when not given
  bool parked = false;      // it takes no mail either
  // The DMARC record that reports of the domain are ready for, and the one that stood when that was found. Both empty: none.
  struct Advised {
    std::string from;
    std::string to;
  };
  Advised advised{};
};

// All errors are of kind usage or, where a file is wrong, input.

// "dmarc@bank.example", with or without "mailto:": what can stand behind rua=mailto: as it is.
base::Result<std::string> parse_report_address(std::string_view text);

// SELECTOR:RECORD, or SELECTOR=FILE, which `read` reads: a record's text, a line of a zone as the signing software
// prints it, or a public key in PEM. The key must be one that verifiers use; a private key is refused.
base::Result<Key> parse_key(std::string_view text,
                            const std::function<base::Result<std::string>(const std::string&)>& read);

// One address or name a line; `#` begins a comment. The first wrong line is the error (`file:line`).
base::Result<std::vector<LegitimateSender>> parse_senders(std::string_view text, std::string_view file);

// A host name, or an address.
base::Result<std::string> parse_policy_host(std::string_view text);

}  // namespace rampart::audit::fix
