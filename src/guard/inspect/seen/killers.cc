#include "guard/inspect/seen/killers.h"

namespace rampart::guard {

void Killers::note(std::string hash, base::Time now) {
  while (!order_.empty() && (order_.size() == kMaxKillers || now - since_[order_.front()] >= kKillerAge)) {
    since_.erase(order_.front());
    order_.pop_front();
  }
  if (since_.emplace(hash, now).second) order_.push_back(std::move(hash));
}

bool Killers::knows(std::string_view hash, base::Time now) const {
  const auto found = since_.find(std::string(hash));
  return found != since_.end() && now - found->second < kKillerAge;
}

}  // namespace rampart::guard
