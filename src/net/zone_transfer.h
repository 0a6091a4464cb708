// A zone transfer from one server over TCP (RFC 5936), for names that nobody told us.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "dns/transfer.h"
#include "net/resolvers.h"

namespace rampart::net {

struct TransferOptions {
  std::chrono::milliseconds timeout{60'000};  // for the whole transfer
  std::chrono::milliseconds silence{10'000};  // without a message; the connection included
  dns::TransferLimits limits;
  std::function<bool()> stop;  // asked a few times a second: whether the user wants no more; may be empty
};

struct TransferOutcome {
  dns::TransferReader::State state = dns::TransferReader::State::broken;
  std::string
      why;  // for people, unless done: "REFUSED", "Connection refused", "no message within 10 seconds"
  std::size_t records = 0;
  [[nodiscard]] bool done() const { return state == dns::TransferReader::State::done; }
};

// Blocks until it is over. Records go to the sink as they come, also those of a transfer that fails later. The
// server is connected to whatever its address: whoever takes it from DNS asks ProbeGuard first.
TransferOutcome transfer_zone(const dns::Name& zone, const Endpoint& server, const TransferOptions& options,
                              const dns::TransferReader::Sink& sink);

}  // namespace rampart::net
