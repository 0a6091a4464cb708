#include "audit/watch/alerts.h"

#include <algorithm>
#include <random>

#include <gtest/gtest.h>

#include "audit/watch/memory_json.h"

namespace rampart::audit::watch {
namespace {

using base::Time;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

const Time kStart = *base::parse_time("2026-11-26T09:00:00Z");
const std::string kSame = "rampart 1";
constexpr std::string_view kDmarc = "TXT _dmarc.bank.example";
constexpr std::string_view kSpf = "TXT bank.example";
constexpr std::string_view kReject = "v=DMARC1; p=reject";
constexpr std::string_view kNone = "v=DMARC1; p=none";

Observed record(std::string_view key, std::string_view value) {
  return {.subject = Subject::record,
          .key = std::string(key),
          .standing = value.empty() ? Standing::absent : Standing::present,
          .value = std::string(value)};
}
Observed lost(std::string_view key) {
  return {
      .subject = Subject::record, .key = std::string(key), .standing = Standing::unknown, .why = "no reply"};
}
Observed finding(std::string_view code, Severity severity = Severity::high) {
  return {.subject = Subject::finding,
          .key = std::string(code),
          .standing = Standing::present,
          .title = "title of " + std::string(code),
          .severity = severity};
}

// A domain that is watched, a look at a time.
class Domain {
 public:
  Observation seen(std::vector<Observed> items, std::vector<std::string> undecided = {}) {
    Observation out;
    out.domain = *dns::Name::try_parse("bank.example");
    out.at = now;
    out.undecided = std::move(undecided);
    const bool undecidable = std::ranges::find(out.undecided, "") != out.undecided.end();
    items.push_back({.subject = Subject::examination,
                     .standing = undecidable ? Standing::unknown : Standing::present,
                     .why = undecidable ? "SPF could not be found out" : ""});
    std::ranges::sort(items, {}, [](const Observed& i) { return std::pair(i.subject, i.key); });
    out.items = std::move(items);
    return out;
  }
  // Looks at it, and remembers as the store does.
  std::vector<Alert> look(const Observation& observation, const Observation* second = nullptr) {
    wanted = wants_second(memory, observation, circumstances, options);
    auto decision = decide(memory, observation, second, circumstances, options);
    again = decision.look_again;
    auto stored = memory_from_json(to_json(decision.memory), "bank.example");
    EXPECT_TRUE(stored && *stored == decision.memory) << to_json(decision.memory);
    memory = std::move(decision.memory);
    return std::move(decision.alerts);
  }
  std::vector<Alert> look(std::vector<Observed> items) { return look(seen(std::move(items))); }
  // With a second resolver that says the same.
  std::vector<Alert> agreed(std::vector<Observed> items) {
    const auto observation = seen(std::move(items));
    return look(observation, &observation);
  }

