#include "guard/setup/postfix.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.h"

namespace rampart::guard {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string setup(std::string_view listen, Mode mode = Mode::monitor, std::string after = {}) {
  return *postfix_setup({.listen = *milter::parse_listen(listen),
                         .mode = mode,
                         .after = std::move(after),
                         .queue_directory = "/var/spool/postfix"});
}

TEST(PostfixSetup, OfAMonitorLosesNoMailAndCanBeUndone) {
  const auto text = setup("inet:127.0.0.1:8891");
  EXPECT_THAT(text, HasSubstr("postconf -e 'smtpd_milters = { inet:127.0.0.1:8891, default_action=accept,"));
  EXPECT_THAT(text, HasSubstr("# Undo:\npostconf -X smtpd_milters\n"));
}

TEST(PostfixSetup, ThatEnforcesPutsOff) {
  EXPECT_THAT(setup("inet:127.0.0.1:8891", Mode::enforce), HasSubstr("default_action=tempfail }'"));
}

TEST(PostfixSetup, ComesBehindAnotherAndLeavesItInTheEnd) {
  const auto text = setup("inet:127.0.0.1:8891", Mode::monitor, "127.0.0.1:11332");
  EXPECT_THAT(text, HasSubstr("smtpd_milters = inet:127.0.0.1:11332, { inet:127.0.0.1:8891"));
  EXPECT_THAT(text, HasSubstr("# Undo:\npostconf -e 'smtpd_milters = inet:127.0.0.1:11332'\n"));
  EXPECT_THAT(setup("inet:127.0.0.1:8891", Mode::monitor, "/run/rspamd/milter.sock"),
              HasSubstr("= unix:/run/rspamd/milter.sock, {"));
}

TEST(PostfixSetup, NamesASocketAsTheChrootFindsIt) {
  const auto below = setup("unix:/var/spool/postfix/rampart/guard.sock");
  EXPECT_THAT(below, HasSubstr("{ unix:rampart/guard.sock,"));
  EXPECT_THAT(below, Not(HasSubstr("cannot reach")));
  EXPECT_THAT(setup("unix:/run/rampart/guard.sock"), HasSubstr("it cannot reach /run/rampart/guard.sock"));
}

TEST(PostfixSetup, NamesWhatSigningNeeds) {
  PostfixSetup setup{.listen = *milter::parse_listen("inet:127.0.0.1:8891"),
                     .mode = Mode::enforce,
                     .after = "127.0.0.1:11332",
                     .signs = true,
                     .queue_directory = "/var/spool/postfix"};
  auto text = *postfix_setup(setup);
  EXPECT_THAT(text, HasSubstr("no smtpd_milters= may"));
  EXPECT_THAT(text, HasSubstr("127.0.0.1 is\n# not in guard.trusted_networks."));
  EXPECT_THAT(text, HasSubstr("would sign a second time"));
  EXPECT_THAT(text, HasSubstr("disable_mime_output_conversion"));
  EXPECT_THAT(text, Not(HasSubstr("non_smtpd_milters")));
  setup.signs_local = true;
  text = *postfix_setup(setup);
  EXPECT_THAT(text, HasSubstr("postconf -e 'non_smtpd_milters = $smtpd_milters'\n# "));
  EXPECT_THAT(text, HasSubstr("# postconf -e disable_mime_output_conversion=yes\npostfix reload\n"));
  EXPECT_THAT(text, HasSubstr("# Undo:\npostconf -X non_smtpd_milters\n"));
}

TEST(PostfixSetup, NamesWhatServicesSayAndWhereTheyAsk) {
  PostfixSetup setup{
      .listen = *milter::parse_listen("inet:127.0.0.1:8891"),
      .mode = Mode::monitor,
      .signs = true,
      .listeners = {{.name = "unix:/var/spool/postfix/rampart/out.sock", .role = Role::submission}},
      .daemons = {{.name = "reinject", .role = Role::local}},
      .queue_directory = "/var/spool/postfix"};
  const auto text = *postfix_setup(setup);
  EXPECT_THAT(text, HasSubstr("# postconf -P '127.0.0.1:10026/inet/milter_macro_daemon_name=reinject'\n"));
  EXPECT_THAT(text,
              HasSubstr("# postconf -P "
                        "'submission/inet/smtpd_milters={unix:rampart/out.sock,default_action=accept,"));
  EXPECT_THAT(text, HasSubstr("let in\n# only who logs in"));
  EXPECT_THAT(text, HasSubstr("or the filter.\npostfix reload\n\n# Undo:"))
      << "what it needs stands before it";
  EXPECT_THAT(text, HasSubstr("# postconf -PX '127.0.0.1:10026/inet/milter_macro_daemon_name'\n"
                              "# postconf -PX 'submission/inet/smtpd_milters'\npostfix reload\n"));
  for (const auto line : base::split(text, '\n'))
    EXPECT_TRUE(line.size() <= 80 || line.contains("postconf ")) << line;
  EXPECT_THAT(text, Not(HasSubstr("no smtpd_milters= may")));
  EXPECT_THAT(text, Not(HasSubstr("Every listener has a role")));
  setup.listeners = {{.name = "inet:127.0.0.1:8891", .role = Role::submission}};
  EXPECT_THAT(*postfix_setup(setup), HasSubstr("Every listener has a role"));
  setup.after = "127.0.0.1:11332";
  EXPECT_THAT(*postfix_setup(setup), HasSubstr("# postconf -P 'submission/inet/smtpd_milters="
                                               "inet:127.0.0.1:11332,{inet:127.0.0.1:8891,default_action="));
}

TEST(PostfixSetup, IsOfTheListenerThatIsForAnything) {
  const std::vector<milter::ListenAddress> all{*milter::parse_listen("inet:127.0.0.1:1"),
                                               *milter::parse_listen("inet:127.0.0.1:2"),
                                               *milter::parse_listen("inet:127.0.0.1:3")};
  const auto of = [&](std::vector<DeclaredRole> roles) { return general_listener(all, roles).endpoint; };
  EXPECT_EQ(of({}), "127.0.0.1:1");
  EXPECT_EQ(of({{.name = "inet:127.0.0.1:1", .role = Role::submission}}), "127.0.0.1:2");
  EXPECT_EQ(of({{.name = "inet:127.0.0.1:1", .role = Role::submission},
                {.name = "inet:127.0.0.1:2", .role = Role::local},
                {.name = "inet:127.0.0.1:3", .role = Role::inbound}}),
            "127.0.0.1:3");
}

TEST(PostfixSetup, LetsNothingIntoTheShell) {
  for (const auto* after : {"x'; rm -rf /;'", "nothing", "127.0.0.1:", "a b:1"})
    EXPECT_FALSE(postfix_setup({.listen = *milter::parse_listen("inet:127.0.0.1:8891"),
                                .mode = Mode::monitor,
                                .after = after,
                                .queue_directory = "/var/spool/postfix"}))
        << after;
}

}  // namespace
}  // namespace rampart::guard
