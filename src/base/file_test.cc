#include "base/file.h"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace rampart::base {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class File : public testing::Test {
 protected:
  File() {
    std::string pattern = (fs::temp_directory_path() / "rampart-file-XXXXXX").string();
    dir_ = ::mkdtemp(pattern.data());
  }
  ~File() override { fs::remove_all(dir_); }
  [[nodiscard]] std::string path(const std::string& name) const { return dir_ + "/" + name; }
  void put(const std::string& name, const std::string& text) const { std::ofstream(path(name)) << text; }
  [[nodiscard]] std::size_t entries() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(dir_), {}));
  }

  std::string dir_;
};

TEST_F(File, ReadsWhole) {
  put("a", std::string(200000, 'x'));
  EXPECT_EQ(read_file(path("a"), 200000)->size(), 200000U);
  put("empty", "");
  EXPECT_EQ(read_file(path("empty"), 10), "");
  EXPECT_GT(read_file("/proc/self/status", 100000)->size(), 0U) << "a file that says it has no size";
}

TEST_F(File, RefusesMoreThanTheLimit) {
  put("a", "12345");
  EXPECT_EQ(read_file(path("a"), 5), "12345");
  const auto error = read_file(path("a"), 4);
  ASSERT_FALSE(error);
  EXPECT_EQ(error.error().kind, ErrorKind::input);
  EXPECT_THAT(error.error().message(), HasSubstr("larger than 4 bytes"));
  EXPECT_FALSE(read_file("/proc/self/status", 10));
}

TEST_F(File, SaysWhatIsWrong) {
  const auto missing = read_file(path("none"), 10);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().where, path("none"));
  EXPECT_EQ(missing.error().what, "cannot open: no such file or directory");
  EXPECT_FALSE(missing.error().hint.empty());
  EXPECT_EQ(read_file(dir_, 10).error().what, "is a folder, not a file");
  ASSERT_EQ(::mkfifo(path("pipe").c_str(), 0600), 0);
  EXPECT_EQ(read_file(path("pipe"), 10).error().what, "is not a regular file")
      << "and does not wait for a writer";
}

TEST_F(File, ReadsBelowAFolderOnly) {
  fs::create_directories(path("zones/sub"));
  put("zones/a.zone", "A");
  put("zones/sub/b.zone", "B");
  put("secret", "S");
  fs::create_symlink("../secret", path("zones/link"));
  fs::create_symlink("sub", path("zones/linked"));
  const auto zones = path("zones");
  const auto probe = read_beneath(zones, "a.zone", 10);
  if (!probe && probe.error().what.find("openat2") != std::string::npos) GTEST_SKIP() << probe.error().what;
  EXPECT_EQ(probe, "A");
  EXPECT_EQ(read_beneath(zones, "sub/b.zone", 10), "B");
  EXPECT_EQ(read_beneath(zones, "sub/../a.zone", 10), "A");
  EXPECT_EQ(read_beneath(zones, "../secret", 10).error().what, "leads out of its folder");
  EXPECT_EQ(read_beneath(zones, "sub/../../secret", 10).error().what, "leads out of its folder");
  EXPECT_EQ(read_beneath(zones, path("secret"), 10).error().what, "leads out of its folder");
  EXPECT_THAT(read_beneath(zones, "link", 10).error().what, HasSubstr("symbolic link"));
  EXPECT_THAT(read_beneath(zones, "linked/b.zone", 10).error().what, HasSubstr("symbolic link"));
  EXPECT_FALSE(read_beneath(zones, "none", 10));
  EXPECT_FALSE(read_beneath(zones, "", 10));
  EXPECT_EQ(read_beneath(zones, "sub", 10).error().what, "is a folder, not a file");
  EXPECT_FALSE(read_beneath(path("none"), "a.zone", 10));
  fs::create_directory_symlink(zones, path("alias"));
  EXPECT_EQ(read_beneath(path("alias"), "a.zone", 10), "A") << "the folder itself may be a link";
}

TEST_F(File, WritesAndReplaces) {
  ASSERT_TRUE(write_file(path("a"), "one"));
  ASSERT_TRUE(write_file(path("a"), std::string(300000, 'y')));
  EXPECT_EQ(read_file(path("a"), 300000)->size(), 300000U);
  EXPECT_EQ(entries(), 1U) << "no temporary file stays";
}

TEST_F(File, ReplacingKeepsPermissionsAndLinks) {
  put("a", "old");
  fs::permissions(path("a"), fs::perms(0640));
  fs::create_symlink("a", path("link"));
  ASSERT_TRUE(write_file(path("link"), "new"));
  EXPECT_TRUE(fs::is_symlink(path("link")));
  EXPECT_EQ(read_file(path("a"), 10), "new");
  EXPECT_EQ(fs::status(path("a")).permissions(), fs::perms(0640));
}

TEST_F(File, PiecesAreSeenWhenCommitted) {
  ASSERT_TRUE(write_file(path("a"), "old"));
  {
    auto abandoned = FileWriter::open(path("a"));
    ASSERT_TRUE(abandoned);
    ASSERT_TRUE(abandoned->write("half"));
  }
  EXPECT_EQ(*read_file(path("a"), 100), "old");
  auto writer = FileWriter::open(path("a"));
  ASSERT_TRUE(writer);
  auto moved = std::move(*writer);
  ASSERT_TRUE(moved.write("one "));
  ASSERT_TRUE(moved.write("two"));
  EXPECT_EQ(*read_file(path("a"), 100), "old");
  ASSERT_TRUE(moved.commit());
  EXPECT_EQ(*read_file(path("a"), 100), "one two");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(dir_), {}), 1)
      << "no temporary file stays behind";
}

TEST_F(File, ANewFileIsOnesOwnAndReplacesNothing) {
  ASSERT_TRUE(write_new_file(path("a"), "one"));
  EXPECT_EQ(fs::status(path("a")).permissions(), fs::perms(0600));
  const auto again = write_new_file(path("a"), "two");
  ASSERT_FALSE(again);
  EXPECT_THAT(again.error().message(), HasSubstr("is there already"));
  EXPECT_THAT(again.error().hint, HasSubstr("another file"));
  EXPECT_EQ(read_file(path("a"), 10), "one");
  fs::create_symlink("b", path("link"));
  EXPECT_FALSE(write_new_file(path("link"), "two")) << "a link leads wherever its writer likes";
  EXPECT_FALSE(fs::exists(path("b")));
  EXPECT_THAT(write_new_file(path("none/a"), "x").error().message(), HasSubstr("no such file or directory"));
  EXPECT_TRUE(write_new_file("/dev/null", "x"));
}

TEST_F(File, WritingFailsWithReason) {
  EXPECT_THAT(write_file(path("none/a"), "x").error().message(), HasSubstr("no such file or directory"));
  EXPECT_THAT(write_file(dir_, "x").error().message(), HasSubstr("it is a folder"));
  EXPECT_TRUE(write_file("/dev/null", "x"));
  EXPECT_EQ(entries(), 0U);
}

}  // namespace
}  // namespace rampart::base
