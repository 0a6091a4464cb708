#include "net/outgoing.h"

#include <gtest/gtest.h>

namespace rampart::net {
namespace {

TEST(Outgoing, OnlyHttpsUrlsAreTaken) {
  for (const char* url : {"https://hooks.example/x", "https://hooks.example",
                          "https://hooks.example:8443/a?b=c", "https://[2001:db8::1]/"})
    EXPECT_TRUE(check_https_url(url)) << url;
  for (const char* url :
       {"", "hooks.example", "http://hooks.example/", "file:///etc/passwd", "gopher://x.example/", "https://",
        "https://a:b@hooks.example/", "https://a@hooks.example/", "https://hooks.example/#x",
        "https://hooks.example/ x", "https://hooks.example/\r\nX: y", "https://hooks.example:99999/"})
    EXPECT_FALSE(check_https_url(url)) << url;
}

TEST(Outgoing, AHostWithOrWithoutAPort) {
  EXPECT_EQ(parse_host_port("mail.cert.example", 25)->port, 25);
  EXPECT_EQ(parse_host_port("Mail.cert.example:587", 25)->host, "mail.cert.example");
  EXPECT_EQ(parse_host_port("[2001:db8::1]:2525", 25)->host, "2001:db8::1");
  EXPECT_EQ(parse_host_port("192.0.2.1:2525", 25)->port, 2525);
  for (const char* text : {"", ":25", "mail.cert.example:", "mail.cert.example:0", "mail.cert.example:70000",
                           "mail.cert.example:x", "mail.cert.example/x", "mail cert", "a@mail.cert.example"})
    EXPECT_FALSE(parse_host_port(text, 25)) << text;
}

TEST(Outgoing, NobodyThereIsDown) {
  SmtpServer server{
      .host = "127.0.0.1", .port = 1, .hello = "cert.example", .timeout = std::chrono::seconds(5)};
  const auto mail = smtp_send(server, "a@cert.example", {"b@bank.example"}, "Subject: x\r\n\r\n");
  EXPECT_EQ(mail.how, Handed::down);
  EXPECT_FALSE(mail.why.empty());
  const auto post = https_post({.url = "https://127.0.0.1:1/", .allow_private = true}, {}, "{}");
  EXPECT_EQ(post.how, Handed::down);
  const auto got = https_fetch({.url = "https://127.0.0.1:1/", .allow_private = true}, {}, {}, 1000);
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().kind, base::ErrorKind::unavailable);
  EXPECT_EQ(https_fetch({.url = "http://127.0.0.1/", .allow_private = true}, {}, {}, 1000).error().kind,
            base::ErrorKind::config);
}

TEST(Outgoing, AWebhookMayNotLeadInside) {
  for (const char* url :
       {"https://127.0.0.1:1/", "https://10.0.0.1/", "https://[::1]/", "https://169.254.169.254/latest/",
        "https://[::ffff:127.0.0.1]/", "https://0.0.0.0/"}) {
    const auto post = https_post({.url = url}, {}, "{}");
    EXPECT_EQ(post.how, Handed::down);
    EXPECT_NE(post.why.find("no public address"), std::string::npos) << url << ": " << post.why;
    const auto got = https_fetch({.url = url, .private_setting = "x.allow"}, {}, {}, 1000);
    ASSERT_FALSE(got);
    EXPECT_NE(got.error().what.find("x.allow is not set"), std::string::npos);
  }
}

TEST(Outgoing, APasswordIsNotSentInClear) {
  const SmtpServer server{.host = "192.0.2.1",
                          .port = 25,
                          .tls = SmtpServer::Tls::none,
                          .user = "u",
                          .password = "p",
                          .hello = "cert.example"};
  const auto mail = smtp_send(server, "a@cert.example", {"b@bank.example"}, "Subject: x\r\n\r\n");
  EXPECT_EQ(mail.how, Handed::down);
  EXPECT_NE(mail.why.find("in clear"), std::string::npos);
}

}  // namespace
}  // namespace rampart::net
