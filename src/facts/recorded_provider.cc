#include "facts/recorded_provider.h"

namespace rampart::facts {
namespace {

std::optional<Fact> find(const Book& book, const DnsQuestion& question) {
  const auto* answer = book.find(question.name, question.type);
  return answer == nullptr ? std::nullopt : std::optional<Fact>(AnswerPtr(answer));
}

std::optional<Fact> find(const Book& book, const HttpsGet& question) {
  const auto* answer = book.find(question);
  return answer == nullptr ? std::nullopt : std::optional<Fact>(std::make_shared<const HttpAnswer>(*answer));
}

std::optional<Fact> find(const Book& book, const SmtpProbe& question) {
  const auto* answer = book.find(question);
  return answer == nullptr ? std::nullopt : std::optional<Fact>(std::make_shared<const SmtpAnswer>(*answer));
}

}  // namespace

void RecordedProvider::ask(std::vector<Question> questions, Deadline, Done done) {
  std::vector<Fact> facts;
  facts.reserve(questions.size());
  for (const auto& question : questions) {
    auto fact = std::visit([&](const auto& asked) { return find(*book_, asked); }, question);
    facts.push_back(fact ? std::move(*fact)
                         : unknown_fact(question, Why::outside, "not in the recorded facts", now_));
  }
  done(std::move(facts));
}

}  // namespace rampart::facts
