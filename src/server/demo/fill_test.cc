#include "server/demo/fill.h"

#include <map>

#include <boost/json.hpp>
#include <gmock/gmock.h>

#include "audit/state/state.h"
#include "facts/zone_provider.h"
#include "guard/events/event_store.h"
#include "guard/inspect/seen/look.h"
#include "guard/inspect/settings.h"
#include "reports/aggregate/reader.h"
#include "server/demo/reports.h"
#include "store/store_test.h"

namespace rampart::server::demo {
namespace {

using testing::AnyOf;
using testing::Each;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

const base::Time kNow{std::chrono::seconds(1'795'600'000)};

std::shared_ptr<const guard::Rules> rules() {
  guard::Rules out{.mode = guard::Mode::enforce,
                   .roles = {},
                   .local = {},
                   .signing = {},
                   .inspection = {},
                   .enforcement = {}};
  std::vector<dns::Name> own;
  for (const auto domain : own_domains()) {
    out.local.own.push_back({.domain = *dns::Name::parse(domain), .enforced = true});
    own.push_back(*dns::Name::parse(domain));
  }
  guard::InspectSources sources;
  sources.names.own_domains = own;
  EXPECT_TRUE(guard::load_rules_of(sources, out.inspection));
  return std::make_shared<const guard::Rules>(std::move(out));
}

class DemoTest : public testing::Test {
 protected:
  DemoTest()
      : database_(*store::Database::open("sqlite:" + (folder_.path() / "store.db").string())),
        quarantine_(*guard::Quarantine::open(
            database_, {.folder = (folder_.path() / "kept").string(), .seal = {}, .limits = {}})),
        world_(*World::make()) {}

  store::TemporaryFolder folder_;
  store::Database database_;
  guard::Quarantine quarantine_;
  std::unique_ptr<World> world_;
};

TEST_F(DemoTest, DecidesAboutEachLetterAsItsStoryHasIt) {
  facts::ZoneProvider provider(world_->zones(Then::now), {.now = kNow, .fallback = nullptr});
  std::vector<guard::Event> events;
  const auto all = rules();
  guard::Gate gate({.provider = provider,
                    .quarantine = &quarantine_,
                    .rules = [&] { return all; },
                    .tell = [&](const guard::Event& event) { events.push_back(event); },
                    .log = [](const std::string& line) { ADD_FAILURE() << line; },
                    .now = [] { return kNow; },
                    .look =
                        [](const guard::Inspector::Text& text, std::chrono::milliseconds,
                           const std::function<void(guard::Inspected)>& done) {
                          done(guard::inspect(text.header + std::string(text.body)));
                        }},
                   {.authserv_id = "guard.demo.example"});
  Letters letters(*world_, 3);
  const std::map<std::string_view, std::vector<guard::Action>> honest{
      {"treasury-notice", {}}, {"telecom-bill", {}}, {"bank-statement", {}}, {"hospital-rota", {}},
      {"urdu-minutes", {}},    {"payroll", {}},      {"list-mail", {}}};
  for (const auto scenario : Letters::scenarios()) {
    for (int i = 0; i < 6; ++i) {
      events.clear();
      const auto letter = *letters.of(scenario, kNow);
      ASSERT_TRUE(hand_over(gate, letter)) << scenario;
      ASSERT_EQ(events.size(), 1U) << scenario;
      const auto action = events.front().answered;
      if (honest.contains(scenario))
        EXPECT_EQ(action, guard::Action::accept) << scenario << guard::event_json(events.front());
      else
        EXPECT_NE(action, guard::Action::accept) << scenario << guard::event_json(events.front());
    }
  }
}

TEST_F(DemoTest, FillsAMonth) {
  const FillOptions options{.now = kNow, .days = 12, .letters_of_day = 10};
  ASSERT_TRUE(fill_audits(*world_, database_, options));
  ASSERT_TRUE(fill_reports(database_, options));
  const auto filled = fill_mail(*world_, database_, quarantine_, rules(), options);
  ASSERT_TRUE(filled) << filled.error().message();
  auto state = *audit::state::State::open(database_);
  EXPECT_THAT(*state.histories(), SizeIs(domains().size()));
  const auto treasury = *state.snapshots(*dns::Name::parse("treasury.example"), 10);
  EXPECT_THAT(treasury, SizeIs(2)) << "as it was, and as it is";
  auto events = *guard::EventStore::open(database_);
  const auto told = *events.since(kNow - std::chrono::days(13), 1'000);
  EXPECT_GT(told.size(), 100U);
  EXPECT_THAT(*quarantine_.list({}), Not(IsEmpty()));
}

TEST(DemoReports, AreWithoutDefects) {
  reports::Texts texts;
  const auto files = made_reports(kNow, 3);
  EXPECT_THAT(files, SizeIs(27));
  for (const auto& file : files) {
    const auto report = reports::read_aggregate(file.xml, file.name, kNow, texts);
    ASSERT_TRUE(report) << report.error().message();
    EXPECT_THAT(report->defects, IsEmpty()) << file.xml;
  }
}

}  // namespace
}  // namespace rampart::server::demo
