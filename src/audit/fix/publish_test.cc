// The driver and its way back, against a server that keeps one zone in memory and can be made to misbehave.
#include "audit/fix/publish.h"

#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "audit/fix/fix_test.h"

namespace rampart::audit::fix {
namespace {

using dns::RecordSet;
using dns::RrType;
using net::UpdateOutcome;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Kind = UpdateOutcome::Kind;

constexpr std::uint32_t kHere = 3600;

struct Server {
  dns::Name zone = Zone::name("right.example");
  std::map<std::pair<std::string, RrType>, RecordSet> sets;
  std::vector<dns::Name> aliases;
  bool keeps_zone = true;
  bool serves_changes = true;
  Kind answer = Kind::done;  // what it says of the update after `good` others
  std::size_t good = SIZE_MAX;
  bool does_it_all_the_same = false;

  void put(const std::string& name, RrType type, std::string rdata, std::uint32_t ttl = kHere) {
    auto& set = at(Zone::name(name), type);
    set.ttl = ttl;
    set.put(std::move(rdata));
  }
  void txt(const std::string& name, std::string_view text, std::uint32_t ttl = kHere) {
    put(name, RrType::txt, dns::txt_rdata(text), ttl);
  }
  RecordSet& at(const dns::Name& name, RrType type) {
    auto& set = sets[{std::string(name.text()), type}];
    set.name = name;
    set.type = type;
    return set;
  }

  Primary primary() {
    return {.ask = [this](const dns::Name& name, RrType type) { return ask(name, type); },
            .send = [this](const net::ZoneChange& change) { return send(change); }};
  }

 private:
  base::Result<net::ServerSays> ask(const dns::Name& name, RrType type) {
    net::ServerSays says;
    if (!keeps_zone) {
      says.rcode = dns::rcode::kRefused;
      return says;
    }
    says.authoritative = true;
    says.alias = std::ranges::find(aliases, name) != aliases.end();
    if (type == RrType::soa) {
      says.zone = zone;
    } else {
      says.set = at(name, type);
    }
    return says;
  }
  UpdateOutcome send(const net::ZoneChange& change) {
    EXPECT_EQ(change.before, at(change.before.name, change.before.type)) << "a prerequisite that fails";
    if (good == 0) {
      if (does_it_all_the_same) at(change.after.name, change.after.type) = change.after;
      return {.kind = answer, .error = {.what = "as the test wants"}};
    }
    --good;
    if (serves_changes) at(change.after.name, change.after.type) = change.after;
    return {.kind = Kind::done, .error = {}};
  }
};

// right.example without DMARC, whose plan is: watch, tls-reports, and steps that need a verdict.
struct Case {
  Domain domain{.spf = "v=spf1 ip4:192.0.2.0/28 ~all", .dmarc = ""};
  Owner owner{.report_to = "dmarc@right.example"};
  Plan plan;
  std::vector<Decision> decisions;
  Server server;

