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
//
// A decision of several parts names them, so that a later run does not do again what is settled:
//
//   const auto& spf = facts.part<SpfPicture>([&] { return look_spf(domain, facts); });
//
// A book only grows, so a part that met no open question comes out the same in every later run. What a part
// depends on it asks for itself, other parts included: then it counts as open for as long as they do.
#pragma once

#include <functional>
#include <memory>
#include <type_traits>
#include <utility>
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

// What the runs of one decision over one growing book have in common: the parts that are settled, and the
// answers that an overlay made. One belongs to one drive.
class Parts {
 private:
  friend class Facts;
  struct Part {
    const void* type;
    unsigned index;
    unsigned run;                       // the run that made it
    std::size_t open;                   // open reads it met; 0: settled for good
    std::shared_ptr<const void> value;  // type-erased, and its address must not change
    std::shared_ptr<Book> used;         // the answers behind it, where a Facts notes them; may be null
  };
  std::vector<Part> parts_;
  std::vector<Fact> held_;  // made by the overlay or by close(), kept alive for the decision
  unsigned run_ = 0;
};

class Facts {
 public:
  explicit Facts(const Book& book, const Overlay* overlay = nullptr, Parts* parts = nullptr)
      : book_(&book), overlay_(overlay), parts_(parts != nullptr ? parts : &own_parts_) {
    ++parts_->run_;
  }
  Facts(const Facts&) = delete;
  Facts& operator=(const Facts&) = delete;

  // Valid while this Facts and its book live.
  const Answer& ask(const dns::Name& name, dns::RrType type);
  const HttpAnswer& ask(const HttpsGet& question);
  const SmtpAnswer& ask(const SmtpProbe& question);

  // What the book could not answer, in the order asked, each once.
  [[nodiscard]] const std::vector<Question>& open() const { return open_; }

  // Whether the run, or the part() at hand, is void already: it met an open question. Only to leave out work
  // that asks nothing, or that costs more than the round it might save; never to decide anything.
  [[nodiscard]] bool pending() const { return open_reads_ != part_began_; }

  // The result of `function`, run at most once in each run and never again once it met no open question. Parts
  // are told apart by their type and `index`. Valid while this Facts and its Parts live.
  template <class T, class F>
  const T& part(unsigned index, F&& function);
  template <class T, class F>
  const T& part(F&& function) {
    return part<T>(0, std::forward<F>(function));
  }

  // Instead of `open`, an unanswered question reads as unknown(why): the last run of a driver whose budget is
  // spent. The questions are still noted in open(), so that the driver can write them into the book.
  void close(Why why, std::string_view detail);

  // Every answer handed out is noted in `used`, for evidence that holds just what the decision saw.
  void note_used(Book* used) { used_ = used; }

 private:
  template <class T>
  static constexpr char kTypeKey = 0;  // its address stands for the type

  const Answer& ask_book(const dns::Name& name, dns::RrType type);
  void note(Question question);
  [[nodiscard]] const Parts::Part* find_part(const void* type, unsigned index) const;
  void keep_part(Parts::Part part);

  const Book* book_;
  const Overlay* overlay_;
  Parts own_parts_;
  Parts* parts_;
  bool inside_overlay_ = false;
  Book* used_ = nullptr;
  std::vector<Question> open_;
  std::size_t open_reads_ = 0;  // how often ask() returned an open answer
  std::size_t part_began_ = 0;  // open_reads_ when the part at hand began
  std::optional<std::pair<Why, std::string>> closed_;
};

template <class T, class F>
const T& Facts::part(unsigned index, F&& function) {
  if (const auto* known = find_part(&kTypeKey<T>, index)) {
    open_reads_ += known->open;
    if (used_ != nullptr && known->used) used_->merge(*known->used);
    return *static_cast<const T*>(known->value.get());
  }
  const auto began = std::exchange(part_began_, open_reads_);
  const auto before = open_reads_;
  auto* const used = used_;
  const auto own_used = used != nullptr ? std::make_shared<Book>() : nullptr;
  used_ = own_used.get();
  auto value = std::make_shared<const T>(function());
  used_ = used;
  part_began_ = began;
  if (used != nullptr) used->merge(*own_used);
  keep_part({&kTypeKey<T>, index, parts_->run_, open_reads_ - before, value, own_used});
  return *value;
}

using Questions = std::vector<Question>;

// A decision, or the questions it still needs answered. A variant and not an expected: open questions are no
// failure.
template <class Decision>
using Step = std::variant<Decision, Questions>;

// Runs `function(facts)`. The only place that looks at whether questions stayed open.
template <class F>
auto decide(F&& function, const Book& book, const Overlay* overlay = nullptr, Book* used = nullptr,
            Parts* parts = nullptr) -> Step<std::invoke_result_t<F&, Facts&>> {
  using S = Step<std::invoke_result_t<F&, Facts&>>;
  Facts facts(book, overlay, parts);
  facts.note_used(used);
  auto decision = function(facts);
  if (!facts.open().empty()) return S(std::in_place_index<1>, facts.open());
  return S(std::in_place_index<0>, std::move(decision));
}

}  // namespace rampart::facts
