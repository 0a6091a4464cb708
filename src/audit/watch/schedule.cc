#include "audit/watch/schedule.h"

#include "crypto/digest.h"

namespace rampart::audit::watch {

using base::Time;
using std::chrono::seconds;

Schedule::Schedule(seconds interval) : interval_(std::max(interval, kLeast)) {}

seconds Schedule::place(const dns::Name& domain) const {
  const auto count = static_cast<std::uint64_t>(interval_.count());
  return seconds(static_cast<std::int64_t>(stable_hash(domain.wire()) % count));
}

Time Schedule::last_turn(const dns::Name& domain, Time now) const {
  const auto since = now.time_since_epoch() - place(domain);
  auto turns = since / interval_;
  if (since < seconds(0) && since % interval_ != seconds(0)) --turns;  // a clock before 1970 counts down
  return Time(place(domain) + turns * interval_);
}

Time Schedule::next_turn(const dns::Name& domain, Time now) const {
  return last_turn(domain, now) + interval_;
}

Time Schedule::due(const dns::Name& domain, std::optional<Time> last, Time now) const {
  if (!last || *last > now + interval_) return now;
  return next_turn(domain, std::min(*last, now));
}

std::uint64_t stable_hash(std::string_view text) {
  const auto digest = crypto::sha256(text);
  std::uint64_t out = 0;
  for (std::size_t i = 0; i < sizeof out && i < digest.size(); ++i)
    out = out << 8 | static_cast<unsigned char>(digest[i]);
  return out;
}

}  // namespace rampart::audit::watch
