#include "net/imap/client.h"

#include <thread>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.h"
#include "net/stub_tls.h"

namespace rampart::net::imap {
namespace {

using boost::asio::awaitable;
using testing::HasSubstr;

using Script = std::function<awaitable<void>(StubPeer&)>;

// A server in a thread of its own that does what a script says.
class Stub {
 public:
  explicit Stub(Script script, const std::string& names = "IP:127.0.0.1")
      : certificate_(names), server_(io_, certificate_, std::move(script)) {
    thread_ = std::thread([this] { io_.run(); });
  }
  ~Stub() {
    io_.stop();
    thread_.join();
  }
  Stub(const Stub&) = delete;
  Stub& operator=(const Stub&) = delete;

  base::Result<Client> open(Server::Tls tls = Server::Tls::implicit, bool token = false) {
    Server server{.host = "127.0.0.1", .port = server_.port(), .tls = tls, .user = "reports"};
    if (token) {
      server.token = crypto::Secret(std::string("tok.en"));
    } else {
      server.password = crypto::Secret(std::string("sec\"ret"));
    }
    server.ca_file = certificate_.file();
    server.timeout = std::chrono::milliseconds(1'500);
    return Client::open(std::move(server));
  }

 private:
  boost::asio::io_context io_;
  StubCertificate certificate_;
  StubServer server_;
  std::thread thread_;
};

// Answers the next command, whose line it returns without its tag; "TAG" in `answer` is the tag.
awaitable<std::string> serve(StubPeer& peer, std::string answer) {
  auto line = co_await peer.hear();
  const auto space = line.find(' ');
  const auto tag = line.substr(0, space);
  for (auto at = answer.find("TAG"); at != std::string::npos; at = answer.find("TAG"))
    answer.replace(at, 3, tag);
  co_await peer.say(answer);
  co_return line.size() < 2 || space == std::string::npos ? line
                                                          : line.substr(space + 1, line.size() - space - 3);
}

constexpr auto kAble = "* CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR IDLE MOVE UIDPLUS\r\nTAG OK\r\n";

// Up to where a client is signed in.
awaitable<void> sign_in(StubPeer& peer, std::string able = kAble) {
  co_await peer.secure();
  co_await peer.say("* OK hello\r\n");
  co_await serve(peer, able);
  EXPECT_EQ(co_await serve(peer, "TAG OK\r\n"), "AUTHENTICATE PLAIN AHJlcG9ydHMAc2VjInJldA==");
  co_await serve(peer, able);
}

std::string why(const base::Result<Client>& client) {
  return client ? "it went well" : client.error().message();
}

TEST(ImapClient, ReadsAndMoves) {
  Stub stub([](StubPeer& peer) -> awaitable<void> {
    co_await sign_in(peer);
    EXPECT_EQ(co_await serve(peer,
                             "* FLAGS (\\Seen)\r\n* 2 EXISTS\r\n* OK [UIDVALIDITY 5] x\r\n* OK "
                             "[PERMANENTFLAGS (\\Seen \\*)] x\r\n"
                             "TAG OK [READ-WRITE] x\r\n"),
              "SELECT \"INBOX\"");
    EXPECT_EQ(co_await serve(peer,
                             "* 2 FETCH (UID 9 RFC822.SIZE 10 INTERNALDATE \"17-Jul-1996 02:44:25 -0700\" "
                             "FLAGS (\\Deleted))\r\n"
                             "* 1 FETCH (FLAGS ($Seen) UID 7 RFC822.SIZE 4)\r\n* 1 FETCH (UID 7)\r\n* 3 "
                             "FETCH (FLAGS ())\r\nTAG OK\r\n"),
              "FETCH 1:2 (UID RFC822.SIZE INTERNALDATE FLAGS)");
    EXPECT_EQ(co_await serve(peer,
                             "* 1 FETCH (UID 8 BODY[]<0> {1}\r\nx)\r\n* 1 FETCH (UID 7 BODY[]<0> "
                             "{4}\r\na\r\nb)\r\nTAG OK\r\n"),
              fmt::format("UID FETCH 7 (UID BODY.PEEK[]<0.{}>)", kMaxMessage + 1));
    co_await serve(peer, "TAG OK nothing there\r\n");
    EXPECT_EQ(co_await serve(peer, "TAG OK\r\n"), "LIST \"\" \"Done\"");
    EXPECT_EQ(co_await serve(peer, "TAG OK\r\n"), "CREATE \"Done\"");
    EXPECT_EQ(co_await serve(peer, "* 1 EXPUNGE\r\nTAG OK\r\n"), "UID MOVE 7,9 \"Done\"");
    EXPECT_EQ(co_await serve(peer, "TAG NO [OVERQUOTA] too much\r\n"), "UID STORE 7 +FLAGS.SILENT ($Done)");
    co_await serve(peer, "* BYE\r\nTAG OK\r\n");
  });
  auto client = stub.open();
  ASSERT_TRUE(client) << why(client);
  const auto box = client->select("INBOX");
  ASSERT_TRUE(box) << box.error().message();
  EXPECT_EQ(box->validity, 5U);
  EXPECT_TRUE(box->writable && box->keywords);
  const auto listed = client->list(*box);
  ASSERT_TRUE(listed);
  ASSERT_EQ(listed->size(), 2U);
  EXPECT_EQ(listed->front().uid, 7U);
  EXPECT_EQ(listed->front().keywords, std::vector<std::string>{"$Seen"});
  EXPECT_TRUE(listed->back().deleted);
  EXPECT_EQ(base::format_time(*listed->back().received), "1996-07-17T09:44:25Z");
  EXPECT_EQ(client->fetch(7)->value(), "a\r\nb");
  EXPECT_FALSE(client->fetch(7)->has_value());
  EXPECT_TRUE(client->ensure("Done"));
  EXPECT_TRUE(client->move({9, 7}, "Done"));
  const auto refused = client->add_keyword({7}, "$Done");
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().what, HasSubstr("too much"));
  client->close();
}

TEST(ImapClient, WithoutMoveItCopiesAndTakesJustTheseAway) {
  Stub stub([](StubPeer& peer) -> awaitable<void> {
    co_await sign_in(peer, "* CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR UIDPLUS\r\nTAG OK\r\n");
    EXPECT_EQ(co_await serve(peer, "TAG OK\r\n"), "UID COPY 7 \"Done\"");
    EXPECT_EQ(co_await serve(peer, "TAG OK\r\n"), "UID STORE 7 +FLAGS.SILENT (\\Deleted)");
    EXPECT_EQ(co_await serve(peer, "TAG OK\r\n"), "UID EXPUNGE 7");
    co_await peer.hear();
  });
  auto client = stub.open();
  ASSERT_TRUE(client) << why(client);
  EXPECT_FALSE(client->can_idle());
  EXPECT_TRUE(client->move({7}, "Done"));
}

TEST(ImapClient, IdleWakesUpAndEnds) {
  Stub stub([](StubPeer& peer) -> awaitable<void> {
    co_await sign_in(peer);
    co_await serve(peer, "* 2 EXISTS\r\n* OK [UIDVALIDITY 5] x\r\nTAG OK [READ-WRITE] x\r\n");
    EXPECT_EQ(co_await serve(peer, "+ idling\r\n* OK still here\r\n* 3 EXISTS\r\n"), "IDLE");
    EXPECT_EQ(co_await peer.hear(), "DONE\r\n");
    co_await peer.say("r5 OK\r\n");
    co_await serve(peer, "* 3 EXISTS\r\n* OK [UIDVALIDITY 5] x\r\nTAG OK [READ-WRITE] x\r\n");
    co_await serve(peer, "+ idling\r\n* 3 EXISTS\r\n");
    EXPECT_EQ(co_await peer.hear(), "DONE\r\n");
    co_await peer.say("r7 OK\r\n");
    co_await serve(peer, "TAG NO not here\r\n");
  });
  auto client = stub.open();
  ASSERT_TRUE(client) << why(client);
  ASSERT_TRUE(client->select("INBOX"));
  EXPECT_EQ(client->idle(std::chrono::seconds(5)), true);
  ASSERT_TRUE(client->select("INBOX"));
  EXPECT_EQ(client->idle(std::chrono::milliseconds(200)), false);
  EXPECT_FALSE(client->idle(std::chrono::seconds(5)));
}

TEST(ImapClient, StartTlsIsRequired) {
  Stub good([](StubPeer& peer) -> awaitable<void> {
    co_await peer.say("* OK hello\r\n");
    co_await serve(peer, "* CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED AUTH=EVIL\r\nTAG OK\r\n");
    co_await serve(peer, "TAG OK go on\r\n");
    co_await peer.secure();
    co_await serve(peer, "* CAPABILITY IMAP4rev1\r\nTAG OK\r\n");
    EXPECT_EQ(co_await serve(peer, "TAG OK\r\n"), "LOGIN \"reports\" \"sec\\\"ret\"");
    co_await serve(peer, kAble);
  });
  const auto client = good.open(Server::Tls::starttls);
  EXPECT_TRUE(client) << why(client);

  const auto refused = [](std::string greeting, std::string able, std::string start) {
    Stub stub([=](StubPeer& peer) -> awaitable<void> {
      co_await peer.say(greeting);
      co_await serve(peer, able);
      co_await serve(peer, start);
      EXPECT_EQ(co_await peer.hear(), "") << "nothing is said in clear";
    });
    return why(stub.open(Server::Tls::starttls));
  };
  constexpr auto kHello = "* OK hello\r\n";
  constexpr auto kOffers = "* CAPABILITY IMAP4rev1 STARTTLS AUTH=PLAIN\r\nTAG OK\r\n";
  EXPECT_THAT(refused(kHello, "* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\nTAG OK\r\n", ""),
              HasSubstr("no STARTTLS"));
  EXPECT_THAT(refused(kHello, kOffers, "TAG NO not now\r\n"), HasSubstr("refused STARTTLS"));
  EXPECT_THAT(refused(kHello, kOffers, "TAG OK go on\r\n* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n"),
              HasSubstr("in clear"));
  EXPECT_THAT(refused("* PREAUTH hello, admin\r\n", kOffers, ""), HasSubstr("greets"));
  EXPECT_THAT(refused("* BYE\r\n", "", ""), HasSubstr("goodbye"));
  EXPECT_THAT(refused("220 mx ESMTP\r\n", "", ""), HasSubstr("no response"));
}

TEST(ImapClient, ACertificateOfSomebodyElseIsRefused) {
  const auto nothing = [](StubPeer& peer) -> awaitable<void> {
    co_await peer.secure();
    co_await peer.say("* OK hello\r\n");
    EXPECT_EQ(co_await peer.hear(), "");
  };
  Stub other(nothing, "DNS:mail.else.example");
  EXPECT_THAT(why(other.open()), HasSubstr("certificate is refused"));
}

TEST(ImapClient, TokensAndTheirErrors) {
  const auto with = [](std::string mechanism, std::string first, std::string answer, std::string reply) {
    Stub stub([=](StubPeer& peer) -> awaitable<void> {
      co_await peer.secure();
      co_await peer.say("* OK [CAPABILITY IMAP4rev1 SASL-IR " + mechanism + "] hello\r\n");
      EXPECT_THAT(co_await serve(peer, answer), HasSubstr(first));
      if (!reply.empty()) {
        EXPECT_EQ(co_await peer.hear(), reply);
        co_await peer.say("r1 NO [AUTHENTICATIONFAILED] bad token\r\n");
      }
      co_await serve(peer, kAble);
    });
    return why(stub.open(Server::Tls::implicit, true));
  };
  const auto error = "+ " + base::encode_base64(R"({"status":"invalid_token"})") + "\r\n";
  EXPECT_EQ(with("AUTH=XOAUTH2 AUTH=PLAIN", "AUTHENTICATE XOAUTH2 ", "TAG OK\r\n", ""), "it went well");
  EXPECT_EQ(with("AUTH=XOAUTH2 AUTH=OAUTHBEARER", "AUTHENTICATE OAUTHBEARER ", "TAG OK\r\n", ""),
            "it went well");
  EXPECT_THAT(with("AUTH=XOAUTH2", "XOAUTH2", error, "\r\n"), HasSubstr("invalid_token"));
  EXPECT_THAT(with("AUTH=OAUTHBEARER", "OAUTHBEARER", error, "AQ==\r\n"), HasSubstr("bad token"));
  EXPECT_THAT(with("AUTH=PLAIN", "", "", ""), HasSubstr("takes no OAuth token"));
}

TEST(ImapClient, WhatAHostileServerSends) {
  const auto selecting = [](std::string answer) {
    Stub stub([=](StubPeer& peer) -> awaitable<void> {
      co_await sign_in(peer);
      co_await serve(peer, answer);
      co_await peer.hear();
    });
    auto client = stub.open();
    EXPECT_TRUE(client) << why(client);
    if (!client) return std::string();
    const auto box = client->select("INBOX");
    return box ? "it went well" : box.error().message();
  };
  EXPECT_THAT(selecting("* 1 EXISTS\r\nTAG OK\r\n"), HasSubstr("UIDVALIDITY"));
  EXPECT_THAT(selecting("TAG NO [NONEXISTENT] none\r\n"), HasSubstr("cannot be opened"));
  EXPECT_THAT(selecting("other OK\r\n"), HasSubstr("not asked"));
  EXPECT_THAT(selecting("* LIST {70000}\r\n"), HasSubstr("literal is larger"));
  EXPECT_THAT(selecting(std::string(100'000, 'a')), HasSubstr("longer than"));
  EXPECT_THAT(selecting("* BYE out of here\r\n"), HasSubstr("out of here"));
  EXPECT_THAT(selecting(""), HasSubstr("not answer in time"));
  std::string flood;
  for (int i = 0; i < 200'000; ++i) flood += "* 1 EXISTS\r\n";
  EXPECT_THAT(selecting(flood), HasSubstr("does not stop"));
  std::string large;
  for (int i = 0; i < 100; ++i) large += "* X " + std::string(60'000, 'a') + "\r\n";
  EXPECT_THAT(selecting(large), HasSubstr("does not stop"));
}

}  // namespace
}  // namespace rampart::net::imap
