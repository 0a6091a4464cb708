#include "audit/watch/watcher.h"

#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "audit/watch/memory_ledger_test.h"
#include "dns/domain.h"

namespace rampart::audit::watch {
namespace {

using base::Time;
using net::Handed;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

const Time kStart = *base::parse_time("2026-11-26T09:00:00Z");

// What came out of a sink; it can be down or refuse.
struct Box {
  Handed answer = Handed::accepted;
  std::vector<Parcel> got;
  [[nodiscard]] std::size_t holding(std::string_view text) const {
    return static_cast<std::size_t>(std::ranges::count_if(
        got, [&](const Parcel& p) { return p.payload.find(text) != std::string::npos; }));
  }
};

class BoxSink final : public Sink {
 public:
  explicit BoxSink(Box& box) : box_(box) {}
  net::Handing deliver(const Parcel& parcel) override {
    if (box_.answer == Handed::accepted) box_.got.push_back(parcel);
    return {box_.answer, "the server said no"};
  }

 private:
  Box& box_;
};

class WatcherTest : public ::testing::Test {
 protected:
  WatcherTest() {
    options.from = "rampart@cert.example";
    options.operators = {"soc@cert.example"};
    options.circumstances = [](const Entry&) { return std::string("same"); };
    add("bank.example", "Bank", "it@bank.example");
  }
  void add(std::string_view domain, std::string organisation = {}, std::string contact = {}) {
    entries.push_back({.domain = *dns::parse_domain(domain),
                       .organisation = std::move(organisation),
                       .contact = std::move(contact)});
    world[entries.back().domain] = "v=DMARC1; p=reject";
  }
  void publish(std::string_view domain, std::string text) {
    world[*dns::parse_domain(domain)] = std::move(text);
  }

  // A watcher as a process that just began.
  Watcher& begin() {
    Sinks sinks;
    for (auto& [kind, box] : boxes) sinks[kind] = std::make_unique<BoxSink>(box);
    watcher = std::make_unique<Watcher>(
        options, ledger, std::move(sinks),
        [this](std::span<const Entry* const> domains, bool second,
               const Watcher::Take& take) -> base::Result<> {
          if (no_resolver && !second) return base::fail(base::ErrorKind::unavailable, "no resolver answers");
          for (const auto* entry : domains) {
            ++looks;
            TRY(take(observe(entry->domain, second)));
          }
          return {};
        },
        [this] { return now; });
    EXPECT_TRUE(watcher->begin(entries));
    return *watcher;
  }
  Observation observe(const dns::Name& domain, bool) const {
    Observation out{.domain = domain, .at = now, .grade = "A"};
    const auto& text = world.at(domain);
    Observed record{.subject = Subject::record, .key = "TXT _dmarc." + domain.text()};
    Observed examination{.subject = Subject::examination, .standing = Standing::present};
    if (text == "?") {
      record.standing = examination.standing = Standing::unknown;
      record.why = "the resolver answered SERVFAIL";
      out.undecided.emplace_back();
    } else if (!text.empty()) {
      record.standing = Standing::present;
      record.value = text;
    }
    out.items = {examination, record};
    return out;
  }
  Watcher::Turn turn(bool everything = false) {
    auto done = watcher->turn(everything);
    EXPECT_TRUE(done) << done.error().message();
    return done ? *done : Watcher::Turn();
  }