  explicit Case(bool risk = false) {
    plan = plan_of(domain, owner);
    decisions = decide(plan, owner, {.risk_accepted = risk});
    for (const auto& set : plan.published()) {
      for (const auto& record : set.before) server.txt(std::string(set.name.text()), record.data, 600);
    }
  }
  std::vector<Update> updates() {
    auto made =
        prepare(server.primary(),
                domain.domain.empty() ? Zone::name("right.example") : Zone::name(domain.domain), decisions);
    EXPECT_TRUE(made) << made.error().message();
    return made ? *made : std::vector<Update>();
  }
  std::vector<std::string> held() const {
    std::vector<std::string> out;
    for (const auto& decision : decisions) {
      if (!decision.allowed()) out.push_back(decision.held);
    }
    return out;
  }
};

Rollback rollback_of(std::vector<Update> updates) {
  return {.domain = Zone::name("right.example"),
          .server = *base::parse_endpoint("192.0.2.53", 53),
          .time = *base::parse_time("2026-11-26T08:00:00Z"),
          .risk = AcceptedRisk{"because", *base::parse_time("2026-11-26T08:00:00Z")},
          .updates = std::move(updates)};
}

PublishEnd publish_all(Server& server, Rollback& rollback) {
  return publish(server.primary(), rollback, [](const Update&) { return base::Result<>(); });
}

TEST(Publish, WhatIsHarmlessIsPublishedAndTheRestIsHeldBack) {
  Case at;
  const auto updates = at.updates();
  std::vector<std::string> made;
  for (const auto& update : updates) made.push_back(update.step);
  EXPECT_THAT(made, ElementsAre("watch", "tls-reports"));
  EXPECT_EQ(updates.front().after.ttl, kTtl);
  EXPECT_THAT(at.held(), Contains("receivers would refuse more"));
  auto rollback = rollback_of(updates);
  const auto end = publish_all(at.server, rollback);
  EXPECT_EQ(end.done, 2U);
  EXPECT_FALSE(end.stopped);
}

TEST(Publish, TheWholeLadderAndBack) {
  Case at(true);
  const auto before = at.server.sets;
  auto rollback = rollback_of(at.updates());
  EXPECT_GT(rollback.updates.size(), 6U);
  const auto end = publish_all(at.server, rollback);
  ASSERT_FALSE(end.stopped) << end.stopped->message();
  const auto& spf = at.server.at(Zone::name("right.example"), RrType::txt);
  EXPECT_EQ(dns::txt_of(spf.rdata.front()), "v=spf1 ip4:192.0.2.0/28 -all");
  EXPECT_EQ(spf.ttl, 600U);  // as it was
  const auto again = parse_rollback(rollback_json(rollback, "1"), "way-back.json");
  ASSERT_TRUE(again) << again.error().message();
  auto way = way_back(at.server.primary(), *again);
  ASSERT_TRUE(way);
  EXPECT_THAT(way->conflicts, IsEmpty());
  auto changes = rollback_of(way->updates);
  EXPECT_FALSE(publish_all(at.server, changes).stopped);
  std::erase_if(at.server.sets, [](const auto& entry) { return entry.second.empty(); });
  EXPECT_EQ(at.server.sets, before);
  way = way_back(at.server.primary(), *again);  // twice is nothing
  EXPECT_THAT(way->updates, IsEmpty());
}

TEST(Publish, ARecordOfAnotherThatCameMeanwhileStays) {
  Case at(true);
  auto rollback = rollback_of(at.updates());
  ASSERT_FALSE(publish_all(at.server, rollback).stopped);
  at.server.txt("right.example", "came later", 600);
  auto way = way_back(at.server.primary(), rollback);
  auto changes = rollback_of(way->updates);
  ASSERT_FALSE(publish_all(at.server, changes).stopped);
  EXPECT_TRUE(at.server.at(Zone::name("right.example"), RrType::txt).holds(dns::txt_rdata("came later")));
  EXPECT_TRUE(at.server.at(Zone::name("_dmarc.right.example"), RrType::txt).empty());
}

TEST(Publish, WhatSomebodyElseChangedIsNotPutBack) {
  Case at;
  auto rollback = rollback_of(at.updates());
  ASSERT_FALSE(publish_all(at.server, rollback).stopped);
  auto& dmarc = at.server.at(Zone::name("_dmarc.right.example"), RrType::txt);
  dmarc.rdata = {dns::txt_rdata("v=DMARC1; p=reject")};
  const auto way = way_back(at.server.primary(), rollback);
  EXPECT_THAT(way->updates.size(), 1U);  // TLS-RPT
  EXPECT_TRUE(way->conflicts.empty() || way->conflicts.front().find("somebody else") != std::string::npos);
}

TEST(Publish, AZoneThatIsNotAsPlannedIsLeftAlone) {
  Case at;
  at.server.txt("_dmarc.right.example", "v=DMARC1; p=quarantine");
  const auto updates = at.updates();
  EXPECT_THAT(updates.size(), 1U);
  EXPECT_THAT(at.held(), Contains(HasSubstr("the zone was edited meanwhile")));
}

TEST(Publish, WhatIsThereAlreadyNeedsNoUpdate) {
  Case at;
  at.server.txt("_dmarc.right.example", "v=DMARC1; p=none; rua=mailto:dmarc@right.example");
  EXPECT_THAT(at.updates().size(), 1U);
  EXPECT_TRUE(at.decisions.front().allowed());
  EXPECT_EQ(at.decisions.front().updates, 0U);
}

TEST(Publish, AnAliasHoldsTheStepBack) {
  Case at;
  at.server.aliases = {Zone::name("_dmarc.right.example")};
  EXPECT_THAT(at.updates().size(), 1U);
  EXPECT_THAT(at.held(), Contains(HasSubstr("is an alias now")));
}

TEST(Publish, AServerThatDoesNotKeepTheZone) {
  Case at;
  at.server.keeps_zone = false;
  const auto made = prepare(at.server.primary(), Zone::name("right.example"), at.decisions);
  ASSERT_FALSE(made);
  EXPECT_THAT(made.error().message(), HasSubstr("keeps no zone that holds right.example (REFUSED)"));
}

TEST(Publish, AServerThatSaysYesAndDoesNothing) {
  Case at;
  at.server.serves_changes = false;
  auto rollback = rollback_of(at.updates());
  const auto end = publish_all(at.server, rollback);
  EXPECT_EQ(end.done, 0U);
  EXPECT_FALSE(end.uncertain);
  EXPECT_THAT(end.stopped->message(), HasSubstr("serves it as it was"));
}

TEST(Publish, AReplyThatGotLostIsLookedInto) {
  for (const bool made : {false, true}) {
    Case at;
    at.server.good = 1;
    at.server.answer = Kind::uncertain;
    at.server.does_it_all_the_same = made;
    auto rollback = rollback_of(at.updates());
    const auto end = publish_all(at.server, rollback);
    EXPECT_EQ(end.done, made ? 2U : 1U);
    EXPECT_EQ(end.stopped.has_value(), !made);
    EXPECT_FALSE(end.uncertain);
    EXPECT_EQ(rollback.updates[0].done, true);
    EXPECT_EQ(rollback.updates[1].done, made);
  }
}

TEST(Publish, TheFirstFailureEndsIt) {
  Case at(true);
  at.server.good = 2;
  at.server.answer = Kind::changed;
  auto rollback = rollback_of(at.updates());
  const auto before_end = rollback.updates.size();
  const auto end = publish_all(at.server, rollback);
  EXPECT_EQ(end.done, 2U);
  EXPECT_LT(end.done, before_end);
  EXPECT_TRUE(end.stopped);
}

TEST(Publish, AFullDiskEndsIt) {
  Case at;
  auto rollback = rollback_of(at.updates());
  const auto end = publish(at.server.primary(), rollback, [](const Update&) -> base::Result<> {
    return base::fail(base::ErrorKind::io, "no space left on device");
  });
  EXPECT_EQ(end.done, 1U);
  EXPECT_TRUE(end.stopped);
}

TEST(Rollback, AFileThatWasChangedByHandIsRefused) {
  Case at(true);
  const auto text = rollback_json(rollback_of(at.updates()), "1");
  const auto fault = [&](std::string_view from, std::string_view to) {
    auto changed = text;
    const auto at = changed.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    changed.replace(at, from.size(), to);
    const auto read = parse_rollback(changed, "way-back.json");
    return read ? std::string("none") : read.error().message();
  };
  EXPECT_THAT(fault("rampart.rollback/1", "rampart.rollback/2"), HasSubstr("schema"));
  EXPECT_THAT(fault("p=none", "p=nona"), HasSubstr("differ"));
  EXPECT_THAT(fault("192.0.2.53:53", "ns.right.example"), HasSubstr("ADDRESS:PORT"));
  EXPECT_THAT(fault("\"name\": \"_dmarc.right.example\"", "\"name\": \"www.right.example\""),
              HasSubstr("holds nothing that Rampart may change"));
  EXPECT_THAT(fault("\"domain\": \"right.example\"", "\"domain\": \"wrong.example\""),
              HasSubstr("is not of wrong.example"));
  EXPECT_THAT(fault("\"ttl\": 0", "\"ttl\": -1"), HasSubstr("TTL"));
  EXPECT_THAT(fault("\"reason\": \"because\"", "\"reason\": \"\""), HasSubstr("no reason"));
}

}  // namespace
}  // namespace rampart::audit::fix
