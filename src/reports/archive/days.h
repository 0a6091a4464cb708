// How many of a report's messages came on which day (UTC): those of a range over several days are spread evenly over its
// seconds, and their days are estimates. Nobody says when in the range they came.
#pragma once

#include <cstdint>
#include <vector>

namespace rampart::reports {

inline constexpr std::int64_t kDay = 86400;  // seconds

struct Share {
  std::int64_t day = 0;      // since 1970
  std::int64_t seconds = 0;  // of the range that lie in it and in the days before it
};

// The days of a range. `first` and `last` are seconds since 1970, both inside; a last second at midnight ends the day before
// it, as some write it.
class Days {
 public:
  Days(std::int64_t first, std::int64_t last);

  [[nodiscard]] bool estimated() const { return shares_.size() > 1; }
  [[nodiscard]] std::int64_t first() const { return shares_.front().day; }
  [[nodiscard]] std::int64_t last() const { return shares_.back().day; }
  [[nodiscard]] std::size_t size() const { return shares_.size(); }
  // Gives function(day, part) for each day with a part of `count`; the parts add up to it.
  template <class F>
  void spread(std::int64_t count, F&& function) const {
    std::int64_t given = 0;
    for (const auto& share : shares_) {
      const auto up_to =
          static_cast<std::int64_t>(static_cast<__int128>(count) * share.seconds / shares_.back().seconds);
      if (up_to != given) function(share.day, up_to - given);
      given = up_to;
    }
  }

 private:
  std::vector<Share> shares_;
};

}  // namespace rampart::reports
