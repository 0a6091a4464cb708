#include "guard/events/feed.h"

#include <algorithm>

#include <boost/json.hpp>

#include "base/json.h"
#include "base/text.h"
#include "mail/domain_part.h"

namespace rampart::guard {
namespace {

namespace json = boost::json;

const json::array& array_of(const json::object& object, std::string_view name) {
  static const json::array kNone;
  const auto* const value = object.if_contains(name);
  return value != nullptr && value->is_array() ? value->get_array() : kNone;
}

void add_codes(std::vector<std::string>& out, const json::object& object) {
  for (const auto& cause : array_of(object, "causes"))
    if (cause.is_object()) out.push_back(base::text_member(cause.get_object(), "code"));
}

}  // namespace

ToldEvent told(const Event& event, std::string json) {
  ToldEvent out{.id = event.id,
                .at = event.at,
                .answered = std::string(to_string(event.answered)),
                .recipients = {},
                .causes = {},
                .json = std::move(json)};
  for (const auto& recipient : event.recipients) out.recipients.push_back(base::lower(recipient));
  for (const auto& cause : event.causes) out.causes.push_back(cause.code);
  for (const auto& outcome : event.outcomes)
    for (const auto& cause : outcome.causes) out.causes.push_back(cause.code);
  return out;
}

base::Result<ToldEvent> read_told(std::string text) {
  const auto value = TRY(base::parse_json(text, "an event"));
  if (!value.is_object()) return base::fail(base::ErrorKind::input, "is no event");
  const auto& object = value.get_object();
  ToldEvent out{.id = base::text_member(object, "id"),
                .at = {},
                .answered = base::text_member(object, "answered"),
                .recipients = {},
                .causes = {},
                .json = std::move(text)};
  for (const auto& recipient : array_of(object, "recipients"))
    if (recipient.is_string())
      out.recipients.push_back(base::lower(std::string_view(recipient.get_string())));
  add_codes(out.causes, object);
  for (const auto& outcome : array_of(object, "outcomes"))
    if (outcome.is_object()) add_codes(out.causes, outcome.get_object());
  return out;
}

bool passes(const FeedFilter& filter, const ToldEvent& event) {
  const auto is_to = [&](const std::string& recipient) {
    return filter.to.starts_with('@') ? mail::domain_part(recipient) == std::string_view(filter.to).substr(1)
                                      : recipient == filter.to;
  };
  return (filter.answered.empty() || filter.answered == event.answered) &&
         (filter.to.empty() || std::ranges::any_of(event.recipients, is_to)) &&
         (filter.cause.empty() || std::ranges::find(event.causes, filter.cause) != event.causes.end());
}

void EventFeed::push(ToldEvent event) {
  const auto size = event.json.size();
  auto shared = std::make_shared<const ToldEvent>(std::move(event));
  {
    const std::lock_guard lock(mutex_);
    ring_.push_back(std::move(shared));
    bytes_ += size;
    while (ring_.size() > limits_.events || (bytes_ > limits_.bytes && ring_.size() > 1)) {
      bytes_ -= ring_.front()->json.size();
      ring_.pop_front();
      ++first_;
    }
  }
  if (armed_.exchange(false) && wake_) wake_();
}

EventFeed::Some EventFeed::read(Place from, std::size_t most) const {
  const std::lock_guard lock(mutex_);
  Some out;
  if (from < first_) out.lost = first_ - from;
  const auto begin = std::max(from, first_);
  for (auto at = begin - first_; at < ring_.size() && out.events.size() < most; ++at)
    out.events.push_back(ring_[at]);
  out.next = begin + out.events.size();
  return out;
}

EventFeed::Place EventFeed::begin() const {
  const std::lock_guard lock(mutex_);
  return first_;
}

EventFeed::Place EventFeed::end() const {
  const std::lock_guard lock(mutex_);
  return first_ + ring_.size();
}

std::optional<EventFeed::Place> EventFeed::behind(std::string_view id) const {
  const std::lock_guard lock(mutex_);
  const auto found =
      std::ranges::find(ring_, id, [](const auto& one) -> std::string_view { return one->id; });
  if (found == ring_.end()) return std::nullopt;
  return first_ + static_cast<Place>(found - ring_.begin()) + 1;
}

}  // namespace rampart::guard
