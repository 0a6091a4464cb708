// dmarc_suite FILE.yml…: runs DMARC suites (docs/dmarc-suite.md), prints every failure, and ends with
// "N passed, N failed". Exit 0 when all passed, 1 when one failed, 2 when a file could not be read.
#include <cstdio>

#include <fmt/format.h>

#include "auth/dmarc/suite_runner.h"

int main(int argc, char** argv) {
  if (argc < 2) {
    fmt::print(stderr, "usage: dmarc_suite FILE.yml...\n");
    return 2;
  }
  int passed = 0;
  std::size_t failed = 0;
  for (int i = 1; i < argc; ++i) {
    try {
      const auto tally = rampart::dmarc::suite::run_file(argv[i]);
      for (const auto& failure : tally.failures) fmt::print("FAILED {}\n", failure);
      passed += tally.passed;
      failed += tally.failures.size();
    } catch (const rampart::dmarc::suite::BadFile& fault) {
      fmt::print(stderr, "dmarc_suite: error: {}\nhint: docs/dmarc-suite.md describes the format\n",
                 fault.what());
      return 2;
    }
  }
  fmt::print("{} passed, {} failed\n", passed, failed);
  return failed == 0 && passed > 0 ? 0 : 1;
}
