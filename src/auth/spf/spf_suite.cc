// spf_suite FILE.yml…: runs SPF test suites in the openspf YAML format, prints every failure, and ends with
// "N passed, N failed". Exit 0 when all passed, 1 when one failed, 2 when a file could not be read.
#include <cstdio>

#include <fmt/format.h>

#include "auth/spf/suite_runner.h"

int main(int argc, char** argv) {
  if (argc < 2) {
    fmt::print(stderr, "usage: spf_suite FILE.yml...\n");
    return 2;
  }
  int passed = 0;
  std::size_t failed = 0;
  for (int i = 1; i < argc; ++i) {
    try {
      const auto tally = rampart::spf::suite::run_file(argv[i]);
      for (const auto& failure : tally.failures) fmt::print("FAILED {}\n", failure);
      passed += tally.passed;
      failed += tally.failures.size();
    } catch (const YAML::Exception& fault) {
      fmt::print(stderr, "spf_suite: error: {}: {}\nhint: the file must be YAML in the openspf test format\n",
                 argv[i], fault.what());
      return 2;
    }
  }
  fmt::print("{} passed, {} failed\n", passed, failed);
  return failed == 0 && passed > 0 ? 0 : 1;
}
