#include "net/http/server.h"

#include <array>
#include <deque>

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rampart::net::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using testing::HasSubstr;
using testing::StartsWith;

constexpr std::uint64_t kBody = 1'000;

// What is put into `pieces`; counts how many there are.
class Pieces : public Stream {
 public:
  struct State {
    std::deque<std::string> pieces;
    bool endless = false;
    int open = 0;
    Stream* latest = nullptr;
  };
  explicit Pieces(State& state) : state_(state) {
    ++state_.open;
    state_.latest = this;
  }
  Pieces(const Pieces&) = delete;
  Pieces& operator=(const Pieces&) = delete;
  ~Pieces() override { --state_.open; }
  Piece take() override {
    if (state_.endless) return {.text = std::string(32 << 10, 'x'), .more = true};
    if (state_.pieces.empty()) return {};
    Piece out{.text = std::move(state_.pieces.front()), .more = true};
    state_.pieces.pop_front();
    return out;
  }

 private:
  State& state_;
};

// Says what it got; /late does so after a while, /no refuses, /stream never ends.
class Echo : public Handler {
 public:
  explicit Echo(asio::io_context& io) : io_(io) {}
  Plan plan(const Head& head) override {
    ++planned;
    if (head.path == "/no")
      return {.refusal = Response{.status = 401, .body = "no"}, .body = 0, .answer = {}};
    if (head.path == "/stream")
      return {.refusal = {}, .body = 0, .answer = {}, .stream = std::make_unique<Pieces>(pieces)};
    const bool late = head.path == "/late";
    return {.refusal = {},
            .body = kBody,
            .answer = [this, late](std::string body, std::function<void(Response)> done) {
              if (!late) return done({.type = "text/plain", .body = "got " + body});
              const auto timer = std::make_shared<asio::steady_timer>(io_, std::chrono::milliseconds(50));
              timer->async_wait(
                  [timer, done, body](auto) { done({.type = "text/plain", .body = "late " + body}); });
            }};
  }
  int planned = 0;
  Pieces::State pieces;

 private:
  asio::io_context& io_;
};

class HttpServerTest : public testing::Test {
 protected:
  asio::io_context io_{1};

  ~HttpServerTest() override {
    if (server_) server_->stop();
    io_.restart();
    io_.run_for(std::chrono::seconds(1));
  }
  void start(ServerOptions options = {}) {
    server_.emplace(io_, options, echo_);
    port_ = *server_->listen({.address = *base::IpAddress::parse("127.0.0.1"), .port = 0});
  }

