#include "audit/portfolio/journal.h"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "base/file.h"

namespace rampart::audit {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

class JournalOf : public testing::Test {
 protected:
  JournalOf() {
    std::string pattern = (fs::temp_directory_path() / "rampart-journal-XXXXXX").string();
    dir_ = ::mkdtemp(pattern.data());
    path_ = dir_ + "/out.rampart-journal";
  }
  ~JournalOf() override { fs::remove_all(dir_); }

  static JournalRun run_of(std::string option = "format=csv") {
    return {.now = *base::parse_time("2026-11-23T08:00:00Z"), .options = {"version=1", std::move(option)}};
  }
  void write(const std::vector<std::string>& records) {
    auto journal = Journal::open(path_, run_of(), false);
    ASSERT_TRUE(journal) << journal.error().message();
    for (const auto& record : records) {
      ASSERT_TRUE(journal->add(record));
      ASSERT_TRUE(journal->flush());
    }
  }
  std::vector<std::string> replayed(JournalRun run = run_of()) {
    std::vector<std::string> out;
    auto journal = Journal::open(path_, run, true);
    EXPECT_TRUE(journal) << journal.error().message();
    if (!journal) return out;
    for (;;) {
      auto record = journal->replay();
      EXPECT_TRUE(record) << record.error().message();
      if (!record || !*record) return out;
      out.push_back(**record);
    }
  }

  std::string dir_;
  std::string path_;
};

TEST_F(JournalOf, GivesBackWhatWasFinishedAndGoesOn) {
  write({"one", "", std::string(100'000, 'x')});
  EXPECT_THAT(replayed(), ElementsAre("one", "", std::string(100'000, 'x')));
  {
    auto journal = Journal::open(path_, {.now = base::Time{}, .options = run_of().options}, true);
    ASSERT_TRUE(journal);
    EXPECT_TRUE(journal->resumed());
    EXPECT_EQ(journal->now(), run_of().now) << "the time of the run that began";
    while (*journal->replay()) {
    }
    ASSERT_TRUE(journal->add("four"));
  }
  EXPECT_EQ(replayed().back(), "four");
  auto anew = Journal::open(path_, run_of(), false);
  ASSERT_TRUE(anew);
  EXPECT_TRUE(anew->found());
  EXPECT_FALSE(anew->resumed());
  EXPECT_FALSE(*anew->replay());
  ASSERT_TRUE(anew->add("x"));
  ASSERT_TRUE(anew->remove());
  EXPECT_FALSE(fs::exists(path_));
}

// Whatever a crash leaves of the last frame, what stands before it is read and what comes is written over it.
TEST_F(JournalOf, TornAtAnyByte) {
  write({"one", "two"});
  const auto whole = *base::read_file(path_, 1 << 20);
  const auto header = whole.find('\n') + 1;
  for (std::size_t size = 1; size < whole.size(); ++size) {
    ASSERT_TRUE(base::write_file(path_, whole.substr(0, size)));
    const auto records = replayed();
    EXPECT_LE(records.size(), 1U);
    EXPECT_TRUE(records.empty() || records.front() == "one");
    if (size < header) EXPECT_TRUE(records.empty());
  }
  auto damaged = whole;
  damaged[whole.size() - 3] = static_cast<char>(damaged[whole.size() - 3] ^ 1);
  ASSERT_TRUE(base::write_file(path_, damaged + std::string(4096, '\0')));
  auto journal = Journal::open(path_, run_of(), true);
  ASSERT_TRUE(journal);
  EXPECT_EQ(**journal->replay(), "one");
  EXPECT_FALSE(*journal->replay());
  ASSERT_TRUE(journal->add("again"));
  ASSERT_TRUE(journal->flush());
  *journal = std::move(*Journal::open(dir_ + "/other", run_of(), false));
  EXPECT_THAT(replayed(), ElementsAre("one", "again"));
}

TEST_F(JournalOf, OfAnotherRunIsRefused) {
  write({"one"});
  const auto other = Journal::open(path_, run_of("format=html"), true);
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().kind, base::ErrorKind::usage);
  EXPECT_THAT(other.error().what, HasSubstr("format=csv, and here format=html"));
  EXPECT_TRUE(fs::exists(path_)) << "and is kept";
  ASSERT_TRUE(base::write_file(path_, "domain,organisation\n"));
  EXPECT_THAT(Journal::open(path_, run_of(), true).error().what, HasSubstr("no journal"));
  EXPECT_TRUE(fs::exists(path_));
  auto held = Journal::open(path_, run_of(), false);
  ASSERT_TRUE(held);
  EXPECT_THAT(Journal::open(path_, run_of(), true).error().what, HasSubstr("another run"));
}

TEST_F(JournalOf, AJournalOfNothingGoes) {
  {
    ASSERT_TRUE(Journal::open(path_, run_of(), true));
  }
  EXPECT_FALSE(fs::exists(path_));
}

TEST(JournalEntry, ReadsBackAsItWas) {
  JournalEntry entry{.domain = "bank.example",
                     .input = std::string("\0\1", 2),
                     .port_blocked = true,
                     .digest = {},
                     .text = "text"};
  entry.digest.line = {.domain = *dns::Name::try_parse("bank.example"),
                       .status = Status::partly_protected,
                       .grade = "C-",
                       .worst = Severity::high,
                       .weaknesses = {Weakness::wk1, Weakness::wk7},
                       .sentence = "a sentence"};
  entry.digest.clean = false;
  entry.digest.questions = 42;
  const auto back = read_entry(write_entry(entry));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->input, entry.input);
  EXPECT_TRUE(back->port_blocked);
  EXPECT_EQ(back->digest.line.status, Status::partly_protected);
  EXPECT_EQ(back->digest.line.grade, "C-");
  EXPECT_EQ(back->digest.line.worst, Severity::high);
  EXPECT_THAT(back->digest.line.weaknesses, ElementsAre(Weakness::wk1, Weakness::wk7));
  EXPECT_EQ(back->digest.line.sentence, "a sentence");
  EXPECT_FALSE(back->digest.clean);
  EXPECT_EQ(back->digest.questions, 42U);
  EXPECT_EQ(back->text, "text");
  EXPECT_FALSE(read_entry("nonsense"));
}

TEST(JournalEntry, TheHashIsOfAllThatAnAuditIsGiven) {
  Input input{.domain = *dns::Name::try_parse("bank.example")};
  const auto plain = hash_of(input);
  EXPECT_EQ(plain, hash_of(input));
  input.sends = Sends::no;
  const auto said = hash_of(input);
  EXPECT_NE(plain, said);
  input.said = std::make_shared<const Entry>(Entry{.domain = input.domain, .organisation = "State Bank"});
  EXPECT_NE(said, hash_of(input));
}

}  // namespace
}  // namespace rampart::audit