  WatchOptions options;
  std::vector<Entry> entries;
  std::map<dns::Name, std::string> world;
  bool no_resolver = false;
  int looks = 0;
  Time now = kStart;
  MemoryLedger ledger;
  std::map<SinkKind, Box> boxes{{SinkKind::terminal, {}}, {SinkKind::json, {}}, {SinkKind::mail, {}}};
  std::unique_ptr<Watcher> watcher;
};

TEST_F(WatcherTest, TheFirstLookIsSilentAndAChangeIsToldOnceByEverySink) {
  begin();
  EXPECT_EQ(turn().looked_at, 1U);
  publish("bank.example", "v=DMARC1; p=none");
  for (int day = 0; day < 4; ++day) {
    now += hours(24);
    turn();
  }
  for (const auto& [kind, box] : boxes) EXPECT_EQ(box.got.size(), 1U) << to_string(kind);
  EXPECT_EQ(boxes[SinkKind::mail].got[0].recipient, "it@bank.example");
  EXPECT_NE(boxes[SinkKind::mail].got[0].payload.find("Message-ID: <d-"), std::string::npos);
  EXPECT_EQ(boxes[SinkKind::json].got[0].id, look_from_json(boxes[SinkKind::json].got[0].payload, "")->id);
}

TEST_F(WatcherTest, OneDigestForEachContactAndPeriod) {
  add("pay.bank.example", "Bank", "it@bank.example");
  add("tax.example", "Tax", "it@tax.example");
  add("stray.example");
  add("wrong.example", "Wrong", "not an address\r\nBcc: x@y.example");
  begin();
  turn();
  for (auto& [domain, text] : world) text = "v=DMARC1; p=none";
  turn(true);
  auto& mail = boxes[SinkKind::mail].got;
  ASSERT_EQ(mail.size(), 3U);
  std::map<std::string, std::string> by;
  for (const auto& parcel : mail) by[parcel.recipient] = parcel.payload;
  EXPECT_EQ(by.size(), 3U);
  EXPECT_NE(by["it@bank.example"].find("pay.bank.example"), std::string::npos);
  EXPECT_EQ(by["it@bank.example"].find("tax.example"), std::string::npos)
      << "nothing of another organisation";
  EXPECT_NE(by["soc@cert.example"].find("stray.example"), std::string::npos);
  EXPECT_NE(by["soc@cert.example"].find("wrong.example"), std::string::npos);
  now += hours(1);
  publish("bank.example", "v=DMARC1; p=quarantine");
  turn(true);
  now += hours(2);
  publish("bank.example", "v=DMARC1; p=none");
  turn(true);
  EXPECT_EQ(mail.size(), 3U) << "the period is not over";
  EXPECT_EQ(*watcher->next(), std::min(*watcher->next(), kStart + hours(24)));
  now = kStart + hours(24);
  turn(true);
  ASSERT_EQ(mail.size(), 4U);
  EXPECT_NE(mail[3].payload.find("2 changes"), std::string::npos);
}

TEST_F(WatcherTest, WhatTheMailServerDoesNotTakeIsKeptRetriedAndNotRepeated) {
  begin();
  turn();
  publish("bank.example", "v=DMARC1; p=none");
  boxes[SinkKind::mail].answer = Handed::down;
  auto done = turn(true);
  EXPECT_EQ(done.waiting, 1U);
  const auto first = ledger.outbox.back().parcel.payload;
  for (int hour = 0; hour < 30; ++hour) {
    now += hours(1);
    turn();
    begin();  // and it is begun anew all the time
  }
  EXPECT_EQ(boxes[SinkKind::mail].got.size(), 0U);
  EXPECT_EQ(boxes[SinkKind::terminal].holding("nothing can be told by mail"), 1U)
      << "the others say so, once";
  boxes[SinkKind::mail].answer = Handed::accepted;
  for (int hour = 0; hour < 30; ++hour) {
    now += hours(1);
    turn();
  }
  ASSERT_EQ(boxes[SinkKind::mail].holding("bank.example"), 1U);
  EXPECT_EQ(boxes[SinkKind::mail].got[0].payload, first) << "as it was queued, Message-ID and all";
  EXPECT_EQ(boxes[SinkKind::terminal].holding("mail works again"), 1U);
}

TEST_F(WatcherTest, WaitsLongerEachTime) {
  begin();
  turn();
  publish("bank.example", "v=DMARC1; p=none");
  boxes[SinkKind::mail].answer = Handed::down;
  turn(true);
  std::vector<seconds> waits;
  for (int i = 0; i < 12; ++i) {
    const auto next = *ledger.states[SinkKind::mail].blocked_until;
    waits.push_back(next - now);
    now = next;
    turn();
  }
  EXPECT_LE(waits.front(), seconds(60));
  EXPECT_GT(waits.back(), hours(2));
  EXPECT_LE(*std::ranges::max_element(waits), hours(4));
}

TEST_F(WatcherTest, AMailboxThatIsRefusedIsToldByTheOthers) {
  begin();
  turn();
  publish("bank.example", "v=DMARC1; p=none");
  boxes[SinkKind::mail].answer = Handed::refused;
  turn(true);
  turn(true);
  EXPECT_EQ(boxes[SinkKind::terminal].holding("it@bank.example was refused"), 1U);
  boxes[SinkKind::mail].answer = Handed::accepted;
  now += hours(48);
  turn(true);
  EXPECT_EQ(boxes[SinkKind::mail].got.size(), 0U);
}

TEST_F(WatcherTest, NoMoreMailsThanTheCap) {
  options.mails_per_hour = 10;
  for (int i = 0; i < 35; ++i)
    add("d" + std::to_string(i) + ".example", "O" + std::to_string(i),
        "it@d" + std::to_string(i) + ".example");
  begin();
  turn();
  for (auto& [domain, text] : world) text = "v=DMARC1; p=none";
  turn(true);
  auto& mail = boxes[SinkKind::mail].got;
  EXPECT_EQ(mail.size(), 10U);
  EXPECT_LE(*watcher->next(), now + minutes(1));
  EXPECT_GT(*watcher->next(), now) << "no busy waiting";
  now += minutes(30);
  turn();
  EXPECT_EQ(mail.size(), 10U);
  for (int i = 0; i < 4; ++i) {
    now += minutes(61);
    turn();
  }
  EXPECT_EQ(mail.size(), 36U);
}

TEST_F(WatcherTest, NoResolverIsToldOnceAndItsEnd) {
  begin();
  turn();
  no_resolver = true;
  for (int i = 0; i < 30; ++i) {
    now += hours(1);
    turn();
  }
  for (auto& [kind, box] : boxes) EXPECT_EQ(box.got.size(), 1U) << to_string(kind);
  EXPECT_EQ(boxes[SinkKind::mail].got[0].recipient, "soc@cert.example");
  no_resolver = false;
  for (int i = 0; i < 30; ++i) {
    now += hours(1);
    turn();
  }
  for (auto& [kind, box] : boxes) EXPECT_EQ(box.got.size(), 2U) << to_string(kind);
}

TEST_F(WatcherTest, WhenNothingCanBeSeenItIsWeWhoCannotSee) {
  for (int i = 0; i < 20; ++i) add("d" + std::to_string(i) + ".example");
  begin();
  turn();
  const auto before = world;
  for (auto& [domain, text] : world) text = "?";
  for (int i = 0; i < 8; ++i) {
    now += hours(24);
    EXPECT_TRUE(turn(true).blind);
  }
  for (auto& [kind, box] : boxes) EXPECT_EQ(box.got.size(), 1U) << to_string(kind);
  world = before;
  publish("bank.example", "v=DMARC1; p=none");
  now += hours(24);
  turn(true);
  EXPECT_EQ(boxes[SinkKind::json].got.size(), 3U) << "the change, and that it is over";
  EXPECT_EQ(boxes[SinkKind::json].holding("p=none"), 1U);
}

TEST_F(WatcherTest, OneDomainThatCannotBeSeenIsItsOwnAffair) {
  for (int i = 0; i < 20; ++i) add("d" + std::to_string(i) + ".example");
  begin();
  turn();
  publish("bank.example", "?");
  for (int i = 0; i < 6; ++i) {
    now += hours(24);
    EXPECT_FALSE(turn(true).blind);
  }
  EXPECT_EQ(boxes[SinkKind::json].got.size(), 1U);
  EXPECT_EQ(boxes[SinkKind::json].holding("unexamined"), 1U);
}

TEST_F(WatcherTest, AMissingRecordIsLookedForAgainSoon) {
  begin();
  turn();
  publish("bank.example", "");
  now += hours(24);
  turn();
  EXPECT_EQ(boxes[SinkKind::json].got.size(), 0U);
  EXPECT_EQ(*watcher->next(), now + minutes(10));
  now += minutes(10);
  begin();  // the process was killed meanwhile
  turn();
  EXPECT_EQ(boxes[SinkKind::json].got.size(), 1U);
  EXPECT_EQ(boxes[SinkKind::json].holding("\"went\""), 1U);
}

TEST_F(WatcherTest, EachDomainIsLookedAtOnceInItsInterval) {
  for (int i = 0; i < 50; ++i) add("d" + std::to_string(i) + ".example");
  begin();
  turn();
  looks = 0;
  for (int minute = 0; minute < 3 * 24 * 60; ++minute) {
    now += minutes(1);
    turn();
  }
  EXPECT_EQ(looks, 3 * 51);
  looks = 0;
  now += hours(24 * 30);  // it was off for a month
  turn();
  turn();
  EXPECT_EQ(looks, 51);
}

TEST_F(WatcherTest, AClockThatJumpsBackDoesNoHarm) {
  begin();
  turn();
  publish("bank.example", "v=DMARC1; p=none");
  turn(true);
  EXPECT_EQ(boxes[SinkKind::json].got.size(), 1U);
  now -= hours(24 * 400);
  looks = 0;
  for (int hour = 0; hour < 72; ++hour) {
    now += hours(1);
    if (hour == 30) publish("bank.example", "v=DMARC1; p=quarantine");
    turn();
    begin();
  }
  EXPECT_GE(looks, 1) << "domains are looked at within an interval or so";
  for (int hour = 0; hour < 72; ++hour) {
    now += hours(1);
    turn();
  }
  EXPECT_EQ(boxes[SinkKind::json].got.size(), 2U);
  EXPECT_EQ(boxes[SinkKind::mail].got.size(), 2U);
}

// A process that dies at any of its writes, as when the power goes or the disk is full: the next one tells what was
// not told, and nothing that was.
TEST_F(WatcherTest, PropertyACrashAtAnyWriteRepeatsAndLosesNothing) {
  for (int i = 0; i < 12; ++i)
    add("d" + std::to_string(i) + ".example", "O" + std::to_string(i % 3),
        "it@o" + std::to_string(i % 3) + ".example");
  options.digest_period = hours(1);
  std::mt19937 random(7);
  std::map<std::string, std::vector<std::string>> history;
  begin();
  turn();
  for (const auto& [domain, text] : world) history[domain.text()].push_back(text);
  for (int round = 0; round < 300; ++round) {
    now += hours(30);
    auto& entry = entries[random() % entries.size()];
    const auto text = "v=DMARC1; p=none; r=" + std::to_string(round);
    world[entry.domain] = text;
    ledger.writes_left = static_cast<int>(random() % 4);
    begin();
    const auto died = watcher->turn(true);
    ledger.writes_left.reset();
    if (!died) begin();
    turn(true);
    history[entry.domain.text()].push_back(text);
  }
  now += hours(30);
  turn(true);
  std::map<std::string, std::vector<std::string>> told;
  std::set<std::string> ids;
  for (const auto& parcel : boxes[SinkKind::json].got) {
    // A parcel that was handed over before its mark was written comes twice, under the same id.
    if (!ids.insert(parcel.id).second) continue;
    const auto look = look_from_json(parcel.payload, "");
    ASSERT_TRUE(look);
    for (const auto& alert : look->alerts) {
      auto& chain = told[look->domain.text()];
      if (chain.empty()) chain.push_back(alert.before);
      EXPECT_EQ(chain.back(), alert.before);
      chain.push_back(alert.after);
    }
  }
  for (auto& [domain, texts] : history) {
    if (texts.size() > 1) {
      EXPECT_EQ(told[domain], texts) << domain;
    }
  }
  std::set<std::string> mails;
  std::size_t in_mail = 0;
  for (const auto& parcel : boxes[SinkKind::mail].got) {
    if (!mails.insert(parcel.id).second) continue;
    for (auto at = parcel.payload.find("has changed"); at != std::string::npos;
         at = parcel.payload.find("has changed", at + 1))
      ++in_mail;
  }
  EXPECT_EQ(in_mail, 300U * 2) << "in the plain and in the HTML part";
}

TEST_F(WatcherTest, AStoreThatIsFullIsToldPastIt) {
  begin();
  turn();
  publish("bank.example", "v=DMARC1; p=none");
  ledger.writes_left = 0;
  now += hours(24);
  const auto failed = watcher->turn();
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().what, "the disk is full");
  boxes[SinkKind::terminal].answer = Handed::down;
  EXPECT_EQ(watcher->tell_directly(make_trouble("store", failed.error().message(), false, now)), 2U);
  EXPECT_EQ(boxes[SinkKind::mail].got[0].recipient, "soc@cert.example");
  boxes[SinkKind::terminal].answer = Handed::accepted;
  ledger.writes_left.reset();
  turn(true);
  EXPECT_EQ(boxes[SinkKind::terminal].holding("p=none"), 1U);
}

TEST_F(WatcherTest, StoppingLeavesNothingHalfDone) {
  for (int i = 0; i < 20; ++i) add("d" + std::to_string(i) + ".example");
  begin();
  turn();
  for (auto& [domain, text] : world) text = "v=DMARC1; p=none";
  int asked = 0;
  watcher->stop_when([&] { return ++asked > 3; });
  turn(true);
  begin();
  turn(true);
  turn(true);
  EXPECT_EQ(boxes[SinkKind::json].got.size(), 21U);
}

}  // namespace
}  // namespace rampart::audit::watch
