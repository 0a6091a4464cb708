// One line on a terminal that says how far a long run is: "1,234 domains  2,034/s  about 3 min left".
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace rampart::cli {

class Progress {
 public:
  using Clock = std::chrono::steady_clock;

  // Writes nothing at all unless `is_terminal`, and nothing in the first second.
  Progress(std::function<void(std::string_view)> err, bool is_terminal, std::string unit)
      : err_(std::move(err)), on_(is_terminal), unit_(std::move(unit)) {}
  ~Progress() { clear(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // `fraction` of the whole that is done, when it is known. Cheap: writes at most five times a second.
  void update(std::size_t done, std::optional<double> fraction, Clock::time_point now = Clock::now());
  // Takes the line away, before something else is written to the same terminal.
  void clear();

  // The line itself.
  static std::string line(std::size_t done, std::string_view unit, std::optional<double> fraction,
                          std::chrono::duration<double> elapsed);

 private:
  std::function<void(std::string_view)> err_;
  bool on_;
  std::string unit_;
  std::optional<Clock::time_point> began_;
  Clock::time_point next_{};
  bool shown_ = false;
};

}  // namespace rampart::cli
