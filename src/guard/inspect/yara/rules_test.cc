#include "guard/inspect/yara/rules.h"

#include <filesystem>
#include <fstream>
#include <optional>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include "base/worker.h"

namespace rampart::guard::yara {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class YaraRules : public testing::Test {
 protected:
  YaraRules() {
    std::string pattern = (std::filesystem::temp_directory_path() / "rampart-yara-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
  }
  ~YaraRules() override { std::filesystem::remove_all(folder_); }
  void write(std::string_view name, std::string_view text) const { std::ofstream(folder_ / name) << text; }
  [[nodiscard]] base::Result<Rules> compile() const { return Rules::compile(folder_.string()); }

  std::filesystem::path folder_;
};

std::vector<std::string> names_of(const Facts& facts) {
  std::vector<std::string> out;
  out.reserve(facts.matches.size());
  for (const auto& match : facts.matches) out.push_back(match.file + ":" + match.rule);
  return out;
}

constexpr std::string_view kRule = R"(
rule marker : test mail {
  meta:
    description = "what the tests look for"
    score = 50
  strings: $a = "a marker" nocase
  condition: $a
})";

TEST_F(YaraRules, WhatMatchesIsTold) {
  write("b.yara", "private rule hidden { condition: true }\nrule large { condition: filesize > 100 }");
  write("a.yar", kRule);
  write("notes.txt", "this is no rule");
  const auto rules = compile();
  ASSERT_TRUE(rules) << rules.error().message();
  EXPECT_EQ(rules->count(), 3U);
  const auto facts = rules->scan("here is A MARKER in text", "");
  ASSERT_THAT(names_of(facts), ElementsAre("a.yar:marker"));
  EXPECT_THAT(facts.matches[0].tags, ElementsAre("test", "mail"));
  EXPECT_EQ(facts.matches[0].description, "what the tests look for");
  EXPECT_EQ(facts.unseen, "");
  EXPECT_THAT(names_of(rules->scan(std::string(101, 'x'), "")), ElementsAre("b.yara:large"));
  EXPECT_THAT(names_of(rules->scan("", "")), IsEmpty());
}

TEST_F(YaraRules, RulesMayAskForTheName) {
  write("a.yar", R"(rule script { condition: extension == ".js" and filename contains "nvoice" }
rule of_nobody { condition: owner == "root" })");
  const auto rules = compile();
  ASSERT_TRUE(rules) << rules.error().message();
  EXPECT_THAT(names_of(rules->scan("x", "Invoice.pdf.JS")), ElementsAre("a.yar:script"));
  EXPECT_THAT(names_of(rules->scan("x", "Invoice.pdf")), IsEmpty());
  EXPECT_THAT(names_of(rules->scan("x", "")), IsEmpty());
}

TEST_F(YaraRules, AMistakeIsSaidWithItsPlace) {
  write("a.yar", kRule);
  write("b.yar", "rule fine { condition: true }\nrule broken { condition: no_such_thing }");
  const auto rules = compile();
  ASSERT_FALSE(rules);
  EXPECT_EQ(rules.error().kind, base::ErrorKind::config);
  EXPECT_THAT(rules.error().message(), HasSubstr("b.yar:2: undefined identifier \"no_such_thing\""));
  write("b.yar", "include \"/etc/passwd\"");
  EXPECT_THAT(compile().error().message(), HasSubstr("include"));
  write("b.yar", std::string("YARA\0", 5));
  EXPECT_THAT(compile().error().message(), HasSubstr("is no text"));
  EXPECT_EQ(Rules::compile("/nonexistent/rules").error().kind, base::ErrorKind::config);
}

TEST_F(YaraRules, AFolderWithoutRules) {
  const auto rules = compile();
  ASSERT_TRUE(rules);
  EXPECT_EQ(rules->count(), 0U);
  EXPECT_THAT(names_of(rules->scan("x", "")), IsEmpty());
}

TEST_F(YaraRules, Limits) {
  std::string many;
  for (int i = 0; i < 80; ++i) many += "rule r" + std::to_string(i) + " { condition: true }\n";
  write("a.yar", many);
  const auto facts = compile()->scan("x", "");
  EXPECT_EQ(facts.matches.size(), kMaxMatches);
  EXPECT_EQ(facts.matches_left_out, 30U);
  EXPECT_THAT(compile()->scan(std::string(kMaxScanned + 1, 'x'), "").unseen, HasSubstr("over the limit"));
}

TEST_F(YaraRules, SlowRulesAreGivenUp) {
  write("a.yar", "rule slow { condition: for all i in (0..100000000000) : (i >= 0) }");
  EXPECT_EQ(compile()->scan("x", "").unseen, "the rules took over 2 s");
}

TEST_F(YaraRules, SeveralThreads) {
  write("a.yar", kRule);
  const auto rules = compile();
  ASSERT_TRUE(rules);
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      for (int j = 0; j < 50; ++j) EXPECT_EQ(rules->scan("a marker", "").matches.size(), 1U);
    });
  for (auto& thread : threads) thread.join();
}

// A worker is forked with the rules.
std::optional<Rules> rules_of_worker;
std::string names_in_worker(std::string_view bytes) {
  const auto facts = rules_of_worker->scan(bytes, "a.bin");
  return facts.matches.empty() ? "nothing" + facts.unseen : facts.matches[0].rule + facts.unseen;
}

TEST_F(YaraRules, AWorkerLooksForThem) {
  write("a.yar", std::string(kRule) +
                     "\nimport \"pe\" import \"hash\" import \"math\"\n"
                     "rule packed { condition: pe.is_pe and math.entropy(0, filesize) > 7 }");
  rules_of_worker = *compile();
  std::filesystem::remove_all(folder_);
  auto worker = base::Worker::start(&names_in_worker, {});
  ASSERT_TRUE(worker);
  EXPECT_EQ(worker->call("a marker")->bytes, "marker");
  EXPECT_EQ(worker->call("MZ, but no program")->bytes, "nothing");
  rules_of_worker.reset();
}

}  // namespace
}  // namespace rampart::guard::yara
