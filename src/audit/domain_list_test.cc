#include "audit/domain_list.h"

#include <filesystem>
#include <fstream>

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
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
      names.push_back((*name)->domain.text());
    }
  }

  std::vector<Entry> entries(DomainList& list) {
    list.on_refused([this](RefusedLine line) { refused_.push_back(std::move(line)); });
    list.on_note([this](std::string note) { notes_.push_back(std::move(note)); });
    std::vector<Entry> out;
    for (;;) {
      auto entry = list.next();
      EXPECT_TRUE(entry) << entry.error().message();
      if (!entry || !*entry) return out;
      out.push_back(std::move(**entry));
    }
  }

  std::string dir_;
  std::vector<RefusedLine> refused_;
  std::vector<std::string> notes_;
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

TEST_F(List, ATableSaysMoreThanNames) {
  DomainList list;
  ASSERT_TRUE(list.open(
      put("\xef\xbb\xbf"
          "Domain name;Organization;Sector;E-mail;Sends;DKIM selector;Tags;Region;Notes\r\n"
          "Bank.example;\" State\nBank \";finance;soc@bank.example;yes;s1, s2;gov,edge;north;\"a;b\"\r\n"
          "\r\n# a comment\r\npost.example;;;;NO\r\n",
          "table.csv")));
  const auto found = entries(list);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].domain.text(), "bank.example");
  EXPECT_EQ(found[0].organisation, "State Bank");
  EXPECT_EQ(found[0].sector, "finance");
  EXPECT_EQ(found[0].contact, "soc@bank.example");
  EXPECT_EQ(found[0].sends, Sends::yes);
  EXPECT_THAT(found[0].selectors, ElementsAre("s1", "s2"));
  using Tag = std::pair<std::string, std::string>;
  EXPECT_THAT(found[0].tags, ElementsAre(Tag{"gov", ""}, Tag{"edge", ""}, Tag{"Region", "north"}));
  EXPECT_EQ(found[0].note, "a;b");
  EXPECT_EQ(found[1].sends, Sends::no);
  EXPECT_TRUE(refused_.empty());
  ASSERT_EQ(notes_.size(), 1U);
  EXPECT_THAT(
      notes_[0],
      EndsWith("table.csv: read as a table, UTF-8, semicolons: domain (Domain name), organisation "
               "(Organization), sector, contact (E-mail), sends, selector (DKIM selector), tags, note "
               "(Notes); tags: Region"));
}

TEST_F(List, BadRowsAreNamedByTheirPlaceAndTheRestGoesOn) {
  DomainList list;
  ASSERT_TRUE(
      list.open(put("domain,organisation\n"
                    "a.example,A\n"
                    "http://b.example/,B\n"
                    ",C\n"
                    "d.example,D, Inc\n"
                    "\"e.example,E\n"
                    "f.example,F\n")));
  EXPECT_THAT(read(list), ElementsAre("a.example", "f.example"));
  ASSERT_EQ(refused_.size(), 4U);
  EXPECT_THAT(refused_[0].where, EndsWith("domains.txt:3:1"));
  EXPECT_THAT(refused_[1].where, EndsWith(":4:2"));
  EXPECT_EQ(refused_[1].why, "the row names no domain");
  EXPECT_THAT(refused_[2].where, EndsWith(":5:13"));
  EXPECT_THAT(refused_[3].where, EndsWith(":6:1"));
}

TEST_F(List, DuplicatesMergeAndContradictionsAreNamed) {
  DomainList list({*dns::Name::try_parse("c.example")});
  ASSERT_TRUE(list.open(put("a.example\n", "plain.txt")));
  ASSERT_TRUE(
      list.open(put("domain\torganisation\tsends\tregion\tselector\n"
                    "a.example\tA\tyes\tnorth\ts1\n"
                    "b.example\tB\tmaybe\t\tno selector!\n"
                    "A.EXAMPLE\tOther\tno\tsouth\ts2\n"
                    "a.example\tA\tyes\tnorth\t\n"
                    "c.example\tC\n")));
  const auto found = entries(list);
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(found[0].organisation, "C") << "named on the command line, said in the table";
  EXPECT_EQ(found[1].organisation, "A");
  EXPECT_EQ(found[1].sends, Sends::unsaid) << "who is said to send and not to send";
  EXPECT_THAT(found[1].selectors, ElementsAre("s1", "s2"));
  EXPECT_EQ(found[1].tags.size(), 2U);
  EXPECT_EQ(found[2].domain.text(), "b.example");
  EXPECT_EQ(list.duplicates(), 4U);
  const auto all = fmt::format("{}", fmt::join(notes_, "\n"));
  EXPECT_THAT(all, HasSubstr("domains.txt:4: organisation of a.example is \"Other\" here and \"A\" in"));
  EXPECT_THAT(all, HasSubstr("sends of a.example is \"no\" here and \"yes\" in"));
  EXPECT_THAT(all, HasSubstr(":3:13: \"maybe\" is neither yes nor no"));
  EXPECT_THAT(all, HasSubstr(":3:20: \"selector!\" is no selector"));
  EXPECT_EQ(list.fraction_read(), 1.0);
}

TEST_F(List, GroupsStandTogether) {
  DomainList list({*dns::Name::try_parse("z.example")});
  ASSERT_TRUE(list.open(put("domain;Region\nc.example;south\na.example;north\nb.example;south\n")));
  ASSERT_TRUE(list.open(put("d.example\na.example\n", "plain.txt")));
  list.group_by("region");
  EXPECT_THAT(read(list), ElementsAre("a.example", "c.example", "b.example", "z.example", "d.example"));
  EXPECT_EQ(list.duplicates(), 1U);
}

TEST_F(List, AHeaderAloneIsAListOfNames) {
  DomainList list;
  ASSERT_TRUE(list.open(put("Domains\r\nb.example\r\na.example\r\nb.example\r\n")));
  EXPECT_THAT(read(list), ElementsAre("b.example", "a.example"));
  EXPECT_EQ(list.duplicates(), 1U);
}

TEST_F(List, SpreadsheetsSayWhatDividesCells) {
  DomainList list;
  ASSERT_TRUE(list.open(put("sep=|\nowner|domain\nX|a.example\n")));
  const auto found = entries(list);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(value_of(found[0], "Owner"), "X");
}

TEST_F(List, WithoutAHeaderColumnsAreRefusedWithAHint) {
  DomainList list;
  ASSERT_TRUE(list.open(put("a.example;A\nb.example\n")));
  EXPECT_THAT(read(list), ElementsAre("b.example"));
  ASSERT_EQ(refused_.size(), 1U);
  EXPECT_THAT(refused_[0].hint, testing::Not(testing::IsEmpty()));
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
  EXPECT_EQ(list.next().value()->domain.text(), "a.example");
  EXPECT_TRUE(list.ready()) << "read already";
  EXPECT_EQ(list.next().value()->domain.text(), "b.example");
  EXPECT_FALSE(list.ready());
  ::close(writer);
  EXPECT_TRUE(list.ready()) << "the end is no wait";
  EXPECT_FALSE(list.next().value());
}

}  // namespace
}  // namespace rampart::audit
