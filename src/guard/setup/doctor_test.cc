#include "guard/setup/doctor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "guard/setup/postfix.h"

namespace rampart::guard {
namespace {

using testing::HasSubstr;
using testing::SizeIs;
using State = Check::State;

std::vector<Check> judge(std::string_view postconf, Mode mode = Mode::enforce,
                         std::string_view listen = "inet:127.0.0.1:8891") {
  return judge_postfix(
      parse_postconf(postconf),
      {.listen = {*milter::parse_listen(listen)}, .mode = mode, .queue_directory = "/var/spool/postfix"});
}

std::string failed(const std::vector<Check>& checks) {
  std::string out;
  for (const auto& check : checks) {
    EXPECT_EQ(check.fix.empty(), check.state == State::good) << check.what;
    if (check.state != State::good) out += check.what + " -> " + check.fix + "\n";
  }
  return out;
}

TEST(Doctor, TakesWhatSetupPrints) {
  for (const auto mode : {Mode::monitor, Mode::enforce}) {
    for (const auto* listen :
         {"inet:127.0.0.1:8891", "unix:/var/spool/postfix/rampart/guard.sock", "unix:/run/guard.sock"}) {
      const auto lines = *postfix_setup({.listen = *milter::parse_listen(listen),
                                         .mode = mode,
                                         .after = "127.0.0.1:11332",
                                         .queue_directory = "/var/spool/postfix"});
      const auto begin = lines.find("'smtpd_milters") + 1;
      EXPECT_EQ(failed(judge(lines.substr(begin, lines.find('\'', begin) - begin), mode, listen)), "")
          << lines;
    }
  }
}

TEST(Doctor, FindsThatPostfixDoesNotAsk) {
  for (const auto* text :
       {"", "smtpd_milters =\n", "smtpd_milters = inet:127.0.0.1:11332, inet:127.0.0.1:88911\n",
        "non_smtpd_milters = inet:127.0.0.1:8891\n", "smtpd_milters = { }, {"}) {
    EXPECT_THAT(failed(judge(text)), HasSubstr("does not ask the guard")) << text;
    EXPECT_THAT(failed(judge(text)), HasSubstr("rampart guard setup postfix")) << text;
  }
  EXPECT_EQ(failed(judge("smtpd_milters=inet:a:1 inet:localhost:8891")), "");
}

TEST(Doctor, FindsWhatDoesNotGoWithTheMode) {
  const std::string ours = "smtpd_milters = inet:127.0.0.1:8891\n";
  EXPECT_EQ(failed(judge(ours)), "") << "Postfix's default is tempfail";
  EXPECT_THAT(failed(judge(ours, Mode::monitor)),
              HasSubstr("does \"tempfail\", and mode monitor needs accept"));
  EXPECT_EQ(failed(judge(ours + "milter_default_action = accept\n", Mode::monitor)), "");
  EXPECT_THAT(failed(judge(ours + "milter_default_action = accept\n")), HasSubstr("needs tempfail"));
  EXPECT_EQ(failed(judge("milter_default_action = accept\nsmtpd_milters = { inet:127.0.0.1:8891, "
                         "default_action = tempfail }\n")),
            "")
      << "its own counts before the others'";
}

TEST(Doctor, FindsWhatBreaksSignaturesAndWhatSwitchesMiltersOff) {
  const std::string ours = "smtpd_milters = inet:127.0.0.1:8891\n";
  EXPECT_THAT(failed(judge(ours + "milter_protocol = 2\n")), HasSubstr("-> postconf -e milter_protocol=6"));
  EXPECT_THAT(failed(judge(ours + "receive_override_options = no_milters\n")), HasSubstr("no milter at all"));
  EXPECT_THAT(judge(ours), SizeIs(3));
}

TEST(Doctor, FindsRolesThatNoServiceOrEveryServiceHas) {
  const std::string ours = "smtpd_milters = inet:127.0.0.1:8891\n";
  const auto judge = [&](const std::string& main, std::optional<std::string> master) {
    PostfixExpected expected{.listen = {*milter::parse_listen("inet:127.0.0.1:8891"),
                                        *milter::parse_listen("inet:127.0.0.1:8893")},
                             .mode = Mode::enforce,
                             .queue_directory = "/var/spool/postfix",
                             .listeners = {{.name = "inet:127.0.0.1:8893", .role = Role::local}},
                             .daemons = {{.name = "ORIGINATING", .role = Role::submission},
                                         {.name = "smtpd", .role = Role::inbound}}};
    if (master) expected.services = parse_postconf(*master);
    return failed(judge_postfix(parse_postconf(main), expected));
  };
  const std::string master =
      "submission/inet/milter_macro_daemon_name = originating\nsmtp/inet/milter_macro_daemon_name = smtpd\n"
      "127.0.0.1:10026/inet/smtpd_milters = {inet:127.0.0.1:8893,default_action=accept}\n";
  EXPECT_EQ(judge(ours, master), "");
  const auto none = judge(ours, "");
  EXPECT_THAT(none,
              HasSubstr("ORIGINATING is for submission, but no service of master.cf goes by that name"));
  EXPECT_THAT(none, HasSubstr("inet:127.0.0.1:8893 is for local, but no service of master.cf asks there"));
  const auto all =
      judge("smtpd_milters = inet:127.0.0.1:8893\nmilter_macro_daemon_name = ORIGINATING\n", master);
  EXPECT_THAT(all, HasSubstr("by main.cf every service goes by that name"));
  EXPECT_THAT(all, HasSubstr("by main.cf every service asks there: what comes from outside"));
  EXPECT_EQ(judge(ours + "milter_macro_daemon_name = smtpd\n", master), "") << "inbound takes nothing away";
  EXPECT_THAT(judge(ours, master + "smtp/inet/smtpd_sasl_auth_enable = yes\n"),
              HasSubstr("users log in at smtp/inet, and smtpd holds them to policy"));
  const std::string logins = "smtpd_sasl_auth_enable = yes\n";
  EXPECT_THAT(judge(ours + logins, master), HasSubstr("users log in at smtp/inet, and smtpd holds them"))
      << "main.cf says it of all";
  EXPECT_EQ(judge(ours + logins, master + "smtp/inet/smtpd_sasl_auth_enable = no\n"), "");
  EXPECT_THAT(judge(ours, std::nullopt), HasSubstr("is not known"));
}

TEST(Doctor, ReadsMiltersAsPostfixWritesThem) {
  const auto milters =
      parse_milters("inet:a:1, { unix:b default_action=accept , connect_timeout=2s},inet:c:3");
  ASSERT_THAT(milters, SizeIs(3));
  EXPECT_EQ(milters[1].place, "unix:b");
  EXPECT_EQ(milters[1].settings.at("default_action"), "accept");
  EXPECT_EQ(milters[1].settings.at("connect_timeout"), "2s");
  EXPECT_EQ(milters[2].place, "inet:c:3");
}

}  // namespace
}  // namespace rampart::guard
