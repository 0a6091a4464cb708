#include "reports/archive/report_list.h"
#include "server/api/routes/routes_test.h"

namespace rampart::server::api {
namespace {

// One message that passed and nine that did not, of a domain.
std::string report_of(std::string_view domain) {
  return fmt::format(
      "<?xml version=\"1.0\"?><feedback><report_metadata><org_name>google.com</org_name>"
      "<email>noreply-dmarc-support@google.com</email><report_id>r-{0}</report_id>"
      "<date_range><begin>1795737600</begin><end>1795823999</end></date_range></report_metadata>"
      "<policy_published><domain>{0}</domain><p>none</p></policy_published>"
      "<record><row><source_ip>192.0.2.21</source_ip><count>1</count><policy_evaluated>"
      "<disposition>none</disposition><dkim>pass</dkim><spf>pass</spf></policy_evaluated></row>"
      "<identifiers><header_from>{0}</header_from></identifiers><auth_results><dkim><domain>{0}</domain>"
      "<selector>s1</selector><result>pass</result></dkim><spf><domain>{0}</domain><result>pass</result></"
      "spf>"
      "</auth_results></record>"
      "<record><row><source_ip>203.0.113.9</source_ip><count>9</count><policy_evaluated>"
      "<disposition>none</disposition><dkim>fail</dkim><spf>fail</spf></policy_evaluated></row>"
      "<identifiers><header_from>{0}</header_from></identifiers><auth_results><spf><domain>x.example</domain>"
      "<result>fail</result></spf></auth_results></record></feedback>",
      domain);
}

class ReportRoutes : public testing::Test {
 protected:
  void SetUp() override {
    asked_.have({"bank.example"}, "o1");
    asked_.have({"post.example"}, "o2");
    for (const auto* domain : {"bank.example", "post.example"})
      asked_.good("reports_upload", Asked::owner(), {{"name", fmt::format("{}.xml", domain)}}, {},
                  report_of(domain));
  }
  Asked asked_;
};

TEST_F(ReportRoutes, EachSeesHisOwn) {
  const auto own = asked_.good("reports_list", Asked::of("o1"));
  ASSERT_EQ(own.at("items").as_array().size(), 1U);
  EXPECT_EQ(own.at("items").at(0).at("domain").as_string(), "bank.example");
  EXPECT_EQ(own.at("items").at(0).at("reporter").as_string(), "google.com");
  EXPECT_EQ(own.at("items").at(0).at("from").as_string(), "2026-11-27");
  EXPECT_EQ(own.at("items").at(0).at("messages").to_number<int>(), 10);
  const auto all = asked_.good("reports_list", Asked::owner(), {{"limit", "1"}});
  ASSERT_EQ(all.at("items").as_array().size(), 1U);
  const auto rest = asked_.good("reports_list", Asked::owner(),
                                {{"limit", "1"}, {"after", std::string(all.at("next").as_string())}});
  EXPECT_NE(rest.at("items").at(0).at("domain"), all.at("items").at(0).at("domain"));
  EXPECT_TRUE(rest.at("next").is_null());
  asked_.refused("reports_list", Asked::of("o1"), {{"domain", "post.example"}}, 404);
  asked_.refused("reports_summary", Asked::of("o1"), {{"domain", "post.example"}}, 404);
  EXPECT_EQ(asked_.good("reports_summary", Asked::of("o1")).at("domains").as_array().size(), 1U);
}

TEST_F(ReportRoutes, SumsOfADomain) {
  const auto sum = asked_.good("reports_summary", Asked::of("o1"), {{"domain", "bank.example"}});
  EXPECT_EQ(sum.at("total").at("messages").to_number<int>(), 10);
  EXPECT_EQ(sum.at("total").at("fail").to_number<int>(), 9);
  asked_.good("reports_tls", Asked::of("o1"), {{"domain", "bank.example"}});
  asked_.good("reports_tls", Asked::of("o1"));
  asked_.good("reports_failures", Asked::of("o1"));
  asked_.good("reports_aside", Asked::owner());
}

TEST_F(ReportRoutes, NobodyUploadsAnothersReports) {
  const auto answer = asked_.ask("reports_upload", Asked::of("o1"), {}, {}, report_of("post.example"));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().status, 422U);
  const auto again = asked_.good("reports_upload", Asked::of("o1"), {}, {}, report_of("bank.example"));
  EXPECT_EQ(again.at("duplicates").to_number<int>(), 1);
}

TEST_F(ReportRoutes, SendersAreNamedAndMarked) {
  const auto senders = asked_.good("domains_senders", Asked::of("o1"), {{"domain", "bank.example"}});
  ASSERT_FALSE(senders.at("sources").as_array().empty());
  const auto list = asked_.good("senders_list", Asked::of("o1"));
  ASSERT_FALSE(list.at("items").as_array().empty());
  const auto id = std::string(list.at("items").at(0).at("id").as_string());
  const auto one = asked_.good("senders_read", Asked::of("o1"), {{"sender", id}});
  EXPECT_EQ(one.at("domains").as_array().size(), 1U);
  asked_.good("senders_mark", Asked::of("o1"), {{"sender", "192.0.2.21"}},
              {{"domain", "bank.example"}, {"kind", "own"}, {"reason", "our server"}});
  asked_.refused("senders_mark", Asked::of("o1"), {{"sender", "192.0.2.21"}}, 404,
                 {{"domain", "post.example"}, {"kind", "own"}, {"reason", "x"}});
  ASSERT_TRUE(
      asked_.ask("senders_unmark", Asked::of("o1"), {{"sender", "192.0.2.21"}, {"domain", "bank.example"}}));
  asked_.refused("senders_unmark", Asked::of("o1"), {{"sender", "192.0.2.21"}, {"domain", "bank.example"}},
                 404);
}

TEST_F(ReportRoutes, AdviceOfWhatWasReported) {
  asked_.good("domains_advice", Asked::of("o1"), {{"domain", "bank.example"}});
  asked_.good("domains_rehearsal", Asked::of("o1"), {{"domain", "bank.example"}, {"policy", "reject"}});
  const auto list = asked_.good("advice_list", Asked::of("o1"));
  ASSERT_EQ(list.at("items").as_array().size(), 1U);
  EXPECT_EQ(list.at("items").at(0).at("domain").as_string(), "bank.example");
}

TEST(ReportPlaces, AreReadBack) {
  const auto place = reports::ReportPlace::parse("17.tls.4");
  ASSERT_TRUE(place);
  EXPECT_EQ(place->text(), "17.tls.4");
  for (const auto* bad : {"", "17", "17.tls", "17.x.4", "x.tls.4", "17.tls.x"})
    EXPECT_FALSE(reports::ReportPlace::parse(bad)) << bad;
}

}  // namespace
}  // namespace rampart::server::api
