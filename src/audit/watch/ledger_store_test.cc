// The ledger on SQLite and on PostgreSQL.
#include "audit/watch/ledger_store.h"

#include "audit/watch/schedule.h"
#include "dns/domain.h"
#include "store/store_test.h"

namespace rampart::audit::watch {
namespace {

using base::Time;
using std::chrono::hours;
using std::chrono::seconds;

const Time kNow = *base::parse_time("2026-11-26T09:00:00Z");
const Contact kBank{.organisation = "Bank", .address = "it@bank.example", .language = Language::ur};

class LedgerStore : public store::OnBothDatabases {
 protected:
  // As another process does.
  void open_ledger(std::string account = {}) {
    ledger.reset();
    database.emplace(open());
    auto opened = store_ledger(*database, std::move(account));
    ASSERT_TRUE(opened) << opened.error().message();
    ledger = *std::move(opened);
  }
  static Kept kept(std::string_view domain, bool with_look = true) {
    Kept out;
    out.row = {.domain = *dns::parse_domain(domain), .last = kNow, .again = kNow + seconds(600)};
    out.memory.baseline = true;
    out.memory.grade = "A";
    out.memory.tracks[Key{Subject::record, "TXT " + std::string(domain)}] = {
        .told = Standing::present, .value = "v=spf1 'x' \"y\" -all"};
    if (with_look) {
      out.parcels.push_back(
          {.sink = SinkKind::json, .id = "w-" + std::string(domain), .payload = "{\"ü\":1}", .queued = kNow});
      out.look = Look{.id = "w-" + std::string(domain),
                      .domain = out.row.domain,
                      .at = kNow,
                      .alerts = {{.key = "k", .seen = kNow}}};
      out.contact = kBank;
    }
    return out;
  }
  void keep(const Kept& one) {
    const auto done = ledger->keep(std::span(&one, 1));
    ASSERT_TRUE(done) << done.error().message();
  }

