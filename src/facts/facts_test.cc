#include "facts/facts.h"

#include <gtest/gtest.h>

#include "facts/driver.h"

namespace rampart::facts {
namespace {

using dns::Name;
using dns::RrType;

AnswerPtr txt(const char* name, std::string_view text) {
  return AnswerBuilder(*Name::parse(name), RrType::txt).add_record(text, 300).set_server("test").build();
}

TEST(Answer, SortsItsRecordsAndKeepsWhatItWasTold) {
  const auto name = *Name::parse("d.example");
  const auto answer = AnswerBuilder(name, RrType::mx)
                          .add_alias(*Name::parse("real.example"))
                          .add_target(*Name::parse("b.example"), 60, 20)
                          .add_target(*Name::parse("c.example"), 60, 10)
                          .add_target(*Name::parse("b.example"), 60, 20)
                          .set_ttl(60)
                          .set_ad(true)
                          .set_server("127.0.0.1:53")
                          .build();
  ASSERT_EQ(answer->records().size(), 2U) << "an RRset is a set";
  EXPECT_EQ(answer->target(answer->records()[0]).text(), "c.example");
  EXPECT_EQ(answer->records()[1].preference, 20);
  EXPECT_EQ(answer->name(), name);
  EXPECT_EQ(answer->server(), "127.0.0.1:53");
  ASSERT_EQ(answer->aliases().size(), 1U);
  EXPECT_EQ(answer->aliases()[0].text(), "real.example");
  EXPECT_TRUE(answer->ad());
}

TEST(Answer, UnknownIsNeitherPresentNorAbsent) {
  const auto answer =
      Answer::make_unknown(*Name::parse("d.example"), RrType::txt, Why::servfail, "3 of 3 servers");
  EXPECT_FALSE(answer->present());
  EXPECT_FALSE(answer->absent());
  EXPECT_TRUE(answer->undetermined());
  EXPECT_EQ(answer->why(), Why::servfail);
  EXPECT_EQ(answer->detail(), "3 of 3 servers");
}

TEST(Book, FindsAndReplacesAndGrows) {
  Book book;
  for (int i = 0; i < 1000; ++i) book.add(txt(fmt::format("n{}.example", i).c_str(), std::to_string(i)));
  book.add(txt("n7.example", "seven"));
  EXPECT_EQ(book.size(), 1000U);
  const auto* seven = book.find(*Name::parse("N7.example"), RrType::txt);
  ASSERT_NE(seven, nullptr);
  EXPECT_EQ(seven->data(seven->records()[0]), "seven");
  EXPECT_EQ(book.find(*Name::parse("n7.example"), RrType::a), nullptr);
  EXPECT_EQ(book.sorted().size(), 1000U);
}

std::string two_steps(Facts& facts) {
  const auto& first = facts.ask(*Name::parse("a.example"), RrType::txt);
  const auto& beside = facts.ask(*Name::parse("b.example"), RrType::txt);
  if (!first.present()) return beside.unknown() ? "unknown" : "none";
  const auto next = *Name::parse(first.data(first.records()[0]));
  const auto& second = facts.ask(next, RrType::txt);
  return second.present() ? std::string(second.data(second.records()[0])) : "dangling";
}

TEST(Decide, ReturnsItsQuestionsThenItsDecision) {
  Book book;
  auto step = decide(two_steps, book);
  ASSERT_EQ(step.index(), 1U);
  EXPECT_EQ(std::get<1>(step).size(), 2U) << "asked together";
  book.add(txt("a.example", "c.example"));
  book.add(Answer::make_unknown(*Name::parse("b.example"), RrType::txt, Why::timeout));
  step = decide(two_steps, book);
  ASSERT_EQ(step.index(), 1U);
  EXPECT_EQ(to_text(std::get<1>(step)[0]), "TXT c.example");
  book.add(txt("c.example", "end"));
  step = decide(two_steps, book);
  ASSERT_EQ(step.index(), 0U);
  EXPECT_EQ(std::get<0>(step), "end");
}

class ChainProvider : public Provider {
 public:
  void ask(std::vector<Question> questions, Deadline, Done done) override {
    std::vector<Fact> facts;
    for (const auto& question : questions) {
      const auto& dns = std::get<DnsQuestion>(question);
      facts.push_back(txt(dns.name.text().c_str(), "x" + dns.name.text()));
      ++asked;
    }
    done(std::move(facts));
  }
  int asked = 0;
};

int endless(Facts& facts) {
  Name name = *Name::parse("x");
  int depth = 0;
  for (;; ++depth) {
    const auto& answer = facts.ask(name, RrType::txt);
    if (!answer.present()) return answer.why() == Why::budget ? depth : -1;
    name = *Name::parse(answer.data(answer.records()[0]));
  }
}

TEST(Drive, EndsWhatNeverEnds) {
  ChainProvider provider;
  int depth = 0;
  std::shared_ptr<const Book> book;
  drive<int>(endless, provider, {.max_rounds = 5}, [&](Driven<int> result) {
    depth = result.decision;
    book = result.book;
    EXPECT_EQ(result.rounds, 5);
  });
  EXPECT_EQ(depth, 5);
  EXPECT_EQ(provider.asked, 5);
  const auto again = decide(endless, *book);
  ASSERT_EQ(again.index(), 0U) << "the book says what ran out, so a replay decides the same";
  EXPECT_EQ(std::get<0>(again), 5);
}

TEST(Drive, TheBookHoldsJustWhatTheLastRunUsed) {
  ChainProvider provider;
  drive<int>(
      [](Facts& facts) {
        return facts.ask(*Name::parse("x"), RrType::txt).present()
                   ? 1
                   : (facts.ask(*Name::parse("y"), RrType::txt), 0);
      },
      provider, {},
      [&](Driven<int> result) {
        EXPECT_EQ(result.decision, 1);
        EXPECT_EQ(result.book->size(), 1U);
      });
  EXPECT_EQ(provider.asked, 2);
}

// Parts: counts how often each is made.
struct Left {
  std::string text;
};
struct Right {
  std::string text;
};
struct Counts {
  int left = 0;
  int right = 0;
};

std::string text_of(const Answer& answer) {
  return answer.present() ? std::string(answer.data(answer.records()[0]))
                          : std::string(to_string(answer.presence()));
}

// Right depends on Left, and asks for it itself.
std::string in_parts(Facts& facts, Counts& counts) {
  const auto look_left = [&]() -> const Left& {
    return facts.part<Left>([&] {
      ++counts.left;
      return Left{text_of(facts.ask(*Name::parse("a.example"), RrType::txt))};
    });
  };
  const auto& left = look_left();
  const auto& right = facts.part<Right>([&] {
    ++counts.right;
    const auto& below = look_left();
    if (facts.pending()) return Right{"void"};
    return Right{below.text + text_of(facts.ask(*Name::parse("b.example"), RrType::txt))};
  });
  return left.text + "/" + right.text;
}

TEST(Parts, AreMadeAgainOnlyWhileAQuestionIsOpen) {
  Counts counts;
  Book book;
  Parts parts;
  const auto run = [&] {
    return decide([&](Facts& facts) { return in_parts(facts, counts); }, book, nullptr, nullptr, &parts);
  };
  EXPECT_EQ(run().index(), 1U);
  EXPECT_EQ(counts.left, 1) << "once a run, though Right asks for it too";
  EXPECT_EQ(counts.right, 1);
  book.add(txt("a.example", "A"));
  EXPECT_EQ(run().index(), 1U);
  EXPECT_EQ(counts.left, 2);
  EXPECT_EQ(counts.right, 2) << "what it depends on was open";
  book.add(txt("b.example", "B"));
  const auto step = run();
  ASSERT_EQ(step.index(), 0U);
  EXPECT_EQ(std::get<0>(step), "A/AB");
  EXPECT_EQ(counts.left, 2) << "settled";
  EXPECT_EQ(counts.right, 3);
  EXPECT_EQ(std::get<0>(run()), "A/AB");
  EXPECT_EQ(counts.right, 3);
}

TEST(Parts, PendingSpeaksOfThePartAtHand) {
  Book book;
  book.add(txt("a.example", "A"));
  Parts parts;
  const auto step = decide(
      [](Facts& facts) {
        facts.ask(*Name::parse("open.example"), RrType::txt);
        EXPECT_TRUE(facts.pending());
        const auto& inside = facts.part<bool>([&] {
          facts.ask(*Name::parse("a.example"), RrType::txt);
          return facts.pending();
        });
        EXPECT_FALSE(inside) << "what others left open is not this part's";
        EXPECT_TRUE(facts.pending());
        return 0;
      },
      book, nullptr, nullptr, &parts);
  EXPECT_EQ(step.index(), 1U);
}

TEST(Parts, OfOneTypeAreToldApartByTheirIndex) {
  Book book;
  Facts facts(book);
  EXPECT_EQ(facts.part<int>(0, [] { return 1; }), 1);
  EXPECT_EQ(facts.part<int>(1, [] { return 2; }), 2);
  EXPECT_EQ(facts.part<int>(0, [] { return 3; }), 1);
}

// The evidence of a decision holds what its settled parts saw in earlier runs.
TEST(Parts, TheirAnswersAreUsedToo) {
  ChainProvider provider;
  int made = 0;
  drive<int>(
      [&](Facts& facts) {
        const auto& first = facts.part<std::string>([&] {
          ++made;
          return text_of(facts.ask(*Name::parse("x"), RrType::txt));
        });
        return first == "open" ? 0 : (facts.ask(*Name::parse("y"), RrType::txt), 1);
      },
      provider, {},
      [&](Driven<int> result) {
        EXPECT_EQ(result.decision, 1);
        EXPECT_EQ(result.book->size(), 2U);
      });
  EXPECT_EQ(made, 2) << "open, then settled";
}

}  // namespace
}  // namespace rampart::facts
