#include "audit/fix/format.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "audit/fix/fix_test.h"
#include "audit/fix/rungs.h"
#include "base/json.h"
#include "base/text.h"
#include "facts/zone_edit.h"

namespace rampart::audit::fix {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// A plan of one step, whose records are a stranger's.
Plan hostile() {
  Plan plan;
  plan.before.domain = Zone::name("right.example");
  plan.after = plan.before;
  Step step;
  step.words = &step_words("watch");
  step.title = "a title\nsend\n\x1b[31m";
  step.subject = plan.before.domain;
  const auto name = *dns::Name::from_wire(std::string("\x06") + "a\"; \n(" + "\x05right\x07" + "example");
  const std::string data = "quote\" back\\slash \n; send\nupdate delete x \xff \xd9\xbe(";
  step.sets.push_back({name, dns::RrType::txt, {{data, 1}}, {{data + std::string(300, 'x'), 2}}});
  plan.steps.push_back(std::move(step));
  return plan;
}

TEST(FixFormat, NoStrangersByteLeavesItsLine) {
  const auto plan = hostile();
  for (const auto& text : {plan_nsupdate(plan, {}), plan_zone(plan, {})}) {
    for (const char c : text) EXPECT_TRUE(c == '\n' || (c >= ' ' && c <= '~')) << static_cast<int>(c);
    for (const auto line : base::split(text, '\n')) {
      const bool ours = line.empty() || line.starts_with("; ") || line.starts_with(";  ") ||
                        line.starts_with("prereq ") || line.starts_with("update ") || line == "send" ||
                        line.starts_with("a\\034");
      EXPECT_TRUE(ours) << line;
    }
  }
}

TEST(FixFormat, AZoneReadsBackAsWhatWasMeant) {
  const auto plan = hostile();
  const auto edit = facts::ZoneEdit::parse(plan_zone(plan, {}), "plan");
  ASSERT_TRUE(edit) << edit.error().message();
  const auto& set = plan.steps.front().sets.front();
  const auto* puts = edit->puts(set.name);
  ASSERT_NE(puts, nullptr);
  const auto& records = puts->at(static_cast<facts::ZoneEdit::Type>(dns::RrType::txt));
  EXPECT_EQ(records.front().data, set.after.front().data);
  EXPECT_EQ(records.front().strings, 2);
}

TEST(FixFormat, AnUpdateNamesOneRecordByValueAndGuardsTheSet) {
  const auto plan = plan_of({.spf = "v=spf1 ip4:192.0.2.21 ~all",
                             .more = [](Zone& zone) { zone.txt("right.example", "token=1"); }});
  const auto script = plan_nsupdate(plan, {});
  EXPECT_THAT(script,
              HasSubstr("prereq nxrrset right.example. IN CNAME\n"
                        "prereq yxrrset right.example. IN TXT \"token=1\"\n"
                        "prereq yxrrset right.example. IN TXT \"v=spf1\\032ip4:192.0.2.21\\032~all\"\n"
                        "update delete right.example. IN TXT \"v=spf1\\032ip4:192.0.2.21\\032~all\"\n"
                        "update add right.example. 3600 IN TXT \"v=spf1\\032ip4:192.0.2.21\\032-all\"\n"
                        "send\n"));
}

TEST(FixFormat, WhereStringsAreDividedElsewhereTheWholeSetIsPutAgain) {
  auto plan = hostile();
  plan.steps.front().sets.front() = {
      Zone::name("right.example"), dns::RrType::txt, {{"old", 2}, {"kept", 1}}, {{"kept", 1}, {"new", 1}}};
  const auto script = plan_nsupdate(plan, {});
  EXPECT_THAT(script, HasSubstr("prereq yxrrset right.example. IN TXT\n"
                                "update delete right.example. IN TXT\n"
                                "update add right.example. 3600 IN TXT \"kept\"\n"
                                "update add right.example. 3600 IN TXT \"new\"\n"));
}

TEST(FixFormat, ARemovalIsAnOrderToTheOverlay) {
  auto plan = hostile();
  plan.steps.front().sets.front() = {
      Zone::name("s1._domainkey.right.example"), dns::RrType::txt, {{"v=DKIM1", 1}}, {}};
  EXPECT_THAT(plan_zone(plan, {}), HasSubstr("\n; rampart: remove s1._domainkey.right.example. TXT\n"));
  EXPECT_TRUE(facts::ZoneEdit::parse(plan_zone(plan, {}), "plan"));
}

TEST(FixFormat, OnlyTheFirstSteps) {
  const auto plan = plan_of({.dmarc = ""});
  EXPECT_THAT(plan_zone(plan, {.steps = 1}), HasSubstr("\"v=DMARC1;\\032p=none\"\n"));
  EXPECT_THAT(plan_nsupdate(plan, {.steps = 1}), Not(HasSubstr("step 2")));
}

TEST(FixFormat, JsonHasEveryMemberWhateverTheStep) {
  const auto plan = plan_of({.dmarc = ""}, {.report_to = "dmarc@right.example"});
  const auto json = base::parse_json(plan_json(plan, {.version = "1", .source = {"a test"}}), "plan");
  ASSERT_TRUE(json) << json.error().message();
  EXPECT_EQ(json->at("schema").as_string(), "rampart.fix/1");
  EXPECT_EQ(json->at("after").at("status").as_string(), "protected");
  for (const auto& step : json->at("steps").as_array()) {
    for (const auto* member : {"number", "step", "subject", "title", "why", "references", "changes", "serve",
                               "question", "refused", "closes", "breaks", "proven"}) {
      EXPECT_TRUE(step.as_object().contains(member)) << member;
    }
  }
  EXPECT_TRUE(base::parse_json(plan_json(hostile(), {}), "plan"));
}

TEST(FixFormat, TextSaysWhatIsProvenAndWhatIsNot) {
  Owner owner;
  owner.senders = {sender("192.0.2.21")};
  const auto text = plan_text(plan_of({.spf = "v=spf1 ip4:192.0.2.21 ~all"}, owner), {.width = 100});
  EXPECT_THAT(text, HasSubstr("from A+ (protected) to A+ (protected) in 1 step"));
  EXPECT_THAT(text, HasSubstr("closes    WK-6 spf-softfail"));
  EXPECT_THAT(text, HasSubstr("breaks    0 of 1 of the senders given"));
  EXPECT_THAT(text, HasSubstr("proven    it closes what it should"));
  EXPECT_THAT(text, HasSubstr("What only you can answer:"));
  EXPECT_THAT(plan_text(hostile(), {}), Not(HasSubstr("\x1b")));
}

TEST(FixFormat, NamesAreEscapedForEveryMedium) {
  EXPECT_EQ(full_text(Zone::name("*._domainkey.right.example")), "*._domainkey.right.example.");
  EXPECT_EQ(full_text(dns::Name()), ".");
}

}  // namespace
}  // namespace rampart::audit::fix
