#include "guard/gate/deferrals.h"

#include <algorithm>

#include "base/text.h"

namespace rampart::guard {

Deferrals::Key Deferrals::key_of(std::string_view sender, std::string_view recipient) {
  auto text = base::lower(sender);
  text += '\0';
  return std::hash<std::string>()(text + base::lower(recipient));
}

void Deferrals::forget(base::Time now) {
  while (!order_.empty()) {
    const auto oldest = since_.find(order_.front());
    if (since_.size() <= kMost && now - oldest->second < kForgotten) return;
    since_.erase(oldest);
    order_.pop_front();
  }
}

std::optional<base::Time> Deferrals::since(std::string_view sender, std::span<const std::string> recipients,
                                           base::Time now) {
  const std::lock_guard lock(mutex_);
  if (since_.empty()) return std::nullopt;
  forget(now);
  std::optional<base::Time> newest;
  for (const auto& recipient : recipients) {
    const auto found = since_.find(key_of(sender, recipient));
    if (found == since_.end()) return std::nullopt;
    newest = std::max(newest.value_or(found->second), found->second);
  }
  return newest;
}

void Deferrals::note(std::string_view sender, std::span<const std::string> recipients, base::Time now) {
  const std::lock_guard lock(mutex_);
  for (const auto& recipient : recipients) {
    const auto key = key_of(sender, recipient);
    if (since_.emplace(key, now).second) order_.push_back(key);
    forget(now);
  }
}

}  // namespace rampart::guard
