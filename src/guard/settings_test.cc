#include "guard/settings.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "guard/inspect/settings.h"

namespace rampart::guard {
namespace {

using testing::HasSubstr;

struct Given {
  base::Schema schema{settings(), inspect_settings()};
  base::Config config{schema};

  base::Result<Settings> read(std::string_view toml) {
    const auto errors = config.load(toml, "rampart.toml");
    if (!errors.empty()) return std::unexpected(errors.front());
    return read_settings(config, "mx.bank.example");
  }
};

TEST(Settings, OfNothingAreAMonitorOfItsOwnName) {
  const auto settings = *Given().read("");
  EXPECT_EQ(settings.mode, Mode::monitor);
  EXPECT_EQ(settings.authserv_id, "guard.mx.bank.example") << "opendkim and rspamd go by the host's";
  EXPECT_EQ(settings.listen.front().text(), "inet:127.0.0.1:8891");
  EXPECT_EQ(settings.socket_mode, 0660U);
  EXPECT_GE(settings.threads, 1U);
}

TEST(Settings, SayWhoIsOurs) {
  const auto settings = *Given().read(R"([guard]
trusted_networks = ["192.0.2.0/24"]
trusted_relays = ["2001:db8::7"]
trusted_sealers = ["lists.example"]
own_domains = ["bank.example", "shop.example"]
enforced_domains = ["bank.example"]
quarantine_size = 2
)");
  EXPECT_TRUE(settings.rules.roles.trusted.front().has(*base::IpAddress::parse("192.0.2.9")));
  EXPECT_TRUE(settings.rules.roles.relays.front().has(*base::IpAddress::parse("2001:db8::7")));
  ASSERT_EQ(settings.rules.local.own.size(), 2U) << "a domain of both lists is one";
  EXPECT_TRUE(settings.rules.local.own[0].enforced);
  EXPECT_EQ(settings.rules.local.own[1].domain.text(), "shop.example");
  EXPECT_FALSE(settings.rules.local.own[1].enforced);
  EXPECT_EQ(settings.limits.bytes, std::uint64_t{2} << 20U);
}

TEST(Settings, SayWhatAListenerAndAServiceIsFor) {
  const auto settings = *Given().read(R"([guard]
listen = ["inet:127.0.0.1:8891", "inet:127.0.0.1:8893  role=submission", "unix:/run/in.sock role=inbound"]
daemon_roles = ["ORIGINATING=submission", "reinject=local"]
)");
  ASSERT_EQ(settings.listen.size(), 3U);
  EXPECT_EQ(settings.listen[1].text(), "inet:127.0.0.1:8893");
  const auto& roles = settings.rules.roles;
  EXPECT_FALSE(declared_role(roles.listeners, "inet:127.0.0.1:8891"));
  EXPECT_EQ(declared_role(roles.listeners, "inet:127.0.0.1:8893"), Role::submission);
  EXPECT_EQ(declared_role(roles.listeners, "unix:/run/in.sock"), Role::inbound);
  EXPECT_EQ(declared_role(roles.daemons, "Reinject"), Role::local);
  EXPECT_THAT(Given().read("[guard]\nlisten = [\"inet:127.0.0.1:8891 role=gateway\"]\n").error().message(),
              HasSubstr("no role to give"));
  EXPECT_THAT(Given().read("[guard]\nlisten = [\"inet:127.0.0.1:8891 local\"]\n").error().message(),
              HasSubstr("inet:ADDRESS:PORT"));
  EXPECT_THAT(Given().read("[guard]\ndaemon_roles = [\"a=local\", \"A=inbound\"]\n").error().message(),
              HasSubstr("names A twice"));
  EXPECT_THAT(Given().read("[guard]\nlisten = [\"unix:/run/in.sock rol=inbound\"]\n").error().message(),
              HasSubstr("a space in its path"));
  EXPECT_THAT(
      Given()
          .read("[guard]\nlisten = [\"unix:/run/A.sock role=inbound\", \"unix:/run/a.sock role=local\"]\n")
          .error()
          .message(),
      HasSubstr("names unix:/run/a.sock twice"));
}

TEST(Settings, NameNoListenerTwiceWithARoleOrWithout) {
  for (const auto* list : {R"(["inet:127.0.0.1:8891", "inet:127.0.0.1:8891 role=submission"])",
                           R"(["inet:127.0.0.1:8891 role=local", "127.0.0.1:8891"])",
                           R"(["unix:/run/a.sock", "unix:/run/a.sock"])",
                           R"(["unix:/run/A.sock", "unix:/run/a.sock role=local"])"})
    EXPECT_THAT(Given().read(fmt::format("[guard]\nlisten = {}\n", list)).error().message(),
                testing::MatchesRegex("guard.listen: names .*:8891 twice|guard.listen: names .*a.sock twice"))
        << list;
}

TEST(Settings, TrustNoMilterOfTheGuardsOwnName) {
  EXPECT_THAT(Given().read("[guard]\ntrusted_milters = [\"Guard.mx.bank.example\"]\n").error().message(),
              HasSubstr("guard.trusted_milters: names Guard.mx.bank.example, which is the guard's own name"));
  EXPECT_FALSE(Given().read("[guard]\nauthserv_id = \"a\"\ntrusted_milters = [\"b\", \"a\"]\n"));
  EXPECT_TRUE(Given().read("[guard]\ntrusted_milters = [\"mx.bank.example\"]\n"));
}

TEST(Settings, TakeOverridesAsTheyAreWritten) {
  const auto rule = *parse_override(
      "accept from=Partner.example mail_from=@Mail.example network=192.0.2.0/24 until=2026-12-31 by=soc "
      "reason=their relay breaks  signatures");
  EXPECT_EQ(rule.says, Override::Says::accept);
  EXPECT_EQ(rule.author->text(), "partner.example");
  EXPECT_EQ(rule.mail_from, "@mail.example");
  EXPECT_EQ(rule.prefix, 24U);
  EXPECT_EQ(rule.by, "soc");
  EXPECT_EQ(rule.reason, "their relay breaks  signatures");
  EXPECT_TRUE(rule.holds(*base::parse_time("2026-12-31T23:59:59Z")));
  EXPECT_FALSE(rule.holds(*base::parse_time("2027-01-01T00:00:00Z")));
}

TEST(Settings, RefuseWhatIsNoOverrideAndSayWhy) {
  const auto fault = [](std::string_view text) { return parse_override(text).error().what; };
  EXPECT_THAT(fault("allow from=a.example reason=x"), HasSubstr("accept or enforce"));
  EXPECT_THAT(fault("accept reason=x"), HasSubstr("names nobody"));
  EXPECT_THAT(fault("accept from=a.example"), HasSubstr("reason=TEXT"));
  EXPECT_THAT(fault("accept from=a.example reason= "), HasSubstr("empty reason"));
  EXPECT_THAT(fault("accept from=a.example until=tomorrow reason=x"), HasSubstr("\"until=tomorrow\""));
  EXPECT_THAT(fault("accept network=192.0.2.0/33 reason=x"), HasSubstr("\"network=192.0.2.0/33\""));
  EXPECT_THAT(fault("accept mail_from=partner.example reason=x"), HasSubstr("mail_from"));
}

TEST(Settings, SayWhatIsSignedAndSealed) {
  EXPECT_FALSE(Given().read("")->rules.signing.sign);
  const auto settings = *Given().read(R"([guard]
sign = true
sign_unowned = false
senders_file = "/etc/rampart/senders.txt"
gateway_networks = ["203.0.113.0/24"]
gateway_field = "X-OriginatorOrg : bank.example"
relay_domains = ["bank.example"]
arc_domain = "gate.example"
)");
  EXPECT_TRUE(settings.rules.signing.sign);
  EXPECT_FALSE(settings.rules.signing.sign_unowned);
  EXPECT_EQ(settings.senders_file, "/etc/rampart/senders.txt");
  EXPECT_EQ(settings.rules.roles.gateway.field, "X-OriginatorOrg");
  EXPECT_EQ(settings.rules.roles.gateway.value, "bank.example");
  EXPECT_EQ(settings.rules.roles.gateway.domains.front().text(), "bank.example");
  EXPECT_EQ(settings.rules.signing.sealer->text(), "gate.example");
  EXPECT_THAT(Given().read("[guard]\nsign = true\nsign_unowned = false\n").error().message(),
              HasSubstr("guard.sign_unowned: signs nothing"));
  EXPECT_THAT(Given().read("[guard]\narc_domain = \"gate.example\"\n").error().message(),
              HasSubstr("guard.relay_domains"));
  EXPECT_THAT(Given().read("[guard]\ngateway_field = \"X-OriginatorOrg\"\n").error().message(),
              HasSubstr("is no field"));
  EXPECT_THAT(Given().read("[guard]\nsenders_file = \"senders\"\n").error().message(),
              HasSubstr("whole path"));
}

TEST(Settings, SayForWhomIsEnforced) {
  EXPECT_TRUE(Given().read("")->rules.enforcement.empty()) << "for everybody";
  const auto settings = *Given().read("[guard]\nenforce = [\"to=bank.example percent=10\"]\n");
  EXPECT_EQ(format(settings.rules.enforcement.at(0)), "to=bank.example percent=10");
  EXPECT_THAT(Given().read("[guard]\nenforce = [\"bank.example\"]\n").error().message(),
              HasSubstr("to=DOMAIN"));
}

TEST(Settings, RefuseWhatIsWrong) {
  EXPECT_THAT(Given().read("[guard]\nlisten = []\n").error().message(), HasSubstr("guard.listen"));
  EXPECT_THAT(Given().read("[guard]\nlisten = [\"8891\"]\n").error().message(),
              HasSubstr("inet:ADDRESS:PORT"));
  EXPECT_THAT(Given().read("[guard]\nsocket_mode = \"rw\"\n").error().message(), HasSubstr("0660"));
  EXPECT_THAT(Given().read("[guard]\nauthserv_id = \"a b\"\n").error().message(), HasSubstr("authserv-id"));
  EXPECT_THAT(Given().read("[guard]\nquarantine = \"kept\"\n").error().message(), HasSubstr("whole path"));
}

}  // namespace
}  // namespace rampart::guard
