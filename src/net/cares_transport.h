// The transport over c-ares: one channel per server and protocol, driven by Asio.
//
// c-ares is used for what it does well (sockets, matching replies, TCP framing) and for nothing else: packets
// are built and read by dns/wire.h, retries and the choice of a server belong to the provider.
#pragma once

#include <array>
#include <memory>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "base/result.h"
#include "net/resolvers.h"
#include "net/transport.h"

namespace rampart::net {

struct CaresOptions {
  int timeout_ms = 5000;                // after which a packet is given up for good; the provider's own tries
                                        // are shorter
  int receive_buffer = 4 << 20;         // octets asked of the kernel (it may give less: net.core.rmem_max)
  std::size_t queries_per_port = 1000;  // then a new source port; RFC 5452 section 9.2. Off loopback only
};

// Not thread-safe: everything happens on the io_context's one thread. Handlers may send again.
class CaresTransport final : public Transport {
 public:
  CaresTransport(boost::asio::io_context& io, const Endpoint& server, const CaresOptions& options = {});
  ~CaresTransport() override;

  void send_udp(std::string packet, Handler handler) override;
  void send_tcp(std::string packet, Handler handler) override;
  [[nodiscard]] std::size_t outstanding() const override;
  void cancel() override;

 private:
  class Lane;  // one c-ares channel with its sockets
  Lane& udp_lane();
  void drop_retired();

  boost::asio::io_context& io_;
  Endpoint server_;
  CaresOptions options_;
  std::unique_ptr<Lane> udp_;
  std::unique_ptr<Lane> tcp_;
  std::vector<std::unique_ptr<Lane>> retired_;  // old source ports, waiting for their last replies
};

}  // namespace rampart::net
