#include "server/serve/log.h"

#include <unistd.h>

#include "base/json.h"
#include "base/text.h"
#include "base/time.h"

namespace rampart::server {
namespace {

std::string_view word(Log::Level level) {
  switch (level) {
    case Log::Level::info:
      return "info";
    case Log::Level::warning:
      return "warning";
    case Log::Level::error:
      break;
  }
  return "error";
}

// sd-daemon(3): LOG_INFO, LOG_WARNING, LOG_ERR.
int priority(Log::Level level) {
  constexpr int kInfo = 6;
  constexpr int kWarning = 4;
  constexpr int kError = 3;
  return level == Log::Level::info ? kInfo : level == Log::Level::warning ? kWarning : kError;
}

base::Result<> write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const auto written = ::write(descriptor, text.data(), text.size());
    if (written <= 0) return base::fail(base::ErrorKind::io, "the log cannot be written");
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

}  // namespace

std::string Log::format(Level level, std::string_view part, std::string_view text) const {
  if (options_.json) {
    std::string out;
    base::JsonWriter json(out, base::JsonStyle::compact);
    json.begin_object()
        .member("time", base::format_time(base::now()))
        .member("level", word(level))
        .member("part", part)
        .member("text", text)
        .end_object();
    return out;
  }
  const auto line = base::printable(text);
  if (options_.journal) return fmt::format("<{}>{}: {}", priority(level), part, line);
  return fmt::format("{} {} {}: {}", base::format_time(base::now()), word(level), part, line);
}

void Log::say(Level level, std::string_view part, std::string_view text) {
  const std::lock_guard lock(mutex_);
  if (!lines_) {
    auto write = options_.write;
    if (!write)
      write = [descriptor = options_.descriptor](std::string_view some) {
        return write_all(descriptor, some);
      };
    lines_.emplace(LineOutbox::Stream{
        .descriptor = options_.descriptor,
        .write = write,
        .lost =
            [this, write](std::size_t lost) {
              static_cast<void>(write(
                  format(Level::warning, "log", fmt::format("{} lines were left out here", lost)) + '\n'));
            },
        .gone = {}});
  }
  lines_->push(format(level, part, text));
}

void Log::error(std::string_view part, const base::Error& error) {
  say(Level::error, part, error.hint.empty() ? error.message() : error.message() + "; " + error.hint);
}

void Log::set_json(bool json) {
  const std::lock_guard lock(mutex_);
  options_.json = json;
}

void Log::close(std::chrono::milliseconds patience) {
  const std::lock_guard lock(mutex_);
  if (lines_) lines_->close(patience);
}

}  // namespace rampart::server
