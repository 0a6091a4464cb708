// HTTPS and SMTP probes through the provider, against servers on loopback.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/live_provider.h"
#include "net/stub_dns.h"
#include "net/stub_tls.h"

namespace rampart::net {
namespace {

using boost::asio::awaitable;
using dns::Name;
using dns::RrType;
using facts::HttpAnswerPtr;
using facts::Presence;
using facts::SmtpAnswerPtr;
using facts::Why;
using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::HasSubstr;

Name name(std::string_view text) { return *Name::try_parse(text); }
const Name kHost = name("mx.example");

class ProbeTest : public testing::Test {
 protected:
  ProbeTest()
      : certificate_("DNS:mx.example,DNS:*.wild.example"), dns_(io_, [](const StubQuery& query) {
          if (query.type == RrType::aaaa) return StubReply(query).soa(name("example")).bytes();
          return StubReply(query).add(query.name, RrType::a, {127, 0, 0, 1}).bytes();
        }) {}

  void serve(StubServer::Script script) {
    server_ = std::make_unique<StubServer>(io_, certificate_, std::move(script));
    port_ = server_->port();
  }
  // The provider, with both kinds of probes going to the server.
  void start(bool allow_private = true, bool trusted = true) {
    LiveOptions options{.resolvers = {dns_.endpoint()}};
    options.probes.https = HttpsOptions{.timeout = milliseconds(2000), .port = port_};
    options.probes.smtp = SmtpOptions{.timeout = milliseconds(2000), .port = port_, .blocked_after = 3};
    if (trusted) options.probes.https->ca_file = options.probes.smtp->ca_file = certificate_.file();
    options.probes.allow_private = allow_private;
    provider_ = std::make_unique<LiveProvider>(io_, std::move(options));
  }
  facts::Fact ask(facts::Question question) {
    facts::Fact out;
    bool done = false;
    if (!provider_) start();
    provider_->ask({std::move(question)}, std::chrono::steady_clock::now() + std::chrono::seconds(30),
                   [&](std::vector<facts::Fact> facts) {
                     out = facts.at(0);
                     done = true;
                   });
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (!done && std::chrono::steady_clock::now() < end) io_.run_one_for(std::chrono::seconds(1));
    EXPECT_TRUE(done);
    return out;
  }
  HttpAnswerPtr get(const Name& host = kHost, std::string path = "/policy") {
    return std::get<HttpAnswerPtr>(ask(facts::HttpsGet{host, std::move(path)}));
  }
  SmtpAnswerPtr smtp(const Name& host = kHost) {
    return std::get<SmtpAnswerPtr>(ask(facts::SmtpProbe{host}));
  }

