#include "reports/sources/marks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reports/sources/seen_test.h"
#include "store/store_test.h"

namespace rampart::reports {
namespace {

using store::Backend;
using testing::HasSubstr;

constexpr auto kPass = AuthResult::pass;
constexpr auto kFail = AuthResult::fail;

dns::Name bank() { return *dns::Name::parse("bank.example"); }

Mark mark(std::string_view subject, SourceKind kind, std::string name = {}) {
  return {.number = 1,
          .domain = bank(),
          .subject = parse_mark_subject(subject).value_or(MarkSubject()),
          .kind = kind,
          .name = std::move(name),
          .reason = "the network plan",
          .who = "ann",
          .made = base::Time(std::chrono::seconds(1'700'000'000))};
}

TEST(MarkSubject, ReadsAddressesNetworksAndIds) {
  for (const auto* text : {"192.0.2.7", "192.0.2.0/24", "2001:db8::/32", "2001:db8::1", "own",
                           "service:amazon-ses", "unknown:192.0.2.0/24", "forwarder:lists.example"}) {
    const auto subject = parse_mark_subject(text);
    ASSERT_TRUE(subject) << text;
    EXPECT_EQ(subject->text(), text);
  }
  EXPECT_EQ(parse_mark_subject("192.0.2.7/32")->text(), "192.0.2.7");
  EXPECT_EQ(parse_mark_subject("marked:192.0.2.0/24")->text(), "192.0.2.0/24");
}

TEST(MarkSubject, RefusesWhatIsNoSource) {
  const struct {
    std::string text;
    std::string_view why;
  } cases[] = {
      {"", "names no source"},
      {"0.0.0.0/0", "every forger"},
      {"192.0.2.7/24", "begins at 192.0.2.0"},
      {"192.0.2.0/33", "length"},
      {"192.0.2.0/x", "length"},
      {"spoofing", "comes from many"},
      {"spoofing:x", "no source has this id"},
      {"service:", "names no source"},
      {"somebody", "names no source"},
      {"elsewhere:x", "names no source"},
      {"service:\x1b[31m", "no source has this id"},
      {"service:" + std::string(400, 'x'), "so long"},
  };
  for (const auto& c : cases) {
    const auto subject = parse_mark_subject(c.text);
    ASSERT_FALSE(subject) << c.text;
    EXPECT_EQ(subject.error().kind, base::ErrorKind::usage);
    EXPECT_THAT(subject.error().what, HasSubstr(std::string(c.why))) << c.text;
  }
}

class MarksTest : public store::OnBothDatabases {
 protected:
  void SetUp() override {
    OnBothDatabases::SetUp();
    if (IsSkipped()) return;
    database_.emplace(open());
    marks_.emplace(*Marks::open(*database_));
  }
  std::vector<Mark> list(const std::optional<dns::Name>& domain = {}, bool all = false) {
    auto out = marks_->list(domain, all);
    EXPECT_TRUE(out) << (out ? "" : out.error().message());
    return out.value_or(std::vector<Mark>());
  }

  std::optional<store::Database> database_;
  std::optional<Marks> marks_;
};
INSTANTIATE_TEST_SUITE_P(Marks, MarksTest, ::testing::Values(Backend::sqlite, Backend::postgresql),
                         store::backend_name);

TEST_P(MarksTest, AreKeptWithWhoAndWhy) {
  const auto number = marks_->add(mark("192.0.2.0/24", SourceKind::own, "Branches; DROP TABLE 'x'"));
  ASSERT_TRUE(number) << number.error().message();
  const auto found = list(bank());
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].number, *number);
  EXPECT_EQ(found[0].subject.text(), "192.0.2.0/24");
  EXPECT_EQ(found[0].kind, SourceKind::own);
  EXPECT_EQ(found[0].name, "Branches; DROP TABLE 'x'");
  EXPECT_EQ(found[0].who, "ann");
  EXPECT_EQ(found[0].reason, "the network plan");
  EXPECT_EQ(found[0].made.time_since_epoch(), std::chrono::seconds(1'700'000'000));
  EXPECT_TRUE(list(*dns::Name::parse("other.example")).empty());
}

TEST_P(MarksTest, ALaterOneTakesThePlaceAndTheEarlierStaysOnRecord) {
  ASSERT_TRUE(marks_->add(mark("192.0.2.7", SourceKind::own)));
  ASSERT_TRUE(marks_->add(mark("192.0.2.7", SourceKind::spoofing)));
  ASSERT_EQ(list().size(), 1U);
  EXPECT_EQ(list()[0].kind, SourceKind::spoofing);
  const auto all = list({}, true);
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].removed_by, "ann");
  EXPECT_TRUE(all[0].removed);
  EXPECT_FALSE(all[1].removed);
}

TEST_P(MarksTest, AreTakenBackOnce) {
  const auto number = *marks_->add(mark("own", SourceKind::own, "Head office"));
  EXPECT_EQ(marks_->remove(number, "bob", base::Time(std::chrono::seconds(1'800'000'000))), true);
  EXPECT_EQ(marks_->remove(number, "bob", base::Time()), false);
  EXPECT_EQ(marks_->remove(number + 7, "bob", base::Time()), false);
  EXPECT_TRUE(list().empty());
  EXPECT_EQ(list({}, true)[0].removed_by, "bob");
}

// --- What naming makes of them ---

class MarkedMail : public ::testing::Test, public SeenMail {};

TEST_F(MarkedMail, AMarkedNetworkIsASourceOfItsOwn) {
  auto& office = at("192.0.2.9");
  row(office, outcome({}, "bank.example", kFail), 5);
  auto& other = at("192.0.2.200");
  row(other, outcome({}, "bank.example", kFail), 3);
  marks = {mark("192.0.2.0/28", SourceKind::own, "Branch offices")};
  const auto sources = find();
  ASSERT_EQ(sources.size(), 2U);
  EXPECT_EQ(sources[0].id, "marked:192.0.2.0/28");
  EXPECT_EQ(sources[0].name, "Branch offices");
  EXPECT_EQ(sources[0].kind, SourceKind::own);
  EXPECT_EQ(sources[0].confidence, Confidence::certain);
  EXPECT_EQ(sources[0].mark, &marks[0]);
  EXPECT_EQ(sources[0].evidence[0].text(), "ann marked it on 2023-11-14: the network plan");
  EXPECT_EQ(sources[1].kind, SourceKind::spoofing);
}

TEST_F(MarkedMail, TheSmallestMarkedNetworkDecides) {
  auto& one = at("192.0.2.9");
  row(one, outcome({}, "bank.example", kFail), 5);
  marks = {mark("192.0.2.9", SourceKind::spoofing), mark("192.0.2.0/24", SourceKind::own)};
  const auto sources = find();
  ASSERT_EQ(sources.size(), 1U);
  EXPECT_EQ(sources[0].kind, SourceKind::spoofing);
  EXPECT_EQ(sources[0].name, "Spoofing from 192.0.2.9");
}

TEST_F(MarkedMail, AMarkOfASourceKeepsItsId) {
  auto& host = at("192.0.2.9", "mx.payroll.example");
  row(host, outcome({signature("bank.example", "p1")}, "payroll.example", kPass), 8);
  row(host, outcome({}, "elsewhere.example", kFail), 1);
  const auto before = find();
  marks = {mark(before[0].id, SourceKind::service, "Payroll bureau")};
  const auto sources = find();
  EXPECT_EQ(sources[0].id, before[0].id);
  EXPECT_EQ(sources[0].name, "Payroll bureau");
  EXPECT_EQ(sources[0].kind, SourceKind::service);
  EXPECT_EQ(sources[0].mark, &marks[0]);
  EXPECT_EQ(sources[0].tally, before[0].tally);
}

// A key that a marked server signs with is at home there, so who hands on such mail is a forwarder.
TEST_F(MarkedMail, KeysAreAtHomeOnMarkedServers) {
  auto& own = at("192.0.2.9");
  row(own, outcome({signature("bank.example", "k")}, "bank.example", kFail), 5);
  auto& forwarder = at("203.0.113.5");
  row(forwarder, outcome({signature("bank.example", "k")}, "bank.example", kFail), 5);
  marks = {mark("192.0.2.9", SourceKind::own)};
  const auto sources = find();
  ASSERT_EQ(sources.size(), 2U);
  EXPECT_EQ(sources[0].kind, SourceKind::forwarder);
  EXPECT_EQ(sources[1].kind, SourceKind::own);
  EXPECT_EQ(sources[1].name, "Your own: 192.0.2.9");
}

TEST_F(MarkedMail, AMarkedForgerIsNeverNamedByWhatHeUses) {
  auto& stolen = at("167.89.1.1", "o1.sendgrid.net");
  row(stolen, outcome({signature("bank.example", "s1")}, "bank.example", kPass), 5);
  marks = {mark("service:sendgrid", SourceKind::spoofing, "Stolen account")};
  const auto sources = find();
  ASSERT_EQ(sources.size(), 1U);
  EXPECT_EQ(sources[0].kind, SourceKind::spoofing);
  EXPECT_EQ(sources[0].provider, nullptr);
  EXPECT_EQ(sources[0].name, "Stolen account");
}

}  // namespace
}  // namespace rampart::reports
