#include "accounts/factor/breached_list.h"

#include <algorithm>
#include <filesystem>

#include <gtest/gtest.h>
#include <openssl/sha.h>
#include <stdlib.h>

#include "accounts/factor/password.h"
#include "base/file.h"
#include "base/text.h"

namespace rampart::accounts::factor {
namespace {

class BreachedListTest : public testing::Test {
 protected:
  BreachedListTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "rampart-breached-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
  }
  ~BreachedListTest() override { std::filesystem::remove_all(folder_); }
  std::string file(const std::string& text) {
    const auto path = folder_ + "/list";
    EXPECT_TRUE(base::write_file(path, text));
    return path;
  }
  std::string folder_;
};

std::string hash_line(const std::string& password, bool upper = true) {
  unsigned char digest[SHA_DIGEST_LENGTH];
  SHA1(reinterpret_cast<const unsigned char*>(password.data()), password.size(), digest);
  auto out = base::hex({reinterpret_cast<const char*>(digest), sizeof digest});
  if (upper) std::ranges::transform(out, out.begin(), [](char c) { return static_cast<char>(toupper(c)); });
  return out;
}

TEST_F(BreachedListTest, SortedHashesAreSearched) {
  for (const char* end : {"\n", "\r\n"}) {
    for (const int count : {1, 2, 3, 7, 1000}) {
      std::vector<std::string> lines;
      for (int i = 0; i < count; ++i)
        lines.push_back(hash_line("known " + std::to_string(i)) +
                        (i % 3 == 0 ? "" : ":" + std::to_string(i * 7919)));
      std::ranges::sort(lines);
      for (const bool last_ended : {true, false}) {
        auto text = base::join(lines, end);
        if (last_ended) text += end;
        const auto list = BreachedList::open(file(text));
        ASSERT_TRUE(list) << list.error().message();
        EXPECT_TRUE(list->is_hashes());
        for (int i = 0; i < count; ++i)
          EXPECT_TRUE(list->holds("known " + std::to_string(i)).value()) << i << " of " << count;
        for (int i = 0; i < 50; ++i) EXPECT_FALSE(list->holds("unknown " + std::to_string(i)).value());
      }
    }
  }
}

TEST_F(BreachedListTest, APlainListIsOneOfPasswords) {
  auto list = BreachedList::open(file("letmein\r\n\niloveyou with all my heart\nsunshine\n"));
  ASSERT_TRUE(list) << list.error().message();
  EXPECT_FALSE(list->is_hashes());
  EXPECT_TRUE(list->holds("letmein").value());
  EXPECT_TRUE(list->holds("Sunshine").value());
  EXPECT_FALSE(list->holds("").value());
  EXPECT_FALSE(list->holds("something else").value());
  const auto moved = std::move(*list);
  const auto problem = judge_password("Iloveyou with all my heart", {}, &moved);
  EXPECT_EQ(problem.value()->kind, PasswordProblem::Kind::breached);
}

TEST_F(BreachedListTest, WhatIsNoListSaysSo) {
  const auto error_of = [](const std::string& path) {
    const auto list = BreachedList::open(path);
    EXPECT_FALSE(list);
    EXPECT_EQ(list.error().kind, base::ErrorKind::config);
    EXPECT_FALSE(list.error().hint.empty());
    EXPECT_EQ(list.error().where, path);
    return list ? "" : list.error().what;
  };
  EXPECT_NE(error_of(folder_ + "/none").find("No such file"), std::string::npos);
  EXPECT_EQ(error_of(folder_), "is no regular file");
  EXPECT_EQ(error_of(file("")), "is empty");
  EXPECT_EQ(error_of(file("\n\n")), "holds no password");
  std::vector<std::string> lines;
  for (int i = 0; i < 200; ++i) lines.push_back(hash_line(std::to_string(i)));
  EXPECT_NE(error_of(file(base::join(lines, "\n"))).find("not in order"), std::string::npos);
  std::ranges::sort(lines);
  lines.back() = std::string(400, 'F');
  EXPECT_NE(error_of(file(base::join(lines, "\n") + std::string(400, 'F'))).find("octet"), std::string::npos);
}

TEST_F(BreachedListTest, AFileThatWasSpoiledLaterIsAnError) {
  std::vector<std::string> lines;
  for (int i = 0; i < 500; ++i) lines.push_back(hash_line(std::to_string(i)));
  std::ranges::sort(lines);
  const auto path = file(base::join(lines, "\n"));
  const auto list = BreachedList::open(path);
  ASSERT_TRUE(list);
  {
    std::FILE* out = std::fopen(path.c_str(), "r+");  // the same file, which write_file() would replace
    const std::string junk(500 * 41, 'z');
    std::fwrite(junk.data(), 1, junk.size(), out);
    std::fclose(out);
  }
  EXPECT_FALSE(list->holds("1"));
}

}  // namespace
}  // namespace rampart::accounts::factor
