#include "server/api/hub.h"

#include <algorithm>
#include <array>

#include "crypto/ids.h"

namespace rampart::server::api {
namespace {

constexpr std::array<std::string_view, 5> kTopics{"mail", "job", "finding", "report", "session"};

}  // namespace

std::string_view to_string(Topic topic) { return kTopics.at(static_cast<std::size_t>(topic)); }

std::optional<Topic> parse_topic(std::string_view text) {
  const auto* const found = std::ranges::find(kTopics, text);
  if (found == kTopics.end()) return std::nullopt;
  return static_cast<Topic>(found - kTopics.begin());
}

bool may_see(const accounts::Principal& who, const Audience& audience) {
  if (!audience.account.empty() && audience.account == who.account) return true;
  if (!audience.account.empty() && audience.permission == accounts::Permission::self) return false;
  if (!who.may(audience.permission)) return false;
  if (audience.is_partial && who.scope.everything) return false;
  return who.scope.everything ||
         std::ranges::any_of(audience.organisations,
                             [&](const std::string& organisation) { return who.scope.covers(organisation); });
}

void Hub::publish(LiveEvent event) {
  if (event.id.empty()) event.id = crypto::new_id();
  const auto size = event.json.size();
  auto shared = std::make_shared<const LiveEvent>(std::move(event));
  // Wakes are called under the lock, so that none is called any more once unsubscribe() has returned; they only post.
  const std::lock_guard lock(mutex_);
  ring_.push_back(std::move(shared));
  bytes_ += size;
  while (ring_.size() > limits_.events || (bytes_ > limits_.bytes && ring_.size() > 1)) {
    bytes_ -= ring_.front()->json.size();
    ring_.pop_front();
    ++first_;
  }
  for (const auto& [number, wake] : wakes_) wake();
}

Hub::Some Hub::read(Place from, std::size_t most) const {
  const std::lock_guard lock(mutex_);
  Some out;
  if (from < first_) out.lost = first_ - from;
  const auto begin = std::max(from, first_);
  for (auto at = begin - first_; at < ring_.size() && out.events.size() < most; ++at)
    out.events.push_back(ring_[at]);
  out.next = begin + out.events.size();
  return out;
}

Hub::Place Hub::end() const {
  const std::lock_guard lock(mutex_);
  return first_ + ring_.size();
}

std::optional<Hub::Place> Hub::behind(std::string_view id) const {
  const std::lock_guard lock(mutex_);
  const auto found =
      std::ranges::find(ring_, id, [](const auto& one) -> std::string_view { return one->id; });
  if (found == ring_.end()) return std::nullopt;
  return first_ + static_cast<Place>(found - ring_.begin()) + 1;
}

Hub::Number Hub::subscribe(std::function<void()> wake) {
  const std::lock_guard lock(mutex_);
  wakes_.emplace(next_, std::move(wake));
  return next_++;
}

void Hub::unsubscribe(Number number) {
  const std::lock_guard lock(mutex_);
  wakes_.erase(number);
}

}  // namespace rampart::server::api
