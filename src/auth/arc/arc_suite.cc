// arc_suite FILE.yml…: runs ARC test suites, validation and signing files in ValiMail's YAML format, prints every failure,
// and ends with "N passed, N failed". Exit 0 when all passed, 1 when one failed, 2 when a file could not be read.
#include <cstdio>

#include "auth/arc/suite_runner.h"

int main(int argc, char** argv) {
  if (argc < 2) {
    fmt::print(stderr, "usage: arc_suite FILE.yml...\n");
    return 2;
  }
  int passed = 0;
  std::size_t failed = 0;
  for (int i = 1; i < argc; ++i) {
    try {
      const auto tally = rampart::arc::suite::run_file(argv[i]);
      for (const auto& failure : tally.failures) fmt::print("FAILED {}\n", failure);
      passed += tally.passed;
      failed += tally.failures.size();
    } catch (const YAML::Exception& fault) {
      fmt::print(stderr,
                 "arc_suite: error: {}: {}\nhint: the file must be YAML in ValiMail's ARC test format\n",
                 argv[i], fault.what());
      return 2;
    }
  }
  fmt::print("{} passed, {} failed\n", passed, failed);
  return failed == 0 && passed > 0 ? 0 : 1;
}
