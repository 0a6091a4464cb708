// What a DNS reply says: from a parsed message to a fact. No sockets, no clock.
//
// A reply is judged by these rules:
//   * it must be a response that repeats our question (RFC 5452 section 9.1);
//   * CNAMEs in the answer section are followed from the asked name, at most 16, never round in a circle;
//   * NXDOMAIN speaks of the end of that chain (RFC 6604 section 3), so does NODATA when the SOA of a zone
//     above the chain's end stands in the authority section;
//   * a chain whose end the reply says nothing about is an `alias`: the caller asks for the end itself;
//   * NOERROR with nothing but name servers is a referral: this server does not resolve the name (RFC 2308
//     section 2.2), so nothing is known, whatever its AA bit says;
//   * absence is believed when the SOA of a zone at or above the name is there (RFC 2308 section 2). An answer
//     section of other names, or an SOA of another place, is no reply to the question: malformed. Without any
//     SOA (RFC 2308 section 2.1 type 4, section 2.2 type 3: legal, and what forwarders such as dnsmasq say from their
//     caches) it is believed from the zone's own server (AA); from a resolver (RA) it is `bare`, to be believed
//     when a second reply says the same; from anybody else not at all;
//   * the TTL is the least of chain and RRset, or of chain and SOA (RFC 2308 section 5).
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "dns/wire.h"
#include "facts/answer.h"

namespace rampart::net {

inline constexpr std::uint32_t kMaxTtl = 7 * 86400;         // seconds; our own, as resolvers do
inline constexpr std::uint32_t kMaxNegativeTtl = 3 * 3600;  // seconds; RFC 2308 section 5

// What was walked so far, over one reply or several.
struct Chain {
  std::vector<dns::Name> aliases;  // without the asked name
  std::uint32_t ttl = std::numeric_limits<std::uint32_t>::max();
  bool ad = true;  // of every piece
};

struct Reading {
  enum class Kind : std::uint8_t {
    present,    // records were added to the builder
    no_name,    // NXDOMAIN
    no_data,    // NODATA
    alias,      // a CNAME whose target this reply does not tell: ask for chain.aliases.back()
    truncated,  // TC: ask again over TCP
    no_edns,    // the server does not understand EDNS (RFC 6891 section 7): ask again without
    failed,     // why and detail say what is wrong
  };
  Kind kind = Kind::failed;
  facts::Why why = facts::Why::none;
  std::string detail;  // for failed: "SERVFAIL", "a referral"
  bool bare = false;   // no_name, no_data: nothing but the code says so
};

struct ReadOptions {
  bool trust_ad = false;  // otherwise AD reads as clear
  bool sent_edns = true;
};

// Reads a reply to (asked, type), `asked` being the last name of `chain` or the question's own. On present
// the records are in `out`; on present, no_name, no_data and alias the chain has grown by what this reply
// told.
Reading read_reply(std::string_view wire, const dns::Name& asked, dns::RrType type,
                   const ReadOptions& options, Chain& chain, facts::AnswerBuilder& out);

}  // namespace rampart::net
