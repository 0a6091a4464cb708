// What the guard has done of late, added up from its events: how many messages, how fast, with what outcome and why.
//
//   Tally tally;
//   for (const auto& event : TRY(store.since(now - window, kMostTallied))) tally.add(event);
//   tally.forget(now - window);
//   out = tally.text({.now = now, .window = window});
#pragma once

#include <array>
#include <chrono>
#include <map>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "guard/gate/gate.h"

namespace rampart::guard {

inline constexpr std::size_t kMostTallied = 50'000;  // events; our own

class Tally {
 public:
  struct View {
    base::Time now{};
    std::chrono::seconds window{};
    std::size_t rows = 10;    // of causes, and of authors
    std::size_t latest = 10;  // messages
    std::size_t width = 100;  // columns
    std::size_t height =
        0;  // lines that there is room for, of the tables the first rows; 0: as many as there are
  };

  // As event_json() wrote it. One that is there already counts once; what is no event counts as damaged.
  void add(std::string_view event);
  // What is older; and the oldest beyond kMostTallied.
  void forget(base::Time before);

  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  [[nodiscard]] std::string text(const View& view) const;
  [[nodiscard]] std::string json(const View& view) const;  // schema "rampart.top/1"

 private:
  struct Entry {
    std::string id;
    std::string answered;
    std::string asked;
    std::string author;
    std::string client;
    std::string subject;
    std::vector<std::string> causes;
    std::int64_t took = 0;  // microseconds
  };
  struct Row {
    std::string name;
    std::size_t messages = 0;
  };
  struct Sum {
    std::map<std::string, std::size_t> answered;  // by the action
    std::size_t differ = 0;                       // where more was asked for than was done
    std::vector<Row> causes;                      // the most frequent first, by their codes
    std::vector<Row> authors;                     // of what was not simply let through
    std::int64_t median = 0;                      // microseconds
    std::int64_t slow = 0;                        // of which 99 percent are at most
  };
  [[nodiscard]] Sum sum(std::size_t rows) const;

  std::multimap<base::Time, Entry> entries_;
  std::unordered_set<std::string> ids_;
  std::size_t damaged_ = 0;
};

}  // namespace rampart::guard
