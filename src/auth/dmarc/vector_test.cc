// The readable cases in testdata/*.yml, whose form docs/dmarc-suite.md describes.
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
  int cases = 0;
  for (const auto& path : files) {
    const auto tally = suite::run_file(path.string());
    for (const auto& failure : tally.failures) ADD_FAILURE() << failure;
    cases += tally.passed + static_cast<int>(tally.failures.size());
  }
  EXPECT_GE(cases, 367);
}

std::string error_of(const std::string& text) {
  try {
    (void)suite::run_text(text, "x.yml");
  } catch (const suite::BadFile& fault) {
    return fault.what();
  }
  return "";
}

TEST(DmarcVectors, AWrongExpectationIsReported) {
  const auto tally = suite::run_text(
      "zone: {_dmarc.a.example: v=DMARC1; p=reject}\n"
      "cases:\n"
      "  - {case: right, cites: here, author: a.example, expect: {result: fail, requested: reject}}\n"
      "  - {case: wrong, cites: there, author: a.example, expect: {result: pass, tag: sp}}\n"
      "  - {case: mail, cites: there, from: x@a.example, expect: {domains: [b.example]}}\n",
      "x.yml");
  EXPECT_EQ(tally.passed, 1);
  ASSERT_EQ(tally.failures.size(), 2U);
  EXPECT_EQ(tally.failures[0], "x.yml:4: wrong (there): result is fail, not pass; tag is p, not sp");
  EXPECT_EQ(tally.failures[1], "x.yml:5: mail (there): domains is a.example, not b.example");
}

TEST(DmarcVectors, WhatIsMistypedIsAnErrorWithItsPlace) {
  const std::string head = "zone: {}\ncases:\n  - case: a\n    cites: b\n";
  EXPECT_EQ(error_of(head + "    autor: a.example\n    author: a.example\n    expect: {}\n"),
            "x.yml:5: unknown key: autor");
  EXPECT_EQ(error_of(head + "    author: a.example\n    expect: {resutl: pass}\n"),
            "x.yml:6: unknown key: resutl");
  EXPECT_EQ(error_of(head + "    author: a.example\n    expect: {tag: p, tag: sp}\n"),
            "x.yml:6: the key stands twice: tag");
  EXPECT_EQ(error_of(head + "    from: a@a.example\n    author: a.example\n    expect: {}\n"),
            "x.yml:6: unknown key: author");
  EXPECT_EQ(error_of(head + "    author: a.example\n    spf: passed a.example\n    expect: {}\n"),
            "x.yml:6: no check: passed a.example");
  EXPECT_EQ(error_of(head + "    author: a..example\n    expect: {}\n"), "x.yml:5: no name: a..example");
  EXPECT_EQ(error_of(head + "    author: a.example\n"), "x.yml:3: the key is missing: expect");
  EXPECT_EQ(error_of("zone:\n  a.example: {MX: b.example}\ncases: []\n"), "x.yml:2: unknown type: MX");
  EXPECT_EQ(error_of("zone:\n  a.example: x\n  A.example: y\ncases: []\n"),
            "x.yml:3: the name stands twice: a.example");
}

}  // namespace
}  // namespace rampart::dmarc
