// The published suite (beside the project, when it is there) and the cases of our own.
#include <cstdlib>
#include <filesystem>

#include <gtest/gtest.h>

#include "auth/spf/suite_runner.h"

namespace rampart::spf {
namespace {

std::filesystem::path shared_folder() {
  const char* given = std::getenv("RAMPART_SHARED");
  return given != nullptr ? std::filesystem::path(given)
                          : std::filesystem::path(RAMPART_SOURCE_DIR) / "../shared";
}

TEST(SpfSuite, Rfc7208) {
  const auto file = shared_folder() / "conformance/spf/rfc7208-tests.yml";
  if (!std::filesystem::exists(file)) GTEST_SKIP() << "the suite is not there: set RAMPART_SHARED";
  const auto tally = suite::run_file(file);
  for (const auto& failure : tally.failures) ADD_FAILURE() << failure;
  EXPECT_EQ(tally.passed, 203);
}

TEST(SpfSuite, OurOwnCases) {
  const auto tally = suite::run_file(RAMPART_SOURCE_DIR "/src/auth/spf/testdata/rampart.yml");
  for (const auto& failure : tally.failures) ADD_FAILURE() << failure;
  EXPECT_GE(tally.passed, 30);
}

TEST(SpfSuite, AWrongExpectationIsReported) {
  const auto scenario = YAML::Load(R"(
    {tests: {}, zonedata: {a.example: [{TXT: v=spf1 -all}]}})");
  suite::SuiteProvider provider(scenario["zonedata"]);
  suite::Tally tally;
  const auto test =
      YAML::Load("{host: 192.0.2.1, helo: h.example, mailfrom: x@a.example, result: pass, spec: 5.1}");
  suite::run_test("wrong", test, provider, tally);
  ASSERT_EQ(tally.failures.size(), 1U);
  EXPECT_EQ(tally.failures[0],
            "wrong (spec 5.1): expected pass, got fail: the result differs\n    why: matched -all\n    "
            "1 rounds, 1 questions");
}

}  // namespace
}  // namespace rampart::spf
