// Us beside another filter that had the same mail before us: who would have stopped what. Pure.
//
//   Comparison comparison("X-Spamd-Result");
//   for (const auto& event : events) comparison.add(event);
//   comparison.text({…})
#pragma once

#include <array>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "guard/hindsight/past.h"

namespace rampart::guard {

class Comparison {
 public:
  explicit Comparison(std::string_view field) : field_(field) {}  // one of kOtherFields

  void add(const PastEvent& event);
  void add_damaged() { ++damaged_; }

  struct View {
    std::string_view since;  // for people: "7d"
    std::size_t rows = 10;   // of each list
  };
  [[nodiscard]] std::string text(const View& view) const;
  [[nodiscard]] std::string json(const View& view) const;  // schema "rampart.comparison/1"

 private:
  static constexpr std::size_t kActions = 4;
  static constexpr std::size_t kWords = 3;
  struct Row {
    std::size_t messages = 0;
    std::string because;  // of the last: our causes
    std::string last_id;
  };
  using Rows = std::map<Source, Row>;  // at most kMaxSources
  static void note(Rows& rows, const PastEvent& event);
  [[nodiscard]] std::size_t they_say(OtherSays says) const;
  [[nodiscard]] std::size_t by_us_alone() const;
  [[nodiscard]] std::size_t by_them_alone() const;

  std::string_view field_;
  std::array<std::array<std::size_t, kWords>, kActions> messages_{};  // by what we ask for, by what they say
  std::size_t without_ = 0;                                           // messages without the field
  std::size_t damaged_ = 0;
  Rows by_us_;    // what we would stop and they call clean
  Rows by_them_;  // what they call spam and we let through
};

}  // namespace rampart::guard
