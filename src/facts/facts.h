// Ask, answer, decide.
//
// A decision is a plain function that asks a Facts for what it needs:
//
//   Verdict judge(const Input& input, facts::Facts& facts) {
//     const facts::Answer& dmarc = facts.ask(*input.domain.prepend("_dmarc"), dns::RrType::txt);
//     const facts::Answer& mx = facts.ask(input.domain, dns::RrType::mx);      // asked in the same round
//     ...
//   }
//   facts::Step<Verdict> step = facts::decide([&](facts::Facts& f) { return judge(input, f); }, book);
//
// ask() is total: it never fails and never returns null. A question the book does not answer reads as the
// `open` answer and is noted; the function goes on as it would for unknown, so that a run collects every
// question it can, and decide() drops the decision of a run that met an open question. Only ordered
// evaluation (SPF terms, MX hosts, the tree walk) need look at open(): it remembers it and goes on to its
// siblings. No clock, no randomness, no unordered iteration inside a decision: `now` is an input.
#pragma once

#include <functional>
#include <type_traits>
#include <variant>
#include <vector>

#include "facts/book.h"

namespace rampart::facts {

class Facts;

// A proposed change laid over a book (see overlay.h). `base` answers without the overlay and may itself note
// questions.
class Overlay {
 public:
  virtual ~Overlay() = default;
  // The answer as it would be with the change, or null when the change does not touch it.
  virtual AnswerPtr answer(const dns::Name& name, dns::RrType type, Facts& base) const = 0;
};

class Facts {
 public:
  explicit Facts(const Book& book, const Overlay* overlay = nullptr) : book_(&book), overlay_(overlay) {}
  Facts(const Facts&) = delete;
  Facts& operator=(const Facts&) = delete;

  // Valid while this Facts and its book live.
  const Answer& ask(const dns::Name& name, dns::RrType type);
  const HttpAnswer& ask(const HttpsGet& question);
  const SmtpAnswer& ask(const SmtpProbe& question);

  // What the book could not answer, in the order asked, each once.
  [[nodiscard]] const std::vector<Question>& open() const { return open_; }

  // Whether the run is void already: a question is open. Only to leave out work that asks nothing, or that
  // costs more than the round it might save; never to decide anything.
  [[nodiscard]] bool pending() const { return !closed_ && !open_.empty(); }

  // Instead of `open`, an unanswered question reads as unknown(why): the last run of a driver whose budget is
  // spent. The questions are still noted in open(), so that the driver can write them into the book.
  void close(Why why, std::string_view detail);

  // Every answer handed out is noted in `used`, for evidence that holds just what the decision saw.
  void note_used(Book* used) { used_ = used; }

 private:
  const Answer& ask_book(const dns::Name& name, dns::RrType type);
  void note(Question question);

  const Book* book_;
  const Overlay* overlay_;
  bool inside_overlay_ = false;
  Book* used_ = nullptr;
  std::vector<Question> open_;
  std::vector<Fact> held_;  // answers made by the overlay or by close(), kept alive for the decision
  std::optional<std::pair<Why, std::string>> closed_;
};

using Questions = std::vector<Question>;

// A decision, or the questions it still needs answered. A variant and not an expected: open questions are no
// failure.
template <class Decision>
using Step = std::variant<Decision, Questions>;

// Runs `function(facts)`. The only place that looks at whether questions stayed open.
template <class F>
auto decide(F&& function, const Book& book, const Overlay* overlay = nullptr, Book* used = nullptr)
    -> Step<std::invoke_result_t<F&, Facts&>> {
  using S = Step<std::invoke_result_t<F&, Facts&>>;
  Facts facts(book, overlay);
  facts.note_used(used);
  auto decision = function(facts);
  if (!facts.open().empty()) return S(std::in_place_index<1>, facts.open());
  return S(std::in_place_index<0>, std::move(decision));
}

}  // namespace rampart::facts