  AlertOptions options;
  std::string circumstances = kSame;
  Time now = kStart;
  Memory memory;
  bool wanted = false;
  std::optional<Time> again;
};

TEST(Alerts, TheFirstLookIsASilentBaseline) {
  Domain domain;
  EXPECT_TRUE(domain.look({record(kDmarc, kNone), record(kSpf, ""), finding("spf-missing")}).empty());
  domain.now += hours(24);
  EXPECT_TRUE(domain.look({record(kDmarc, kNone), record(kSpf, ""), finding("spf-missing")}).empty());
}

TEST(Alerts, AChangeIsToldOnce) {
  Domain domain;
  domain.look({record(kDmarc, kReject)});
  domain.now += hours(24);
  const auto alerts = domain.look({record(kDmarc, kNone), finding("dmarc-policy-none", Severity::medium)});
  ASSERT_EQ(alerts.size(), 2U);
  EXPECT_EQ(alerts[0].what, What::changed);
  EXPECT_EQ(alerts[0].before, kReject);
  EXPECT_EQ(alerts[0].after, kNone);
  EXPECT_EQ(alerts[1].what, What::appeared);
  EXPECT_EQ(alerts[1].key, "dmarc-policy-none");
  EXPECT_EQ(alerts[1].severity, Severity::medium);
  for (int i = 0; i < 5; ++i) {
    domain.now += hours(24);
    EXPECT_TRUE(domain.look({record(kDmarc, kNone), finding("dmarc-policy-none", Severity::medium)}).empty());
  }
  domain.now += hours(24);
  const auto mended = domain.look({record(kDmarc, kReject)});
  ASSERT_EQ(mended.size(), 2U);
  EXPECT_EQ(mended[1].what, What::went);
  EXPECT_EQ(mended[1].title, "title of dmarc-policy-none");
}

TEST(Alerts, AMissingRecordNeedsASecondTimeAndASecondResolver) {
  Domain domain;
  domain.look({record(kDmarc, kReject)});
  domain.now += hours(24);
  const std::vector gone{record(kDmarc, ""), finding("dmarc-missing", Severity::critical)};
  EXPECT_TRUE(domain.look(gone).empty());
  EXPECT_FALSE(domain.wanted) << "a second opinion on the first time decides nothing";
  EXPECT_EQ(domain.again, domain.now + minutes(10));
  domain.now += minutes(5);
  EXPECT_TRUE(domain.agreed(gone).empty()) << "too soon";
  EXPECT_EQ(domain.again, domain.now + minutes(5));
  domain.now += minutes(5);
  EXPECT_TRUE(domain.look(gone).empty()) << "nobody agrees";
  EXPECT_TRUE(domain.wanted);
  domain.now += minutes(20);
  const auto alerts = domain.agreed(gone);
  ASSERT_EQ(alerts.size(), 2U);
  EXPECT_EQ(alerts[0].what, What::went);
  EXPECT_EQ(alerts[0].before, kReject);
  EXPECT_EQ(alerts[0].seen, kStart + hours(24));
  EXPECT_EQ(alerts[1].key, "dmarc-missing");
  domain.now += hours(24);
  EXPECT_TRUE(domain.agreed(gone).empty());
}

TEST(Alerts, ASecondResolverThatStillSeesTheRecordIsBelieved) {
  Domain domain;
  domain.look({record(kDmarc, kReject)});
  for (int i = 0; i < 20; ++i) {
    domain.now += hours(24);
    const auto second = domain.seen({record(kDmarc, kReject)});
    const auto first = domain.seen({record(kDmarc, ""), finding("dmarc-missing")});
    EXPECT_TRUE(domain.look(first, &second).empty());
  }
  domain.now += hours(24);
  EXPECT_TRUE(domain.look({record(kDmarc, kReject)}).empty());
}

TEST(Alerts, AnAskerWhoIsNotAgreedWithAsksLessAndLess) {
  Domain domain;
  domain.look({record(kDmarc, kReject)});
  domain.now += hours(24);
  seconds longest{0};
  for (int i = 0; i < 12; ++i) {
    domain.look({record(kDmarc, "")});
    ASSERT_TRUE(domain.again);
    longest = std::max(longest, *domain.again - domain.now);
    domain.now = *domain.again;
  }
  EXPECT_EQ(longest, minutes(640));
}

TEST(Alerts, AnotherRecordsChangeDoesNotVouchForAMissingOne) {
  Domain domain;
  domain.look({record(kDmarc, kReject), record(kSpf, "v=spf1 -all")});
  domain.now += hours(24);
  const std::vector now{record(kDmarc, ""), record(kSpf, "v=spf1 ~all"), finding("dmarc-missing")};
  const auto alerts = domain.look(now);
  ASSERT_EQ(alerts.size(), 1U);
  EXPECT_EQ(alerts[0].key, kSpf);
  domain.now += minutes(10);
  EXPECT_EQ(domain.agreed(now).size(), 2U);
}

TEST(Alerts, AFindingThatNoRecordExplainsIsConfirmed) {
  Domain domain;
  domain.look({record(kSpf, "v=spf1 include:mail.example -all")});
  domain.now += hours(24);
  const std::vector now{record(kSpf, "v=spf1 include:mail.example -all"), finding("spf-dangling-include")};
  EXPECT_TRUE(domain.look(now).empty());
  domain.now += minutes(10);
  EXPECT_TRUE(domain.look(now).empty());
  EXPECT_TRUE(domain.wanted);
  domain.now += minutes(20);
  EXPECT_EQ(domain.agreed(now).size(), 1U);
}

TEST(Alerts, AnAcceptedRiskIsNothingToBeToldOf) {
  Domain domain;
  domain.look({record(kSpf, "v=spf1 -all")});
  auto accepted = finding("spf-softfail");
  accepted.accepted = true;
  for (int i = 0; i < 4; ++i) {
    domain.now += hours(12);
    EXPECT_EQ(domain.agreed({record(kSpf, "v=spf1 ~all"), accepted}).size(), i == 0 ? 1U : 0U);
  }
  domain.now += hours(12);
  EXPECT_EQ(domain.agreed({record(kSpf, "v=spf1 -all")}).size(), 2U) << "that it is mended is told";
}

TEST(Alerts, AnEventIsToldWhenItComesAndNotWhenItIsOver) {
  Domain domain;
  domain.look({record(kDmarc, kReject)});
  auto event = finding("reports-new-sender service:x");
  event.event = true;
  const std::vector come{record(kDmarc, kReject), event};
  domain.look(come);
  domain.now += hours(1);
  const auto alerts = domain.agreed(come);
  ASSERT_EQ(alerts.size(), 1U);
  EXPECT_EQ(alerts[0].what, What::appeared);
  for (int i = 0; i < 3; ++i) {
    domain.now += hours(24);
    EXPECT_TRUE(domain.agreed({record(kDmarc, kReject)}).empty());
  }
  domain.look(come);
  domain.now += hours(1);
  EXPECT_EQ(domain.agreed(come).size(), 1U) << "when it comes again it is told again";
}

TEST(Alerts, TheSameResolverTwiceIsNotTwo) {
  Domain domain;
  domain.look({record(kDmarc, kReject)});
  domain.now += hours(24);
  auto gone = record(kDmarc, "");
  gone.server = "192.0.2.53:53";
  domain.agreed({gone});
  domain.now += minutes(10);
  EXPECT_TRUE(domain.agreed({gone}).empty());
  domain.now += minutes(20);
  const auto first = domain.seen({gone});
  gone.server = "192.0.2.54:53";
  const auto second = domain.seen({gone});
  EXPECT_EQ(domain.look(first, &second).size(), 1U);
}

TEST(Alerts, WhatTheSecondResolverCannotJudgeIsToldAfterMoreLooks) {
  Domain domain;
  domain.look({record(kSpf, "v=spf1 -all")});
  std::size_t told = 0;
  for (int i = 0; i < 6; ++i) {
    domain.now += hours(12);
    const auto first = domain.seen({record(kSpf, "v=spf1 -all"), finding("dnssec-missing")});
    const auto second = domain.seen({record(kSpf, "v=spf1 -all")}, {"dnssec"});
    told += domain.look(first, &second).size();
    EXPECT_EQ(told, i < 3 ? 0U : 1U) << i;
  }
}

TEST(Alerts, UnknownIsNeverMissingButIsToldOnce) {
  Domain domain;
  domain.look({record(kDmarc, kReject), record(kSpf, "v=spf1 -all")});
  std::size_t told = 0;
  for (int i = 1; i <= 10; ++i) {
    domain.now += hours(24);
    const auto alerts = domain.look(domain.seen({lost(kDmarc), lost(kSpf)}, {""}));
    told += alerts.size();
    if (i == 3) {
      ASSERT_EQ(alerts.size(), 1U) << "the domain, and not each of its records";
      EXPECT_EQ(alerts[0].what, What::unexamined);
      EXPECT_EQ(alerts[0].subject, Subject::examination);
      EXPECT_EQ(alerts[0].looks, 3U);
      EXPECT_EQ(alerts[0].why, "SPF could not be found out");
    }
  }
  EXPECT_EQ(told, 1U);
  domain.now += hours(24);
  const auto again = domain.look({record(kDmarc, kNone), record(kSpf, "v=spf1 -all")});
  ASSERT_EQ(again.size(), 2U);
  EXPECT_EQ(again[0].what, What::changed);
  EXPECT_EQ(again[1].what, What::examined_again);
}

TEST(Alerts, OneRecordThatCannotBeFoundOutIsToldByItself) {
  Domain domain;
  domain.look({record(kDmarc, kReject), record("MX bank.example", "10 mx.bank.example")});
  std::vector<Alert> alerts;
  for (int i = 1; i <= 3; ++i) {
    domain.now += hours(24);
    alerts = domain.look({record(kDmarc, kReject), lost("MX bank.example")});
  }
  ASSERT_EQ(alerts.size(), 1U);
  EXPECT_EQ(alerts[0].key, "MX bank.example");
  EXPECT_EQ(alerts[0].why, "no reply");
}

TEST(Alerts, WhatWasUnknownAtTheBaselineComesSilently) {
  Domain domain;
  domain.look(domain.seen({lost(kDmarc)}, {"dmarc"}));
  domain.now += hours(24);
  EXPECT_TRUE(domain.look({record(kDmarc, kNone), finding("dmarc-policy-none")}).empty());
  domain.now += hours(24);
  EXPECT_EQ(domain.look({record(kDmarc, kReject)}).size(), 2U);
}

TEST(Alerts, AFindingOfWhichNothingCanBeSaidHasNotGone) {
  Domain domain;
  domain.look({record(kDmarc, kNone), finding("dmarc-rua-no-mail")});
  for (int i = 0; i < 4; ++i) {
    domain.now += hours(24);
    EXPECT_TRUE(domain.look(domain.seen({record(kDmarc, kNone)}, {"dmarc"})).empty());
  }
}

TEST(Alerts, WhatChangesAllTheTimeIsSaidToDoSo) {
  Domain domain;
  domain.look({record(kSpf, "a")});
  std::vector<What> told;
  for (int i = 0; i < 40; ++i) {
    domain.now += hours(1);
    for (const auto& alert : domain.look({record(kSpf, i % 2 == 0 ? "b" : "a")})) told.push_back(alert.what);
  }
  EXPECT_EQ(told, (std::vector{What::changed, What::changed, What::changed, What::flapping}));
  told.clear();
  for (int i = 0; i < 60; ++i) {
    domain.now += hours(1);
    for (const auto& alert : domain.look({record(kSpf, "b")})) {
      told.push_back(alert.what);
      EXPECT_EQ(alert.after, "b");
    }
  }
  EXPECT_EQ(told, (std::vector{What::settled}));
  domain.now += hours(1);
  EXPECT_EQ(domain.look({record(kSpf, "c")}).size(), 1U);
}

TEST(Alerts, ANewVersionsFindingsComeSilentlyAndRecordsDoNot) {
  Domain domain;
  domain.look({record(kDmarc, kReject), finding("old")});
  domain.now += hours(24);
  domain.circumstances = "rampart 2";
  const auto alerts = domain.look(
      {record(kDmarc, kNone), record("TXT _mta-sts.bank.example", "v=STSv1; id=1"), finding("new")});
  ASSERT_EQ(alerts.size(), 1U);
  EXPECT_EQ(alerts[0].key, kDmarc);
  domain.now += hours(24);
  EXPECT_TRUE(
      domain
          .look({record(kDmarc, kNone), record("TXT _mta-sts.bank.example", "v=STSv1; id=1"), finding("new")})
          .empty());
}

TEST(Alerts, ARecordThatIsAskedForOnlySometimesIsNotToldWhenItComesOrIsLeft) {
  Domain domain;
  domain.look({record(kSpf, "v=spf1 -all")});
  auto part = record("TXT _spf.bank.example", "v=spf1 ip4:192.0.2.1 -all");
  part.always_asked = false;
  domain.now += hours(24);
  EXPECT_EQ(domain.look({record(kSpf, "v=spf1 include:_spf.bank.example -all"), part}).size(), 1U);
  domain.now += hours(24);
  part.value = "v=spf1 +all";
  EXPECT_EQ(domain.look({record(kSpf, "v=spf1 include:_spf.bank.example -all"), part}).size(), 1U);
  domain.now += hours(24);
  EXPECT_EQ(domain.look({record(kSpf, "v=spf1 -all")}).size(), 1U);
}

TEST(Alerts, AClockThatJumpsBackTellsNothingTwiceAndLosesNothing) {
  Domain domain;
  domain.look({record(kDmarc, kReject)});
  domain.now += hours(24);
  domain.look({record(kDmarc, "")});
  domain.now -= hours(24 * 300);
  EXPECT_TRUE(domain.agreed({record(kDmarc, "")}).empty());
  domain.now += minutes(10);
  EXPECT_EQ(domain.agreed({record(kDmarc, "")}).size(), 1U);
  domain.now -= hours(24 * 300);
  EXPECT_TRUE(domain.agreed({record(kDmarc, "")}).empty());
}

TEST(Alerts, WhatTheStoreRemembersWronglyIsAnError) {
  for (const char* text :
       {"", "[]", "{}", R"({"version":2,"baseline":true})", R"({"version":1,"tracks":[1]})",
        R"({"version":1,"tracks":[{"subject":"record","key":"k","told":"perhaps"}]})",
        R"({"version":1,"tracks":[{"subject":"record","key":"k","told":"present","flapping":true}]})",
        R"({"version":1,"tracks":[{"subject":"record","key":"k","told":"present","weakness":9}]})"}) {
    EXPECT_FALSE(memory_from_json(text, "bank.example")) << text;
  }
}

// Whatever is published and whatever a first and a second resolver see of it: what is told of a thing is a chain,
// each alert beginning where the last one ended and telling something else; nothing is said to be missing that
// the second resolver sees; and once all stands still and is seen, the last thing told is how it is.
TEST(Alerts, PropertyNoChangeIsToldTwiceAndNoneIsLost) {
  for (unsigned seed = 0; seed < 400; ++seed) {
    std::mt19937 random(seed);
    const auto one_in = [&](unsigned n) { return random() % n == 0; };
    Domain domain;
    const std::array<std::string, 4> values{"", "a", "b", "c"};
    const std::array<std::string_view, 2> keys{kSpf, kDmarc};
    std::array<std::string, 2> world{values[random() % 4], values[random() % 4]};
    bool fault = one_in(2);
    std::map<Key, std::pair<Standing, std::string>> told;
    const auto observe = [&](bool clear) {
      std::vector<Observed> items;
      std::vector<std::string> undecided;
      for (std::size_t i = 0; i < 2; ++i) {
        const auto roll = clear ? 9 : random() % 10;
        items.push_back(roll == 0 ? lost(keys[i]) : record(keys[i], roll == 1 ? "" : world[i]));
        if (roll == 0 && one_in(3)) undecided.emplace_back("");
      }
      if (!clear && one_in(10)) undecided.emplace_back("fault");
      if (fault && undecided.empty()) items.push_back(finding("fault"));
      return domain.seen(std::move(items), std::move(undecided));
    };
    const auto check = [&](const std::vector<Alert>& alerts, const Observation* second) {
      for (const auto& alert : alerts) {
        if (alert.what == What::unexamined || alert.what == What::examined_again) continue;
        const auto at = told.find({alert.subject, alert.key});
        if (at != told.end()) {
          EXPECT_EQ(alert.before_standing, at->second.first) << seed << ' ' << alert.key;
          EXPECT_EQ(alert.before, at->second.second) << seed << ' ' << alert.key;
        }
        if (alert.what != What::settled) {
          EXPECT_TRUE(alert.before_standing != alert.after_standing || alert.before != alert.after) << seed;
        }
        if (alert.what == What::went && alert.subject == Subject::record) {
          ASSERT_NE(second, nullptr);
          EXPECT_EQ(second->find(Subject::record, alert.key)->standing, Standing::absent);
        }
        told[{alert.subject, alert.key}] = {alert.after_standing, alert.after};
      }
    };
    const auto first = observe(true);
    EXPECT_TRUE(domain.look(first).empty());
    for (const auto& item : first.items) told[{item.subject, item.key}] = {item.standing, item.value};
    for (int step = 0; step < 60; ++step) {
      domain.now += one_in(20) ? -seconds(random() % 500'000) : seconds(random() % 20'000);
      if (one_in(4)) world[random() % 2] = values[random() % 4];
      if (one_in(8)) fault = !fault;
      const auto seen = observe(false);
      const auto second = observe(false);
      const bool has_second = !one_in(4);
      check(domain.look(seen, has_second ? &second : nullptr), has_second ? &second : nullptr);
    }
    for (int step = 0; step < 12; ++step) {  // all stands still
      domain.now += hours(9);
      const auto seen = observe(true);
      check(domain.look(seen, &seen), &seen);
    }
    for (std::size_t i = 0; i < 2; ++i) {
      const auto at = told.find({Subject::record, std::string(keys[i])});
      const auto standing = at == told.end() ? Standing::absent : at->second.first;
      EXPECT_EQ(standing, world[i].empty() ? Standing::absent : Standing::present) << seed << ' ' << keys[i];
      if (standing == Standing::present) {
        EXPECT_EQ(at->second.second, world[i]) << seed;
      }
    }
    const auto at = told.find({Subject::finding, "fault"});
    EXPECT_EQ(at != told.end() && at->second.first == Standing::present, fault) << seed;
    EXPECT_FALSE(domain.again) << seed;
  }
}

}  // namespace
}  // namespace rampart::audit::watch
