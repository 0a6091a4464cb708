// What holds of every plan: of each domain of the example portfolio, and of a few hundred invented ones.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "audit/fix/fix_test.h"
#include "audit/fix/format.h"
#include "audit/zone_hints.h"
#include "facts/overlay.h"
#include "facts/zone_provider.h"

namespace rampart::audit::fix {
namespace {

// Every step holds or says why not; nobody is shut out unmarked; what is printed is what was proven.
void check(const Plan& plan, const Owner& owner, const std::string& where) {
  // The band, A to F, gets no worse; what is not known counts as the worst.
  const auto band = [](const DomainReport& report) { return report.grade == "?" ? 'F' : report.grade[0]; };
  EXPECT_GE(band(plan.before), band(plan.after))
      << where << ": " << plan.before.grade << " to " << plan.after.grade;
  for (const auto& step : plan.steps) {
    const auto what = fmt::format("{}, {}", where, step.title);
    EXPECT_EQ(step.changes(), step.question == nullptr && step.refused.empty()) << what;
    if (!step.changes()) continue;
    EXPECT_NE(step.closes.holds, !step.closes.why_not.empty()) << what << ": " << step.closes.why_not;
    EXPECT_FALSE(step.breaks.why.empty()) << what;
    EXPECT_FALSE(changes(step).empty()) << what;
    for (const auto& change : changes(step)) {
      const bool nobody = change.remedy.data == "v=spf1 -all";
      EXPECT_TRUE(!nobody || step.by_word) << what;
    }
    // Without reports nothing but a list of senders, or that there are none, proves a step.
    EXPECT_TRUE(!step.proven() || step.by_word || (owner.senders && step.touches_spf)) << what;
  }
}

TEST(FixProperty, OfEveryExampleDomain) {
  const std::array<std::string, 1> paths = {std::string(RAMPART_SOURCE_DIR) + "/examples/portfolio"};
  const auto zones = facts::Zones::load(paths);
  ASSERT_TRUE(zones) << zones.error().message();
  const ZoneHints hints(*zones);
  facts::ZoneProvider provider(*zones, {});
  const Lane lane{.provider = &provider, .wait = nullptr};
  const auto hinted = [&](const dns::Name& name) {
    auto input = input_of(name.text());
    hints.apply(input, *zones);
    return base::Result<Input>(std::move(input));
  };
  Owner full{.report_to = "reports@mailhost.example", .keys = {{"s9", key(crypto::kRsa2048)}}};
  full.senders = {sender("192.0.2.10")};
  std::size_t plans = 0;
  for (const auto& apex : zones->apexes()) {
    if (apex.text() == "example" || apex.text().ends_with("arpa")) continue;
    for (const auto& owner :
         {Owner(), full, Owner{.sends = Sends::no}, Owner{.sends = Sends::no, .parked = true}}) {
      const auto plan = work_out(apex, owner, hinted, lane, {.max_questions = 5000});
      ASSERT_TRUE(plan) << plan.error().message();
      check(*plan, owner, apex.text());
      ++plans;
      if (plan->change_count() == 0) continue;
      // The printed zone, laid over the facts, is audited as the plan says.
      const auto edit = facts::ZoneEdit::parse(plan_zone(*plan, {}), "plan");
      ASSERT_TRUE(edit) << edit.error().message();
      const facts::ZoneOverlay overlay(*edit);
      auto input = *hinted(apex);
      add_proposed(input, *edit);
      facts::drive<DomainReport>([&](facts::Facts& facts) { return assess(input, facts); }, provider,
                                 {.overlay = &overlay},
                                 [&](facts::Driven<DomainReport> driven) {
                                   EXPECT_EQ(driven.decision.grade, plan->after.grade) << apex.text();
                                   EXPECT_EQ(faults(driven.decision), faults(plan->after)) << apex.text();
                                 });
    }
  }
  EXPECT_GT(plans, 50U);
}

TEST(FixProperty, OfEveryCombination) {
  const std::vector<std::string> spfs = {"",
                                         "v=spf1 ip4:192.0.2.21 ~all",
                                         "v=spf1 ip4:192.0.2.21 ?all",
                                         "v=spf1 +all",
                                         "v=spf1 ip4:192.0.2.21",
                                         "v=spf1 ~all",
                                         "v=spf1 ip4:wrong -all",
                                         "v=spf1 redirect=other.example",
                                         "v=spf1 -all"};
  const std::vector<std::string> dmarcs = {"",
                                           "v=DMARC1; p=none",
                                           "v=DMARC1; p=quarantine; rua=mailto:d@right.example",
                                           "v=DMARC1; p=reject; sp=none; np=none",
                                           "v=DMARC1; p=reject; t=y; pct=20",
                                           "v=DMARC1; p=rejekt",
                                           "v=DMARC1; p=reject; sp=x; rua=mailto:d@right.example",
                                           "v=DMARC1 p=reject",
                                           "V=dmarc1; p=reject"};
  Owner marked{.sends = Sends::no};
  Owner full{.report_to = "d@right.example", .keys = {{"s9", key(crypto::kRsa2048)}}};
  full.senders = {sender("192.0.2.21")};
  for (const auto& spf : spfs) {
    for (const auto& dmarc : dmarcs) {
      for (const auto* mx : {"mail.right.example", ".", ""}) {
        for (const auto& dkim : {std::string(), key(crypto::kRsa1024)}) {
          const Domain domain{.spf = spf, .dkim = dkim, .dmarc = dmarc, .mx = mx};
          const auto where =
              fmt::format("spf \"{}\" dmarc \"{}\" mx \"{}\" dkim {}", spf, dmarc, mx, dkim.size());
          for (const auto& owner : {Owner(), marked, full}) check(plan_of(domain, owner), owner, where);
        }
      }
    }
  }
}

}  // namespace
}  // namespace rampart::audit::fix
