// The log of rampart serve: a line for each thing that is said, of a part of the server ("guard"), as text or as JSON.
//
//   Log log({.json = true});
//   log.info("guard", "the guard listens at inet:8891@localhost");
//   const auto say = log.line("guard");                      // for what takes a function
//
//   2026-11-28T14:00:00Z info guard: the guard listens …      text; where journald listens ($JOURNAL_STREAM) "<6>guard: …", for it knows the time
//   {"time":"2026-11-28T14:00:00Z","level":"info","part":"guard","text":"…"}
//
// Whoever says something never waits: lines that nobody reads are counted, and said. No secrets: links of enrolment, tokens and passwords are
// never said here. Any thread.
#pragma once

#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "server/guard/line_outbox.h"

namespace rampart::server {

struct LogOptions {
  bool json = false;
  bool journal = false;  // text alone: journald reads it
  int descriptor = 2;
  std::function<base::Result<>(std::string_view)> write = {};  // empty: to the descriptor
};

class Log {
 public:
  enum class Level : std::uint8_t { info, warning, error };

  explicit Log(LogOptions options) : options_(std::move(options)) {}
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  void say(Level level, std::string_view part, std::string_view text);
  void info(std::string_view part, std::string_view text) { say(Level::info, part, text); }
  void warning(std::string_view part, std::string_view text) { say(Level::warning, part, text); }
  // With its hint.
  void error(std::string_view part, const base::Error& error);
  // As long as the log lives.
  [[nodiscard]] std::function<void(std::string_view)> line(std::string part) {
    return [this, part = std::move(part)](std::string_view text) { info(part, text); };
  }

  void set_json(bool json);
  void close(std::chrono::milliseconds patience);

 private:
  [[nodiscard]] std::string format(Level level, std::string_view part, std::string_view text) const;

  LogOptions options_;
  std::mutex mutex_;
  // Under the mutex. Made with the first line: what has to be done before there are threads has been done then.
  std::optional<LineOutbox> lines_;
};

}  // namespace rampart::server
