#include "audit/state/state.h"

#include "audit/state/drift.h"
#include "audit/state/risks.h"
#include "audit/summary.h"
#include "audit/zone_audit_test.h"
#include "store/store_test.h"

namespace rampart::audit::state {
namespace {

using namespace std::chrono_literals;
using store::Backend;

constexpr std::string_view kDomain = "right.example";

dns::Name domain() { return *dns::Name::try_parse(kDomain); }

Recorded audited(const Domain& what, std::chrono::seconds later = 0s, std::vector<KnownKey> keys = {}) {
  auto zone = zone_of(what);
  auto input = input_of(what.domain);
  input.now += later;
  input.known_keys = std::move(keys);
  input.max_key_age = 31 * 24h;
  Recorded out;
  facts::drive<DomainReport>([&](facts::Facts& facts) { return assess(input, facts); }, zone,
                             {.only_used = false},
                             [&](facts::Driven<DomainReport> driven) {
                               out.report = std::move(driven.decision);
                               out.book = std::move(driven.book);
                             });
  out.input = std::make_shared<const Input>(std::move(input));
  return out;
}

class StateTest : public store::OnBothDatabases {
 protected:
  void SetUp() override {
    OnBothDatabases::SetUp();
    if (IsSkipped()) return;
    database_.emplace(open());
    auto state = State::open(*database_);
    ASSERT_TRUE(state) << state.error().message();
    state_.emplace(*state);
  }
  void record(const Recorded& one, std::size_t keep = 30) {
    const auto done = state_->record(std::span(&one, 1), keep);
    ASSERT_TRUE(done) << done.error().message();
  }
  // "dmarc-missing dmarc-policy-none~": open ones, and with ~ those that are gone.
  std::string spans() {
    std::string out;
    for (const auto& span : state_->findings(domain()).value())
      out += (out.empty() ? "" : " ") + span.code + (span.gone ? "~" : "");
    return out;
  }
  std::optional<store::Database> database_;
  std::optional<State> state_;
};
INSTANTIATE_TEST_SUITE_P(Audit, StateTest, ::testing::Values(Backend::sqlite, Backend::postgresql),
                         store::backend_name);

TEST_P(StateTest, ASnapshotOnlyWhenSomethingDiffers) {
  record(audited({}));
  record(audited({}, 24h));
  auto states = state_->snapshots(domain(), 10).value();
  ASSERT_EQ(states.size(), 1U);
  EXPECT_EQ(states[0].last - states[0].first, 24h);
  EXPECT_EQ(states[0].status, Status::protected_);
  record(audited({.dmarc = ""}, 48h));
  states = state_->snapshots(domain(), 10).value();
  ASSERT_EQ(states.size(), 2U);
  EXPECT_EQ(states[0].status, Status::spoofable);
  EXPECT_EQ(states[1].last - states[1].first, 24h);
  const auto at = state_->snapshot_at(domain(), states[1].last).value();
  ASSERT_TRUE(at);
  EXPECT_EQ(at->number, states[1].number);
}

TEST_P(StateTest, TheReportOfThenIsDerivedAgain) {
  const auto one = audited({.dmarc = "v=DMARC1; p=none"});
  record(one);
  const auto loaded = state_->load(state_->snapshots(domain(), 1).value().at(0));
  ASSERT_TRUE(loaded) << loaded.error().message();
  EXPECT_EQ(faults(loaded->report), faults(one.report));
  EXPECT_EQ(loaded->report.sentence, one.report.sentence);
  EXPECT_EQ(loaded->report.now, one.report.now);
  EXPECT_EQ(fingerprint(*loaded->book), fingerprint(*one.book));
}

TEST_P(StateTest, OldSnapshotsGo) {
  for (int i = 0; i < 6; ++i)
    record(audited({.spf = "v=spf1 ip4:192.0.2." + std::to_string(i) + " -all"}, std::chrono::hours(i)), 3);
  const auto states = state_->snapshots(domain(), 10).value();
  ASSERT_EQ(states.size(), 3U);
  EXPECT_EQ(states[2].first - input_of(kDomain).now, 3h);
}

TEST_P(StateTest, FindingsHaveASinceAndAnEnd) {
  record(audited({.dmarc = ""}));
  const auto first = state_->findings(domain()).value();
  ASSERT_FALSE(first.empty());
  EXPECT_EQ(first[0].code, "dmarc-missing");
  record(audited({.dmarc = ""}, 24h));
  EXPECT_EQ(state_->findings(domain()).value().at(0).since, input_of(kDomain).now) << "as before";
  record(audited({}, 48h));
  EXPECT_NE(spans().find("dmarc-missing~"), std::string::npos) << spans();
  record(audited({.dmarc = ""}, 72h));
  EXPECT_EQ(spans().find("dmarc-missing "), 0U) << spans();
  EXPECT_NE(spans().find("dmarc-missing~"), std::string::npos) << "the first time is kept: " << spans();
}

TEST_P(StateTest, UnknownIsNeverGone) {
  record(audited({.dmarc = ""}));
  const auto before = state_->history(domain()).value();
  record(audited({.more = [](Zone& zone) { zone.fails("_dmarc.right.example", facts::Why::timeout); }}, 24h));
  EXPECT_EQ(spans().find("dmarc-missing"), 0U) << spans();
  EXPECT_EQ(spans().find("dmarc-missing~"), std::string::npos) << spans();
  const auto after = state_->history(domain()).value();
  ASSERT_TRUE(before && after);
  EXPECT_EQ(after->status, before->status);
  EXPECT_EQ(after->grade, before->grade);
  EXPECT_EQ(after->last - before->last, 24h);
}

TEST_P(StateTest, KeysHaveAnAge) {
  record(audited({}));
  record(audited({}, 40 * 24h));
  const auto keys = state_->keys(domain()).value();
  ASSERT_EQ(keys.size(), 1U);
  EXPECT_EQ(keys[0].selector, "default");
  EXPECT_EQ(keys[0].first_seen, input_of(kDomain).now);
  EXPECT_FALSE(has(audited({}, 30 * 24h, keys).report, "dkim-key-old"));
  const auto late = audited({}, 40 * 24h, keys).report;
  ASSERT_TRUE(has(late, "dkim-key-old"));
  EXPECT_NE(
      find(late, "dkim-key-old")->title.find("for 40 days at least, and a key is to be replaced after 31"),
      std::string::npos)
      << find(late, "dkim-key-old")->title;
  // A new key at the old selector is a new key.
  record(audited({.dkim = key(crypto::kRsa1024)}, 41 * 24h));
  EXPECT_EQ(state_->keys(domain()).value().size(), 2U);
}

TEST_P(StateTest, ManyAtOnceOrNone) {
  const std::vector batch{audited({}), audited({.domain = "other.example"})};
  ASSERT_TRUE(state_->record(batch, 30));
  const auto all = state_->histories().value();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].domain.text(), "other.example");
  EXPECT_FALSE(state_->history(*dns::Name::try_parse("nobody.example")).value());
}

