#include "net/dns_tcp.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <random>

#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace rampart::net {
namespace {

using base::ErrorKind;
using base::Result;
using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kHeedStop{100};

std::string reason(int code) { return std::strerror(code); }

// The size of what was filled in.
socklen_t fill(const base::Endpoint& server, sockaddr_storage& address) {
  const auto bytes = server.address.bytes();
  if (server.address.is_v4()) {
    auto& v4 = reinterpret_cast<sockaddr_in&>(address);
    v4.sin_family = AF_INET;
    v4.sin_port = htons(server.port);
    std::memcpy(&v4.sin_addr, bytes.data(), bytes.size());
    return sizeof v4;
  }
  auto& v6 = reinterpret_cast<sockaddr_in6&>(address);
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(server.port);
  std::memcpy(&v6.sin6_addr, bytes.data(), bytes.size());
  return sizeof v6;
}

// Whether the kernel knows a way: UDP "connects" without a packet.
bool has_route(const base::IpAddress& to) {
  constexpr std::uint16_t kAnyPort = 53;
  sockaddr_storage address{};
  const auto size = fill({to, kAnyPort}, address);
  const int probe = ::socket(address.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (probe < 0) return errno != EAFNOSUPPORT;
  const bool found = ::connect(probe, reinterpret_cast<const sockaddr*>(&address), size) == 0 ||
                     (errno != ENETUNREACH && errno != EHOSTUNREACH && errno != EADDRNOTAVAIL);
  ::close(probe);
  return found;
}

class Connection {
 public:
  Connection(const base::Endpoint& server, const TcpOptions& options)
      : server_(server), options_(options), deadline_(Clock::now() + options.timeout) {}
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() {
    if (socket_ >= 0) ::close(socket_);
  }

  Result<> connect() {
    sockaddr_storage address{};
    const auto size = fill(server_, address);
    socket_ = ::socket(address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
    if (socket_ < 0) return failed("cannot be reached", errno);
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), size) == 0) return {};
    if (errno != EINPROGRESS) return failed("cannot be reached", errno);
    TRY(wait(POLLOUT));
    int error = 0;
    socklen_t length = sizeof error;
    if (::getsockopt(socket_, SOL_SOCKET, SO_ERROR, &error, &length) != 0) error = errno;
    if (error != 0) return failed("cannot be reached", error);
    return {};
  }

  Result<> send(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto done = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (done >= 0) {
        bytes.remove_prefix(static_cast<std::size_t>(done));
      } else if (errno == EAGAIN) {
        TRY(wait(POLLOUT));
      } else if (errno != EINTR) {
        return failed("broke the connection", errno);
      }
    }
    return {};
  }

  Result<std::string> receive(std::size_t size) {
    std::string out(size, '\0');
    std::size_t have = 0;
    while (have < size) {
      const auto got = ::recv(socket_, out.data() + have, size - have, 0);
      if (got > 0) {
        have += static_cast<std::size_t>(got);
      } else if (got == 0) {
        return base::fail(ErrorKind::unavailable, "closed the connection without a whole reply",
                          server_.text());
      } else if (errno == EAGAIN) {
        TRY(wait(POLLIN));
      } else if (errno != EINTR) {
        return failed("broke the connection", errno);
      }
    }
    return out;
  }

 private:
  [[nodiscard]] std::unexpected<base::Error> failed(std::string_view what, int code) const {
    return base::fail(ErrorKind::unavailable, fmt::format("{}: {}", what, reason(code)), server_.text(),
                      "check the address and the port, and that a name server listens there on TCP");
  }

  Result<> wait(short events) {
    while (true) {
      if (options_.stop && options_.stop()) return base::fail(ErrorKind::unavailable, "interrupted");
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline_ - Clock::now());
      if (left.count() <= 0)
        return base::fail(
            ErrorKind::unavailable, fmt::format("does not answer within {} ms", options_.timeout.count()),
            server_.text(), "check the address, and that nothing between drops TCP to that port");
      pollfd entry{socket_, events, 0};
      const int ready = ::poll(&entry, 1, static_cast<int>(std::min(left, kHeedStop).count()));
      if (ready > 0) return {};
      if (ready < 0 && errno != EINTR) return failed("cannot be waited for", errno);
    }
  }

  const base::Endpoint& server_;
  const TcpOptions& options_;
  Clock::time_point deadline_;
  int socket_ = -1;
};

