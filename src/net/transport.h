// How a DNS packet gets to one server and its reply comes back. The live provider knows only this, so another
// engine (batched system calls, a test's script) can take c-ares' place.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace rampart::net {

enum class Delivery : std::uint8_t {
  reply,    // a packet from the server's address with our id and question
  timeout,  // nothing came within the transport's own limit
  network,  // the server could not be reached (ICMP, refused, reset, out of sockets)
};

class Transport {
 public:
  // `packet` is valid during the call. Called once for each packet sent, possibly before the call that sent
  // it returns; never after the transport is gone.
  using Handler = std::move_only_function<void(Delivery, std::string_view packet)>;

  virtual ~Transport() = default;

  // The transport writes an id of its own into the packet's first two octets: unpredictable, and unused among
  // the packets under way. A truncated reply is handed over as it is.
  virtual void send_udp(std::string packet, Handler handler) = 0;
  virtual void send_tcp(std::string packet, Handler handler) = 0;
  // Packets under way, those included whose sender no longer waits.
  [[nodiscard]] virtual std::size_t outstanding() const = 0;
  // Forgets every packet under way; their handlers are dropped uncalled.
  virtual void cancel() = 0;
};

}  // namespace rampart::net
