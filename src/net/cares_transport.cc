#include "net/cares_transport.h"

#include <bitset>
#include <cstring>
#include <unordered_map>
#include <utility>

#include <ares.h>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <netinet/in.h>
#include <sys/random.h>
#include <sys/select.h>

namespace rampart::net {
namespace {

namespace asio = boost::asio;

// c-ares reads replies into 4 KiB and cuts those over its `ednspsz` (1.18, process_answer), so its limit is
// set to that and the 1,232 octets stand in our own OPT record.
constexpr int kLargestUdpReply = 4096;
constexpr int kClassicUdpReply = 512;                    // octets; RFC 1035 section 4.2.1
constexpr auto kSweep = std::chrono::milliseconds(250);  // how often c-ares looks for packets to give up
constexpr std::size_t kMaxOutstanding = 32768;           // ids in use on one channel: half of all there are

// A stock of random numbers: one system call for a hundred ids.
class Randomness {
 public:
  std::uint16_t next() {
    if (at_ == stock_.size()) {
      if (getrandom(stock_.data(), sizeof stock_, 0) != static_cast<ssize_t>(sizeof stock_)) std::abort();
      at_ = 0;
    }
    return stock_[at_++];
  }

 private:
  std::array<std::uint16_t, 128>
      stock_{};  // 256 octets: getrandom never gives less than asked for up to here
  std::size_t at_ = 128;
};

void start_library() {
  static const int status = ares_library_init(ARES_LIB_INIT_ALL);  // the process' one global of c-ares
  if (status != ARES_SUCCESS) std::abort();
}

}  // namespace

class CaresTransport::Lane {
 public:
  Lane(asio::io_context& io, const Endpoint& server, const CaresOptions& options, bool tcp)
      : io_(io), server_(server), options_(options), tcp_(tcp), timer_(io) {
    start_library();
    usable_ = open();
  }
  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;
  ~Lane() {
    closing_ = true;
    *self_ = nullptr;
    if (channel_ != nullptr) ares_destroy(channel_);  // calls back for every packet: ARES_EDESTRUCTION
    for (auto& [fd, watch] : watches_) forget(*watch);
  }

  void send(std::string packet, Handler handler) {
    if (!usable_ || outstanding_ >= kMaxOutstanding) return handler(Delivery::network, {});
    std::uint16_t id = random_.next();
    while (ids_[id]) id = random_.next();
    packet[0] = static_cast<char>(id >> 8);
    packet[1] = static_cast<char>(id);
    ids_.set(id);
    ++outstanding_;
    ++sent_;
    ares_send(channel_, reinterpret_cast<const unsigned char*>(packet.data()),
              static_cast<int>(packet.size()), &Lane::on_answer, new Pending{this, id, std::move(handler)});
    if (outstanding_ == 0) return;
    if (outstanding_ == 1) wake();
    if (!sweeping_) sweep();
  }

  [[nodiscard]] std::size_t outstanding() const { return outstanding_; }
  [[nodiscard]] std::size_t sent() const { return sent_; }
  // A FORMERR without OPT makes c-ares 1.18 switch EDNS off for the whole channel and cut every later reply
  // to 512 octets. A reply of just that size is the sign; a new channel is the cure.
  [[nodiscard]] bool may_cut() const { return may_cut_; }

 private:
  struct Pending {
    Lane* lane;
    std::uint16_t id;
    Handler handler;
  };
  // Shared with the handlers queued in the io_context, which may run after the socket is gone.
  struct Watch {
    Watch(Lane* owner, asio::io_context& io, int fd) : lane(owner), socket(io, fd) {}
    Lane* lane;
    asio::posix::stream_descriptor socket;
    bool want_read = false;
    bool want_write = false;
    bool reading = false;
    bool writing = false;
  };
  using WatchPtr = std::shared_ptr<Watch>;

  bool open() {
    ares_options options{};
    options.flags =
        ARES_FLAG_EDNS | ARES_FLAG_NOCHECKRESP | ARES_FLAG_IGNTC | ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES;
    if (tcp_) options.flags |= ARES_FLAG_USEVC;
    if (is_loopback(server_.address) && !tcp_) options.flags |= ARES_FLAG_STAYOPEN;
    options.ednspsz = kLargestUdpReply;
    options.timeout = options_.timeout_ms;
    options.tries = 1;
    options.socket_receive_buffer_size = options_.receive_buffer;
    options.sock_state_cb = [](void* lane, ares_socket_t fd, int readable, int writable) {
      static_cast<Lane*>(lane)->on_socket(fd, readable != 0, writable != 0);
    };
    options.sock_state_cb_data = this;
    char lookups[] = "b";  // no hosts file is read
    options.lookups = lookups;
    const int mask = ARES_OPT_FLAGS | ARES_OPT_EDNSPSZ | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES |
                     ARES_OPT_SOCK_RCVBUF | ARES_OPT_SOCK_STATE_CB | ARES_OPT_LOOKUPS;
    if (ares_init_options(&channel_, &options, mask) != ARES_SUCCESS) {
      channel_ = nullptr;
      return false;
    }
    ares_addr_port_node node{};
    node.family = server_.address.is_v4() ? AF_INET : AF_INET6;
    std::memcpy(&node.addr, server_.address.bytes().data(), server_.address.bytes().size());
    node.udp_port = node.tcp_port = server_.port;
    return ares_set_servers_ports(channel_, &node) == ARES_SUCCESS;
  }

