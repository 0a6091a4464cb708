// Every file in testdata/bad_configs/ must be refused for the reason that its first two lines state:
// `# error: LINE:COLUMN: what` (its beginning is enough) and `# hint: hint`. Adding a case needs no C++.
#include <filesystem>
#include <set>

#include <gtest/gtest.h>

#include "base/config.h"
#include "base/file.h"
#include "base/text.h"
#include "server/schema.h"

namespace rampart::cli {
namespace {

using server::schema;

std::vector<std::filesystem::path> bad_configs() {
  const std::filesystem::directory_iterator files(RAMPART_SOURCE_DIR "/src/cli/testdata/bad_configs");
  std::set<std::filesystem::path> sorted;
  for (const auto& file : files) sorted.insert(file.path());
  return {sorted.begin(), sorted.end()};
}

// What follows `mark` on line `index` of the text; fails the test when the line does not begin with it.
std::string stated(std::string_view text, std::size_t index, std::string_view mark) {
  const auto lines = base::split(text, '\n');
  if (lines.size() <= index || !lines[index].starts_with(mark)) {
    ADD_FAILURE() << "line " << index + 1 << " does not begin with " << mark;
    return {};
  }
  return std::string(lines[index].substr(mark.size()));
}

class BadConfig : public testing::TestWithParam<std::filesystem::path> {};

TEST_P(BadConfig, IsRefusedForItsReason) {
  const auto text = base::read_file(GetParam().string(), base::Config::kMaxFileBytes);
  ASSERT_TRUE(text) << text.error().message();
  base::Config config(schema());
  const auto errors = config.load(*text, "bad.toml");
  ASSERT_EQ(errors.size(), 1U);
  EXPECT_EQ(errors[0].kind, base::ErrorKind::config);
  const auto expected = "bad.toml:" + stated(*text, 0, "# error: ");
  EXPECT_EQ(errors[0].message().substr(0, expected.size()), expected) << errors[0].message();
  EXPECT_EQ(errors[0].hint, stated(*text, 1, "# hint: "));
}

INSTANTIATE_TEST_SUITE_P(Files, BadConfig, testing::ValuesIn(bad_configs()),
                         [](const auto& file) { return file.param.stem().string(); });

}  // namespace
}  // namespace rampart::cli