std::uint16_t random_id() {
  std::random_device random;
  return static_cast<std::uint16_t>(random());
}

}  // namespace

std::vector<base::IpAddress> reachable(const std::vector<base::IpAddress>& addresses) {
  std::vector<base::IpAddress> out;
  std::ranges::copy_if(addresses, std::back_inserter(out), has_route);
  return out.empty() ? addresses : out;
}

Result<std::string> exchange_tcp(const base::Endpoint& server, std::string_view packet,
                                 const TcpOptions& options, bool* sent) {
  if (sent != nullptr) *sent = false;
  if (packet.size() > dns::kMaxMessage)
    return base::fail(ErrorKind::input, "the message is larger than DNS can carry", server.text());
  Connection connection(server, options);
  TRY(connection.connect());
  std::string framed;  // RFC 1035 section 4.2.2
  framed += static_cast<char>(packet.size() >> 8U);
  framed += static_cast<char>(packet.size() & 0xffU);
  framed += packet;
  if (sent != nullptr) *sent = true;  // as soon as some of it may have gone
  TRY(connection.send(framed));
  const auto length = TRY(connection.receive(2));
  return connection.receive(static_cast<std::size_t>(static_cast<unsigned char>(length[0])) << 8U |
                            static_cast<unsigned char>(length[1]));
}

namespace {

// The last field of a SOA record's data (RFC 1035 section 3.3.13); its names may be compressed, and stand in front.
std::uint32_t soa_minimum(std::string_view rdata) {
  if (rdata.size() < 4) return 0;
  std::uint32_t out = 0;
  for (const char c : rdata.substr(rdata.size() - 4)) out = out << 8U | static_cast<unsigned char>(c);
  return out;
}

}  // namespace

Result<ServerSays> read_reply(std::string_view wire, std::uint16_t id, const dns::Name& name,
                              dns::RrType type) {
  const auto broken = [] {
    return base::fail(ErrorKind::unavailable, "the reply is no answer to the question");
  };
  const auto message = dns::Message::parse(wire);
  if (!message || message->id() != id || !message->is_response() || message->opcode() != 0) return broken();
  ServerSays out;
  out.rcode = message->rcode();
  out.authoritative = message->authoritative();
  const bool answered = out.rcode == dns::rcode::kNoError || out.rcode == dns::rcode::kNxDomain;
  if (!answered) return out;
  if (!message->answers(name, type) || message->truncated()) return broken();
  if (type != dns::RrType::soa) {
    auto set = dns::read_record_set(*message, name, type);
    if (!set) return broken();
    out.set = *std::move(set);
  }
  for (const auto& record : message->records()) {
    const auto owner = message->owner(record);
    const bool answer = record.section == dns::Section::answer;
    if (answer && record.type == static_cast<std::uint16_t>(dns::RrType::cname) &&
        type != dns::RrType::cname && owner == name)
      out.alias = true;
    const bool soa = record.type == static_cast<std::uint16_t>(dns::RrType::soa) &&
                     record.section != dns::Section::additional;
    if (soa && out.authoritative && owner && name.is_within(*owner)) {
      out.zone = owner;
      out.negative_ttl = std::min(record.ttl, soa_minimum(message->rdata(record)));
    }
  }
  return out;
}

Result<ServerSays> ask_server(const base::Endpoint& server, const dns::Name& name, dns::RrType type,
                              const TcpOptions& options) {
  const auto id = random_id();
  const auto query = dns::build_query(id, name, type, {.recurse = false, .edns = true, .ask_ad = false});
  const auto wire = TRY(exchange_tcp(server, query, options));
  auto says = read_reply(wire, id, name, type);
  if (!says) {
    auto error = says.error();
    error.where = server.text();
    return std::unexpected(std::move(error));
  }
  return says;
}

}  // namespace rampart::net
