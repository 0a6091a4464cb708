#include "audit/runner.h"

#include <deque>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rampart::audit {
namespace {

using facts::Fact;
using facts::Question;
using testing::HasSubstr;

// Two rounds: the domain's TXT, and then that of a name below. The sentence tells what came.
DomainReport two_rounds(const Input& input, facts::Facts& facts) {
  DomainReport report;
  report.domain = input.domain;
  const auto& first = facts.ask(input.domain, dns::RrType::txt);
  if (!first.open())
    report.sentence =
        std::string(to_string(facts.ask(*input.domain.prepend("a"), dns::RrType::txt).presence()));
  return report;
}

Fact answer(const Question& question) {
  const auto& dns = std::get<facts::DnsQuestion>(question);
  return facts::AnswerBuilder(dns.name, dns.type).set_presence(facts::Presence::no_data).build();
}

std::vector<Fact> answers(const std::vector<Question>& questions) {
  std::vector<Fact> out;
  for (const auto& question : questions) out.push_back(answer(question));
  return out;
}

class AtOnce : public facts::Provider {
 public:
  void ask(std::vector<Question> questions, facts::Deadline, Done done) override { done(answers(questions)); }
};

// Keeps what it is asked and answers it in an order that the test chooses.
class Later : public facts::Provider {
 public:
  void ask(std::vector<Question> questions, facts::Deadline, Done done) override {
    waiting.push_back({std::move(questions), std::move(done)});
    most = std::max(most, waiting.size());
  }
  bool answer_one(std::size_t index) {
    if (waiting.empty()) return false;
    auto [questions, done] = std::move(waiting[index]);
    waiting.erase(waiting.begin() + static_cast<std::ptrdiff_t>(index));
    done(answers(questions));
    return true;
  }

  std::deque<std::pair<std::vector<Question>, Done>> waiting;
  std::size_t most = 0;
};

class RunnerTest : public testing::Test {
 protected:
  Runner::Source count_to(std::size_t count) {
    return [this, count]() -> base::Result<std::optional<Input>> {
      if (given_ == count) return std::optional<Input>();
      Input input;
      input.domain = *dns::Name::try_parse(fmt::format("d{}.example", given_++));
      return std::optional(std::move(input));
    };
  }
  Runner::Output collect() {
    return [this](const Input& input, DomainReport&& report, const facts::Book& book) -> base::Result<> {
      EXPECT_EQ(report.domain, input.domain);
      EXPECT_EQ(report.domain.text(), fmt::format("d{}.example", written_++)) << "input order";
      EXPECT_EQ(report.sentence, "no_data");
      EXPECT_EQ(book.size(), 2U);
      EXPECT_EQ(report.questions, 2U);
      return {};
    };
  }

  std::size_t given_ = 0;
  std::size_t written_ = 0;
};

TEST_F(RunnerTest, AtOnce) {
  AtOnce provider;
  Runner runner({.in_flight = 10}, provider, count_to(10'000), collect(), two_rounds);
  ASSERT_TRUE(runner.run());
  EXPECT_EQ(written_, 10'000U);
}

TEST_F(RunnerTest, OutOfOrderComesOutInOrder) {
  Later provider;
  Runner runner({.in_flight = 50}, provider, count_to(2'000), collect(), two_rounds);
  std::size_t turn = 0;
  ASSERT_TRUE(runner.run([&] {
    return !provider.waiting.empty() && provider.answer_one((turn += 7919) % provider.waiting.size());
  }));
  EXPECT_EQ(written_, 2'000U);
  EXPECT_EQ(provider.most, 50U);
}

// The first domain never gets its answer until nothing else is left to do.
TEST_F(RunnerTest, ASlowDomainBoundsWhatWaitsBehindIt) {
  Later provider;
  Runner runner({.in_flight = 20}, provider, count_to(20'000), collect(), two_rounds);
  std::size_t most = 0;
  ASSERT_TRUE(runner.run([&] {
    most = std::max(most, runner.begun() - runner.written());
    return provider.answer_one(provider.waiting.size() > 1 ? 1 : 0);
  }));
  EXPECT_EQ(written_, 20'000U);
  EXPECT_EQ(most, Runner::kMaxWindow);
}

TEST_F(RunnerTest, StopFinishesWhatIsUnderWay) {
  Later provider;
  Runner runner({.in_flight = 20}, provider, count_to(1'000), collect(), two_rounds);
  ASSERT_TRUE(runner.run([&] {
    if (runner.done() >= 100) runner.stop();
    return provider.answer_one(0);
  }));
  EXPECT_GE(written_, 100U);
  EXPECT_LE(written_, 140U);
  EXPECT_EQ(written_, runner.begun());
}

TEST_F(RunnerTest, ErrorsEndIt) {
  AtOnce provider;
  Runner full(
      {}, provider, count_to(10),
      [](const Input&, DomainReport&&, const facts::Book&) -> base::Result<> {
        return base::fail(base::ErrorKind::io, "disk full");
      },
      two_rounds);
  EXPECT_EQ(full.run().error().what, "disk full");
  Runner unread(
      {}, provider,
      [] { return base::Result<std::optional<Input>>(base::fail(base::ErrorKind::io, "gone")); }, collect(),
      two_rounds);
  EXPECT_EQ(unread.run().error().what, "gone");
}

TEST_F(RunnerTest, AProviderThatNeverAnswersIsAFault) {
  Later provider;
  {
    Runner runner({.in_flight = 3}, provider, count_to(10), collect(), two_rounds);
    const auto result = runner.run([] { return false; });
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, base::ErrorKind::internal);
    EXPECT_THAT(result.error().what, HasSubstr("3 domains"));
  }
  while (provider.answer_one(0)) {
  }  // answers that come when the runner is gone find nobody
  EXPECT_EQ(written_, 0U);
}

}  // namespace
}  // namespace rampart::audit
