// Runs the readable vectors in testdata/*.yml.
#include <filesystem>
#include <set>

#include <gtest/gtest.h>

#include "auth/dmarc/suite_runner.h"

namespace rampart::dmarc {
namespace {

TEST(DmarcVectors, AllCasesHold) {
  std::set<std::filesystem::path> files;  // sorted: the order of a run does not depend on the file system
  for (const auto& entry :
       std::filesystem::directory_iterator(RAMPART_SOURCE_DIR "/src/auth/dmarc/testdata")) {
    if (entry.path().extension() == ".yml") files.insert(entry.path());
  }
  int passed = 0;
  for (const auto& path : files) {
    const auto tally = suite::run_file(path.string());
    for (const auto& failure : tally.failures) ADD_FAILURE() << path.filename() << ": " << failure;
    passed += tally.passed;
  }
  EXPECT_GE(passed, 140);
}

}  // namespace
}  // namespace rampart::dmarc
