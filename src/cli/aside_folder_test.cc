#include "cli/aside_folder.h"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace rampart::cli {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class AsideFolderTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string made = (fs::temp_directory_path() / "rampart-aside-XXXXXX").string();
    ASSERT_NE(::mkdtemp(made.data()), nullptr);
    root_ = made;
  }
  void TearDown() override { fs::remove_all(root_); }
  static std::size_t count(const fs::path& folder) {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
  }
  fs::path root_;
};

TEST_F(AsideFolderTest, KeepsEachOnceForItsOwnerAlone) {
  const auto folder = root_ / "a" / "b";
  ASSERT_TRUE(keep_aside(folder.string(), "one"));
  ASSERT_TRUE(keep_aside(folder.string() + "/", "one"));
  ASSERT_TRUE(keep_aside(folder.string(), "two"));
  EXPECT_EQ(count(folder), 2U);
  EXPECT_EQ(fs::status(folder).permissions(), fs::perms::owner_all);
}

TEST_F(AsideFolderTest, FollowsNoLink) {
  const auto elsewhere = root_ / "elsewhere";
  fs::create_directory(elsewhere);
  fs::create_directory_symlink(elsewhere, root_ / "link");
  for (const auto* end : {"", "/"}) {
    const auto kept = keep_aside((root_ / "link").string() + end, "one");
    ASSERT_FALSE(kept);
    EXPECT_THAT(kept.error().message(), HasSubstr("symbolic link"));
  }
  EXPECT_EQ(count(elsewhere), 0U);
  // Nor a link under the name that the bytes will have.
  const auto folder = root_ / "aside";
  ASSERT_TRUE(keep_aside(folder.string(), "one"));
  const auto name = fs::directory_iterator(folder)->path();
  std::ofstream(root_ / "victim") << "mine";
  fs::remove(name);
  fs::create_symlink(root_ / "victim", name);
  EXPECT_FALSE(keep_aside(folder.string(), "one"));
  EXPECT_EQ(fs::file_size(root_ / "victim"), 4U);
}

}  // namespace
}  // namespace rampart::cli
