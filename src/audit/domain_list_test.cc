#include "audit/domain_list.h"

#include <filesystem>
#include <fstream>

#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace rampart::audit {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using namespace std::string_literals;

class List : public testing::Test {
 protected:
  List() {
    std::string pattern = (fs::temp_directory_path() / "rampart-list-XXXXXX").string();
    dir_ = ::mkdtemp(pattern.data());
  }
  ~List() override { fs::remove_all(dir_); }

  std::string put(const std::string& text, const std::string& name = "domains.txt") {
    std::ofstream(dir_ + "/" + name, std::ios::binary) << text;
    return dir_ + "/" + name;
  }

  std::vector<std::string> read(DomainList& list) {
    list.on_refused([this](RefusedLine line) { refused_.push_back(std::move(line)); });
    std::vector<std::string> names;
    for (;;) {
      auto name = list.next();
      EXPECT_TRUE(name) << name.error().message();
      if (!name || !*name) return names;
      names.push_back((*name)->text());
    }
  }

  std::string dir_;
  std::vector<RefusedLine> refused_;
};

TEST_F(List, CommentsBlanksAndOddLineEnds) {
  DomainList list;
  ASSERT_TRUE(
      list.open(put("\xef\xbb\xbf"
                    "A.example\r\n\n# a comment\n  b.example. # why\nپاکستان.example")));
  EXPECT_THAT(read(list), ElementsAre("a.example", "b.example", "xn--mgbai9azgqp6j.example"));
  EXPECT_TRUE(refused_.empty());
  EXPECT_EQ(list.fraction_read(), 1.0);
}

TEST_F(List, ArgumentsFirstAndEachOnce) {
  DomainList list({*dns::Name::try_parse("b.example"), *dns::Name::try_parse("B.example.")});
  ASSERT_TRUE(list.open(put("a.example\nb.example\n")));
  ASSERT_TRUE(list.open(put("a.example\nc.example\n", "more.txt")));
  EXPECT_THAT(read(list), ElementsAre("b.example", "a.example", "c.example"));
  EXPECT_EQ(list.duplicates(), 3U);
}

TEST_F(List, ThreeBadLinesInAThousandAreNamed) {
  std::string text;
  for (int i = 1; i <= 1000; ++i) {
    if (i == 17) {
      text += "https://ministry.example/\n";
    } else if (i == 500) {
      text += "someone@ministry.example\n";
    } else if (i == 999) {
      text += std::string(300, 'x') + ".example\n";
    } else {
      text += fmt::format("d{}.example\n", i);
    }
  }
  DomainList list;
  ASSERT_TRUE(list.open(put(text)));
  EXPECT_EQ(read(list).size(), 997U);
  ASSERT_EQ(refused_.size(), 3U);
  EXPECT_THAT(refused_[0].where, EndsWith("domains.txt:17"));
  EXPECT_THAT(refused_[0].hint, HasSubstr("ministry.example"));
  EXPECT_THAT(refused_[1].where, EndsWith(":500"));
  EXPECT_THAT(refused_[2].where, EndsWith(":999"));
}

TEST_F(List, ALineWithoutEndIsCut) {
  DomainList list;
  ASSERT_TRUE(list.open(put(std::string(1 << 20, 'a') + "\nb.example\n" + std::string(5000, 'c'))));
  EXPECT_THAT(read(list), ElementsAre("b.example"));
  ASSERT_EQ(refused_.size(), 2U);
  EXPECT_THAT(refused_[0].why, HasSubstr("more than 4096 bytes"));
  EXPECT_LT(refused_[0].text.size(), 100U);
  EXPECT_THAT(refused_[1].where, EndsWith(":3"));
}

TEST_F(List, BytesThatAreNoText) {
  DomainList list;
  ASSERT_TRUE(list.open(put("a\0b.example\n\x1b[2J.example\n\xff.example\nc.example\n"s)));
  EXPECT_THAT(read(list), ElementsAre("c.example"));
  EXPECT_EQ(refused_.size(), 3U);
}

TEST_F(List, WhatCannotBeOpened) {
  DomainList list;
  const auto missing = list.open(dir_ + "/none");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().kind, base::ErrorKind::usage);
  EXPECT_THAT(missing.error().message(), HasSubstr("/none"));
  EXPECT_THAT(list.open(dir_).error().message(), HasSubstr("folder"));
}

// A pipe is ready when something stands in it.
TEST(DomainList, SaysWhetherAPipeIsReady) {
  const auto path = testing::TempDir() + "rampart-list-" + std::to_string(::getpid());
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  const int writer = ::open(path.c_str(), O_RDWR | O_CLOEXEC);  // so that neither side waits for the other
  DomainList list;
  ASSERT_TRUE(list.open(path));
  ::unlink(path.c_str());
  EXPECT_FALSE(list.ready());
  ASSERT_EQ(::write(writer, "a.example\nb.example\n", 20), 20);
  EXPECT_TRUE(list.ready());
  EXPECT_EQ(list.next().value()->text(), "a.example");
  EXPECT_TRUE(list.ready()) << "read already";
  EXPECT_EQ(list.next().value()->text(), "b.example");
  EXPECT_FALSE(list.ready());
  ::close(writer);
  EXPECT_TRUE(list.ready()) << "the end is no wait";
  EXPECT_FALSE(list.next().value());
}

}  // namespace
}  // namespace rampart::audit