  // All that is answered to this until the server closes, or is silent for a while.
  std::string talk(std::string_view text,
                   std::chrono::milliseconds patience = std::chrono::milliseconds(5'000)) {
    tcp::socket socket(io_);
    socket.connect({asio::ip::make_address("127.0.0.1"), port_});
    asio::write(socket, asio::buffer(text));
    std::string out;
    bool over = false;
    asio::async_read(socket, asio::dynamic_buffer(out), [&](const auto&, std::size_t) { over = true; });
    const auto until = std::chrono::steady_clock::now() + patience;
    while (!over && std::chrono::steady_clock::now() < until) io_.run_one_for(std::chrono::milliseconds(20));
    const bool open = !over;
    boost::system::error_code ignored;
    socket.close(ignored);
    while (!over) io_.run_one();
    return out + (open ? "(open)" : "");
  }

  // Runs the loop until that holds.
  template <class Holds>
  bool becomes(Holds holds, std::chrono::milliseconds patience = std::chrono::milliseconds(10'000)) {
    const auto until = std::chrono::steady_clock::now() + patience;
    while (!holds() && std::chrono::steady_clock::now() < until)
      io_.run_one_for(std::chrono::milliseconds(20));
    return holds();
  }

  // A client of a stream that puts what it reads into `got`.
  struct Follower {
    explicit Follower(asio::io_context& io) : socket(io) {}
    void read() {
      socket.async_read_some(asio::buffer(buffer), [this](const auto& error, std::size_t size) {
        got.append(buffer.data(), size);
        if (error)
          over = true;
        else
          read();
      });
    }
    tcp::socket socket;
    std::array<char, 4096> buffer{};
    std::string got;
    bool over = false;
  };
  void follow(Follower& follower, bool reads = true) {
    follower.socket.connect({asio::ip::make_address("127.0.0.1"), port_});
    asio::write(follower.socket, asio::buffer(std::string_view("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n")));
    if (reads) follower.read();
  }

  Echo echo_{io_};
  std::optional<Server> server_;
  std::uint16_t port_ = 0;
};

constexpr std::string_view kLast = "Host: a\r\nConnection: close\r\n";

TEST_F(HttpServerTest, AnswersOneAfterAnother) {
  start();
  const auto out = talk("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\noneGET /late HTTP/1.1\r\n" +
                        std::string(kLast) + "\r\n");
  EXPECT_THAT(out, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_LT(out.find("got one"), out.find("late "));
  EXPECT_EQ(echo_.planned, 2);
}

TEST_F(HttpServerTest, RefusesBeforeABodyIsRead) {
  start();
  const auto out =
      talk("POST /no HTTP/1.1\r\nHost: a\r\nContent-Length: 900\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_THAT(out, StartsWith("HTTP/1.1 401 "));
  EXPECT_THAT(out, testing::Not(HasSubstr("100 Continue")));
  EXPECT_THAT(talk("POST / HTTP/1.1\r\nContent-Length: 3000\r\n" + std::string(kLast) + "\r\n"),
              StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(
      talk("POST / HTTP/1.1\r\nContent-Length: 1\r\nExpect: 100-continue\r\n" + std::string(kLast) + "\r\nx"),
      StartsWith("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK"));
  EXPECT_THAT(talk("HELO there\r\n\r\n"), StartsWith("HTTP/1.1 400 "));
}

TEST_F(HttpServerTest, WaitsForNobodyLong) {
  start({.head_time = std::chrono::milliseconds(100), .body_time = std::chrono::milliseconds(100)});
  EXPECT_EQ(talk(""), "");
  EXPECT_EQ(talk("GET / HTTP/1.1\r\nHost:"), "");
  EXPECT_EQ(talk("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nx"), "");
}

TEST_F(HttpServerTest, TakesSoManyConnectionsAndRequests) {
  start({.max_connections = 1, .max_requests = 2});
  tcp::socket first(io_);
  first.connect({asio::ip::make_address("127.0.0.1"), port_});
  for (int i = 0; i < 10; ++i) io_.run_one_for(std::chrono::milliseconds(5));
  const std::string request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  EXPECT_EQ(talk(request, std::chrono::milliseconds(300)), "(open)") << "waits in the kernel's queue";
  first.close();
  const auto out = talk(request + request + request);
  EXPECT_THAT(out, HasSubstr("Connection: close"));
  EXPECT_EQ(echo_.planned, 2 + 1) << "that of before, whose client had gone, too";
}

TEST_F(HttpServerTest, StopsWhenItIsTold) {
  start();
  tcp::socket idle(io_);
  idle.connect({asio::ip::make_address("127.0.0.1"), port_});
  for (int i = 0; i < 10; ++i) io_.run_one_for(std::chrono::milliseconds(5));
  server_->stop();
  io_.restart();
  io_.run_for(std::chrono::seconds(5));
  EXPECT_TRUE(io_.stopped()) << "nothing is left to wait for";
  boost::system::error_code error;
  tcp::socket late(io_);
  late.connect({asio::ip::make_address("127.0.0.1"), port_}, error);
  EXPECT_TRUE(error);
}

TEST_F(HttpServerTest, AnswersWhatIsUnderWayBeforeItStops) {
  start();
  Follower late(io_);
  late.socket.connect({asio::ip::make_address("127.0.0.1"), port_});
  asio::write(late.socket, asio::buffer(std::string_view("GET /late HTTP/1.1\r\nHost: a\r\n\r\n")));
  late.read();
  Follower half(io_);  // has not sent all of its request
  half.socket.connect({asio::ip::make_address("127.0.0.1"), port_});
  asio::write(half.socket,
              asio::buffer(std::string_view("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nx")));
  half.read();
  ASSERT_TRUE(becomes([&] { return echo_.planned == 2; }));
  bool ended = false;
  server_->stop([&] { ended = true; });
  EXPECT_FALSE(ended);
  EXPECT_TRUE(becomes([&] { return ended && late.over && half.over; }));
  EXPECT_THAT(late.got, HasSubstr("late "));
  EXPECT_EQ(half.got, "");
}

TEST_F(HttpServerTest, StreamsWhatThereIs) {
  start({.heartbeat = std::chrono::milliseconds(50)});
  echo_.pieces.pieces = {"one", "", "two"};
  Follower follower(io_);
  follow(follower);
  EXPECT_TRUE(becomes([&] { return follower.got.find("onetwo") != std::string::npos; })) << follower.got;
  EXPECT_THAT(follower.got, StartsWith("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"));
  EXPECT_TRUE(becomes([&] { return follower.got.ends_with("two:\n\n:\n\n"); })) << "signs of life";
  echo_.pieces.pieces.emplace_back("three");
  echo_.pieces.latest->wake();
  EXPECT_TRUE(becomes([&] { return follower.got.find("three") != std::string::npos; }));
  bool ended = false;
  server_->stop([&] { ended = true; });
  EXPECT_TRUE(becomes([&] { return ended && follower.over; }));
  EXPECT_EQ(echo_.pieces.open, 0);
}

TEST_F(HttpServerTest, LetsGoOfAStreamWhoseClientIsGone) {
  start();
  {
    Follower follower(io_);
    follow(follower);
    EXPECT_TRUE(becomes([&] { return echo_.pieces.open == 1; }));
    follower.socket.close();
    EXPECT_TRUE(becomes([&] { return follower.over; }));
  }
  EXPECT_TRUE(becomes([&] { return echo_.pieces.open == 0; })) << "long before a sign of life fails";
  Follower talker(io_);
  follow(talker);
  boost::system::error_code error;
  asio::write(talker.socket, asio::buffer(std::string(64 << 10, 'x')), error);
  EXPECT_TRUE(becomes([&] { return talker.over && echo_.pieces.open == 0; }))
      << "a client has nothing to say";
}

TEST_F(HttpServerTest, LetsGoOfAStreamThatNobodyReads) {
  start({.write_time = std::chrono::milliseconds(200)});
  echo_.pieces.endless = true;
  Follower follower(io_);
  follow(follower, false);
  EXPECT_TRUE(becomes([&] { return echo_.pieces.open == 1; }));
  EXPECT_TRUE(becomes([&] { return echo_.pieces.open == 0; }));
}

TEST_F(HttpServerTest, ListensToThisMachineAlone) {
  Server server(io_, {}, echo_);
  EXPECT_EQ(server.listen(*base::parse_endpoint("0.0.0.0:8892", 0)).error().kind, base::ErrorKind::config);
  EXPECT_EQ(server.listen(*base::parse_endpoint("192.0.2.1:8892", 0)).error().kind, base::ErrorKind::config);
}

}  // namespace
}  // namespace rampart::net::http