  boost::asio::io_context io_;
  StubCertificate certificate_;
  StubDns dns_;
  std::unique_ptr<StubServer> server_;
  std::uint16_t port_ = 9;
  std::unique_ptr<LiveProvider> provider_;
};

// ---- HTTPS

StubServer::Script respond(std::string response, std::string* request = nullptr) {
  return [=](StubPeer& peer) -> awaitable<void> {
    co_await peer.secure();
    const auto heard = co_await peer.hear("\r\n\r\n");
    if (request != nullptr) *request = heard;
    co_await peer.say(response);
  };
}

TEST_F(ProbeTest, HttpsBringsStatusTypeAndBody) {
  std::string request;
  serve(respond("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello", &request));
  const auto answer = get();
  ASSERT_EQ(answer->presence, Presence::present) << answer->detail;
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->content_type, "text/plain");
  EXPECT_EQ(answer->body, "hello");
  EXPECT_EQ(answer->server, "127.0.0.1:" + std::to_string(port_));
  EXPECT_THAT(request, HasSubstr("GET /policy HTTP/1.1"));
  EXPECT_THAT(request, HasSubstr("Host: mx.example"));
  EXPECT_THAT(request, testing::Not(HasSubstr("Accept-Encoding")));
  EXPECT_THAT(request, testing::Not(HasSubstr("Cookie")));
  EXPECT_EQ(get(), answer);  // remembered
  EXPECT_EQ(server_->connections(), 1);
}

TEST_F(ProbeTest, HttpsFollowsNoRedirect) {
  serve(respond("HTTP/1.1 301 Moved\r\nLocation: https://127.0.0.1/\r\nContent-Length: 0\r\n\r\n"));
  EXPECT_EQ(get()->status, 301);
  EXPECT_EQ(server_->connections(), 1);
}

TEST_F(ProbeTest, HttpsTellsTlsFaults) {
  serve(respond("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
  start(true, false);
  auto answer = get();
  EXPECT_EQ(answer->presence, Presence::unknown);
  EXPECT_TRUE(answer->tls_failed) << answer->detail;
  start();
  answer = get(name("other.example"));  // a name the certificate does not have
  EXPECT_TRUE(answer->tls_failed) << answer->detail;
  EXPECT_EQ(get(name("a.wild.example"))->status, 200);
}

TEST_F(ProbeTest, HttpsEndsAt64KiB) {
  serve(respond("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n" + std::string(70'000, 'x')));
  const auto answer = get();
  EXPECT_EQ(answer->why, Why::malformed);
  EXPECT_THAT(answer->detail, HasSubstr("larger than 65536"));
  EXPECT_TRUE(answer->body.empty());
}

TEST_F(ProbeTest, HttpsRefusesHttp09AndSilence) {
  serve(respond("hello\n"));
  EXPECT_EQ(get()->presence, Presence::unknown);
  serve([](StubPeer& peer) -> awaitable<void> { co_await peer.hear(std::string(5000, 'x')); });
  start();
  const auto answer = get();
  EXPECT_EQ(answer->why, Why::timeout) << answer->detail;
  EXPECT_FALSE(answer->tls_failed);
}

TEST_F(ProbeTest, HttpsWithoutAServer) {
  serve(respond(""));
  server_.reset();
  EXPECT_EQ(get()->why, Why::network);
}

TEST_F(ProbeTest, HttpsRefusesStrangePaths) {
  serve(respond(""));
  for (const char* path : {"", "x", "/a b", "/\r\nHost: evil", "/#x"}) {
    EXPECT_EQ(get(kHost, path)->why, Why::forbidden) << path;
  }
  EXPECT_EQ(server_->connections(), 0);
}

TEST_F(ProbeTest, NothingPrivateIsConnectedTo) {
  serve(respond(""));
  start(false);
  EXPECT_EQ(get()->why, Why::forbidden);
  EXPECT_EQ(smtp()->why, Why::forbidden);
  EXPECT_EQ(smtp()->detail, "the host has no public address");
  EXPECT_EQ(server_->connections(), 0);
}

// ---- SMTP

// A mail server that offers `extensions` (before TLS) and notes what it hears.
StubServer::Script mail_server(std::vector<std::string> extensions, std::vector<std::string>* heard) {
  return [=](StubPeer& peer) -> awaitable<void> {
    co_await peer.say("220 mx.example ESMTP\r\n");
    while (true) {
      const std::string line = co_await peer.hear();
      if (line.empty()) co_return;
      heard->push_back(line.substr(0, line.find_first_of(" \r")));
      if (line.starts_with("EHLO")) {
        std::string reply = "250-mx.example\r\n";
        for (const auto& extension : extensions) reply += "250-" + extension + "\r\n";
        co_await peer.say(reply + "250 OK\r\n");
      } else if (line.starts_with("STARTTLS")) {
        co_await peer.say("220 go on\r\n");
        co_await peer.secure();
      } else {
        co_await peer.say("221 bye\r\n");
        co_return;
      }
    }
  };
}

TEST_F(ProbeTest, SmtpLooksAtStarttlsAndTheCertificate) {
  std::vector<std::string> heard;
  serve(mail_server({"SIZE 1000", "starttls", "AUTH CRAM-MD5 login"}, &heard));
  const auto answer = smtp();
  ASSERT_EQ(answer->presence, Presence::present) << answer->detail;
  EXPECT_EQ(answer->banner, "220 mx.example ESMTP");
  EXPECT_TRUE(answer->starttls);
  EXPECT_TRUE(answer->auth_in_clear);
  EXPECT_EQ(answer->tls_error, "");
  EXPECT_EQ(answer->tls_version, "TLSv1.3");
  ASSERT_EQ(answer->certificate.size(), 1U);
  const auto& certificate = answer->certificate[0];
  EXPECT_EQ(certificate.subject, "stub");
  EXPECT_THAT(certificate.names, ElementsAre("mx.example", "*.wild.example"));
  EXPECT_EQ(certificate.chain_error, "");
  EXPECT_TRUE(certificate.name_matches);
  EXPECT_EQ(certificate.sha256.size(), 32U);
  EXPECT_EQ(certificate.spki_sha256.size(), 32U);
  EXPECT_LT(certificate.not_before, base::now());
  EXPECT_GT(certificate.not_after, base::now());
  EXPECT_THAT(heard, ElementsAre("EHLO", "STARTTLS", "EHLO", "QUIT"));
  EXPECT_EQ(smtp(), answer);  // once an hour
  EXPECT_EQ(server_->connections(), 1);
}

TEST_F(ProbeTest, SmtpReportsAChainAndANameThatDoNotFit) {
  std::vector<std::string> heard;
  serve(mail_server({"STARTTLS"}, &heard));
  start(true, false);
  const auto answer = smtp(name("other.example"));
  ASSERT_EQ(answer->certificate.size(), 1U);
  EXPECT_NE(answer->certificate[0].chain_error, "");
  EXPECT_FALSE(answer->certificate[0].name_matches);
  EXPECT_EQ(answer->tls_error, "");  // opportunistic TLS asks for neither
  EXPECT_FALSE(answer->auth_in_clear);
}

TEST_F(ProbeTest, SmtpWithoutStarttls) {
  std::vector<std::string> heard;
  serve(mail_server({"AUTH=PLAIN"}, &heard));
  const auto answer = smtp();
  EXPECT_FALSE(answer->starttls);
  EXPECT_TRUE(answer->auth_in_clear);
  EXPECT_TRUE(answer->certificate.empty());
  EXPECT_THAT(heard, ElementsAre("EHLO", "QUIT"));
}

TEST_F(ProbeTest, SmtpDropsWhatIsSaidBeforeTls) {
  serve([](StubPeer& peer) -> awaitable<void> {
    co_await peer.say("220 x\r\n");
    co_await peer.hear();
    co_await peer.say("250 STARTTLS\r\n");
    co_await peer.hear();
    co_await peer.say("220 go on\r\n250 AUTH PLAIN\r\n");
    co_await peer.hear();
  });
  const auto answer = smtp();
  EXPECT_TRUE(answer->starttls);
  EXPECT_THAT(answer->tls_error, HasSubstr("in clear"));
  EXPECT_FALSE(answer->auth_in_clear);
}

TEST_F(ProbeTest, SmtpHandshakeThatFails) {
  serve([](StubPeer& peer) -> awaitable<void> {
    co_await peer.say("220 x\r\n");
    co_await peer.hear();
    co_await peer.say("250 STARTTLS\r\n");
    co_await peer.hear();
    co_await peer.say("220 go on\r\n");
    co_await peer.hear(std::string(1, '\x01'));
    co_await peer.say("no TLS here\r\n");
  });
  const auto answer = smtp();
  EXPECT_EQ(answer->presence, Presence::present);
  EXPECT_NE(answer->tls_error, "");
  EXPECT_EQ(answer->tls_version, "");
}

TEST_F(ProbeTest, SmtpKeepsItsLimits) {
  struct Case {
    std::string banner;
    std::string detail;
  };
  std::string many;
  for (int i = 0; i < 200; ++i) many += "220-x\r\n";
  const Case cases[] = {{"220 " + std::string(5000, 'x') + "\r\n", "1,000 octets"},
                        {std::string(5000, 'x'), "1,000 octets"},
                        {many, "100 lines"},
                        {"hello\r\n", "not SMTP's"},
                        {"99\r\n", "not SMTP's"},
                        {"220=x\r\n", "not SMTP's"}};
  for (const auto& [banner, detail] : cases) {
    serve([banner = banner](StubPeer& peer) -> awaitable<void> {
      co_await peer.say(banner);
      co_await peer.hear();
    });
    start();
    const auto answer = smtp();
    EXPECT_EQ(answer->why, Why::malformed) << banner.substr(0, 20);
    EXPECT_THAT(answer->detail, HasSubstr(detail));
  }
}

TEST_F(ProbeTest, SmtpRefusalIsABanner) {
  serve([](StubPeer& peer) -> awaitable<void> {
    co_await peer.say("554 \x1b[31mgo away\r\n");
    co_await peer.hear();
  });
  const auto answer = smtp();
  EXPECT_EQ(answer->presence, Presence::present);
  EXPECT_EQ(answer->banner, "554 \\x1b[31mgo away");
}

TEST_F(ProbeTest, SmtpSilenceIsATimeout) {
  serve([](StubPeer& peer) -> awaitable<void> { co_await peer.hear(); });
  const auto answer = smtp();
  EXPECT_EQ(answer->why, Why::timeout);
  EXPECT_FALSE(answer->port_blocked);
}

TEST_F(ProbeTest, SmtpFindsItsOwnPortBlocked) {
  serve(respond(""));
  server_.reset();
  start();
  EXPECT_FALSE(smtp(name("a.example"))->port_blocked);
  EXPECT_FALSE(smtp(name("b.example"))->port_blocked);
  EXPECT_TRUE(smtp(name("c.example"))->port_blocked);
  const auto answer = smtp(name("d.example"));
  EXPECT_TRUE(answer->port_blocked);
  EXPECT_THAT(answer->detail, HasSubstr("closed on our side"));
}

TEST_F(ProbeTest, MayGoWhileProbesAreUnderWay) {
  serve([](StubPeer& peer) -> awaitable<void> { co_await peer.hear(); });
  start();
  provider_->ask({facts::SmtpProbe{kHost}, facts::HttpsGet{kHost, "/x"}},
                 std::chrono::steady_clock::now() + std::chrono::seconds(30),
                 [](const std::vector<facts::Fact>&) { FAIL() << "called after the provider was gone"; });
  for (int i = 0; i < 20; ++i) io_.run_one_for(milliseconds(20));
  provider_.reset();
  for (int i = 0; i < 20; ++i) io_.run_one_for(milliseconds(5));
}

}  // namespace
}  // namespace rampart::net
