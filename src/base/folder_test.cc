#include "base/folder.h"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace rampart::base {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

class Folder : public testing::Test {
 protected:
  Folder() {
    std::string pattern = (fs::temp_directory_path() / "rampart-folder-XXXXXX").string();
    dir_ = ::mkdtemp(pattern.data());
    target_ = dir_ + "/out";
  }
  ~Folder() override { fs::remove_all(dir_); }

  static bool is_ours(std::string_view name) { return name.ends_with(".csv"); }
  static Result<> put(FolderWriter& folder, const std::string& name, std::string_view text) {
    auto file = TRY(folder.create(name));
    TRY(file.write(text));
    return file.close();
  }
  static std::vector<std::string> names(const std::string& path) {
    std::vector<std::string> out;
    for (const auto& entry : fs::directory_iterator(path)) out.push_back(entry.path().filename().string());
    std::ranges::sort(out);
    return out;
  }

  std::string dir_;
  std::string target_;
};

TEST_F(Folder, IsReplacedAsAWhole) {
  {
    auto first = FolderWriter::open(target_, is_ours);
    ASSERT_TRUE(first) << first.error().message();
    EXPECT_FALSE(first->had_old());
    ASSERT_TRUE(put(*first, "a.csv", "1"));
    EXPECT_FALSE(fs::exists(target_));
    ASSERT_TRUE(first->commit());
  }
  EXPECT_THAT(names(target_), ElementsAre("a.csv"));
  fs::permissions(target_, fs::perms::owner_all);
  {
    auto dropped = FolderWriter::open(target_ + "/", is_ours);
    ASSERT_TRUE(dropped);
    ASSERT_TRUE(put(*dropped, "b.csv", "2"));
  }
  EXPECT_THAT(names(target_), ElementsAre("a.csv")) << "without commit() nothing changes";
  auto second = FolderWriter::open(target_, is_ours);
  ASSERT_TRUE(second);
  EXPECT_TRUE(second->had_old());
  ASSERT_TRUE(put(*second, "c.csv", "3"));
  ASSERT_TRUE(second->commit());
  EXPECT_THAT(names(target_), ElementsAre("c.csv"));
  EXPECT_EQ(fs::status(target_).permissions(), fs::perms::owner_all);
  EXPECT_THAT(names(dir_), ElementsAre("out")) << "and nothing is left beside it";
}

TEST_F(Folder, OthersFilesAreNeverReplaced) {
  fs::create_directory(target_);
  std::ofstream(target_ + "/thesis.odt") << "x";
  const auto folder = FolderWriter::open(target_, is_ours);
  ASSERT_FALSE(folder);
  EXPECT_THAT(folder.error().what, HasSubstr("thesis.odt"));
  EXPECT_THAT(names(dir_), ElementsAre("out"));
  std::ofstream(dir_ + "/file") << "x";
  EXPECT_FALSE(FolderWriter::open(dir_ + "/file", is_ours));
  EXPECT_FALSE(FolderWriter::open(dir_ + "/none/out", is_ours));
}

TEST_F(Folder, OneWriterAtATimeAndWhatACrashLeftIsCleared) {
  fs::create_directory(target_ + ".rampart-new");
  std::ofstream(target_ + ".rampart-new/half.csv") << "x";
  auto folder = FolderWriter::open(target_, is_ours);
  ASSERT_TRUE(folder) << folder.error().message();
  const auto other = FolderWriter::open(target_, is_ours);
  ASSERT_FALSE(other);
  EXPECT_THAT(other.error().what, HasSubstr("another run"));
  ASSERT_TRUE(put(*folder, "a.csv", std::string(200'000, 'x')));
  EXPECT_FALSE(folder->create("a.csv")) << "each name once";
  ASSERT_TRUE(folder->commit());
  EXPECT_THAT(names(target_), ElementsAre("a.csv"));
  EXPECT_EQ(fs::file_size(target_ + "/a.csv"), 200'000U);
}

TEST_F(Folder, LinksAreFollowed) {
  fs::create_directory(dir_ + "/real");
  fs::create_directory_symlink(dir_ + "/real", target_);
  auto folder = FolderWriter::open(target_, is_ours);
  ASSERT_TRUE(folder);
  ASSERT_TRUE(put(*folder, "a.csv", "1"));
  ASSERT_TRUE(folder->commit());
  EXPECT_TRUE(fs::is_symlink(target_));
  EXPECT_THAT(names(dir_ + "/real"), ElementsAre("a.csv"));
}

}  // namespace
}  // namespace rampart::base
