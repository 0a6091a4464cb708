#include "guard/role/role.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mail/message.h"

namespace rampart::guard {
namespace {

using testing::HasSubstr;

Standing check(std::string_view client, const std::string& header = "From: a@bank.example\r\n\r\n",
               bool authenticated = false, std::optional<Role> anybody = {}) {
  const RoleRules rules{.anybody = anybody,
                        .trusted = {*parse_network("10.1.0.0/16")},
                        .relays = {*parse_network("198.51.100.7"), *parse_network("2001:db8:1::/48")}};
  const auto message = *mail::Message::parse(header);
  return stand(
      {.client = base::IpAddress::parse(client), .helo = "h.example", .authenticated = authenticated},
      message.header, rules);
}

TEST(Role, IsReadOffTheClient) {
  EXPECT_EQ(check("192.0.2.1").role, Role::inbound);
  EXPECT_EQ(check("192.0.2.1", "\r\n", true).role, Role::submission) << "a user at home";
  EXPECT_EQ(check("10.1.2.3").role, Role::submission) << "a printer";
  EXPECT_EQ(check("::ffff:10.1.2.3").role, Role::submission);
  EXPECT_EQ(check("127.0.0.1").role, Role::local);
  EXPECT_EQ(check("::1").role, Role::local);
  EXPECT_EQ(check("").role, Role::local);
  EXPECT_EQ(check("127.0.0.1", "\r\n", false, Role::inbound).role, Role::inbound)
      << "what a listener is for comes first";
  EXPECT_EQ(check("192.0.2.1", "\r\n", true, Role::inbound).role, Role::inbound);
}

TEST(Role, IsByTheListenerThenByTheServiceThenByTheClient) {
  const RoleRules rules{.listeners = {{.name = "inet:127.0.0.1:8893", .role = Role::submission},
                                      {.name = "unix:/run/in.sock", .role = Role::inbound}},
                        .daemons = {{.name = "ORIGINATING", .role = Role::submission},
                                    {.name = "reinject", .role = Role::local},
                                    {.name = "smtpd", .role = Role::inbound}},
                        .trusted = {*parse_network("10.1.0.0/16")},
                        .relays = {*parse_network("198.51.100.7")}};
  const auto message =
      *mail::Message::parse(std::string_view("Received: from x (y [192.0.2.25]) by z\r\n\r\n"));
  const auto at = [&](std::string_view client, std::string_view listener, std::string_view daemon,
                      bool authenticated = false) {
    return stand({.client = base::IpAddress::parse(client),
                  .helo = "h",
                  .authenticated = authenticated,
                  .listener = listener,
                  .daemon = daemon},
                 message.header, rules);
  };
  const auto home = at("192.0.2.1", "", "originating", true);
  EXPECT_EQ(home.role, Role::submission);
  EXPECT_EQ(home.proof, Proof::login);
  EXPECT_THAT(home.why, HasSubstr("originating is for submission (guard.daemon_roles), and the client auth"));
  const auto stranger = at("192.0.2.1", "inet:127.0.0.1:8893", "");
  EXPECT_EQ(stranger.role, Role::submission);
  EXPECT_EQ(stranger.proof, Proof::none) << "whom Postfix let in all the same";
  EXPECT_THAT(stranger.why, HasSubstr("nobody logged in"));
  EXPECT_EQ(at("10.1.2.3", "", "ORIGINATING").proof, Proof::network);
  EXPECT_EQ(at("10.1.2.3", "", "reinject", true).role, Role::local) << "whoever comes";
  EXPECT_EQ(at("10.1.2.3", "", "reinject").proof, Proof::none);
  EXPECT_EQ(at("192.0.2.1", "unix:/run/in.sock", "ORIGINATING", true).role, Role::inbound)
      << "what the mail server says widens no listener";
  EXPECT_EQ(at("127.0.0.1", "", "smtpd").role, Role::inbound);
  EXPECT_EQ(at("198.51.100.7", "", "smtpd").role, Role::relayed) << "a relay hands on what is from outside";
  EXPECT_EQ(at("198.51.100.7", "", "smtpd").ip, base::IpAddress::parse("192.0.2.25"));
  for (const auto* nothing : {"", "smtp", "mx.bank.example"}) {
    EXPECT_EQ(at("192.0.2.1", "inet:127.0.0.1:8891", nothing).role, Role::inbound) << nothing;
    EXPECT_EQ(at("10.1.2.3", "", nothing).proof, Proof::network);
  }
}

TEST(DeclaredRole, IsANameAndARole) {
  const auto one = *parse_daemon_role(" ORIGINATING = submission ");
  EXPECT_EQ(one.name, "ORIGINATING");
  EXPECT_EQ(one.role, Role::submission);
  for (const auto* text :
       {"", "submission", "=local", "a b=local", "a'=local", "a=relayed", "a=gateway", "a=", "a=Local"})
    EXPECT_FALSE(parse_daemon_role(text)) << text;
  EXPECT_FALSE(parse_daemon_role(std::string(65, 'a') + "=local"));
  EXPECT_THAT(parse_daemon_role("a=gateway").error().what, HasSubstr("inbound, submission or local"));
}

TEST(Role, FindsTheFirstHopOutside) {
  const std::string relayed =
      "Received: from mx2.bank.example (mx2.bank.example [2001:db8:1::5])\r\n\tby mx1 (Postfix) with "
      "ESMTP\r\n"
      "Received: from mail.shop.example (unknown [192.0.2.25])\r\n by mx2\r\n"
      "Received: from evil (evil [203.0.113.1]) by mail.shop.example\r\nFrom: a@b.example\r\n\r\n";
  const auto standing = check("198.51.100.7", relayed);
  EXPECT_EQ(standing.role, Role::relayed);
  EXPECT_EQ(standing.ip, base::IpAddress::parse("192.0.2.25"));
  EXPECT_EQ(standing.helo, "mail.shop.example");
  EXPECT_EQ(standing.why, "198.51.100.7 is a relay of ours; it had it from 192.0.2.25");
}

TEST(Role, OfASystemBehindTheGatewayIsByWhereItsMailGoes) {
  RoleRules rules{.trusted = {*parse_network("10.1.0.0/16")}, .relays = {}, .gateway = {}};
  rules.gateway = {.networks = {*parse_network("203.0.113.0/24"), *parse_network("10.1.0.7")},
                   .field = "X-OriginatorOrg",
                   .value = "bank.example",
                   .domains = {*dns::Name::try_parse("bank.example")}};
  const auto check = [&](std::vector<std::string> to, const std::string& field,
                         std::string_view client = "203.0.113.5") {
    const auto text = field + "From: a@bank.example\r\n\r\n";
    const auto message = *mail::Message::parse(std::string_view(text));
    return stand(
        {.client = base::IpAddress::parse(client), .helo = "h", .authenticated = false, .recipients = to},
        message.header, rules);
  };
  const std::string ours = "x-originatororg:  Bank.example \r\n";
  EXPECT_EQ(check({"b@else.example"}, ours).role, Role::gateway);
  EXPECT_EQ(check({"a@bank.example", "b@else.example"}, ours).role, Role::gateway);
  EXPECT_EQ(check({"a@bank.example", "b@MAIL.bank.example"}, ours).role, Role::inbound)
      << "another customer's, to us";
  EXPECT_THAT(check({"a@bank.example"}, ours).why, HasSubstr("does not go out"));
  EXPECT_THAT(check({}, ours).why, HasSubstr("is not known"));
  EXPECT_EQ(check({"b@else.example"}, "X-OriginatorOrg: evil.example\r\n").role, Role::inbound);
  EXPECT_EQ(check({"b@else.example"}, "X-OriginatorOrg: evil.example\r\n" + ours).role, Role::inbound)
      << "one of them is the sender's own";
  EXPECT_EQ(check({"b@else.example"}, ours + ours).role, Role::gateway);
  EXPECT_THAT(check({"b@else.example"}, "").why,
              HasSubstr("no field says \"X-OriginatorOrg: bank.example\""));
  EXPECT_EQ(check({"b@else.example"}, ours, "198.51.100.1").role, Role::inbound);
  EXPECT_EQ(check({"a@bank.example"}, "", "10.1.0.7").role, Role::submission)
      << "one that is trusted in any case";
  rules.relays = {*parse_network("203.0.113.5")};
  const std::string hop = "Received: from x (x [192.0.2.25]) by y\r\n";
  EXPECT_EQ(check({"a@bank.example"}, hop).role, Role::relayed) << "one that hands mail from outside in, too";
  EXPECT_EQ(check({"a@bank.example"}, hop).ip, base::IpAddress::parse("192.0.2.25"));
  EXPECT_EQ(check({"b@else.example"}, ours + hop).role, Role::gateway);
  rules.relays.clear();
  rules.gateway.field.clear();
  EXPECT_EQ(check({"b@else.example"}, "").role, Role::gateway) << "networks that are ours alone";
  rules.gateway.domains.clear();
  EXPECT_EQ(check({"a@bank.example"}, "").role, Role::gateway) << "all that comes from there goes out";
}

TEST(Role, KnowsThatItDoesNotKnow) {
  for (const std::string header :
       {"From: a@b.example\r\n\r\n", "Received: by mx2\r\n\r\n", "Received: from x (y) by z\r\n\r\n",
        "Received: from x (a [192.0.2.1]) (b [192.0.2.2])\r\n by mx\r\n\r\n",
        "Received: from x (a [192.0.2.1]) by y (b [192.0.2.2])\r\n by mx\r\n\r\n",
        "Received: from x (a [192.0.2.1] (b [192.0.2.2])\r\n by mx\r\n\r\n",
        "Received: from x (y [300.0.2.1])\r\n\r\n", "Received: from x (y [198.51.100.7])\r\n\r\n"}) {
    const auto standing = check("198.51.100.7", header);
    EXPECT_EQ(standing.role, Role::relayed);
    EXPECT_FALSE(standing.ip) << header;
    EXPECT_THAT(standing.why, HasSubstr("198.51.100.7"));
  }
  std::string many;
  for (int i = 0; i < 30; ++i) many += "Received: from x (y [198.51.100.7])\r\n";
  EXPECT_FALSE(check("198.51.100.7", many + "Received: from x (y [192.0.2.9])\r\n\r\n").ip)
      << "so many are read and no more";
}

TEST(Role, ReadsReceivedAsMtasWriteIt) {
  EXPECT_EQ(read_hop(" from mail.example (unknown [IPv6:2001:db8::9])\r\n\tby x")->ip,
            base::IpAddress::parse("2001:db8::9"));
  // HELO is the client's own word, which may look like an address.
  const auto hop = read_hop(" from [192.0.2.9] (host.example [192.0.2.1]) by x");
  EXPECT_EQ(hop->ip, base::IpAddress::parse("192.0.2.1"));
  EXPECT_EQ(hop->helo, "[192.0.2.9]");
  EXPECT_EQ(read_hop(" from x) (host.example [192.0.2.1]) by x (Postfix) with ESMTP (TLS)")->ip,
            base::IpAddress::parse("192.0.2.1"));
}

TEST(Network, IsAnAddressOrAPrefix) {
  EXPECT_TRUE(parse_network("192.0.2.0/24")->has(*base::IpAddress::parse("192.0.2.77")));
  EXPECT_FALSE(parse_network("192.0.2.1")->has(*base::IpAddress::parse("192.0.2.77")));
  for (const auto* text :
       {"", "192.0.2.0/33", "192.0.2.0/", "192.0.2.0/-1", "192.0.2.0/8x", "host.example", "2001:db8::/129"})
    EXPECT_FALSE(parse_network(text)) << text;
}

}  // namespace
}  // namespace rampart::guard
