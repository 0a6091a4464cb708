// A bad internet in front of a name server, for `./dev bench audit`: a UDP proxy on loopback that delays
// every reply, loses some, refuses some, and plays dead or lame for some zones for good.
//
// usage: bad_internet LISTEN-PORT SERVER-PORT [delay-ms] [loss-%] [refused-%] [broken-zones-%] [seed]
//
// It listens on 127.0.0.1 and 127.0.0.2, so that a client has two resolvers to choose from. Loss and refusal
// are drawn per question; which zones are broken depends on the zone's name alone (half of them never answer,
// half answer SERVFAIL), so that two runs see the same ones. It ends when its standard input closes.
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

using Clock = std::chrono::steady_clock;
constexpr int kQueue = 4 << 20;  // bytes of socket buffer, so that the proxy itself loses nothing
constexpr std::uint8_t kServfail = 2;
constexpr std::uint8_t kRefused = 5;

struct Client {
  sockaddr_in address{};
  int socket = -1;
  std::uint16_t id = 0;
};
struct Reply {
  Clock::time_point due;
  Client client;
  std::string packet;
};
struct Settings {
  std::chrono::milliseconds delay{50};
  double loss = 1;
  double refused = 2;
  double broken = 5;
};

int udp_socket(const char* address, std::uint16_t port) {
  const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
  setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &kQueue, sizeof kQueue);
  setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &kQueue, sizeof kQueue);
  sockaddr_in local{.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {}, .sin_zero = {}};
  inet_pton(AF_INET, address, &local.sin_addr);
  if (bind(fd, reinterpret_cast<sockaddr*>(&local), sizeof local) != 0) {
    std::perror(address);
    std::exit(2);
  }
  return fd;
}

// The last two labels of the question's name: the zone whose servers may be broken.
std::string_view zone_of(std::string_view packet) {
  std::vector<std::size_t> starts;
  std::size_t at = 12;
  while (at < packet.size() && packet[at] != 0) {
    starts.push_back(at);
    at += 1U + static_cast<unsigned char>(packet[at]);
  }
  if (at >= packet.size() || starts.size() < 2) return {};
  const std::size_t start = starts[starts.size() - 2];
  return packet.substr(start, at - start);
}

std::uint64_t fnv(std::string_view text) {
  std::uint64_t hash = 14695981039346656037ULL;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c | 0x20)) * 1099511628211ULL;
  return hash;
}

class Proxy {
 public:
  Proxy(std::uint16_t listen, std::uint16_t server, Settings settings, unsigned seed)
      : settings_(settings),
        random_(seed),
        upstream_(udp_socket("127.0.0.1", 0)),
        inputs_{udp_socket("127.0.0.1", listen), udp_socket("127.0.0.2", listen)} {
    sockaddr_in to{.sin_family = AF_INET, .sin_port = htons(server), .sin_addr = {}, .sin_zero = {}};
    inet_pton(AF_INET, "127.0.0.1", &to.sin_addr);
    if (connect(upstream_, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0) std::exit(2);
  }

  void run() {
    std::array<pollfd, 4> polled{pollfd{inputs_[0], POLLIN, 0}, pollfd{inputs_[1], POLLIN, 0},
                                 pollfd{upstream_, POLLIN, 0}, pollfd{STDIN_FILENO, POLLIN, 0}};
    while ((polled[3].revents & (POLLIN | POLLHUP)) == 0) {
      poll(polled.data(), polled.size(), waiting_.empty() ? 100 : 1);
      for (const int input : inputs_) take_questions(input);
      take_replies();
      send_due();
    }
  }

 private:
  bool happens(double percent) { return std::uniform_real_distribution<>(0, 100)(random_) < percent; }

  void later(const Client& client, std::string packet) {
    waiting_.push_back({Clock::now() + settings_.delay, client, std::move(packet)});
  }

  void answer(const Client& client, std::string packet, std::uint8_t rcode) {
    packet[2] = static_cast<char>(packet[2] | 0x80);
    packet[3] = static_cast<char>((packet[3] & 0xf0) | rcode);
    later(client, std::move(packet));
  }

  void take_questions(int input) {
    Client client{.socket = input};
    socklen_t length = sizeof client.address;
    ssize_t size = 0;
    while ((size = recvfrom(input, buffer_.data(), buffer_.size(), 0,
                            reinterpret_cast<sockaddr*>(&client.address), &length)) > 12) {
      std::string packet(buffer_.data(), static_cast<std::size_t>(size));
      std::memcpy(&client.id, packet.data(), 2);
      const std::uint64_t fate = fnv(zone_of(packet)) % 10000;
      if (static_cast<double>(fate) < settings_.broken * 100) {
        if (fate % 2 == 0) answer(client, std::move(packet), kServfail);
        continue;
      }
      if (happens(settings_.loss)) continue;
      if (happens(settings_.refused)) {
        answer(client, std::move(packet), kRefused);
        continue;
      }
      const std::uint16_t id = next_id_++;
      clients_[id] = client;
      std::memcpy(packet.data(), &id, 2);
      send(upstream_, packet.data(), packet.size(), 0);
    }
  }

  void take_replies() {
    ssize_t size = 0;
    while ((size = recv(upstream_, buffer_.data(), buffer_.size(), 0)) > 12) {
      std::string packet(buffer_.data(), static_cast<std::size_t>(size));
      std::uint16_t id = 0;
      std::memcpy(&id, packet.data(), 2);
      std::memcpy(packet.data(), &clients_[id].id, 2);
      later(clients_[id], std::move(packet));
    }
  }

  void send_due() {
    for (const auto now = Clock::now(); !waiting_.empty() && waiting_.front().due <= now;
         waiting_.pop_front()) {
      const Reply& reply = waiting_.front();
      sendto(reply.client.socket, reply.packet.data(), reply.packet.size(), 0,
             reinterpret_cast<const sockaddr*>(&reply.client.address), sizeof reply.client.address);
    }
  }

  Settings settings_;
  std::mt19937 random_;
  int upstream_;
  std::array<int, 2> inputs_;
  std::array<char, 65536> buffer_{};
  std::vector<Client> clients_ = std::vector<Client>(65536);  // by the id given to the server
  std::uint16_t next_id_ = 0;
  std::deque<Reply> waiting_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fputs(
        "usage: bad_internet LISTEN-PORT SERVER-PORT [delay-ms] [loss-%] [refused-%] [broken-zones-%] "
        "[seed]\n",
        stderr);
    return 2;
  }
  const auto number = [&](int index, double otherwise) {
    return argc > index ? std::atof(argv[index]) : otherwise;
  };
  const Settings settings{.delay = std::chrono::milliseconds(static_cast<int>(number(3, 50))),
                          .loss = number(4, 1),
                          .refused = number(5, 2),
                          .broken = number(6, 5)};
  Proxy(static_cast<std::uint16_t>(std::atoi(argv[1])), static_cast<std::uint16_t>(std::atoi(argv[2])),
        settings, static_cast<unsigned>(number(7, 1)))
      .run();
}
