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
    return [this](Finished&& domain) -> base::Result<> {
      EXPECT_EQ(domain.digest.line.domain, domain.input->domain);
      EXPECT_EQ(domain.input->domain.text(), fmt::format("d{}.example", written_++)) << "input order";
      EXPECT_EQ(domain.digest.questions, 2U);
      if (domain.text) {
        EXPECT_EQ(*domain.text, text_of(domain.input->domain));
        return {};
      }
      EXPECT_EQ(domain.report.domain, domain.input->domain);
      EXPECT_EQ(domain.report.sentence, "no_data");
      if (domain.book) EXPECT_EQ(domain.book->size(), 2U);
      return {};
    };
  }
  static std::string text_of(const dns::Name& name) { return name.text() + std::string(3000, '.'); }
  static RunnerOptions options(std::size_t in_flight) {
    RunnerOptions options;
    options.in_flight = in_flight;
    options.keep_books = true;
    return options;
  }
  static RunnerOptions as_text(std::size_t in_flight) {
    RunnerOptions options;
    options.in_flight = in_flight;
    options.render = [](const DomainReport& report) { return text_of(report.domain); };
    return options;
  }

  std::size_t given_ = 0;
  std::size_t written_ = 0;
};

TEST_F(RunnerTest, AtOnce) {
  AtOnce provider;
  Runner runner(options(10), {{&provider, nullptr}}, count_to(10'000), collect(), two_rounds);
  ASSERT_TRUE(runner.run());
  EXPECT_EQ(written_, 10'000U);
}

TEST_F(RunnerTest, OutOfOrderComesOutInOrder) {
  Later provider;
  std::size_t turn = 0;
  const auto wait = [&] {
    return !provider.waiting.empty() && provider.answer_one((turn += 7919) % provider.waiting.size());
  };
  Runner runner(options(50), {{&provider, wait}}, count_to(2'000), collect(), two_rounds);
  ASSERT_TRUE(runner.run());
  EXPECT_EQ(written_, 2'000U);
  EXPECT_EQ(provider.most, 50U);
}

// The first domain never gets its answer until nothing else is left to do.
TEST_F(RunnerTest, ASlowDomainBoundsWhatWaitsBehindIt) {
  for (const bool text : {false, true}) {
    Later provider;
    Runner* running = nullptr;
    std::size_t most = 0;
    const auto wait = [&] {
      most = std::max(most, running->begun() - running->written());
      return provider.answer_one(provider.waiting.size() > 1 ? 1 : 0);
    };
    Runner runner(text ? as_text(20) : options(20), {{&provider, wait}}, count_to(50'000), collect(),
                  two_rounds);
    running = &runner;
    given_ = written_ = 0;
    ASSERT_TRUE(runner.run());
    EXPECT_EQ(written_, 50'000U);
    const auto window = text ? Runner::kMaxTextWindow : Runner::kMaxWindow;
    EXPECT_LE(most, window);
    EXPECT_GE(most, window - 20);  // the rest was read, but not begun
  }
}

// Answers from threads of its own event loops, in an order that nobody knows.
TEST_F(RunnerTest, SeveralLanesComeOutInOrder) {
  for (const bool text : {false, true}) {
    std::array<Later, 3> providers;
    std::vector<Lane> lanes;
    for (auto& provider : providers) {
      lanes.push_back({&provider, [&provider, turn = std::size_t{0}]() mutable {
                         return !provider.waiting.empty() &&
                                provider.answer_one((turn += 7919) % provider.waiting.size());
                       }});
    }
    given_ = written_ = 0;
    Runner runner(text ? as_text(60) : options(60), lanes, count_to(20'000), collect(), two_rounds);
    ASSERT_TRUE(runner.run());
    EXPECT_EQ(written_, 20'000U);
    for (const auto& provider : providers) EXPECT_LE(provider.most, 20U);
  }
}

TEST_F(RunnerTest, SeveralLanesAtOnce) {
  AtOnce provider;
  Runner runner(as_text(30), {{&provider, nullptr}, {&provider, nullptr}}, count_to(20'000), collect(),
                two_rounds);
  ASSERT_TRUE(runner.run());
  EXPECT_EQ(written_, 20'000U);
}

TEST_F(RunnerTest, SeveralLanesEndWithAnError) {
  std::array<AtOnce, 2> providers;
  const std::vector<Lane> lanes{{&providers[0], nullptr}, {&providers[1], nullptr}};
  Runner full(
      options(10), lanes, count_to(1'000),
      [](Finished&&) -> base::Result<> { return base::fail(base::ErrorKind::io, "disk full"); }, two_rounds);
  EXPECT_EQ(full.run().error().what, "disk full");
  given_ = 0;
  std::array<Later, 2> silent;
  const std::vector<Lane> dead{{&silent[0], [] { return false; }}, {&silent[1], [] { return false; }}};
  Runner stuck(options(4), dead, count_to(10), collect(), two_rounds);
  EXPECT_EQ(stuck.run().error().kind, base::ErrorKind::internal);
}

// No more at a time than was asked for, however many lanes there are.
TEST_F(RunnerTest, LanesShareWhatMayBeInFlight) {
  for (const std::size_t in_flight : {1U, 3U, 10U}) {
    std::array<Later, 4> providers;
    std::vector<Lane> lanes;
    for (auto& provider : providers) lanes.push_back({&provider, [&] { return provider.answer_one(0); }});
    given_ = written_ = 0;
    Runner runner(options(in_flight), lanes, count_to(200), collect(), two_rounds);
    ASSERT_TRUE(runner.run());
    EXPECT_EQ(written_, 200U);
    std::size_t most = 0;
    for (const auto& provider : providers) most += provider.most;
    EXPECT_LE(most, in_flight);
  }
}

// A list through a pipe: what was read is written before more comes.
TEST_F(RunnerTest, WhatWasReadIsNotHeldUpByWhatIsStillToCome) {
  for (const std::size_t lanes : {1U, 2U}) {
    AtOnce provider;
    given_ = written_ = 0;
    auto one_by_one = options(50);
    one_by_one.source_ready = [] { return false; };
    const auto source = [&, next = count_to(20)]() {
      EXPECT_EQ(written_, given_);
      return next();
    };
    Runner runner(one_by_one, std::vector<Lane>(lanes, {&provider, nullptr}), source, collect(), two_rounds);
    ASSERT_TRUE(runner.run());
    EXPECT_EQ(written_, 20U);
  }
}

TEST_F(RunnerTest, AFaultInALaneEndsTheRun) {
  AtOnce provider;
  const std::vector<Lane> lanes{{&provider, nullptr}, {&provider, nullptr}};
  Runner runner(options(4), lanes, count_to(10), collect(), [](const Input&, facts::Facts&) -> DomainReport {
    throw std::runtime_error("no memory left");
  });
  const auto result = runner.run();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().what, "no memory left");
}

TEST_F(RunnerTest, ErrorsEndIt) {
  AtOnce provider;
  Runner full(
      {}, {{&provider, nullptr}}, count_to(10),
      [](Finished&&) -> base::Result<> { return base::fail(base::ErrorKind::io, "disk full"); }, two_rounds);
  EXPECT_EQ(full.run().error().what, "disk full");
  Runner unread(
      {}, {{&provider, nullptr}},
      [] { return base::Result<std::optional<Input>>(base::fail(base::ErrorKind::io, "gone")); }, collect(),
      two_rounds);
  EXPECT_EQ(unread.run().error().what, "gone");
}

TEST_F(RunnerTest, AProviderThatNeverAnswersIsAFault) {
  Later provider;
  {
    Runner runner(options(3), {{&provider, [] { return false; }}}, count_to(10), collect(), two_rounds);
    const auto result = runner.run();
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
