#include "reports/sources/news.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rampart::reports {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::int64_t kDay0 = 20'000;

// A domain whose history is two months long, with a report of every day.
class NewsTest : public ::testing::Test {
 protected:
  NewsTest() {
    sightings_.first_day = kDay0 - 59;
    sightings_.last_day = kDay0;
    sightings_.reporters = 3;
    for (auto day = kDay0 - 59; day <= kDay0; ++day) sightings_.days.push_back(day);
  }
  MailSource& source(std::string id, SourceKind kind, SourceTally before, SourceTally recent) {
    auto& out = sources_.emplace_back();
    out.name = id;
    out.id = std::move(id);
    out.kind = kind;
    out.before = before;
    out.recent = recent;
    out.tally = {before.dkim + recent.dkim, before.spf + recent.spf, before.fail + recent.fail};
    out.since = static_cast<std::int32_t>(kDay0 - 400);
    out.trend = Trend::steady;
    out.evidence = {
        {.kind = EvidenceKind::reverse_name, .mark = "x.example", .example = "mx.x.example", .addresses = 1}};
    return out;
  }
  std::vector<News> find(std::int64_t today = kDay0 + 1) const {
    return find_news({.sources = sources_, .sightings = &sightings_, .tls = &tls_, .today = today});
  }
  [[nodiscard]] std::vector<std::string> keys(std::int64_t today = kDay0 + 1) const {
    std::vector<std::string> out;
    const auto found = find(today);
    out.reserve(found.size());
    for (const auto& news : found) out.push_back(news.key());
    return out;
  }

  void session(std::string result, std::string host, std::uint64_t sessions,
               std::string reporter = "google.com") {
    const bool failed = !result.empty();
    tls_.seen.push_back({.day = kDay0,
                         .reporter = std::move(reporter),
                         .result = std::move(result),
                         .failed = failed,
                         .host = std::move(host),
                         .sessions = sessions});
  }

  TlsHistory tls_;
  Sightings sightings_;
  std::vector<MailSource> sources_;
};

TEST_F(NewsTest, OfSteadyMailThereIsNone) {
  source("own", SourceKind::own, {.dkim = 4000}, {.dkim = 1000});
  source("spoofing", SourceKind::spoofing, {.fail = 400}, {.fail = 120});
  EXPECT_THAT(keys(), IsEmpty());
}

TEST_F(NewsTest, ANewSenderThatMayBeLegitimate) {
  source("service:sendgrid", SourceKind::service, {}, {.dkim = 40, .fail = 2}).trend = Trend::fresh;
  source("unknown:esp.example", SourceKind::unknown, {}, {.spf = 20}).trend = Trend::fresh;
  source("unknown:192.0.2.0/24", SourceKind::unknown, {}, {.spf = 1, .fail = 20}).trend =
      Trend::fresh;  // fails
  source("unknown:few.example", SourceKind::unknown, {}, {.spf = 9}).trend = Trend::fresh;
  source("forwarder:x.example", SourceKind::forwarder, {}, {.dkim = 90}).trend = Trend::fresh;
  source("service:old", SourceKind::service, {.dkim = 90}, {.dkim = 90});
  EXPECT_THAT(keys(),
              ElementsAre("reports-new-sender service:sendgrid", "reports-new-sender unknown:esp.example"));
  const auto news = find().front();
  EXPECT_EQ(
      news.text,
      "a new sender in your name: service:sendgrid (service), since 2023-08-31, 42 messages, 40 of them "
      "authenticated");
  EXPECT_THAT(news.evidence, ElementsAre("PTR mx.x.example"));
}

TEST_F(NewsTest, WhomTheOwnerMarkedIsNotNew) {
  const Mark mark{};
  auto& marked = source("marked:192.0.2.0/24", SourceKind::own, {}, {.dkim = 40});
  marked.trend = Trend::fresh;
  marked.mark = &mark;
  EXPECT_THAT(keys(), IsEmpty());
}

TEST_F(NewsTest, AWaveOfForgedMail) {
  const struct {
    std::uint64_t before, recent;
    bool wave;
  } cases[] = {{0, 99, false},   {0, 100, true},  {400, 499, false},       {400, 500, true},
               {40, 109, false}, {40, 110, true}, {40'000, 49'999, false}, {40'000, 50'000, true}};
  for (const auto& c : cases) {
    sources_.clear();
    source("spoofing", SourceKind::spoofing, {.fail = c.before}, {.fail = c.recent});
    EXPECT_EQ(!keys().empty(), c.wave) << c.before << " " << c.recent;
  }
  EXPECT_THAT(find().front().text,
              HasSubstr("50,000 messages in the last 7 days, about 10,000 a week before"));
  sightings_.first_day = kDay0 - 8;  // two days are nothing to compare with
  EXPECT_THAT(keys(), IsEmpty());
}

TEST_F(NewsTest, ASenderThatStopsAuthenticating) {
  const struct {
    SourceTally before, recent;
    bool lost;
  } cases[] = {{{.dkim = 100}, {.fail = 100}, true},
               {{.dkim = 90, .fail = 10}, {.dkim = 49, .fail = 51}, true},
               {{.dkim = 90, .fail = 10}, {.dkim = 50, .fail = 50}, false},
               {{.dkim = 80, .fail = 20}, {.fail = 100}, false},
               {{.dkim = 19}, {.fail = 100}, false},
               {{.dkim = 100}, {.fail = 19}, false}};
  for (const auto& c : cases) {
    sources_.clear();
    source("service:sendgrid", SourceKind::service, c.before, c.recent);
    EXPECT_EQ(!keys().empty(), c.lost);
  }
  sources_.clear();
  source("forwarder:x.example", SourceKind::forwarder, {.dkim = 100}, {.fail = 100});
  EXPECT_THAT(keys(), IsEmpty());
}

TEST_F(NewsTest, ReportsThatStoppedComing) {
  EXPECT_THAT(keys(kDay0 + 3), IsEmpty());
  EXPECT_THAT(keys(kDay0 + 4), ElementsAre("reports-silence"));
  EXPECT_THAT(find(kDay0 + 9).front().text, HasSubstr("28 of 28 days were reported by 3 reporters"));
  sightings_.days.assign({kDay0 - 20, kDay0 - 10, kDay0});  // they never came often
  EXPECT_THAT(keys(kDay0 + 9), IsEmpty());
  sightings_.days.clear();
  EXPECT_THAT(keys(kDay0 + 9), IsEmpty());
}

TEST_F(NewsTest, TlsThatFails) {
  session("", "", 900);
  session("certificate-expired", "mx1.bank.example", 60);
  session("certificate-expired", "mx1.bank.example", 20, "outlook.com");
  session("validation-failure", "mx2.bank.example", 9);
  EXPECT_THAT(keys(), ElementsAre("reports-tls-failures certificate-expired mx1.bank.example"));
  const auto found = find();
  EXPECT_EQ(
      found[0].text,
      "senders could not set up TLS with mx1.bank.example: 80 of 989 sessions in the last 7 days ended as "
      "certificate-expired");
  EXPECT_THAT(found[0].evidence, ElementsAre("told by google.com, outlook.com"));
  session("", "", 20'000);
  EXPECT_THAT(keys(), IsEmpty()) << "less than one in a hundred";
}

TEST_F(NewsTest, TlsThatFailsInManyWays) {
  for (int i = 0; i < 20; ++i) session("starttls-not-supported", fmt::format("mx{}.bank.example", i), 50);
  EXPECT_EQ(keys().size(), kTlsNews);
}

}  // namespace
}  // namespace rampart::reports
