// Answers from a recorded fact book: an audit of what was, decided again.
#pragma once

#include <memory>

#include "facts/provider.h"

namespace rampart::facts {

// Answers before ask() returns. A question that the book does not hold is unknown(outside). Any number of
// threads may ask at once.
class RecordedProvider : public Provider {
 public:
  // `now` is the recording's (BookHeader::now): when "not in the recorded facts" was found. The book is
  // shared with the reports that quote it.
  RecordedProvider(std::shared_ptr<const Book> book, base::Time now) : book_(std::move(book)), now_(now) {}

  void ask(std::vector<Question> questions, Deadline deadline, Done done) override;

 private:
  std::shared_ptr<const Book> book_;
  base::Time now_;
};

}  // namespace rampart::facts
