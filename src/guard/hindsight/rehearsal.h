// What switches of enforcement (guard.enforce) would have done to the mail of the past, by source, before they are thrown. Pure.
//
//   Rehearsal rehearsal({rule});
//   for (const auto& event : events) rehearsal.add(event);
//   rehearsal.text({…})
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "guard/hindsight/past.h"

namespace rampart::guard {

class Rehearsal {
 public:
  // None: all that the policy asks for is done.
  explicit Rehearsal(std::vector<Enforcement> rules) : rules_(std::move(rules)) {}

  void add(const PastEvent& event);
  void add_damaged() { ++damaged_; }

  struct View {
    std::string_view since;  // for people: "7d"
    base::Time now{};
    std::size_t rows = 20;
  };
  [[nodiscard]] std::string text(const View& view) const;
  [[nodiscard]] std::string json(const View& view) const;  // schema "rampart.rehearsal/1"

 private:
  struct Count {
    std::size_t messages = 0;
    std::map<Action, std::size_t> actions;
    std::map<std::string, std::size_t> because;  // messages by their codes of causes, at most kMaxBecause
    base::Time last{};
    std::string last_id;  // the queue id, or ours
    std::string client;   // empty once there were several
  };
  static constexpr std::size_t kMaxBecause = 10;
  using Because = std::vector<std::pair<std::string, std::size_t>>;
  static Because because(const Count& count);  // the most frequent first
  using Ranked = std::vector<std::pair<const Source*, const Count*>>;
  [[nodiscard]] Ranked ranked() const;
  [[nodiscard]] std::size_t count(Action action) const;
  static std::size_t count(const std::map<Action, std::size_t>& actions, Action action);

  std::vector<Enforcement> rules_;
  std::map<Source, Count> rows_;
  std::map<Action, std::size_t> actions_;
  std::size_t seen_ = 0;     // from outside
  std::size_t apart_ = 0;    // of sources that there was no room to tell apart
  std::size_t undrawn_ = 0;  // counted as if every percentage covered them
  std::size_t damaged_ = 0;
};

// The line of guard.overrides that lets mail of this source through: a quarter of a year, and words to be replaced. Empty where neither
// author nor network says whose mail that is.
std::string exception_for(const Source& source, std::string_view client, base::Time now);

}  // namespace rampart::guard
