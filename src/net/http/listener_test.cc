// The server over real sockets, on a thread of its own: where it listens, whom it lets in, TLS, and answers from elsewhere.
#include <filesystem>
#include <fstream>
#include <future>
#include <mutex>
#include <thread>

#include <boost/asio/connect.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/ssl.h>
#include <sys/stat.h>

#include "net/http/server.h"
#include "net/stub_tls.h"
#include "net/tls_stream.h"

namespace rampart::net::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using namespace std::chrono_literals;

// What /big answers.
const std::string kBig(1'500'000, 'b');

// Says who asks and what it got.
class Mirror : public Handler {
 public:
  explicit Mirror(std::string name = "mirror") : name_(std::move(name)) {}
  ~Mirror() override {
    for (auto& thread : threads_) thread.join();
  }
  Mirror(const Mirror&) = delete;
  Mirror& operator=(const Mirror&) = delete;

  Plan plan(const Head& head) override {
    const auto say = [](Response response) {
      return Plan{.refusal = {}, .body = 0, .answer = [response](const std::string&, const Done& done) {
                    done(response);
                  }};
    };
    if (head.path == "/fault") throw std::runtime_error("a plan");
    if (head.path == "/none")
      return {.refusal = Response{.status = 404, .body = "none"}, .body = 0, .answer = {}};
    if (head.path == "/late-fault")
      return {.refusal = {}, .body = 0, .answer = [](const std::string&, const Done&) {
                throw std::runtime_error("an answer");
              }};
    if (head.path == "/forgotten")
      return {.refusal = {}, .body = 0, .answer = [](const std::string&, const Done&) {}};
    if (head.path == "/big") return say({.type = "text/plain", .shared = SharedBytes{kBig}});
    if (head.path == "/thread")
      return {.refusal = {}, .body = 0, .answer = [this](const std::string&, const Done& done) {
                threads_.emplace_back([done] {
                  done({.type = "text/plain", .body = "elsewhere"});
                  done({.type = "text/plain", .body = "twice"});
                });
              }};
    if (head.path == "/kept")
      return {.refusal = {}, .body = 0, .answer = [this](const std::string&, const Done& done) {
                const std::unique_lock lock(mutex_);
                kept_ = done;
              }};
    if (head.path == "/upload")
      return {.refusal = {},
              .body = 1'000'000,
              .answer = {},
              .stream = {},
              .spooled = SpooledBody{.memory = 1'000,
                                     .folder = testing::TempDir(),
                                     .answer = [](base::Spool body, const Done& done) {
                                       const auto size = body.view()->size();
                                       done({.type = "text/plain",
                                             .body = std::to_string(size) +
                                                     (body.in_memory() == 0 ? " in a file" : " in memory")});
                                     }}};
    if (head.path == "/stream")
      return {.refusal = {}, .body = 0, .answer = {}, .stream = std::make_unique<Short>()};
    return say({.type = "text/plain",
                .body = name_ + ' ' + head.peer.text() + (head.secure ? " secure " : " clear ") + head.host +
                        ' ' + head.path});
  }
  [[nodiscard]] Done kept() {
    const std::unique_lock lock(mutex_);
    return kept_;
  }

 private:
  class Short : public Stream {
    Piece take() override { return {.text = "data: all\n\n", .more = false, .end = true}; }
  };

  std::string name_;
  std::vector<std::thread> threads_;
  std::mutex mutex_;
  Done kept_;
};

class HttpListenerTest : public testing::Test {
 protected:
  HttpListenerTest() {
    std::string pattern = testing::TempDir() + "/rampart-http-XXXXXX";
    folder_ = mkdtemp(pattern.data());
  }
  ~HttpListenerTest() override {
    end();
    std::filesystem::remove_all(folder_);
  }
  void end() {
    if (!thread_.joinable()) return;
    on_loop([&] { server_.reset(); });
    work_.reset();
    thread_.join();
  }

