#include "audit/runner.h"

namespace rampart::audit {

base::Result<> Runner::run(const Wait& wait) {
  for (;;) {
    TRY(fill());
    TRY(write_ready());
    if (window_.empty()) {
      if (exhausted_ || stopped_) return {};
      continue;
    }
    if (window_.front().ready) continue;
    if (!wait || !wait()) {
      return base::fail(base::ErrorKind::internal,
                        fmt::format("{} domains stayed without an answer", begun_ - done_));
    }
  }
}

base::Result<> Runner::fill() {
  while (!exhausted_ && !stopped_ && begun_ - done_ < options_.in_flight && window_.size() < kMaxWindow) {
    auto input = TRY(source_());
    if (!input) {
      exhausted_ = true;
      break;
    }
    begin(std::move(*input));
    // A provider that answers at once: nothing need wait for its turn.
    if (window_.front().ready) TRY(write_ready());
  }
  return {};
}

void Runner::begin(Input input) {
  const auto number = begun_++;
  // The driver runs the decision again after each round; the input is shared by these runs.
  auto shared = std::make_shared<const Input>(std::move(input));
  window_.push_back({.input = shared});
  auto drive = options_.drive;
  drive.only_used = false;  // a replay must meet the same questions on the way, not only at the end
  facts::drive<DomainReport>(
      [decide = decide_, shared](facts::Facts& facts) { return (*decide)(*shared, facts); }, *provider_,
      drive,
      [self = std::weak_ptr(self_), number](facts::Driven<DomainReport> driven) {
        if (const auto runner = self.lock()) (*runner)->finish(number, std::move(driven));
      });
}

void Runner::finish(std::size_t number, facts::Driven<DomainReport> driven) {
  auto& slot = window_[number - written_];
  slot.ready = true;
  slot.report = std::move(driven.decision);
  slot.report.questions = driven.book->size();
  slot.book = std::move(driven.book);
  ++done_;
}

base::Result<> Runner::write_ready() {
  while (!window_.empty() && window_.front().ready) {
    auto slot = std::move(window_.front());
    window_.pop_front();
    ++written_;
    TRY(output_(*slot.input, std::move(slot.report), *slot.book));
  }
  return {};
}

}  // namespace rampart::audit
