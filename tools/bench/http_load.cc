// Many clients of one HTTP server on this machine, for `./dev bench server`: how many answers a second and how late, or how late the
// events of a stream are. One thread, so that it takes little from the server beside it.
//
//   http_load [--clients 50] [--seconds 5] [--header "Name: value"]… [--close] ADDRESS:PORT PATH…
//       each client asks for the paths in turn, one request after the other on one connection (--close: on a new one each)
//   http_load --stream [--clients 200] [--seconds 10] [--stamp sent] [--header …] ADDRESS:PORT PATH
//       each client follows a stream; the delay of an event is the time since the one in its data, "sent":1700000000.123456
//
// Prints one JSON object. Exit status: 0, or 1 when anything but 2xx came, or nothing.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kRead = 64 << 10;  // octets at a time

struct Options {
  int clients = 50;
  double seconds = 5;
  bool stream = false;
  bool close = false;
  std::string stamp = "sent";
  std::string fields;
  sockaddr_in server{};
  std::string host;
  std::vector<std::string> paths;
};

[[noreturn]] void usage(const char* why) {
  std::fprintf(stderr,
               "http_load: error: %s\nhint: http_load [--clients N] [--seconds S] [--header FIELD] [--close "
               "| --stream] ADDRESS:PORT PATH…\n",
               why);
  std::exit(2);
}

Options read_options(int argc, char** argv) {
  Options out;
  std::vector<std::string> words;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    const auto value = [&] { return i + 1 < argc ? argv[++i] : (usage("a value is missing"), ""); };
    if (word == "--clients")
      out.clients = std::atoi(value());
    else if (word == "--seconds")
      out.seconds = std::atof(value());
    else if (word == "--header")
      out.fields += std::string(value()) + "\r\n";
    else if (word == "--stamp")
      out.stamp = value();
    else if (word == "--stream")
      out.stream = true;
    else if (word == "--close")
      out.close = true;
    else if (word.starts_with("--"))
      usage("no such option");
    else
      words.emplace_back(word);
  }
  if (words.size() < 2 || out.clients < 1 || out.seconds <= 0) usage("an address with a port, and a path");
  out.host = words[0];
  const auto colon = out.host.rfind(':');
  out.server.sin_family = AF_INET;
  if (colon == std::string::npos ||
      inet_pton(AF_INET, out.host.substr(0, colon).c_str(), &out.server.sin_addr) != 1)
    usage("the address is such as 127.0.0.1:8880");
  out.server.sin_port = htons(static_cast<std::uint16_t>(std::atoi(out.host.c_str() + colon + 1)));
  out.paths.assign(words.begin() + 1, words.end());
  return out;
}

struct Client {
  int socket = -1;
  std::string got;
  bool in_body = false;  // of an answer; or the head of a stream was read
  std::size_t left = 0;  // octets of the body that are to come
  bool ends = false;     // the server closes after this answer
  std::size_t next = 0;  // which path
  Clock::time_point asked;
};

struct Tally {
  std::vector<double> delays;  // ms
  std::uint64_t bytes = 0;
  std::uint64_t failed = 0;
};

class Load {
 public:
  explicit Load(const Options& options)
      : options_(options), epoll_(epoll_create1(0)), clients_(static_cast<std::size_t>(options.clients)) {
    for (const auto& path : options_.paths)
      requests_.push_back("GET " + path + " HTTP/1.1\r\nHost: " + options_.host + "\r\n" + options_.fields +
                          (options_.close ? "Connection: close\r\n\r\n" : "\r\n"));
  }

