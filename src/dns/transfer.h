// A zone transfer as it comes (RFC 5936), message by message. No sockets here.
//
//   dns::TransferReader reader(zone, id);
//   while (reader.feed(message, sink) == TransferReader::State::more) message = …;
//
// A reader of strangers' bytes: what a message holds is checked by Message, and a transfer ends at its limits. A
// transfer begins and ends with the zone's SOA; what lies outside the zone is left out.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "dns/name.h"

namespace rampart::dns {

inline constexpr std::uint16_t kAxfr = 252;  // RFC 5936 section 2

// With its id, no recursion, no EDNS; without the two octets of length that stand before it over TCP.
std::string build_transfer_query(std::uint16_t id, const Name& zone);

// Our own: a registry's zone of a million names is beyond them, an organisation's is not.
struct TransferLimits {
  std::size_t max_records = 1'000'000;
  std::size_t max_bytes = std::size_t{128} << 20;  // octets of all messages
};

struct TransferRecord {
  Name owner;
  std::uint16_t type = 0;
};

class TransferReader {
 public:
  enum class State : std::uint8_t {
    more,       // the next message, please
    done,       // the closing SOA has come
    refused,    // the server will not (NOTAUTH, REFUSED, an answer without a zone)
    broken,     // what came is no transfer of this zone
    too_large,  // beyond the limits
  };
  using Sink = std::function<void(const TransferRecord&)>;

  TransferReader(const Name& zone, std::uint16_t id, const TransferLimits& limits = {})
      : zone_(zone), id_(id), limits_(limits) {}

  // Any state but `more` is the last; feeding on changes nothing. Gives each record to the sink, the opening SOA
  // included and the closing one not.
  State feed(std::string_view message, const Sink& sink);

  [[nodiscard]] const std::string& why() const {
    return why_;
  }  // for people, of refused, broken and too_large
  [[nodiscard]] std::size_t records() const { return records_; }

 private:
  State end(State state, std::string why);

  Name zone_;
  std::uint16_t id_;
  TransferLimits limits_;
  State state_ = State::more;
  std::string why_;
  std::uint32_t serial_ = 0;  // of the opening SOA
  std::size_t records_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace rampart::dns