  static void on_answer(void* argument, int status, int /*timeouts*/, unsigned char* packet, int length) {
    const std::unique_ptr<Pending> pending(static_cast<Pending*>(argument));
    Lane& lane = *pending->lane;
    lane.ids_.reset(pending->id);
    --lane.outstanding_;
    if (lane.closing_) return;
    if (lane.outstanding_ == 0) lane.rest();
    // With NOCHECKRESP every reply that matches is a success, whatever its rcode.
    if (packet != nullptr && length > 0) {
      lane.may_cut_ = lane.may_cut_ || (!lane.tcp_ && length == kClassicUdpReply);
      pending->handler(Delivery::reply,
                       {reinterpret_cast<const char*>(packet), static_cast<std::size_t>(length)});
    } else {
      pending->handler(status == ARES_ETIMEOUT ? Delivery::timeout : Delivery::network, {});
    }
  }

  // c-ares says what it wants of a socket: to read (always), to write (while a TCP connection opens or its
  // buffer is full), or nothing more, just before it closes it.
  void on_socket(int fd, bool read, bool write) {
    auto found = watches_.find(fd);
    if (!read && !write) {
      if (found == watches_.end()) return;
      forget(*found->second);
      watches_.erase(found);
      return;
    }
    if (found == watches_.end()) found = watches_.emplace(fd, std::make_shared<Watch>(this, io_, fd)).first;
    found->second->want_read = read;
    found->second->want_write = write;
    arm(found->second);
  }

  // A socket that stays open is waited on only while a reply is due, so that io_context::run() returns when
  // nothing is under way.
  void rest() {
    for (const auto& [fd, watch] : watches_) {
      boost::system::error_code ignored;
      if (watch->reading || watch->writing) watch->socket.cancel(ignored);
    }
  }
  void wake() {
    for (const auto& [fd, watch] : watches_) arm(watch);
  }

  static void forget(Watch& watch) {
    watch.lane = nullptr;
    watch.socket.release();  // the descriptor is c-ares' to close
  }

  static void arm(const WatchPtr& watch) {
    if (watch->lane == nullptr || watch->lane->outstanding_ == 0) return;
    if (watch->want_read && !watch->reading) {
      watch->reading = true;
      watch->socket.async_wait(
          asio::posix::stream_descriptor::wait_read,
          [watch](const boost::system::error_code& error) { ready(watch, true, !error); });
    }
    if (watch->want_write && !watch->writing) {
      watch->writing = true;
      watch->socket.async_wait(
          asio::posix::stream_descriptor::wait_write,
          [watch](const boost::system::error_code& error) { ready(watch, false, !error); });
    }
  }

  static void ready(const WatchPtr& watch, bool read, bool happened) {
    (read ? watch->reading : watch->writing) = false;
    if (watch->lane == nullptr) return;
    const int fd = watch->socket.native_handle();
    if (happened) {
      ares_process_fd(watch->lane->channel_, read ? fd : ARES_SOCKET_BAD, read ? ARES_SOCKET_BAD : fd);
    }
    arm(watch);
  }

  // ares_timeout() walks over all packets under way, so a fixed beat is cheaper, and exact enough: the
  // provider's own tries end long before.
  void sweep() {
    sweeping_ = true;
    timer_.expires_after(kSweep);
    timer_.async_wait([self = self_](const boost::system::error_code&) {
      if (*self == nullptr) return;
      Lane& lane = **self;
      lane.sweeping_ = false;
      ares_process_fd(lane.channel_, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
      if (lane.outstanding_ > 0) lane.sweep();
    });
  }

  asio::io_context& io_;
  Endpoint server_;
  CaresOptions options_;
  bool tcp_;
  bool usable_ = false;
  bool closing_ = false;
  bool sweeping_ = false;
  bool may_cut_ = false;
  // Shared with the timer's handler, which may be queued already when the lane goes.
  std::shared_ptr<Lane*> self_ = std::make_shared<Lane*>(this);
  ares_channel channel_ = nullptr;
  asio::steady_timer timer_;
  std::unordered_map<int, WatchPtr> watches_;
  std::bitset<65536> ids_;
  Randomness random_;
  std::size_t outstanding_ = 0;
  std::size_t sent_ = 0;
};

CaresTransport::CaresTransport(asio::io_context& io, const Endpoint& server, const CaresOptions& options)
    : io_(io), server_(server), options_(options) {}

CaresTransport::~CaresTransport() = default;

CaresTransport::Lane& CaresTransport::udp_lane() {
  const bool used_up = udp_ && !is_loopback(server_.address) && udp_->sent() >= options_.queries_per_port;
  if (used_up || (udp_ && udp_->may_cut())) {
    retired_.push_back(std::move(udp_));
  }
  if (!retired_.empty()) drop_retired();
  if (!udp_) udp_ = std::make_unique<Lane>(io_, server_, options_, false);
  return *udp_;
}

// A lane may be on the stack below us (a handler that sends again), so it is destroyed from the event loop.
void CaresTransport::drop_retired() {
  for (auto& lane : retired_) {
    if (lane->outstanding() != 0) continue;
    asio::post(io_, [gone = std::shared_ptr<Lane>(std::move(lane))] {});  // shared: Asio's queue may copy it
  }
  std::erase(retired_, nullptr);
}

void CaresTransport::send_udp(std::string packet, Handler handler) {
  udp_lane().send(std::move(packet), std::move(handler));
}

void CaresTransport::send_tcp(std::string packet, Handler handler) {
  if (!tcp_) tcp_ = std::make_unique<Lane>(io_, server_, options_, true);
  tcp_->send(std::move(packet), std::move(handler));
}

std::size_t CaresTransport::outstanding() const {
  std::size_t sum = (udp_ ? udp_->outstanding() : 0) + (tcp_ ? tcp_->outstanding() : 0);
  for (const auto& lane : retired_) sum += lane->outstanding();
  return sum;
}

void CaresTransport::cancel() {
  retired_.clear();
  udp_.reset();
  tcp_.reset();
}

}  // namespace rampart::net
