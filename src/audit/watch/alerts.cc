#include "audit/watch/alerts.h"

#include <algorithm>
#include <set>

namespace rampart::audit::watch {
namespace {

using base::Time;
using std::chrono::seconds;

// How often a confirmation that does not come is tried before only the domain's own turns are left.
constexpr unsigned kMaxDoublings = 6;
constexpr unsigned kLooksWithoutSecond = 3;

struct View {
  Standing standing = Standing::absent;
  std::string value;
  friend bool operator==(const View&, const View&) = default;
};

View told_view(const Track& track) { return {track.told, track.value}; }
View view_of(const Track::Pending& pending) { return {pending.standing, pending.value}; }

// What an observation says of a thing.
View view(const Observation& seen, const Key& key) {
  const auto* item = seen.find(key.subject, key.name);
  if (key.subject == Subject::finding) {
    if (item != nullptr) return {Standing::present, {}};
    return {seen.can_say(key.name) ? Standing::absent : Standing::unknown, {}};
  }
  if (item == nullptr) return {Standing::unknown, {}};  // not asked this time
  return {item->standing, item->standing == Standing::present ? item->value : std::string()};
}

// A clock may have been set back since: what lies ahead counts as now.
void heal(Memory& memory, Time now) {
  for (auto& [key, track] : memory.tracks) {
    if (track.pending) track.pending->since = std::min(track.pending->since, now);
    for (auto& change : track.changes) change = std::min(change, now);
  }
}

class Decider {
 public:
  Decider(const Memory& memory, const Observation& seen, const Observation* second,
          const std::string& circumstances, const AlertOptions& options)
      : seen_(seen), second_(second), options_(options), now_(seen.at) {
    out_.memory = memory;
    same_circumstances_ = memory.circumstances == circumstances;
    out_.memory.circumstances = circumstances;
    out_.memory.grade = seen.grade;
    heal(out_.memory, now_);
  }

  Decision run() {
    if (!out_.memory.baseline) return baseline();
    track_what_is_new();
    for (auto& [key, track] : out_.memory.tracks) {
      if (key.subject == Subject::record) look(key, track);
    }
    // A record that may be missing takes findings with it: no other record's change explains those.
    const bool waiting = std::ranges::any_of(out_.memory.tracks, [](const auto& entry) {
      return entry.first.subject == Subject::record && entry.second.pending.has_value() &&
             !entry.second.flapping;
    });
    explained_ = record_told_ && !waiting;
    for (auto& [key, track] : out_.memory.tracks) {
      if (key.subject != Subject::record) look(key, track);
    }
    settle_unknowns();
    forget();
    if (!same_circumstances_) out_.memory.unsaid = seen_.undecided;
    std::erase_if(out_.memory.unsaid, [&](const std::string& start) {
      return std::ranges::find(seen_.undecided, start) == seen_.undecided.end();
    });
    return std::move(out_);
  }

  // What would be looked at with a second opinion.
  bool undecided_without_second() const { return wanted_; }

 private:
  Decision baseline() {
    out_.memory.baseline = true;
    for (const auto& item : seen_.items) adopt(item);
    out_.memory.unsaid = seen_.undecided;
    return std::move(out_);
  }

  // Takes a thing as it is, without a word.
  Track& adopt(const Observed& item) {
    auto& track = out_.memory.tracks[Key{item.subject, item.key}];
    track = {};
    track.told = item.standing;
    if (item.standing == Standing::present) track.value = item.value;
    describe(track, item);
    return track;
  }

  static void describe(Track& track, const Observed& item) {
    if (item.subject != Subject::finding) return;
    track.title = item.title;
    track.severity = item.severity;
    track.weakness = item.weakness;
    track.event = item.event;
  }

  void track_what_is_new() {
    for (const auto& item : seen_.items) {
      const Key key{item.subject, item.key};
      if (out_.memory.tracks.contains(key)) continue;
      // Known to have been absent, and nothing new is known.
      if (same_circumstances_ && item.standing == Standing::unknown) continue;
      if (is_news(item)) {
        out_.memory.tracks[key] = {};  // it was absent so far, and will be told of
      } else {
        adopt(item);
      }
    }
  }

  // A thing that was never seen: whether its absence was known before.
  bool is_news(const Observed& item) const {
    if (!same_circumstances_ || item.accepted) return false;
    if (item.subject == Subject::finding) {
      return std::ranges::none_of(out_.memory.unsaid,
                                  [&](const std::string& start) { return item.key.starts_with(start); });
    }
    return item.subject == Subject::record && item.always_asked;
  }