  std::optional<store::Database> database;
  std::unique_ptr<Ledger> ledger;
};

TEST_P(LedgerStore, KeepsDomainsAndWhatIsRememberedOfThem) {
  open_ledger();
  EXPECT_FALSE(ledger->memory(*dns::parse_domain("bank.example"))->baseline);
  keep(kept("bank.example"));
  auto again = kept("bank.example", false);
  again.row.again.reset();
  again.memory.grade = "F";
  keep(again);
  open_ledger();
  const auto rows = ledger->rows();
  ASSERT_EQ(rows->size(), 1U);
  EXPECT_EQ((*rows)[0].domain.text(), "bank.example");
  EXPECT_EQ((*rows)[0].last, kNow);
  EXPECT_EQ((*rows)[0].again, std::nullopt);
  EXPECT_EQ(*ledger->memory(*dns::parse_domain("bank.example")), again.memory);
}

TEST_P(LedgerStore, ParcelsComeInTheirOrderAndAreMarked) {
  open_ledger();
  for (const char* domain : {"c.example", "a.example", "b.example"}) keep(kept(domain));
  open_ledger();
  auto parcels = *ledger->queued(SinkKind::json, kNow, 10);
  ASSERT_EQ(parcels.size(), 3U);
  EXPECT_EQ(parcels[0].id, "w-c.example");
  EXPECT_EQ(parcels[0].payload, "{\"ü\":1}");
  EXPECT_EQ(parcels[2].id, "w-b.example");
  EXPECT_EQ(ledger->queued(SinkKind::json, kNow, 2)->size(), 2U);
  EXPECT_EQ(ledger->queued(SinkKind::mail, kNow, 10)->size(), 0U);
  EXPECT_TRUE(ledger->mark_sent(parcels[0], kNow));
  EXPECT_TRUE(ledger->mark_later(parcels[1], kNow + seconds(60), "a full mailbox; it's \"so\""));
  EXPECT_TRUE(ledger->mark_refused(parcels[2], "no such mailbox"));
  EXPECT_EQ(ledger->queued(SinkKind::json, kNow, 10)->size(), 0U);
  EXPECT_EQ(*ledger->count_queued(SinkKind::json), 1U);
  EXPECT_EQ(*ledger->next_try(SinkKind::json), kNow + seconds(60));
  EXPECT_EQ(ledger->queued(SinkKind::json, kNow + seconds(60), 10)->at(0).attempts, 1U);
  EXPECT_EQ(ledger->queued(SinkKind::json, kNow - hours(24 * 365), 10)->size(), 1U)
      << "the clock was set back";
  EXPECT_EQ(*ledger->count_sent(SinkKind::json, kNow - hours(1), kNow), 1U);
  EXPECT_EQ(*ledger->count_sent(SinkKind::json, kNow, kNow + hours(1)), 0U);
  EXPECT_TRUE(ledger->forget_sent(kNow + seconds(1)));
  EXPECT_EQ(*ledger->count_sent(SinkKind::json, kNow - hours(1), kNow), 0U);
  EXPECT_EQ(*ledger->count_queued(SinkKind::json), 1U);
  EXPECT_EQ(*ledger->next_try(SinkKind::mail), std::nullopt);
}

TEST_P(LedgerStore, LooksWaitForTheirContactsDigest) {
  open_ledger();
  for (const char* domain : {"c.example", "a.example", "b.example"}) keep(kept(domain));
  auto contacts = *ledger->contacts_waiting();
  ASSERT_EQ(contacts.size(), 1U);
  EXPECT_EQ(contacts[0].contact, kBank);
  EXPECT_EQ(contacts[0].last_digest, std::nullopt);
  const auto looks = *ledger->looks_waiting(kBank, 2);
  ASSERT_EQ(looks.size(), 2U);
  EXPECT_EQ(looks[0].look.domain.text(), "c.example");
  const Parcel parcel{.sink = SinkKind::mail,
                      .id = "d-1@cert.example",
                      .recipient = kBank.address,
                      .payload = "From: x\r\n",
                      .queued = kNow};
  EXPECT_TRUE(ledger->queue_digest(kBank, looks, std::span(&parcel, 1), kNow));
  open_ledger();
  contacts = *ledger->contacts_waiting();
  ASSERT_EQ(contacts.size(), 1U);
  EXPECT_EQ(contacts[0].last_digest, kNow);
  EXPECT_EQ(ledger->looks_waiting(kBank, 10)->size(), 1U);
  EXPECT_EQ(ledger->queued(SinkKind::mail, kNow, 10)->at(0).payload, "From: x\r\n");
}

TEST_P(LedgerStore, TroubleBeginsAndEndsOnce) {
  open_ledger();
  const Trouble trouble{.id = "t-1", .code = "no-resolver", .what = "no resolver answers", .at = kNow};
  const Parcel parcel{.sink = SinkKind::json, .id = "t-1", .payload = "{}", .queued = kNow};
  const std::span parcels(&parcel, 1);
  EXPECT_FALSE(*ledger->end_trouble(trouble, parcels));
  EXPECT_TRUE(*ledger->begin_trouble(trouble, parcels));
  open_ledger();
  EXPECT_FALSE(*ledger->begin_trouble(trouble, parcels));
  EXPECT_EQ(*ledger->count_queued(SinkKind::json), 1U);
  EXPECT_TRUE(*ledger->end_trouble(trouble, parcels));
  EXPECT_FALSE(*ledger->end_trouble(trouble, parcels));
  EXPECT_EQ(*ledger->count_queued(SinkKind::json), 2U);
}

TEST_P(LedgerStore, ASinksStateIsKept) {
  open_ledger();
  EXPECT_EQ(ledger->sink_state(SinkKind::mail)->failures, 0U);
  EXPECT_TRUE(ledger->set_sink_state(SinkKind::mail, {3, kNow}));
  open_ledger();
  EXPECT_EQ(ledger->sink_state(SinkKind::mail)->failures, 3U);
  EXPECT_EQ(ledger->sink_state(SinkKind::mail)->blocked_until, kNow);
  EXPECT_TRUE(ledger->set_sink_state(SinkKind::mail, {}));
  EXPECT_EQ(ledger->sink_state(SinkKind::mail)->blocked_until, std::nullopt);
}

TEST_P(LedgerStore, ADryRunBeginsWithWhatIsKnownAndChangesNothingOfIt) {
  open_ledger();
  keep(kept("bank.example", false));
  open_ledger(std::string(kDryAccount));
  EXPECT_EQ(ledger->rows()->size(), 1U);
  EXPECT_TRUE(ledger->memory(*dns::parse_domain("bank.example"))->baseline);
  auto other = kept("bank.example");
  other.memory.grade = "F";
  keep(other);
  keep(kept("tax.example", false));
  EXPECT_EQ(ledger->memory(*dns::parse_domain("bank.example"))->grade, "F");
  EXPECT_EQ(ledger->rows()->size(), 2U);
  open_ledger();
  EXPECT_EQ(ledger->rows()->size(), 1U);
  EXPECT_EQ(ledger->memory(*dns::parse_domain("bank.example"))->grade, "A");
  EXPECT_EQ(*ledger->count_queued(SinkKind::json), 0U);
  EXPECT_EQ(ledger->contacts_waiting()->size(), 0U);
  open_ledger(std::string(kDryAccount));
  EXPECT_EQ(ledger->memory(*dns::parse_domain("bank.example"))->grade, "A")
      << "anew with what the real one knows";
  EXPECT_TRUE(ledger->memory(*dns::parse_domain("tax.example"))->baseline);
}

// What is told and the state that says so: both, or neither.
TEST_P(LedgerStore, NothingIsKeptByHalves) {
  open_ledger();
  ASSERT_TRUE(database->run([](soci::session& sql) { sql << "DROP TABLE watch_outbox"; }));
  const auto one = kept("bank.example");
  EXPECT_FALSE(ledger->keep(std::span(&one, 1)));
  EXPECT_EQ(ledger->rows()->size(), 0U);
  EXPECT_EQ(ledger->contacts_waiting()->size(), 0U);
}

TEST_P(LedgerStore, WhatSomethingElseWroteIsAnError) {
  open_ledger();
  keep(kept("bank.example", false));
  ASSERT_TRUE(database->run([](soci::session& sql) { sql << "UPDATE watch_domain SET memory = '{'"; }));
  const auto memory = ledger->memory(*dns::parse_domain("bank.example"));
  ASSERT_FALSE(memory);
  EXPECT_NE(memory.error().message().find("bank.example"), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(Both, LedgerStore,
                         ::testing::Values(store::Backend::sqlite, store::Backend::postgresql),
                         store::backend_name);

}  // namespace
}  // namespace rampart::audit::watch
