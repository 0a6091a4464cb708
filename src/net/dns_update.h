// Changes of a zone by RFC 2136, signed with TSIG (RFC 8945): one RRset from what it is to what it shall be.
//
//   const auto update = TRY(build_update(change, key, id));     // a packet
//   const auto outcome = send_update(server, change, key, options);
//
// The packet says what must be true (RFC 2136 section 2.4) before the server does anything: the RRset is exactly as it
// was read, and no alias stands in its place. So a zone that somebody else changed meanwhile is left alone. Records are
// added and taken away one by one, by their value, so that others of the name stay whatever happens.
#pragma once

#include <string>
#include <string_view>

#include "base/ip.h"
#include "base/result.h"
#include "base/time.h"
#include "dns/record_set.h"
#include "net/dns_tcp.h"
#include "net/tsig_key.h"

namespace rampart::net {

inline constexpr std::uint16_t kTsigFudge = 300;  // seconds that the clocks may be apart; RFC 8945 section 10

// `before` and `after` have one name and type. An empty `before` means that there is none, an empty `after` that there
// shall be none. Where the TTLs differ every record is put anew.
struct ZoneChange {
  dns::Name zone;
  dns::RecordSet before;
  dns::RecordSet after;
};

struct SignedUpdate {
  std::uint16_t id = 0;
  std::string packet;
  std::string mac;  // with its length in front, as a reply's signature covers it
};
base::Result<SignedUpdate> build_update(const ZoneChange& change, const TsigKey& key, std::uint16_t id);

struct UpdateOutcome {
  enum class Kind : std::uint8_t {
    done,       // the server says so, signed
    changed,    // a prerequisite does not hold: somebody changed the zone meanwhile
    refused,    // the server did nothing, for the reason in `error`
    uncertain,  // nothing that can be believed came back, so it may have been done
  };
  Kind kind = Kind::uncertain;
  base::Error error;  // unless done
};

UpdateOutcome send_update(const base::Endpoint& server, const ZoneChange& change, const TsigKey& key,
                          const TcpOptions& options);

// A server's reply judged; pure but for ldns' memory.
UpdateOutcome read_update_reply(const SignedUpdate& update, const ZoneChange& change, const TsigKey& key,
                                std::string_view reply, base::Time now);

}  // namespace rampart::net