  void look(const Key& key, Track& track) {
    const auto now = view(seen_, key);
    const auto* item = seen_.find(key.subject, key.name);
    if (now.standing == Standing::unknown) {
      // A finding is a consequence: what could not be found out shows in the records and the examination.
      if (key.subject != Subject::finding && item != nullptr) count_unknown(key, track, *item);
      return;
    }
    known_again(key, track);
    if (track.told == Standing::unknown) {  // the first that is known of it
      track.told = now.standing;
      track.value = now.value;
      if (item != nullptr) describe(track, *item);
      return;
    }
    if (key.subject == Subject::finding && (!same_circumstances_ || (item != nullptr && item->accepted))) {
      track.pending.reset();
      track.told = now.standing;
      if (item != nullptr) describe(track, *item);
      return;
    }
    if (track.event && now.standing == Standing::absent) {  // over, and nothing is mended by it
      track.pending.reset();
      track.told = now.standing;
      return;
    }
    if (track.flapping) return watch_flapping(key, track, now);
    if (now == told_view(track)) {
      track.pending.reset();
      if (item != nullptr) describe(track, *item);
      return;
    }
    if (needs_confirmation(key, now) && !confirm(key, track, now)) return;
    tell(key, track, now);
  }

  bool needs_confirmation(const Key& key, const View& now) const {
    if (key.subject == Subject::finding) return !explained_;
    return now.standing == Standing::absent;
  }

  // Another resolver says the same: another, for the first may have been asked by both.
  bool second_agrees(const Key& key, const View& now) const {
    if (second_ == nullptr || view(*second_, key) != now) return false;
    const auto* one = seen_.find(key.subject, key.name);
    const auto* other = second_->find(key.subject, key.name);
    return one == nullptr || other == nullptr || one->server.empty() || one->server != other->server;
  }
  // Some findings only a resolver of a certain kind can judge (DNSSEC); the time must do for those.
  bool second_cannot_say(const Key& key) const {
    return key.subject == Subject::finding && second_ != nullptr &&
           view(*second_, key).standing == Standing::unknown;
  }

  // Whether this is the second time that it is seen so, long enough after the first, and another resolver
  // agrees. Otherwise it stays pending.
  bool confirm(const Key& key, Track& track, const View& now) {
    if (!track.pending || view_of(*track.pending) != now) {
      track.pending = Track::Pending{.standing = now.standing, .value = now.value, .since = now_};
      again_after(options_.confirm_after);
      return false;
    }
    const auto waited = now_ - track.pending->since;
    if (waited < options_.confirm_after) {
      again_after(options_.confirm_after - waited);
      return false;
    }
    wanted_ = true;
    if (second_agrees(key, now)) return true;
    if (second_cannot_say(key) && track.pending->looks >= kLooksWithoutSecond) return true;
    ++track.pending->looks;
    again_after(options_.confirm_after * (1U << std::min(track.pending->looks - 1, kMaxDoublings)));
    return false;
  }

  void again_after(seconds wait) {
    const auto at = now_ + std::max(wait, seconds(1));
    if (!out_.look_again || at < *out_.look_again) out_.look_again = at;
  }

  void tell(const Key& key, Track& track, const View& now) {
    std::erase_if(track.changes, [&](Time at) { return at <= now_ - options_.flap_window; });
    auto alert = make_alert(key, track, now);
    if (key.subject == Subject::record) record_told_ = true;
    if (track.changes.size() >= options_.max_changes) {
      alert.what = What::flapping;
      track.flapping = true;
      track.changes.clear();
      track.pending = Track::Pending{.standing = now.standing, .value = now.value, .since = now_};
    } else {
      track.changes.push_back(now_);
      track.pending.reset();
    }
    accept(key, track, now);
    alert.title = track.title;
    alert.severity = track.severity;
    alert.weakness = track.weakness;
    out_.alerts.push_back(std::move(alert));
  }

  Alert make_alert(const Key& key, const Track& track, const View& now) const {
    Alert alert;
    alert.subject = key.subject;
    alert.key = key.name;
    alert.before_standing = track.told;
    alert.after_standing = now.standing;
    alert.before = track.value;
    alert.after = now.value;
    alert.seen = track.pending && view_of(*track.pending) == now ? track.pending->since : now_;
    if (now.standing == Standing::absent) {
      alert.what = What::went;
    } else {
      alert.what = track.told == Standing::present ? What::changed : What::appeared;
    }
    return alert;
  }

  void accept(const Key& key, Track& track, const View& now) const {
    track.told = now.standing;
    track.value = now.value;
    if (const auto* item = seen_.find(key.subject, key.name)) describe(track, *item);
  }