TEST_P(StateTest, ARiskIsAcceptedForAReasonAndATime) {
  const auto now = input_of(kDomain).now;
  const Risk risk{.domain = domain(),
                  .code = "dmarc-missing",
                  .reason = "moving house",
                  .who = "postmaster",
                  .accepted = now,
                  .until = now + 24h};
  const auto number = add_risk(*database_, risk);
  ASSERT_TRUE(number) << number.error().message();
  ASSERT_TRUE(add_risk(*database_,
                       {.code = "dmarc-missing", .reason = "for all", .who = "postmaster", .accepted = now}));
  auto report = audited({.dmarc = ""}).report;
  ASSERT_FALSE(digest_of(report).clean);
  const auto worst = line_of(report).worst;
  accept(report, risks(*database_).value());
  ASSERT_TRUE(find(report, "dmarc-missing")->accepted);
  EXPECT_EQ(find(report, "dmarc-missing")->accepted->reason, "moving house") << "its own goes first";
  EXPECT_LT(line_of(report).worst, worst);
  report.now += 24h;
  for (auto& finding : report.findings) finding.accepted.reset();
  accept(report, risks(*database_).value());
  EXPECT_EQ(find(report, "dmarc-missing")->accepted->reason, "for all") << "the other one has expired";
  EXPECT_TRUE(withdraw_risk(*database_, *number, now).value());
  EXPECT_FALSE(withdraw_risk(*database_, *number, now).value());
  EXPECT_EQ(risks(*database_).value().size(), 1U);
}

watch::Observation seen(const Recorded& one) {
  return watch::observe(*one.input, one.report, *one.book, Severity::low);
}

std::string changes(const Drift& drift) {
  std::string out;
  for (const auto& change : drift.changes)
    out += fmt::format("{}{} {}", out.empty() ? "" : ", ", to_string(change.what), change.key);
  return out;
}

TEST(Drift, NamesTheRecordAndTheFinding) {
  const auto found = drift(seen(audited({.dmarc = ""})), seen(audited({})));
  EXPECT_EQ(changes(found), "appeared TXT _dmarc.right.example, went dmarc-missing");
  EXPECT_EQ(found.grade_before, "F");
  EXPECT_TRUE(drift(seen(audited({})), seen(audited({}, 24h))).empty());
  const auto other = drift(seen(audited({})), seen(audited({.spf = "v=spf1 ip4:192.0.2.22 -all"})));
  EXPECT_EQ(changes(other), "changed TXT right.example");
  EXPECT_EQ(other.changes[0].before, "v=spf1 ip4:192.0.2.21 -all");
}

TEST(Drift, UnknownIsNoChange) {
  const auto failing = [](Zone& zone) { zone.fails("_dmarc.right.example", facts::Why::timeout); };
  const auto found = drift(seen(audited({})), seen(audited({.more = failing})));
  EXPECT_EQ(changes(found), "");
  ASSERT_EQ(found.unknown.size(), 1U);
  EXPECT_EQ(found.unknown[0].find("TXT _dmarc.right.example"), 0U);
  EXPECT_EQ(changes(drift(seen(audited({.more = failing})), seen(audited({})))), "");
}

}  // namespace
}  // namespace rampart::audit::state
