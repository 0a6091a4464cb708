#include "audit/watch/digest.h"

#include <cstdlib>

#include <gtest/gtest.h>

#include "audit/watch/texts.h"
#include "base/file.h"
#include "base/text.h"
#include "dns/domain.h"

namespace rampart::audit::watch {
namespace {

using base::Time;

const Time kNow = *base::parse_time("2026-11-26T09:00:00Z");

Look look(std::string_view domain, std::vector<Alert> alerts) {
  return {.id = "w1",
          .domain = *dns::parse_domain(domain),
          .organisation = "Bank of Example",
          .at = kNow,
          .grade_before = "A",
          .grade = "F",
          .alerts = std::move(alerts)};
}

// Everything that can be told, with what strangers may put into it.
std::vector<Look> looks() {
  std::vector<Look> out;
  out.push_back(look("bank.example", {{.subject = Subject::record,
                                       .key = "TXT _dmarc.bank.example",
                                       .what = What::changed,
                                       .before_standing = Standing::present,
                                       .after_standing = Standing::present,
                                       .before = "v=DMARC1; p=reject",
                                       .after = "v=DMARC1; p=none; rua=mailto:dmarc@bank.example",
                                       .seen = kNow},
                                      {.subject = Subject::finding,
                                       .key = "dmarc-policy-none",
                                       .what = What::appeared,
                                       .after_standing = Standing::present,
                                       .title = "DMARC only monitors",
                                       .severity = Severity::medium,
                                       .weakness = Weakness::wk4,
                                       .seen = kNow},
                                      {.subject = Subject::finding,
                                       .key = "dmarc-rua-no-mail",
                                       .what = What::appeared,
                                       .after_standing = Standing::present,
                                       .title = "No mail can reach <b>\u202Ereports\u202C & \"quotes\"",
                                       .severity = Severity::high,
                                       .seen = kNow},
                                      {.subject = Subject::record,
                                       .key = "MX bank.example",
                                       .what = What::went,
                                       .before_standing = Standing::present,
                                       .before = "10 mx1.bank.example\n20 mx2.bank.example",
                                       .seen = kNow}}));
  out.push_back(look("پاکستان.example", {{.subject = Subject::examination,
                                          .what = What::unexamined,
                                          .after_standing = Standing::unknown,
                                          .why = "the resolver answered SERVFAIL",
                                          .looks = 3,
                                          .seen = kNow},
                                         {.subject = Subject::record,
                                          .key = "TXT xn--mgbai9azgqp6j.example",
                                          .what = What::flapping,
                                          .after_standing = Standing::present,
                                          .before = "v=spf1 -all",
                                          .after = "v=spf1 ~all",
                                          .seen = kNow}}));
  out[1].at = kNow + std::chrono::hours(3);
  out.push_back(look("bank.example", {{.subject = Subject::finding,
                                       .key = "dmarc-policy-none",
                                       .what = What::went,
                                       .before_standing = Standing::present,
                                       .title = "DMARC only monitors",
                                       .severity = Severity::medium,
                                       .weakness = Weakness::wk4,
                                       .seen = kNow}}));
  out[2].at = kNow + std::chrono::hours(4);
  out[2].grade = "B";
  return out;
}

void expect_golden(const std::string& name, const std::string& text) {
  const auto path = std::string(RAMPART_SOURCE_DIR "/src/audit/watch/testdata/") + name;
  if (std::getenv("RAMPART_UPDATE_GOLDEN") != nullptr) {
    ASSERT_TRUE(base::write_file(path, text));
    return;
  }
  const auto golden = base::read_file(path, 1 << 20);
  ASSERT_TRUE(golden) << path;
  EXPECT_EQ(*golden, text) << path << " (RAMPART_UPDATE_GOLDEN=1 writes it)";
}

std::string whole(const Written& written) {
  return "Subject: " + written.subject + "\n\n" + written.text + "\n" + written.html;
}

TEST(Digest, ReadsAsItShouldInEnglish) {
  expect_golden("digest.en.txt", whole(write_digest(looks(), "Bank of Example", Language::en)));
}

TEST(Digest, ReadsAsItShouldInUrdu) {
  expect_golden("digest.ur.txt", whole(write_digest(looks(), "Bank of Example", Language::ur)));
}

TEST(Digest, SaysWhatTroubleThereIs) {
  const Trouble trouble{
      .id = "t1", .code = "no-resolver", .what = "no resolver answers: 192.0.2.53", .at = kNow};
  expect_golden("trouble.txt", whole(write_trouble(trouble, Language::en)) + "\n" +
                                   whole(write_trouble(trouble, Language::ur)) + "\n" + write_text(trouble));
}

TEST(Digest, ReadsAsItShouldOnATerminal) {
  std::string out;
  for (const auto& look : looks()) out += write_text(look);
  expect_golden("terminal.txt", out);
}

// Every isolate that is opened is closed on its line, and nothing of a stranger's is markup.
TEST(Digest, IsolatesAreClosedAndMarkupIsOurs) {
  for (const auto language : {Language::en, Language::ur}) {
    const auto written = write_digest(looks(), "Bank </title> of \u2069 Example", language);
    for (const auto text : {std::string_view(written.text), std::string_view(written.html),
                            std::string_view(written.subject)}) {
      for (const auto line : base::split(text, '\n')) {
        int open = 0;
        for (std::size_t i = 0; i < line.size();) {
          const auto point = base::decode_utf8(line.substr(i));
          ASSERT_NE(point.length, 0U);
          if (point.value >= 0x2066 && point.value <= 0x2068) ++open;
          if (point.value == 0x2069) --open;
          EXPECT_GE(open, 0) << line;
          EXPECT_NE(point.value, 0x202EU);
          i += point.length;
        }
        EXPECT_EQ(open, 0) << line;
      }
    }
    EXPECT_EQ(written.html.find("<b>"), std::string::npos);
    EXPECT_EQ(written.html.find("</title> of"), std::string::npos);
  }
  EXPECT_NE(write_digest(looks(), "", Language::ur).html.find("<html lang=\"ur\" dir=\"rtl\">"),
            std::string::npos);
}

TEST(Digest, OneChangeIsCalledOne) {
  auto one = looks();
  one.resize(1);
  one[0].alerts.resize(1);
  EXPECT_EQ(write_digest(one, "", Language::en).subject, "Rampart: 1 change in bank.example");
  EXPECT_EQ(write_digest(looks(), "", Language::en).subject, "Rampart: 7 changes in 2 domains (high)");
}

// Both languages fill the same places, so no translation loses what it should say.
TEST(Texts, TheSamePlacesAreFilledInBothLanguages) {
  const auto& en = texts(Language::en);
  const auto& ur = texts(Language::ur);
  const auto places = [](std::string_view text) {
    std::vector<bool> out(4);
    for (std::size_t i = 0; i < out.size(); ++i)
      out[i] = text.find("{" + std::to_string(i) + "}") != std::string_view::npos;
    return out;
  };
  for (const auto member : {&Texts::record_appeared,
                            &Texts::record_changed,
                            &Texts::record_went,
                            &Texts::record_unexamined,
                            &Texts::record_examined_again,
                            &Texts::record_flapping,
                            &Texts::record_settled,
                            &Texts::finding_appeared,
                            &Texts::finding_went,
                            &Texts::finding_flapping,
                            &Texts::finding_settled_present,
                            &Texts::finding_settled_absent,
                            &Texts::domain_unexamined,
                            &Texts::domain_examined_again,
                            &Texts::grade,
                            &Texts::grade_changed,
                            &Texts::subject,
                            &Texts::subject_of,
                            &Texts::changes,
                            &Texts::domains,
                            &Texts::worst,
                            &Texts::period,
                            &Texts::period_of,
                            &Texts::trouble_subject,
                            &Texts::over_subject}) {
    EXPECT_EQ(places(en.*member), places(ur.*member)) << en.*member;
    EXPECT_FALSE((ur.*member).empty());
  }
}

TEST(Event, IsReadBackAsItWasWritten) {
  for (const auto& look : looks()) {
    const auto again = look_from_json(to_json(look), "event");
    ASSERT_TRUE(again);
    EXPECT_EQ(to_json(*again), to_json(look));
    EXPECT_EQ(again->alerts.size(), look.alerts.size());
  }
  for (const char* text :
       {"", "{}", "[]", R"({"schema":"rampart.watch/1"})",
        R"({"schema":"rampart.watch/1","domain":"a.example","at":"2026-11-26T09:00:00Z","alerts":[{}]})"})
    EXPECT_FALSE(look_from_json(text, "event")) << text;
}

}  // namespace
}  // namespace rampart::audit::watch