  void watch_flapping(const Key& key, Track& track, const View& now) {
    if (!track.pending || view_of(*track.pending) != now) {
      track.pending = Track::Pending{.standing = now.standing, .value = now.value, .since = now_};
      return;
    }
    if (now_ - track.pending->since < options_.flap_window) return;
    if (now.standing == Standing::absent) {
      wanted_ = true;
      if (!second_agrees(key, now)) return;
    }
    auto alert = make_alert(key, track, now);
    alert.what = What::settled;
    track.flapping = false;
    track.pending.reset();
    track.changes.clear();
    if (key.subject == Subject::record) record_told_ = true;
    accept(key, track, now);
    alert.title = track.title;
    alert.severity = track.severity;
    alert.weakness = track.weakness;
    out_.alerts.push_back(std::move(alert));
  }

  void count_unknown(const Key& key, Track& track, const Observed& item) {
    // Of what was absent when it was last known nobody waits for news.
    if (track.told == Standing::absent) return;
    if (track.unknown_looks < options_.unknown_looks) ++track.unknown_looks;
    if (track.unknown_looks < options_.unknown_looks || track.unknown_told) {
      if (!track.unknown_told) again_after(options_.confirm_after);
      return;
    }
    Alert alert;
    alert.subject = key.subject;
    alert.key = key.name;
    alert.what = What::unexamined;
    alert.before_standing = track.told;
    alert.after_standing = Standing::unknown;
    alert.before = track.value;
    alert.why = item.why;
    alert.looks = track.unknown_looks;
    alert.seen = now_;
    unknowns_.push_back(std::move(alert));
  }

  void known_again(const Key& key, Track& track) {
    track.unknown_looks = 0;
    if (!std::exchange(track.unknown_told, false)) return;
    Alert alert;
    alert.subject = key.subject;
    alert.key = key.name;
    alert.what = What::examined_again;
    const auto now = view(seen_, key);
    alert.before_standing = Standing::unknown;
    alert.after_standing = now.standing;
    alert.after = now.value;
    alert.seen = now_;
    out_.alerts.push_back(std::move(alert));
  }

  // A domain that cannot be examined at all is said to be so, and not each of its records beside it.
  void settle_unknowns() {
    const auto examination = out_.memory.tracks.find(Key{Subject::examination, {}});
    const bool whole = examination != out_.memory.tracks.end() && examination->second.unknown_looks > 0;
    for (auto& alert : unknowns_) {
      if (whole && alert.subject == Subject::record) continue;
      out_.memory.tracks[Key{alert.subject, alert.key}].unknown_told = true;
      out_.alerts.push_back(std::move(alert));
    }
  }

  // Absent things need no track: that is how what is not tracked is taken to be. Of records that not every audit
  // asks for nothing is known once nobody leads to them.
  void forget() {
    std::erase_if(out_.memory.tracks, [&](const auto& entry) {
      const auto& [key, track] = entry;
      if (key.subject == Subject::examination || track.pending || track.flapping) return false;
      if (key.subject == Subject::record && seen_.find(key.subject, key.name) == nullptr && can_forget())
        return true;
      return track.told == Standing::absent && track.changes.empty();
    });
    for (auto& [key, track] : out_.memory.tracks)
      std::erase_if(track.changes, [&](Time at) { return at <= now_ - options_.flap_window; });
  }
  // A question that was not asked because another had no answer says nothing of its record.
  bool can_forget() const { return seen_.undecided.empty(); }

  const Observation& seen_;
  const Observation* second_;
  const AlertOptions& options_;
  Time now_;
  bool same_circumstances_ = true;
  bool record_told_ = false;
  bool explained_ = false;  // a record's change in this look explains what findings do
  bool wanted_ = false;
  std::vector<Alert> unknowns_;
  Decision out_;
};

}  // namespace

std::string_view to_string(What what) {
  switch (what) {
    case What::appeared:
      return "appeared";
    case What::changed:
      return "changed";
    case What::went:
      return "went";
    case What::unexamined:
      return "unexamined";
    case What::examined_again:
      return "examined-again";
    case What::flapping:
      return "flapping";
    case What::settled:
      break;
  }
  return "settled";
}

bool wants_second(const Memory& memory, const Observation& seen, const std::string& circumstances,
                  const AlertOptions& options) {
  Decider decider(memory, seen, nullptr, circumstances, options);
  (void)decider.run();
  return decider.undecided_without_second();
}

Decision decide(const Memory& memory, const Observation& seen, const Observation* second,
                const std::string& circumstances, const AlertOptions& options) {
  return Decider(memory, seen, second, circumstances, options).run();
}

}  // namespace rampart::audit::watch
