#include "base/text.h"
#include "server/api/routes/routes_test.h"

namespace rampart::server::api {
namespace {

namespace json = boost::json;
using audit::key;

constexpr std::string_view kAnybodys = "open.example";  // nothing protects it
constexpr std::string_view kRight = "right.example";    // everything is right
constexpr std::string_view kOther = "other.example";    // another organisation's

class DomainRoutes : public testing::Test {
 protected:
  void SetUp() override {
    for (const auto domain : {kRight, kAnybodys, kOther}) {
      const auto at = std::string(domain);
      asked_.zone.address(at, "192.0.2.101").mx(at, 10, "mail." + at).address("mail." + at, "192.0.2.21");
    }
    asked_.zone.txt("right.example", "v=spf1 ip4:192.0.2.21 -all")
        .txt("default._domainkey.right.example", key(crypto::kRsa2048))
        .txt("_dmarc.right.example",
             "v=DMARC1; p=reject; sp=reject; np=reject; rua=mailto:dmarc@right.example");
    asked_.have({std::string(kRight), std::string(kAnybodys)}, "o1");
    asked_.have({std::string(kOther)}, "o2");
  }
  static Asked::Values of(std::string_view domain) { return {{"domain", std::string(domain)}}; }

  Asked asked_;
};

TEST_F(DomainRoutes, TheListIsTheScopes) {
  const auto all = asked_.good("domains_list", Asked::owner());
  EXPECT_EQ(all.at("items").as_array().size(), 3U);
  EXPECT_EQ(all.at("total").to_number<int>(), 3);
  const auto own = asked_.good("domains_list", Asked::of("o1"), {{"sort", "grade"}, {"limit", "1"}});
  ASSERT_EQ(own.at("items").as_array().size(), 1U);
  const auto& row = own.at("items").at(0);
  EXPECT_EQ(row.at("domain").as_string(), kAnybodys);
  EXPECT_EQ(row.at("status").as_string(), "spoofable");
  EXPECT_FALSE(row.at("next_step").is_null());
  const auto rest =
      asked_.good("domains_list", Asked::of("o1"),
                  {{"sort", "grade"}, {"limit", "1"}, {"after", std::string(own.at("next").as_string())}});
  EXPECT_EQ(rest.at("items").at(0).at("domain").as_string(), kRight);
  EXPECT_TRUE(rest.at("next").is_null());
  // Another list's cursor is none of this one.
  asked_.refused("domains_list", Asked::of("o1"),
                 {{"sort", "name"}, {"after", std::string(own.at("next").as_string())}}, 422);
  EXPECT_EQ(asked_.good("domains_list", Asked::of("o1"), {{"finding", "dmarc-missing"}})
                .at("items")
                .as_array()
                .size(),
            1U);
  asked_.refused("domains_list", Asked::of("o1"), {{"organisation", "o2"}}, 404);
}

TEST_F(DomainRoutes, AnothersDomainIsNotThere) {
  for (const auto* operation :
       {"domains_read", "domains_report", "domains_facts", "domains_history", "domains_drift",
        "domains_findings", "domains_keys", "domains_plan", "domains_plan_zone", "domains_advice",
        "domains_senders", "domains_rollbacks"}) {
    asked_.refused(operation, Asked::of("o1"), of(kOther), 404);
    const auto there = asked_.ask(operation, Asked::of("o2"), of(kOther));
    EXPECT_TRUE(there) << operation << ": " << there.error().detail;
  }
  asked_.refused("domains_change", Asked::of("o1"), of(kOther), 404, {{"note", "mine"}});
  asked_.refused("domains_remove", Asked::of("o1"), of(kOther), 404);
  asked_.refused("risks_accept", Asked::of("o1"), of(kOther), 404,
                 {{"code", "dmarc-missing"}, {"reason", "x"}});
  asked_.refused("domains_what_if", Asked::of("o1"), of(kOther), 404, {{"zone", "@ TXT \"x\""}});
  asked_.refused("audits_start", Asked::of("o1"), {}, 404, {{"domains", json::array{kOther}}});
  const auto found = asked_.good("search_all", Asked::of("o1"), {{"q", "example"}, {"kind", "domain"}});
  EXPECT_EQ(found.at("items").as_array().size(), 2U);
  EXPECT_EQ(asked_.good("overview_read", Asked::of("o2")).at("domains").at("total").to_number<int>(), 1);
}

TEST_F(DomainRoutes, NobodyTakesAnothersDomain) {
  const auto added =
      asked_.good("domains_add", Asked::of("o1"), {},
                  {{"domains", json::array{kOther, "new.example", "no domain"}}, {"audit", false}});
  EXPECT_EQ(added.at("added").to_number<int>(), 1);
  EXPECT_EQ(added.at("refused").as_array().size(), 2U);
  EXPECT_EQ(asked_.good("domains_read", Asked::owner(), of(kOther))
                .at("row")
                .at("organisation")
                .at("id")
                .as_string(),
            "o2");
}

TEST_F(DomainRoutes, WhatTheLastAuditFoundOut) {
  EXPECT_EQ(asked_.good("domains_report", Asked::owner(), of(kRight)).at("status").as_string(), "protected");
  EXPECT_GT(asked_.good("domains_facts", Asked::owner(), of(kRight)).at("facts").as_array().size(), 5U);
  EXPECT_EQ(asked_.good("domains_history", Asked::owner(), of(kRight)).at("states").as_array().size(), 1U);
  asked_.good("domains_drift", Asked::owner(), of(kRight));
  const auto keys = asked_.good("domains_keys", Asked::owner(), of(kRight));
  ASSERT_EQ(keys.at("items").as_array().size(), 1U);
  const auto findings = asked_.good("domains_findings", Asked::owner(), of(kAnybodys));
  ASSERT_FALSE(findings.at("items").as_array().empty());
  bool mended = false;
  for (const auto& one : findings.at("items").as_array())
    mended = mended || !one.at("steps").as_array().empty();
  EXPECT_TRUE(mended) << "no step of the plan mends any of them";
}

TEST_F(DomainRoutes, ThePlanAndWhatItWouldDo) {
  const auto plan = asked_.good("domains_plan", Asked::owner(),
                                {{"domain", std::string(kAnybodys)}, {"report_to", "dmarc@open.example"}});
  EXPECT_FALSE(plan.at("steps").as_array().empty());
  const auto zone = asked_.ask("domains_plan_zone", Asked::owner(), of(kAnybodys));
  ASSERT_TRUE(zone);
  EXPECT_NE(zone->body.find("_dmarc.open.example."), std::string::npos) << zone->body;
  const auto what_if =
      asked_.good("domains_what_if", Asked::owner(), of(kAnybodys),
                  {{"zone", "_dmarc TXT \"v=DMARC1; p=reject; rua=mailto:dmarc@open.example\"\n"}});
  EXPECT_EQ(what_if.at("before").at("status").as_string(), "spoofable");
  EXPECT_NE(what_if.at("after").at("status").as_string(), "spoofable");
  asked_.refused("domains_publish", Asked::owner(), of(kAnybodys), 501,
                 {{"steps", json::array{{{"step", "watch"}, {"subject", kAnybodys}}}}});
}

TEST_F(DomainRoutes, AnAcceptedRiskIsOffTheList) {
  const auto before = asked_.good("domains_read", Asked::owner(), of(kAnybodys));
  const auto code = std::string(before.at("row").at("next_step").at("code").as_string());
  asked_.good("risks_accept", Asked::owner(), of(kAnybodys),
              {{"code", code}, {"reason", "it goes in March"}});
  const auto after = asked_.good("domains_read", Asked::owner(), of(kAnybodys));
  EXPECT_EQ(after.at("row").at("open_findings").to_number<int>(),
            before.at("row").at("open_findings").to_number<int>() - 1);
  EXPECT_EQ(after.at("risks").as_array().size(), 1U);
  asked_.refused("risks_accept", Asked::owner(), of(kAnybodys), 422,
                 {{"code", "dmarc-mising"}, {"reason", "x"}});
  ASSERT_TRUE(
      asked_.ask("risks_withdraw", Asked::owner(), {{"domain", std::string(kAnybodys)}, {"code", code}}));
  asked_.refused("risks_withdraw", Asked::owner(), {{"domain", std::string(kAnybodys)}, {"code", code}}, 404);
}

TEST_F(DomainRoutes, OnlyWhatWasSeenIsChanged) {
  const auto seen = asked_.ask("domains_read", Asked::of("o1"), of(kRight));
  ASSERT_TRUE(seen);
  asked_.good("domains_change", Asked::of("o1"), of(kRight), {{"sends", true}, {"note", "first"}});
  asked_.refused("domains_change", Asked::of("o1"),
                 {{"domain", std::string(kRight)}, {"If-Match", "\"0123456789abcdef0123456789abcdef\""}}, 412,
                 {{"note", "second"}});
  asked_.refused("domains_change", Asked::of("o1"), of(kRight), 404, {{"organisation", "o2"}});
  ASSERT_TRUE(asked_.ask("domains_remove", Asked::of("o1"), of(kRight)));
  asked_.refused("domains_read", Asked::of("o1"), of(kRight), 404);
}

TEST_F(DomainRoutes, AnAuditIsAJob) {
  const auto started = asked_.good("audits_start", Asked::of("o1"), {}, {{"all", true}});
  const auto job = asked_.wait(std::string(started.at("id").as_string()));
  EXPECT_EQ(job.state, JobState::done) << job.problem;
  EXPECT_EQ(json::parse(job.result).at("audited").to_number<int>(), 2);
  const auto runs = asked_.good("audits_list", Asked::of("o1"));
  ASSERT_EQ(runs.at("items").as_array().size(), 1U);
  const auto run = asked_.good("audits_read", Asked::of("o1"), {{"id", job.id}});
  EXPECT_EQ(run.at("domains").as_array().size(), 2U);
  asked_.refused("audits_read", Asked::of("o2"), {{"id", job.id}}, 404);
  EXPECT_TRUE(asked_.good("audits_list", Asked::of("o2")).at("items").as_array().empty());
}

TEST_F(DomainRoutes, TheOverviewSaysWhatIsWorst) {
  const auto seen = asked_.good("overview_read", Asked::of("o1"));
  EXPECT_EQ(seen.at("domains").at("spoofable").to_number<int>(), 1);
  ASSERT_EQ(seen.at("worst").as_array().size(), 1U);
  EXPECT_EQ(seen.at("worst").at(0).at("domain").as_string(), kAnybodys);
  EXPECT_FALSE(seen.at("mail").at("known").as_bool());
}

}  // namespace
}  // namespace rampart::server::api
