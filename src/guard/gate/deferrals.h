// Who has been put off since when, so that nobody is for ever (policy.h, kMostDeferral). In memory: a restart begins anew.
#pragma once

#include <deque>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/time.h"

namespace rampart::guard {

class Deferrals {
 public:
  static constexpr std::size_t kMost = 100'000;        // pairs that are remembered; beyond it the oldest go
  static constexpr std::chrono::hours kForgotten{24};  // after the first time

  // Since when messages from that sender to all of these are put off; nothing when to one of them they are not.
  std::optional<base::Time> since(std::string_view sender, std::span<const std::string> recipients,
                                  base::Time now);
  // One was, now.
  void note(std::string_view sender, std::span<const std::string> recipients, base::Time now);

 private:
  using Key = std::size_t;
  static Key key_of(std::string_view sender, std::string_view recipient);
  void forget(base::Time now);

  std::mutex mutex_;
  // Under it.
  std::unordered_map<Key, base::Time> since_;
  std::deque<Key> order_;  // of `since_`, the oldest first
};

}  // namespace rampart::guard