  Tally run() {
    for (std::size_t i = 0; i < clients_.size(); ++i) {
      clients_[i].next = i % requests_.size();
      if (!connect(clients_[i])) usage("nobody listens there");
      ask(clients_[i]);
    }
    const auto end = Clock::now() + std::chrono::duration_cast<Clock::duration>(
                                        std::chrono::duration<double>(options_.seconds));
    std::vector<epoll_event> events(clients_.size());
    while (Clock::now() < end) {
      const int ready = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), 50);
      for (int i = 0; i < ready; ++i)
        hear(*static_cast<Client*>(events[static_cast<std::size_t>(i)].data.ptr));
    }
    return std::move(tally_);
  }

 private:
  bool connect(Client& client) {
    const auto next = client.next;
    client = {};
    client.next = next;
    client.socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (::connect(client.socket, reinterpret_cast<const sockaddr*>(&options_.server),
                  sizeof options_.server) != 0)
      return false;
    const int on = 1;
    setsockopt(client.socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    epoll_event event{.events = EPOLLIN, .data = {.ptr = &client}};
    return epoll_ctl(epoll_, EPOLL_CTL_ADD, client.socket, &event) == 0;
  }

  void ask(Client& client) {
    const auto& request = requests_[client.next];
    client.next = (client.next + 1) % requests_.size();
    client.asked = Clock::now();
    if (::send(client.socket, request.data(), request.size(), MSG_NOSIGNAL) !=
        static_cast<ssize_t>(request.size()))
      ++tally_.failed;
  }

  void again(Client& client) {
    ::close(client.socket);
    if (connect(client))
      ask(client);
    else
      ++tally_.failed;
  }

  void hear(Client& client) {
    static char room[kRead];
    const auto size = ::recv(client.socket, room, sizeof room, 0);
    if (size <= 0) {
      ++tally_.failed;
      return again(client);
    }
    tally_.bytes += static_cast<std::uint64_t>(size);
    client.got.append(room, static_cast<std::size_t>(size));
    if (!client.in_body && !read_head(client)) return;
    if (options_.stream) return read_events(client);
    if (client.got.size() < client.left) return;
    client.got.erase(0, client.left);
    client.in_body = false;
    tally_.delays.push_back(std::chrono::duration<double, std::milli>(Clock::now() - client.asked).count());
    if (client.ends)
      again(client);
    else
      ask(client);
  }

  bool read_head(Client& client) {
    const auto end = client.got.find("\r\n\r\n");
    if (end == std::string::npos) return false;
    const auto head = std::string_view(client.got).substr(0, end);
    if (!head.starts_with("HTTP/1.1 2") && tally_.failed++ == 0)
      std::fprintf(stderr, "http_load: %.*s\n", static_cast<int>(head.find('\r')), head.data());
    const auto length = head.find("\r\nContent-Length: ");
    client.left =
        length == std::string_view::npos ? 0 : std::strtoull(head.data() + length + 18, nullptr, 10);
    client.ends = head.find("\r\nConnection: close") != std::string_view::npos;
    client.got.erase(0, end + 4);
    client.in_body = true;
    return true;
  }

  void read_events(Client& client) {
    const auto name = '"' + options_.stamp + "\":";
    for (;;) {
      const auto end = client.got.find("\n\n");
      if (end == std::string::npos) return;
      const auto at = client.got.find(name);
      if (at < end) {
        const double sent = std::strtod(client.got.c_str() + at + name.size(), nullptr);
        const auto now =
            std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
        tally_.delays.push_back((now - sent) * 1'000);
      }
      client.got.erase(0, end + 2);
    }
  }

  const Options& options_;
  int epoll_;
  std::vector<Client> clients_;
  std::vector<std::string> requests_;
  Tally tally_;
};

}  // namespace

int main(int argc, char** argv) {
  const auto options = read_options(argc, argv);
  auto tally = Load(options).run();
  auto& delays = tally.delays;
  std::ranges::sort(delays);
  const auto part = [&](double of) {
    return delays.empty()
               ? 0.0
               : delays[std::min(delays.size() - 1,
                                 static_cast<std::size_t>(of * static_cast<double>(delays.size())))];
  };
  std::printf(
      "{\"clients\":%d,\"seconds\":%.1f,\"%s\":%zu,\"per_second\":%.0f,\"bytes\":%llu,\"failed\":%llu,\"p50_"
      "ms\":%.3f,\"p99_ms\":%.3f,\"max_ms\":%.3f}\n",
      options.clients, options.seconds, options.stream ? "events" : "answers", delays.size(),
      static_cast<double>(delays.size()) / options.seconds, static_cast<unsigned long long>(tally.bytes),
      static_cast<unsigned long long>(tally.failed), part(0.5), part(0.99),
      delays.empty() ? 0.0 : delays.back());
  return delays.empty() || tally.failed != 0 ? 1 : 0;
}
