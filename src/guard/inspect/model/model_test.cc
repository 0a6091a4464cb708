#include "guard/inspect/model/model.h"

#include <gtest/gtest.h>

namespace rampart::guard::model {
namespace {

using signal::Code;
using signal::Signal;

constexpr std::string_view kText =
    "name = \"test\"\ntag = 20.0\nquarantine = 40.0\n[weights]\nbrand-sender = 30.0\nlink-away = "
    "15\nknown-sender = -25.5\n";

TEST(Model, AddsUp) {
  const auto model = *Model::parse(kText, "test");
  const std::vector<Signal> signals{{Code::brand_sender, 1, "a", "header"},
                                    {Code::link_away, 0.5, "b", "1"},
                                    {Code::words_prize, 1, "c", "1"}};
  const auto judged = model.judge(signals);
  EXPECT_EQ(judged.score, 37.5);
  EXPECT_EQ(judged.level, Level::tag);
  ASSERT_EQ(judged.contributions.size(), 2U);
  EXPECT_EQ(judged.contributions[0].signal, 0U);
  EXPECT_EQ(judged.contributions[1].points, 7.5);
  EXPECT_EQ(model.with_thresholds(50, 30).judge(signals).level, Level::quarantine);
}

TEST(Model, IsNeverBelowNothing) {
  const auto model = *Model::parse(kText, "test");
  const std::vector<Signal> signals{{Code::known_sender, 1, "a", "header"}};
  EXPECT_EQ(model.judge(signals).score, 0);
  EXPECT_EQ(model.judge(signals).contributions.size(), 1U);
  EXPECT_EQ(model.judge({}).level, Level::none);
}

TEST(Model, RefusesWhatIsNone) {
  const auto why = [](std::string_view text) {
    const auto read = Model::parse(text, "weights");
    return read ? std::string() : read.error().message();
  };
  EXPECT_NE(why("name = \"x\"\ntag = 1\nquarantine = 2\n[weights]\nno-such = 1\n").find("no-such"),
            std::string::npos);
  EXPECT_NE(why("name = \"x\"\ntag = 3\nquarantine = 2\n[weights]\n").find("thresholds"), std::string::npos);
  EXPECT_NE(why("name = \"x\"\ntag = 1\nquarantine = 2\n[weights]\nlink-away = nan\n").find("link-away"),
            std::string::npos);
  EXPECT_NE(why("name = \"x\"\ntag = 1\nquarantine = 2\n[weights]\nlink-away = 5000.0\n"), "");
  EXPECT_NE(why("name = \"x\"\ntag = 1\n[weights]\n"), "");
  EXPECT_NE(why("name = \"x\"\ntag = 1\nquarantine = 2\n"), "");
  EXPECT_NE(why("tag = [\n"), "");
}

TEST(Model, TheShippedOneIsOne) {
  const auto& model = built_in_model();
  EXPECT_GT(model.tag(), 0);
  EXPECT_GE(model.quarantine(), model.tag());
  for (const auto& kind : signal::kinds()) {
    const auto weight = model.weight(kind.code_number);
    EXPECT_TRUE(kind.prior > 0 ? weight >= 0 : weight <= 0) << kind.code;
  }
}

}  // namespace
}  // namespace rampart::guard::model
