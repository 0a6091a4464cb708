#include "accounts/log/audit_log.h"

#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "accounts/sql.h"
#include "store/store_test.h"

namespace rampart::accounts::log {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;
using Fault = Verdict::Fault;

const base::Time kNow{std::chrono::seconds(1'795'000'000)};

class InLog : public store::OnBothDatabases {
 protected:
  void SetUp() override {
    OnBothDatabases::SetUp();
    if (IsSkipped()) return;
    database_.emplace(open());
    key_.emplace(*crypto::SignKey::make(crypto::SignKey::Type::ed25519));
    auto log = AuditLog::open(*database_, *key_);
    ASSERT_TRUE(log) << log.error().message();
    log_.emplace(*log);
  }
  long long add(std::string act, std::string object = {}, base::Time now = kNow) {
    const auto number = log_->add({.account = "a1",
                                   .name = "ayesha@cert.example",
                                   .by = "session",
                                   .act = std::move(act),
                                   .object = std::move(object)},
                                  now);
    EXPECT_TRUE(number) << number.error().message();
    return number.value_or(0);
  }
  void fill(int rows) {
    for (int i = 1; i <= rows; ++i) add("account.change", "o" + std::to_string(i));
  }
  // What somebody does who may write the database.
  void tamper(std::initializer_list<std::string> statements) {
    const auto done = database_->run([&](soci::session& sql) {
      if (GetParam() == store::Backend::sqlite) {
        for (const auto* name : {"accounts_log_no_update", "accounts_log_no_delete",
                                 "accounts_log_head_no_update", "accounts_log_head_no_delete"})
          sql << std::string("DROP TRIGGER IF EXISTS ") + name;
      } else {
        sql << "DROP TRIGGER IF EXISTS accounts_log_no_change ON accounts_log";
        sql << "DROP TRIGGER IF EXISTS accounts_log_head_no_change ON accounts_log_head";
      }
      for (const auto& one : statements) sql << one;
    });
    ASSERT_TRUE(done) << done.error().message();
  }
  std::string verdict(const std::vector<Head>& heads = {}) {
    const auto found = log_->verify_against(heads);
    if (!found) return found.error().message();
    return std::string(to_string(found->fault)) + " " + std::to_string(found->number);
  }

  std::optional<store::Database> database_;
  std::optional<crypto::SignKey> key_;
  std::optional<AuditLog> log_;
};

TEST_P(InLog, KeepsRowsInAChain) {
  EXPECT_EQ(verdict(), "none 0");
  EXPECT_EQ(add("account.invite", "x"), 1);
  EXPECT_EQ(add("account.disable", "y", kNow - std::chrono::hours(1)), 2) << "a clock that was set back";
  const auto rows = *log_->list({});
  ASSERT_THAT(rows, SizeIs(2));
  EXPECT_EQ(rows[0].number, 2);
  EXPECT_EQ(rows[0].time, kNow);
  EXPECT_EQ(rows[0].previous, rows[1].hash);
  EXPECT_EQ(rows[1].previous, "");
  EXPECT_EQ(rows[1].hash, hash_of(rows[1]));
  EXPECT_EQ(rows[1].entry.name, "ayesha@cert.example");
  EXPECT_EQ(verdict(), "none 0");
}

TEST_P(InLog, RefusesToChangeThePast) {
  fill(3);
  for (const std::string statement :
       {"UPDATE accounts_log SET act = 'x' WHERE number = 2", "DELETE FROM accounts_log WHERE number = 2",
        "DELETE FROM accounts_log"}) {
    const auto done = database_->run([&](soci::session& sql) { sql << statement; });
    ASSERT_FALSE(done) << statement;
    EXPECT_THAT(done.error().what, HasSubstr("the audit log is not changed"));
  }
  EXPECT_EQ(verdict(), "none 0");
}

TEST_P(InLog, NamesTheFirstRowThatWasAltered) {
  fill(6);
  tamper({"UPDATE accounts_log SET object = 'other' WHERE number = 4"});
  EXPECT_EQ(verdict(), "altered 4");
  EXPECT_EQ(log_->verify()->text, "row 4 was altered since it was written");
  EXPECT_EQ(log_->verify()->rows, 3);
}

TEST_P(InLog, NamesARowWhoseHashWasMadeAnew) {
  fill(6);
  auto row = log_->list({})->at(2);
  ASSERT_EQ(row.number, 4);
  row.entry.object = "other";
  tamper({"UPDATE accounts_log SET object = 'other', hash = '" + hash_of(row) + "' WHERE number = 4"});
  EXPECT_EQ(verdict(), "altered 5") << "the next one follows another row";
}

TEST_P(InLog, NamesTheFirstRowThatIsMissing) {
  fill(6);
  tamper({"DELETE FROM accounts_log WHERE number = 3"});
  EXPECT_EQ(verdict(), "missing 3");
  tamper({"DELETE FROM accounts_log WHERE number = 1"});
  EXPECT_EQ(verdict(), "missing 1");
}

TEST_P(InLog, NamesTheFirstRowThatWasMoved) {
  fill(6);
  tamper({"UPDATE accounts_log SET number = 100 WHERE number = 2",
          "UPDATE accounts_log SET number = 2 WHERE number = 5",
          "UPDATE accounts_log SET number = 5 WHERE number = 100"});
  EXPECT_EQ(verdict(), "reordered 2");
  EXPECT_EQ(log_->verify()->text, "row 2 was written as row 5");
}

TEST_P(InLog, SeesACutTail) {
  fill(6);
  const auto head = *log_->sign_now(kNow);
  tamper({"DELETE FROM accounts_log WHERE number > 4"});
  EXPECT_EQ(verdict(), "cut 5");
  // Whoever sets the tip back as well, and takes the heads, is seen by a head that is elsewhere.
  const auto fourth = log_->list({}).value().front();
  tamper({"UPDATE accounts_log_tip SET number = 4, hash = '" + fourth.hash + "'",
          "DELETE FROM accounts_log_head"});
  EXPECT_EQ(verdict(), "none 0");
  EXPECT_EQ(verdict({*head}), "cut 5");
}

TEST_P(InLog, SeesARewriteOfAllOfIt) {
  fill(5);
  const auto line = to_line(**log_->sign_now(kNow));
  tamper({"DELETE FROM accounts_log", "DELETE FROM accounts_log_head",
          "UPDATE accounts_log_tip SET number = 0, hash = '', time = 0"});
  for (int i = 1; i <= 7; ++i) add("account.change", "invented" + std::to_string(i));
  EXPECT_EQ(verdict(), "none 0") << "a chain alone does not show it";
  EXPECT_EQ(verdict({*parse_head(line)}), "rewritten 5");
}

TEST_P(InLog, SeesAHeadThatAnotherKeyHasSigned) {
  fill(3);
  const auto forger = *crypto::SignKey::make(crypto::SignKey::Type::ed25519);
  auto forged = *AuditLog::open(*database_, forger);
  const auto head = *forged.sign_now(kNow);
  EXPECT_EQ(verdict(), "head 3");
  auto other = *head;
  other.number = 2;
  EXPECT_EQ(verdict({other}), "head 2");
}

TEST_P(InLog, SeesARowThatWasPutBehindTheLast) {
  fill(2);
  tamper(
      {"INSERT INTO accounts_log SELECT number + 1, time, account, name, by_what, by_id, address, act, "
       "object,"
       " organisation, details, outcome, hash, hash FROM accounts_log WHERE number = 2"});
  EXPECT_EQ(verdict(), "altered 3");
}

TEST_P(InLog, SignsAHeadEachHundredRowsAndEachHour) {
  EXPECT_FALSE(log_->sign_if_due(kNow)->has_value()) << "there is nothing to sign";
  fill(99);
  EXPECT_FALSE(log_->head()->has_value());
  add("account.change");
  ASSERT_TRUE(log_->head()->has_value());
  EXPECT_EQ((*log_->head())->number, 100);
  add("account.change", "", kNow + std::chrono::minutes(59));
  EXPECT_EQ((*log_->head())->number, 100);
  ASSERT_TRUE(log_->sign_if_due(kNow + std::chrono::hours(1))->has_value());
  EXPECT_EQ((*log_->head())->number, 101);
  EXPECT_FALSE(log_->sign_if_due(kNow + std::chrono::hours(9))->has_value()) << "nothing has come since";
  EXPECT_THAT(*log_->heads(), SizeIs(2));
  EXPECT_EQ(log_->verify()->heads, 2);
}

TEST_P(InLog, WritesOneRowAfterAnotherWhoeverWrites) {
  constexpr int kEach = 20;
  const auto write = [&] {
    auto database = open();
    auto log = *AuditLog::open(database, *key_);
    for (int i = 0; i < kEach; ++i) EXPECT_TRUE(log.add({.act = "account.change"}, kNow));
  };
  std::thread one(write);
  std::thread two(write);
  one.join();
  two.join();
  const auto found = *log_->verify();
  EXPECT_EQ(found.fault, Fault::none) << found.text;
  EXPECT_EQ(found.rows, 2 * kEach);
}

TEST_P(InLog, FindsRows) {
  add("account.invite", "x");
  add("account.disable", "y", kNow + std::chrono::seconds(10));
  add("token.make", "x", kNow + std::chrono::seconds(20));
  ASSERT_TRUE(
      log_->add({.account = "a2", .act = "accounting", .organisation = "water", .outcome = Done::refused},
                kNow + std::chrono::seconds(30)));
  const auto numbers = [&](const Filter& filter) {
    std::vector<long long> out;
    for (const auto& row : *log_->list(filter)) out.push_back(row.number);
    return out;
  };
  EXPECT_THAT(numbers({.act = "account."}), ElementsAre(2, 1));
  EXPECT_THAT(numbers({.act = "account.invite"}), ElementsAre(1));
  EXPECT_THAT(numbers({.object = "x"}), ElementsAre(3, 1));
  EXPECT_THAT(numbers({.account = "a2"}), ElementsAre(4));
  EXPECT_THAT(numbers({.organisation = "water"}), ElementsAre(4));
  EXPECT_THAT(numbers({.outcome = Done::refused}), ElementsAre(4));
  EXPECT_THAT(numbers({.from = kNow + std::chrono::seconds(10), .until = kNow + std::chrono::seconds(30)}),
              ElementsAre(3, 2));
  EXPECT_THAT(numbers({.most = 2}), ElementsAre(4, 3));
  EXPECT_THAT(numbers({.before = 3, .most = 2}), ElementsAre(2, 1));
  EXPECT_EQ(*log_->count({.act = "account.", .before = 2, .most = 1}), 2);
}

TEST_P(InLog, KeepsTextsWithinTheirLimits) {
  ASSERT_TRUE(log_->add({.name = std::string(10'000, 'x') + "\n",
                         .act = "account.change",
                         .object = std::string("a\0b\xff", 4),
                         .details = std::string(10'000, 'y')},
                        kNow));
  const auto row = log_->list({})->front();
  EXPECT_LE(row.entry.name.size(), kMaxText + 40);
  EXPECT_THAT(row.entry.object, HasSubstr("\\x00"));
  EXPECT_EQ(row.entry.details, R"({"cut":10000})");
  EXPECT_EQ(verdict(), "none 0");
}

TEST(LogHead, ReadsBackAndNothingElse) {
  const Head head{.number = 42,
                  .time = kNow,
                  .hash = std::string(43, 'A') + "=",
                  .key = "AAAAAAAAAAA",
                  .signature = std::string(86, 'A')};
  const auto line = to_line(head);
  const auto again = parse_head(line + "\n");
  ASSERT_TRUE(again) << again.error().message();
  EXPECT_EQ(to_line(*again), line);
  for (const std::string& bad : {std::string(), std::string("rampart-log-head-1"), "x" + line, line + " more",
                                 line.substr(0, line.size() - 1) + "!", std::string(1000, 'a')})
    EXPECT_FALSE(parse_head(bad)) << bad;
}

// The canonical bytes are a contract with logs that were written: this is SHA-256 over them, made by other means.
TEST(LogRow, HasTheBytesThatItAlwaysHad) {
  Row row{.number = 1,
          .time = base::Time(std::chrono::seconds(10)),
          .entry = {.act = "a.b"},
          .previous = {},
          .hash = {}};
  EXPECT_EQ(hash_of(row), "dEk0HqLOt3Y1+esajVEf7Y4QIbWiJw7E+CjdjdcqJOg=");
}

INSTANTIATE_TEST_SUITE_P(Both, InLog, testing::Values(store::Backend::sqlite, store::Backend::postgresql),
                         store::backend_name);

}  // namespace
}  // namespace rampart::accounts::log
