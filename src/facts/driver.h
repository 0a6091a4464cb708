// The driver: run the decision; if it has questions, have the provider answer them all at once; run it again.
//
//   facts::drive<Report>([&](Facts& f) { return assess(input, f); }, provider, {},
//                        [](Driven<Report> result) { ... });
//
// With a provider that answers at once (zone, recorded) everything happens inside the call; with the live one
// the call returns and `done` runs from the event loop.
#pragma once

#include <chrono>
#include <memory>
#include <utility>

#include <fmt/format.h>

#include "facts/facts.h"
#include "facts/provider.h"

namespace rampart::facts {

struct DriveOptions {
  int max_rounds = 24;              // rounds of questions before the rest is unknown(budget)
  std::size_t max_questions = 500;  // per decision; so a hostile zone cannot make one domain cost more
  std::chrono::seconds time_limit{30};
  const Overlay* overlay = nullptr;  // must outlive the drive
  bool only_used =
      true;  // the result's book holds just what the last run asked; false: everything any run asked
  const Book* known = nullptr;  // answers that are there already and are not asked again; copied
};

template <class Decision>
struct Driven {
  Decision decision;
  std::shared_ptr<const Book> book;  // shared because verdicts keep views into it (see Facts)
  int rounds = 0;
  std::size_t questions = 0;
};

namespace detail {

template <class Decision, class F, class Done>
class Drive : public std::enable_shared_from_this<Drive<Decision, F, Done>> {  // lives as long as the
                                                                               // provider holds its callback
 public:
  Drive(F function, Provider& provider, DriveOptions options, Done done)
      : function_(std::move(function)),
        provider_(provider),
        options_(options),
        done_(std::move(done)),
        deadline_(std::chrono::steady_clock::now() + options.time_limit) {
    if (options.known != nullptr) book_ = *options.known;
  }

  void step() {
    auto used = std::make_shared<Book>();
    auto result =
        decide(function_, book_, options_.overlay, options_.only_used ? used.get() : nullptr, &parts_);
    if (result.index() == 0) return finish(std::get<0>(std::move(result)), std::move(used));
    auto questions = std::get<1>(std::move(result));
    if (rounds_ >= options_.max_rounds)
      return give_up(fmt::format("more than {} rounds of questions", options_.max_rounds));
    if (asked_ + questions.size() > options_.max_questions) {
      return give_up(fmt::format("more than {} questions for one domain", options_.max_questions));
    }
    if (std::chrono::steady_clock::now() >= deadline_) {
      return give_up(fmt::format("more than {} seconds for one domain", options_.time_limit.count()));
    }
    ++rounds_;
    asked_ += questions.size();
    provider_.ask(std::move(questions), deadline_,
                  [self = this->shared_from_this()](std::vector<Fact> facts) {
                    for (auto& fact : facts) self->book_.add(std::move(fact));
                    self->step();
                  });
  }

 private:
  // The last run: what is still open reads as unknown(budget), and is written into the book so that a replay
  // reads the same.
  void give_up(const std::string& detail) {
    Facts facts(book_, options_.overlay, &parts_);
    auto used = std::make_shared<Book>();
    if (options_.only_used) facts.note_used(used.get());
    facts.close(Why::budget, detail);
    auto decision = function_(facts);
    for (const auto& question : facts.open()) {
      auto fact = unknown_fact(question, Why::budget, detail);
      used->add(fact);
      book_.add(std::move(fact));
    }
    finish(std::move(decision), std::move(used));
  }

  void finish(Decision decision, std::shared_ptr<Book> used) {
    auto book = options_.only_used ? std::move(used) : std::make_shared<Book>(std::move(book_));
    done_(Driven<Decision>{std::move(decision), std::move(book), rounds_, asked_});
  }

  F function_;
  Provider& provider_;
  DriveOptions options_;
  Done done_;
  Deadline deadline_;
  Book book_;
  Parts parts_;
  int rounds_ = 0;
  std::size_t asked_ = 0;
};

}  // namespace detail

// Decisions must not hold views into the book they were made from (copy what is kept); `provider` must
// outlive the drive.
template <class Decision, class F, class Done>
void drive(F function, Provider& provider, const DriveOptions& options, Done done) {
  std::make_shared<detail::Drive<Decision, F, Done>>(std::move(function), provider, options, std::move(done))
      ->step();
}

}  // namespace rampart::facts
