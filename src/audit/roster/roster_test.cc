#include "audit/roster/roster.h"

#include <random>
#include <tuple>

#include "audit/roster/list_intake.h"
#include "audit/roster/listing.h"
#include "audit/state/state.h"
#include "audit/summary.h"
#include "audit/zone_audit_test.h"
#include "store/store_test.h"

namespace rampart::audit::roster {
namespace {

using namespace std::chrono_literals;
using store::Backend;

constexpr base::Time kNow{std::chrono::seconds(1'795'000'000)};

dns::Name name(std::string_view text) { return *dns::Name::try_parse(text); }

Listed one_listed(std::string_view domain, std::string organisation = {}, Sends sends = Sends::unsaid) {
  return {.entry = {.domain = name(domain), .organisation = std::move(organisation), .sends = sends},
          .watched = true,
          .added = kNow,
          .by = "ayesha"};
}

// As an audit would leave it.
DomainReport report_of(std::string_view domain, Status status, std::string grade,
                       std::vector<std::string> codes = {}) {
  DomainReport out;
  out.domain = name(domain);
  out.now = kNow;
  out.status = status;
  out.grade = std::move(grade);
  out.sentence = "the sentence that matters";
  for (auto& code : codes)
    out.findings.push_back({.code = code,
                            .severity = Severity::high,
                            .effective = Severity::high,
                            .title = code,
                            .advice = "Do this first. Then that."});
  return out;
}

class RosterTest : public store::OnBothDatabases {
 protected:
  void SetUp() override {
    OnBothDatabases::SetUp();
    if (IsSkipped()) return;
    database_.emplace(open());
    auto roster = Roster::open(*database_);
    ASSERT_TRUE(roster) << roster.error().message();
    roster_.emplace(*roster);
  }
  Done put(std::vector<Listed> all, Existing existing = Existing::replace) {
    const auto done = roster_->put(all, existing);
    EXPECT_TRUE(done) << done.error().message();
    return done.value_or(Done{});
  }
  void audit(const DomainReport& report, base::Time at = kNow) {
    const auto input = std::make_shared<Input>(Input{.domain = report.domain, .now = at});
    const state::Recorded one{.input = input, .report = report, .book = std::make_shared<facts::Book>()};
    auto state = state::State::open(*database_);
    const auto done = state->record(std::span(&one, 1), 3);
    ASSERT_TRUE(done) << done.error().message();
  }
  // "a.example b.example": a page of the query.
  std::string names(const Query& query) {
    const auto page = list(*database_, query);
    EXPECT_TRUE(page) << page.error().message();
    std::string out;
    if (!page) return out;
    for (const auto& row : page->rows) out += (out.empty() ? "" : " ") + row.domain;
    return out;
  }
  std::optional<store::Database> database_;
  std::optional<Roster> roster_;
};
INSTANTIATE_TEST_SUITE_P(Audit, RosterTest, ::testing::Values(Backend::sqlite, Backend::postgresql),
                         store::backend_name);

TEST_P(RosterTest, KeepsWhatItsListSays) {
  auto one = one_listed("bank.example", "o1", Sends::yes);
  one.entry.sector = "finance";
  one.entry.contact = "soc@bank.example";
  one.entry.selectors = {"s1", "s2"};
  one.entry.tags = {{"Region", "north \"N\""}};
  one.entry.note = "ask\nfirst";
  EXPECT_EQ(put({one, one_listed("post.example")}).added, 2U);
  const auto found = roster_->find(name("bank.example")).value();
  ASSERT_TRUE(found);
  EXPECT_EQ(found->entry.organisation, "o1");
  EXPECT_EQ(found->entry.sector, "finance");
  EXPECT_EQ(found->entry.contact, "soc@bank.example");
  EXPECT_EQ(found->entry.sends, Sends::yes);
  EXPECT_EQ(found->entry.selectors, one.entry.selectors);
  EXPECT_EQ(found->entry.tags, one.entry.tags);
  EXPECT_EQ(found->entry.note, one.entry.note);
  EXPECT_EQ(found->added, kNow);
  EXPECT_EQ(found->by, "ayesha");
  EXPECT_FALSE(roster_->find(name("other.example")).value());
  EXPECT_EQ(put({one}).kept, 1U);
  one.entry.note = "another";
  EXPECT_EQ(put({one}, Existing::keep).kept, 1U);
  EXPECT_EQ(put({one}).changed, 1U);
  EXPECT_EQ(roster_->find(name("bank.example")).value()->entry.note, "another");
  EXPECT_EQ(names({.whose = {.everything = true}, .tag = "region"}), "bank.example");
  EXPECT_EQ(names({.whose = {.everything = true}, .tag = "Region=NORTH \"n\""}), "bank.example");
  EXPECT_EQ(names({.whose = {.everything = true}, .tag = "region=south"}), "");
  EXPECT_EQ(names({.whose = {.organisations = {"o2"}}, .tag = "region"}), "");
}

TEST_P(RosterTest, AnAuditLeavesARow) {
  put({one_listed("bank.example", "o1")});
  const auto before = roster_->version().value();
  audit(report_of("bank.example", Status::spoofable, "F", {"dmarc-missing", "spf-missing"}));
  EXPECT_GT(roster_->version().value(), before);
  auto row = roster_->standing(name("bank.example")).value();
  ASSERT_TRUE(row);
  EXPECT_EQ(row->organisation, "o1");
  EXPECT_EQ(row->status, Status::spoofable);
  EXPECT_EQ(row->grade, "F");
  EXPECT_EQ(row->open_findings(), 2);
  EXPECT_EQ(row->next_code, "dmarc-missing");
  EXPECT_EQ(row->next_step, "Do this first");
  EXPECT_EQ(row->last, kNow);
  EXPECT_EQ(row->sentence, "the sentence that matters");
  // What could not be found out takes nothing away of what was known, and says why.
  audit(report_of("bank.example", Status::unknown, "?"), kNow + 24h);
  row = roster_->standing(name("bank.example")).value();
  EXPECT_EQ(row->status, Status::spoofable);
  EXPECT_EQ(row->last, kNow);
  EXPECT_EQ(row->tried, kNow + 24h);
  EXPECT_FALSE(row->why.empty());
}

TEST_P(RosterTest, WhatNobodyListedIsNobodys) {
  audit(report_of("stray.example", Status::protected_, "A"));
  const auto row = roster_->standing(name("stray.example")).value();
  ASSERT_TRUE(row);
  EXPECT_FALSE(row->watched);
  EXPECT_EQ(names({.whose = {.everything = true}}), "stray.example");
  EXPECT_EQ(names({.whose = {.organisations = {"o1"}}}), "");
  EXPECT_TRUE(roster_->watched({.everything = true}).value().empty());
  put({one_listed("stray.example", "o1")});
  EXPECT_EQ(roster_->standing(name("stray.example")).value()->grade, "A") << "as it stood";
  EXPECT_EQ(roster_->watched({.organisations = {"o1"}}).value().size(), 1U);
}

TEST_P(RosterTest, WhatIsTakenOffIsGoneFromEveryList) {
  put({one_listed("bank.example", "o1")});
  audit(report_of("bank.example", Status::spoofable, "F", {"dmarc-missing"}));
  EXPECT_TRUE(roster_->remove(name("bank.example"), kNow).value());
  EXPECT_FALSE(roster_->remove(name("bank.example"), kNow).value());
  EXPECT_EQ(names({.whose = {.everything = true}}), "");
  EXPECT_EQ(names({.whose = {.organisations = {"o1"}}, .finding = "dmarc-missing"}), "");
  EXPECT_EQ(roster_->counts({.everything = true}).value().domains, 0);
  put({one_listed("bank.example", "o2")});
  const auto row = roster_->standing(name("bank.example")).value();
  EXPECT_EQ(row->grade, "F") << "what was found out is still in the store";
  EXPECT_EQ(roster_->counts({.organisations = {"o2"}}).value().by_grade["F"], 1);
  EXPECT_EQ(names({.whose = {.organisations = {"o2"}}, .finding = "dmarc-missing"}), "bank.example");
}

TEST_P(RosterTest, FindingsGoWithTheirDomain) {
  put({one_listed("bank.example", "o1")});
  audit(report_of("bank.example", Status::spoofable, "F", {"dmarc-missing"}));
  EXPECT_EQ(names({.whose = {.organisations = {"o1"}}, .finding = "dmarc-missing"}), "bank.example");
  put({one_listed("bank.example", "o2")});
  EXPECT_EQ(names({.whose = {.organisations = {"o1"}}, .finding = "dmarc-missing"}), "");
  EXPECT_EQ(names({.whose = {.organisations = {"o2"}}, .finding = "dmarc-missing"}), "bank.example");
  EXPECT_EQ(names({.whose = {.everything = true}, .finding = "spf-missing"}), "");
}

TEST_P(RosterTest, ChangesAreNoFirstSights) {
  put({one_listed("bank.example", "o1")});
  audit(report_of("bank.example", Status::spoofable, "F", {"dmarc-missing"}));
  EXPECT_TRUE(roster_->changes({.everything = true}, kNow - 1h, 10).value().empty());
  audit(report_of("bank.example", Status::spoofable, "F", {"spf-softfail"}), kNow + 24h);
  const auto seen = roster_->changes({.everything = true}, kNow + 1h, 10).value();
  ASSERT_EQ(seen.size(), 2U);
  EXPECT_EQ(seen[0].code, "dmarc-missing");
  EXPECT_TRUE(seen[0].went);
  EXPECT_EQ(seen[1].code, "spf-softfail");
  EXPECT_EQ(roster_->changes({.organisations = {"o2"}}, kNow, 10).value().size(), 0U);
  EXPECT_EQ(roster_->changes({.organisations = {"o1"}}, kNow, 10).value().size(), 2U);
}

TEST_P(RosterTest, NamesAreFoundByTheirBeginningFirst) {
  put({one_listed("abank.example", "o1"), one_listed("bank.example", "o1"),
       one_listed("bank2.example", "o2")});
  const auto found = search(*database_, {.everything = true}, "BANK", 10).value();
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(found[0].domain, "bank.example");
  EXPECT_EQ(found[1].domain, "bank2.example");
  EXPECT_EQ(found[2].domain, "abank.example");
  EXPECT_EQ(search(*database_, {.organisations = {"o2"}}, "bank", 10).value().size(), 1U);
  EXPECT_TRUE(search(*database_, {.everything = true}, "%", 10).value().empty());
  EXPECT_EQ(names({.whose = {.everything = true}, .text = "ank2"}), "bank2.example");
}

// --- Pages, beside the same done by hand ---

class RosterPages : public RosterTest {
 protected:
  void fill(std::size_t count) {
    std::vector<Listed> all;
    for (std::size_t i = 0; i < count; ++i) {
      const auto domain = fmt::format("d{}.example", random_() % 100'000);
      all.push_back(one_listed(domain, fmt::format("o{}", random_() % 4), static_cast<Sends>(random_() % 3)));
    }
    put(all);
    constexpr std::array<std::pair<Status, std::string_view>, 6> kKinds{{{Status::spoofable, "F"},
                                                                         {Status::spoofable, "D"},
                                                                         {Status::partly_protected, "D"},
                                                                         {Status::partly_protected, "C+"},
                                                                         {Status::protected_, "A"},
                                                                         {Status::unknown, "?"}}};
    for (const auto& one : all) {
      if (random_() % 5 == 0) continue;
      const auto& [status, grade] = kKinds[random_() % kKinds.size()];
      std::vector<std::string> codes;
      for (std::size_t i = 0; i < random_() % 4; ++i) codes.push_back(fmt::format("code-{}", i));
      audit(report_of(one.entry.domain.text(), status, std::string(grade), codes),
            kNow + std::chrono::seconds(random_() % 20));
    }
    Query query{.whose = {.everything = true}, .limit = kMaxPage};
    for (;;) {
      const auto page = list(*database_, query).value();
      rows_.insert(rows_.end(), page.rows.begin(), page.rows.end());
      if (!page.next) break;
      query.after = page.next;
    }
    std::set<std::string> names;
    for (const auto& one : all) names.insert(one.entry.domain.text());
    EXPECT_EQ(rows_.size(), names.size());
  }

  Query chance() {
    Query out{.whose = {.everything = random_() % 2 == 0}};
    if (!out.whose.everything) {
      for (const auto* id : {"o0", "o1", "o2"}) {
        if (random_() % 2 == 0) out.whose.organisations.emplace_back(id);
      }
    }
    if (random_() % 3 == 0) out.statuses = {static_cast<Status>(random_() % 4)};
    if (random_() % 3 == 0) out.grades = {"D", "A", "-"};
    if (random_() % 3 == 0) out.sends = {static_cast<Sends>(random_() % 3)};
    if (random_() % 4 == 0) out.finding = fmt::format("code-{}", random_() % 4);
    if (random_() % 4 == 0) out.text = std::to_string(random_() % 10);
    out.sort = out.finding.empty() && out.text.empty() ? static_cast<Sort>(random_() % 5) : Sort::name;
    out.descending = random_() % 2 == 0;
    out.limit = 1 + random_() % 7;
    return out;
  }

  bool passes(const Standing& row, const Query& query) const {
    const auto among = [](const auto& all, const auto& one) {
      return all.empty() || std::ranges::find(all, one) != all.end();
    };
    if (!query.whose.covers(row.organisation)) return false;
    if (!query.statuses.empty() && (row.grade.empty() || !among(query.statuses, row.status))) return false;
    if (!among(query.grades, row.grade.empty() ? "-" : row.grade) || !among(query.sends, row.sends))
      return false;
    if (row.domain.find(query.text) == std::string::npos) return false;
    // code-0 … code-n are there together.
    return query.finding.empty() || row.open_findings() > query.finding.back() - '0';
  }

  static std::tuple<long long, long long> key(const Standing& row, Sort sort) {
    const long long rank = row.grade.empty() ? 14 : static_cast<long long>(grade_rank(row.grade));
    switch (sort) {
      case Sort::name:
        return {0, 0};
      case Sort::grade:
        return {rank, static_cast<long long>(row.status)};
      case Sort::status:
        return {row.grade.empty() ? 4 : std::array{0, 2, 3, 1}[static_cast<std::size_t>(row.status)], rank};
      case Sort::last_audit:
        return {row.last ? row.last->time_since_epoch().count() : 0, 0};
      case Sort::open_findings:
        break;
    }
    return {row.open_findings(), 0};
  }

  std::vector<std::string> by_hand(const Query& query) const {
    std::vector<Standing> rows;
    std::ranges::copy_if(rows_, std::back_inserter(rows),
                         [&](const auto& row) { return passes(row, query); });
    const bool grouped = query.sort == Sort::grade || query.sort == Sort::status;
    std::ranges::sort(rows, [&](const Standing& a, const Standing& b) {
      const auto x = key(a, query.sort);
      const auto y = key(b, query.sort);
      if (x != y) return query.descending ? y < x : x < y;
      return query.descending && !grouped ? b.domain < a.domain : a.domain < b.domain;
    });
    std::vector<std::string> out;
    out.reserve(rows.size());
    for (const auto& row : rows) out.push_back(row.domain);
    return out;
  }

  std::mt19937 random_{4711};
  std::vector<Standing> rows_;
};
INSTANTIATE_TEST_SUITE_P(Audit, RosterPages, ::testing::Values(Backend::sqlite, Backend::postgresql),
                         store::backend_name);

TEST_P(RosterPages, EveryOrderAndFilterPageByPage) {
  fill(120);
  for (int tries = 0; tries < 150; ++tries) {
    auto query = chance();
    const auto expected = by_hand(query);
    std::vector<std::string> seen;
    for (;;) {
      const auto page = list(*database_, query);
      ASSERT_TRUE(page) << page.error().message();
      ASSERT_LE(page->rows.size(), query.limit);
      for (const auto& row : page->rows) seen.push_back(row.domain);
      if (page->total) ASSERT_EQ(*page->total, static_cast<std::int64_t>(expected.size()));
      if (!page->next) break;
      ASSERT_EQ(page->rows.size(), query.limit);
      query.after = Cursor::parse(page->next->text());
      ASSERT_TRUE(query.after) << page->next->text();
    }
    ASSERT_EQ(seen, expected) << to_string(query.sort) << (query.descending ? " falling" : "") << " finding "
                              << query.finding << " text " << query.text;
  }
}

TEST_P(RosterPages, CountsAreThoseOfTheRows) {
  fill(60);
  for (const auto& whose : {Whose{.everything = true}, Whose{.organisations = {"o1", "o3"}}}) {
    const auto counts = roster_->counts(whose).value();
    std::array<std::int64_t, 4> by_status{};
    std::int64_t domains = 0;
    for (const auto& row : rows_) {
      if (!whose.covers(row.organisation)) continue;
      ++domains;
      if (!row.grade.empty()) ++by_status[static_cast<std::size_t>(row.status)];
    }
    EXPECT_EQ(counts.domains, domains);
    EXPECT_EQ(counts.by_status, by_status);
  }
}

TEST_P(RosterPages, NoListScansOrSorts) {
  if (GetParam() != Backend::sqlite) GTEST_SKIP() << "SQLite's plans are read";
  fill(100);
  std::set<std::string> looked_at;
  for (int tries = 0; tries < 300; ++tries) {
    auto query = chance();
    if (!query.text.empty()) continue;  // a part of a name is looked for in the index of names, all along
    if (random_() % 2 == 0) query.after = Cursor{.group = 1, .number = 5, .domain = "d5.example"};
    for (const auto& statement : statements(*database_, query)) {
      if (!looked_at.insert(statement).second) continue;
      std::string plan;
      const auto read = database_->run([&](soci::session& sql) {
        long long id = 0;
        long long parent = 0;
        long long unused = 0;
        std::string detail;
        soci::statement explain = (sql.prepare << "EXPLAIN QUERY PLAN " + statement, soci::into(id),
                                   soci::into(parent), soci::into(unused), soci::into(detail));
        explain.execute();
        while (explain.fetch()) plan += detail + "\n";
      });
      ASSERT_TRUE(read) << read.error().message();
      // The page that a subselect has found is sorted again, and nothing larger.
      if (plan.find("CO-ROUTINE m") == std::string::npos)
        EXPECT_EQ(plan.find("TEMP B-TREE"), std::string::npos) << statement << "\n" << plan;
      // The first page of everything goes along an index, too, which SQLite calls a scan.
      for (auto at = plan.find("SCAN "); at != std::string::npos; at = plan.find("SCAN ", at + 1)) {
        const auto line = plan.substr(at, plan.find('\n', at) - at);
        EXPECT_TRUE(line.find("USING") != std::string::npos || line == "SCAN m") << statement << "\n" << plan;
      }
    }
  }
}

// --- Lists ---

TEST(RosterLists, ATableInMemory) {
  const auto read = read_list(
      "Domain;Organisation;Sends;Region\nbank.example;State Bank;yes;north\nno domain\n"
      "post.example;;no;\n",
      "upload");
  ASSERT_TRUE(read) << read.error().message();
  ASSERT_EQ(read->entries.size(), 2U);
  EXPECT_EQ(read->refused_count, 1U);
  EXPECT_EQ(read->refused[0].where, "upload:3:1");
  int asked = 0;
  const auto all = listed(
      read->entries,
      [&](const std::string& organisation) -> base::Result<std::string> {
        ++asked;
        return "id-of-" + organisation;
      },
      "o9", "ayesha", kNow);
  ASSERT_TRUE(all);
  EXPECT_EQ(asked, 1);
  EXPECT_EQ((*all)[0].entry.organisation, "id-of-State Bank");
  EXPECT_EQ((*all)[1].entry.organisation, "o9");
  EXPECT_EQ((*all)[1].entry.sends, Sends::no);
}

TEST(RosterLists, APlainListInMemory) {
  const auto read = read_list("# ours\nbank.example\nbank.example\n", "list.txt");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->entries.size(), 1U);
}

TEST(RosterCursor, IsReadBack) {
  const auto read = Cursor::parse("3.-5.a.b.example");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->group, 3);
  EXPECT_EQ(read->number, -5);
  EXPECT_EQ(read->domain, "a.b.example");
  for (const auto* bad : {"", "3", "3.4", "3.4.", "x.4.a", "3.x.a", "3.4.\xc3\xa4"})
    EXPECT_FALSE(Cursor::parse(bad)) << bad;
}

}  // namespace
}  // namespace rampart::audit::roster