  Server& server(ServerOptions options = {}) {
    options.log = [this](const std::string& what) { logged_ += what + '\n'; };
    return server_.emplace(io_, std::move(options), mirror_);
  }
  void run() {
    thread_ = std::thread([this] { io_.run(); });
  }
  template <class Act>
  void on_loop(Act act) {
    std::promise<void> done;
    asio::post(io_, [&] {
      act();
      done.set_value();
    });
    done.get_future().wait();
  }
  // Listens, and runs; the port.
  std::uint16_t start(Listener listener, ServerOptions options = {}) {
    const auto place = server(std::move(options)).listen(std::move(listener));
    EXPECT_TRUE(place) << place.error().message();
    run();
    return place && !place->starts_with("unix:") ? port_of(*place) : std::uint16_t{0};
  }
  static std::uint16_t port_of(const std::string& place) {
    return static_cast<std::uint16_t>(std::stoul(place.substr(place.rfind(':') + 1)));
  }

  static std::string request(const std::string& target, const std::string& fields = {},
                             const std::string& host = "localhost") {
    return "GET " + target + " HTTP/1.1\r\nHost: " + host + "\r\n" + fields + "Connection: close\r\n\r\n";
  }
  template <class Socket>
  static std::string talk(Socket& socket, const std::string& text) {
    timeval patience{10, 0};
    ::setsockopt(socket.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    boost::system::error_code error;
    asio::write(socket, asio::buffer(text), error);
    std::string out;
    asio::read(socket, asio::dynamic_buffer(out), error);
    return out;
  }
  static std::string ask(std::uint16_t port, const std::string& text, const char* address = "127.0.0.1") {
    asio::io_context io;
    tcp::socket socket(io);
    socket.connect({asio::ip::make_address(address), port});
    return talk(socket, text);
  }
  // Over TLS; what fails is said in brackets.
  static std::string ask_tls(std::uint16_t port, const std::string& text,
                             const StubCertificate& certificate) {
    auto stream = TlsStream::connect(
        {.host = "127.0.0.1", .port = port, .ca_file = certificate.file(), .timeout = 10s, .stop = {}});
    if (!stream) return "(" + stream.error().what + ")";
    if (const auto done = stream->secure(); !done) return "(" + done.error().what + ")";
    const auto deadline = TlsStream::Clock::now() + 10s;
    if (const auto sent = stream->write(text, deadline); !sent) return "(" + sent.error().what + ")";
    std::string out;
    std::array<char, 16'384> room{};
    for (;;) {
      const auto got = stream->read(room, deadline);
      if (!got || *got == 0) return out;
      out.append(room.data(), *got);
    }
  }

  std::string folder_;
  std::string logged_;
  Mirror mirror_;
  asio::io_context io_{1};
  std::optional<asio::executor_work_guard<asio::io_context::executor_type>> work_{io_.get_executor()};
  std::optional<Server> server_;
  std::thread thread_;
};

TEST_F(HttpListenerTest, LocalhostIsBothFamilies) {
  const auto port = start({.place = "localhost:0"});
  EXPECT_THAT(ask(port, request("/")), HasSubstr("mirror 127.0.0.1 clear localhost /"));
  EXPECT_THAT(ask(port, request("/"), "::1"), HasSubstr("mirror ::1 clear localhost /"));
}

TEST_F(HttpListenerTest, EachListenerHasItsHandler) {
  Mirror other("other");
  auto& here = server();
  const auto admin = here.listen({.place = "127.0.0.1:0"});
  const auto open = here.listen({.place = "0.0.0.0:0", .allow_public = true, .handler = &other});
  ASSERT_TRUE(admin && open);
  run();
  EXPECT_THAT(ask(port_of(*admin), request("/")), HasSubstr("\r\n\r\nmirror "));
  EXPECT_THAT(ask(port_of(*open), request("/")), HasSubstr("\r\n\r\nother "));
  EXPECT_EQ(server_->counts().requests, 2U);
  end();
}

TEST_F(HttpListenerTest, PlacesAreCheckedBeforeTheyAreOpened) {
  auto& here = server();
  for (const auto* place : {"", "8080", "localhost", "localhost:", "localhost:70000", "example.test:80",
                            "::1:80", "[127.0.0.1]:80", "unix:relative", "192.0.2.1:0"})
    EXPECT_EQ(here.listen({.place = place}).error().kind, base::ErrorKind::config) << place;
  const auto taken = here.listen({.place = "127.0.0.1:0"});
  const auto again = here.listen({.place = *taken});
  EXPECT_EQ(again.error().kind, base::ErrorKind::io);
  EXPECT_THAT(again.error().hint, HasSubstr("another program listens there"));
  EXPECT_EQ(here.listen({.place = "unix:/" + std::string(200, 'x')}).error().kind, base::ErrorKind::config);
  run();
}

TEST_F(HttpListenerTest, UnixSocketsAreForTheirGroup) {
  const auto path = folder_ + "/http.sock";
  {  // as a program leaves it that was killed
    asio::io_context io;
    const asio::local::stream_protocol::acceptor left(io, asio::local::stream_protocol::endpoint(path));
  }
  ASSERT_TRUE(std::filesystem::exists(path));
  start({.place = "unix:" + path, .trusted = {}, .trust_unix = true});
  struct stat status{};
  ASSERT_EQ(::stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0660U);
  asio::io_context io;
  asio::local::stream_protocol::socket socket(io);
  socket.connect(asio::local::stream_protocol::endpoint(path));
  EXPECT_THAT(talk(socket, request("/", "X-Forwarded-For: 198.51.100.7\r\nX-Forwarded-Proto: https\r\n")),
              HasSubstr("mirror 198.51.100.7 secure "));
  on_loop([&] {
    EXPECT_EQ(server_->listen({.place = "unix:" + path}).error().kind, base::ErrorKind::io)
        << "somebody listens there";
  });
  end();
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(HttpListenerTest, OtherHostsAreNotItsOwn) {
  const auto port = start({.place = "127.0.0.1:0", .hosts = loopback_hosts()});
  EXPECT_THAT(ask(port, request("/", {}, "localhost:1234")), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(ask(port, request("/", {}, "[::1]")), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(ask(port, request("/", {}, "rebound.example")),
              StartsWith("HTTP/1.1 421 Misdirected Request\r\n"));
  EXPECT_THAT(ask(port, "GET / HTTP/1.0\r\n\r\n"), StartsWith("HTTP/1.1 421 ")) << "no host is none of them";
}

TEST_F(HttpListenerTest, TrustedProxiesSayWhoAsks) {
  const std::string fields = "X-Forwarded-For: 203.0.113.1, 198.51.100.7\r\nX-Forwarded-Proto: https\r\n";
  auto& here = server();
  const auto open = here.listen({.place = "127.0.0.1:0", .trusted = {*parse_network("127.0.0.0/8")}});
  const auto plain = here.listen({.place = "127.0.0.1:0"});
  run();
  const auto out = ask(port_of(*open), request("/", fields));
  EXPECT_THAT(out, HasSubstr("mirror 198.51.100.7 secure "));
  EXPECT_THAT(out, HasSubstr("Strict-Transport-Security: "));
  EXPECT_THAT(ask(port_of(*plain), request("/", fields)), HasSubstr("mirror 127.0.0.1 clear "));
}

TEST_F(HttpListenerTest, SpeaksTls) {
  const StubCertificate certificate("IP:127.0.0.1");
  const auto port = start(
      {.place = "127.0.0.1:0", .tls = *ServerTls::load({.certificate = certificate.file(), .key = {}})});
  const auto out = ask_tls(port, request("/"), certificate);
  EXPECT_THAT(out, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(out, HasSubstr("Strict-Transport-Security: max-age="));
  EXPECT_THAT(out, HasSubstr("mirror 127.0.0.1 secure localhost /"));
  EXPECT_TRUE(ask_tls(port, request("/big"), certificate).ends_with(kBig));
  EXPECT_THAT(ask_tls(port, request("/stream"), certificate), testing::EndsWith("\r\n\r\ndata: all\n\n"));
  EXPECT_THAT(ask(port, request("/")), Not(HasSubstr("HTTP/1.1 200"))) << "in clear";
}

// The protocol that a client gets who speaks `version` and offers `alpn`; empty: he does not get in.
std::string shake(std::uint16_t port, int version, std::string_view alpn) {
  asio::io_context io;
  tcp::socket socket(io);
  socket.connect({asio::ip::make_address("127.0.0.1"), port});
  SSL_CTX* context = SSL_CTX_new(TLS_client_method());
  SSL_CTX_set_security_level(context, 0);
  SSL_CTX_set_min_proto_version(context, version);
  SSL_CTX_set_max_proto_version(context, version);
  SSL* tls = SSL_new(context);
  SSL_set_fd(tls, socket.native_handle());
  const std::string wire = static_cast<char>(alpn.size()) + std::string(alpn);
  SSL_set_alpn_protos(tls, reinterpret_cast<const unsigned char*>(wire.data()),
                      static_cast<unsigned>(wire.size()));
  std::string out;
  if (SSL_connect(tls) == 1) {
    const unsigned char* got = nullptr;
    unsigned size = 0;
    SSL_get0_alpn_selected(tls, &got, &size);
    out = std::string(SSL_get_version(tls)) + ' ' + std::string(reinterpret_cast<const char*>(got), size);
  }
  SSL_free(tls);
  SSL_CTX_free(context);
  return out;
}

TEST_F(HttpListenerTest, TlsIsModern) {
  const StubCertificate certificate("IP:127.0.0.1");
  const auto port = start(
      {.place = "127.0.0.1:0", .tls = *ServerTls::load({.certificate = certificate.file(), .key = {}})});
  EXPECT_EQ(shake(port, TLS1_3_VERSION, "http/1.1"), "TLSv1.3 http/1.1");
  EXPECT_EQ(shake(port, TLS1_2_VERSION, "http/1.1"), "TLSv1.2 http/1.1");
  EXPECT_EQ(shake(port, TLS1_1_VERSION, "http/1.1"), "");
  EXPECT_EQ(shake(port, TLS1_3_VERSION, "h2"), "") << "RFC 7301 section 3.2";
}

TEST_F(HttpListenerTest, TakesACertificateThatChanged) {
  const StubCertificate first("IP:127.0.0.1");
  const StubCertificate second("IP:127.0.0.1");
  const auto file = folder_ + "/tls.pem";
  const auto put = [&](const std::string& from) {
    std::filesystem::copy_file(from, file + ".new");
    std::filesystem::rename(file + ".new", file);
  };
  put(first.file());
  const auto tls = *ServerTls::load(
      {.certificate = file, .key = {}, .log = [this](const std::string& what) { logged_ += what; }});
  const auto port = start({.place = "127.0.0.1:0", .tls = tls});
  EXPECT_THAT(ask_tls(port, request("/"), first), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(ask_tls(port, request("/"), second), HasSubstr("certificate is refused"));
  put(second.file());
  on_loop([&] { tls->look(); });
  EXPECT_THAT(ask_tls(port, request("/"), second), StartsWith("HTTP/1.1 200 "));
  on_loop([&] { EXPECT_THAT(logged_, HasSubstr("the new certificate is used")); });
  std::ofstream(file + ".broken") << "-----BEGIN CERTIFICATE-----\nnone\n";
  std::filesystem::rename(file + ".broken", file);
  on_loop([&] { tls->look(); });
  on_loop([&] { tls->look(); });
  EXPECT_THAT(ask_tls(port, request("/"), second), StartsWith("HTTP/1.1 200 "));
  on_loop([&] {
    const auto at = logged_.find("the certificate of before stays in use");
    EXPECT_NE(at, std::string::npos);
    EXPECT_EQ(logged_.find("stays in use", at + 40), std::string::npos) << "said once";
  });
}

TEST_F(HttpListenerTest, TlsFilesAreCheckedFirst) {
  const StubCertificate one("IP:127.0.0.1");
  const StubCertificate other("IP:127.0.0.1");
  const auto missing = ServerTls::load({.certificate = folder_ + "/none.pem", .key = {}});
  EXPECT_EQ(missing.error().kind, base::ErrorKind::config);
  EXPECT_EQ(missing.error().where, folder_ + "/none.pem");
  EXPECT_THAT(missing.error().what, HasSubstr("No such file"));
  EXPECT_THAT(ServerTls::load({.certificate = one.file(), .key = other.file()}).error().what,
              HasSubstr("key"));
}

TEST_F(HttpListenerTest, OneAddressHasSoManyConnections) {
  const auto port = start({.place = "127.0.0.1:0"}, {.max_per_address = 1});
  asio::io_context io;
  tcp::socket first(io);
  first.connect({asio::ip::make_address("127.0.0.1"), port});
  while (server_->counts().connections == 0) std::this_thread::sleep_for(5ms);
  EXPECT_EQ(ask(port, request("/")), "");
  EXPECT_EQ(server_->counts().refused, 1U);
  first.close();
  while (server_->counts().connections != 0) std::this_thread::sleep_for(5ms);
  EXPECT_THAT(ask(port, request("/")), StartsWith("HTTP/1.1 200 "));
}

TEST_F(HttpListenerTest, WhoIsIdleMakesRoom) {
  const auto port = start({.place = "127.0.0.1:0"}, {.max_connections = 1, .idle_time = 60s});
  asio::io_context io;
  tcp::socket idle(io);
  idle.connect({asio::ip::make_address("127.0.0.1"), port});
  asio::write(idle, asio::buffer(std::string_view("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")));
  std::string got;
  asio::read_until(idle, asio::dynamic_buffer(got), "localhost /");
  EXPECT_THAT(ask(port, request("/")), StartsWith("HTTP/1.1 200 "));
  boost::system::error_code error;
  asio::read(idle, asio::dynamic_buffer(got), error);
  EXPECT_EQ(error, asio::error::eof) << "it was closed";
}

TEST_F(HttpListenerTest, AnswersComeFromAnyThread) {
  const auto port = start({.place = "127.0.0.1:0"});
  const auto out = ask(port, request("/thread"));
  EXPECT_THAT(out, testing::EndsWith("elsewhere"));
  EXPECT_THAT(ask(port, request("/forgotten")), StartsWith("HTTP/1.1 500 "));
  EXPECT_THAT(ask(port, request("/fault")), StartsWith("HTTP/1.1 500 "));
  EXPECT_THAT(ask(port, request("/late-fault")), StartsWith("HTTP/1.1 500 "));
  on_loop([&] { EXPECT_THAT(logged_, testing::AllOf(HasSubstr("a plan\n"), HasSubstr("an answer\n"))); });
}

TEST_F(HttpListenerTest, AnAnswerToAServerThatIsGoneIsNothing) {
  const auto port = start({.place = "127.0.0.1:0"});
  asio::io_context io;
  tcp::socket socket(io);
  socket.connect({asio::ip::make_address("127.0.0.1"), port});
  asio::write(socket, asio::buffer(request("/kept")));
  Done kept;
  while (!(kept = mirror_.kept())) std::this_thread::sleep_for(5ms);
  end();
  kept({.status = 200});
  std::string got;
  boost::system::error_code error;
  asio::read(socket, asio::dynamic_buffer(got), error);
  EXPECT_EQ(got, "");
}

TEST_F(HttpListenerTest, UploadsGoIntoAFile) {
  const auto port = start({.place = "127.0.0.1:0"});
  const auto post = [&](std::size_t size) {
    return ask(port, "POST /upload HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: " +
                         std::to_string(size) + "\r\n\r\n" + std::string(size, 'u'));
  };
  EXPECT_THAT(post(900'000), testing::EndsWith("900000 in a file"));
  EXPECT_THAT(post(10), testing::EndsWith("10 in memory"));
  EXPECT_THAT(post(1'000'001), StartsWith("HTTP/1.1 413 Content Too Large\r\n"));
}

TEST_F(HttpListenerTest, LargeBodiesAreSentWhole) {
  const auto port = start({.place = "127.0.0.1:0"});
  EXPECT_TRUE(ask(port, request("/big")).ends_with("\r\n\r\n" + kBig));
  EXPECT_TRUE(ask(port, "HEAD /big HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").ends_with("\r\n\r\n"));
}

TEST_F(HttpListenerTest, ARefusalWithoutABodyKeepsTheConnection) {
  const auto port = start({.place = "127.0.0.1:0"});
  const auto out = ask(port, "GET /none HTTP/1.1\r\nHost: localhost\r\n\r\n" + request("/after"));
  EXPECT_THAT(out, StartsWith("HTTP/1.1 404 "));
  EXPECT_THAT(out, testing::EndsWith("localhost /after"));
}

TEST_F(HttpListenerTest, AHandlerEndsAStream) {
  const auto port = start({.place = "127.0.0.1:0"});
  EXPECT_THAT(ask(port, request("/stream")), testing::EndsWith("\r\n\r\ndata: all\n\n"));
}

}  // namespace
}  // namespace rampart::net::http
