#include "server/serve/parts.h"

#include <fmt/format.h>

#include "base/backoff.h"
#include "base/text.h"

namespace rampart::server {

using base::Result;
using State = Health::State;

namespace {

// Our own. What ran for long begins anew with the shortest.
constexpr std::chrono::seconds kFirstPause{2};
constexpr std::chrono::seconds kLongestPause{300};
constexpr std::chrono::minutes kRanLong{10};

std::string text_of(const base::Error& error) { return base::printable(error.message()); }

}  // namespace

std::string_view to_string(State state) {
  switch (state) {
    case State::starting:
      return "starting";
    case State::fine:
      return "ok";
    case State::degraded:
      return "degraded";
    case State::failed:
      return "failed";
    case State::stopped:
      break;
  }
  return "stopped";
}

bool Part::wait(std::chrono::milliseconds time) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, time, [this] { return stopped() || woken_; });
  woken_ = false;
  return !stopped();
}

void Part::wake() {
  const std::lock_guard lock(mutex_);
  woken_ = true;
  changed_.notify_all();
}

void Part::stop() {
  const std::lock_guard lock(mutex_);
  stop_ = true;
  changed_.notify_all();
}

Health Part::health() const {
  const std::lock_guard lock(mutex_);
  return health_;
}

void Part::set(State state, std::string why) {
  const std::lock_guard lock(mutex_);
  // Of what stays as it was, it is said since when.
  if (health_.state != state) health_.since = base::now();
  health_.state = state;
  health_.why = std::move(why);
}

Parts::~Parts() {
  for (const auto& part : parts_) part->stop();
  for (auto& thread : threads_) thread.join();
}

Part& Parts::add(std::string name, Run run) {
  auto& part = add_named(std::move(name));
  runs_.emplace_back(&part, std::move(run));
  return part;
}

Part& Parts::add_named(std::string name) {
  return *parts_.emplace_back(std::make_unique<Part>(std::move(name)));
}

Part& Parts::add_periodic(std::string name, Rhythm rhythm, Work work) {
  return add(std::move(name), [this, rhythm, work = std::move(work)](Part& part) -> Result<> {
    std::string last;  // error
    part.fine();
    for (auto pause = rhythm.first; part.wait(pause); pause = rhythm.every) {
      const auto done = work(part);
      ++part.runs_;
      if (done || part.stopped()) {
        part.fine();
        last.clear();
        continue;
      }
      ++part.failures_;
      part.degraded(text_of(done.error()));
      if (const auto text = text_of(done.error()); text != last) trouble_(part.name(), done.error());
      last = text_of(done.error());
    }
    return {};
  });
}

void Parts::start() {
  for (const auto& [part, run] : runs_) {
    part->ended_ = false;
    threads_.emplace_back([this, &part = *part, &run = run] {
      look_after(part, run);
      const std::lock_guard lock(part.mutex_);
      part.ended_ = true;
      part.changed_.notify_all();
    });
  }
}

void Parts::look_after(Part& part, const Run& run) {
  unsigned failures = 0;
  std::string last;
  while (!part.stopped()) {
    const auto begun = std::chrono::steady_clock::now();
    Result<> ended;
    try {
      ended = run(part);
    } catch (const std::exception& error) {
      ended =
          base::fail(base::ErrorKind::internal, fmt::format("a fault of rampart's own: {}", error.what()));
    }
    if (part.stopped()) break;
    if (ended) ended = base::fail(base::ErrorKind::internal, "it ended although nobody stopped it");
    ++part.failures_;
    if (std::chrono::steady_clock::now() - begun >= kRanLong) failures = 0;
    part.set(State::failed, text_of(ended.error()));
    if (const auto text = text_of(ended.error()); text != last) trouble_(part.name(), ended.error());
    last = text_of(ended.error());
    part.wait(std::min<std::chrono::milliseconds>(base::backoff(++failures, 0, kFirstPause), kLongestPause));
    if (!part.stopped()) part.set(State::starting, {});
  }
  part.set(State::stopped, {});
}

std::vector<std::string> Parts::stop(std::chrono::milliseconds patience) {
  for (const auto& part : parts_) part->stop();
  const auto until = std::chrono::steady_clock::now() + patience;
  std::vector<std::string> late;
  for (const auto& part : parts_) {
    std::unique_lock lock(part->mutex_);
    if (!part->changed_.wait_until(lock, until, [&] { return part->ended_; })) late.push_back(part->name());
  }
  return late;
}

}  // namespace rampart::server
