// The events of a guard as it tells them (cli/event_desk.h), for rampart top: a client of GET /api/v1/events that comes again when the
// connection is lost, and goes on behind the last event it got.
//
//   EventTail tail(TRY(EventTail::Place::parse("http://127.0.0.1:8892")), token, std::chrono::minutes(5));
//   TRY(tail.read(std::chrono::seconds(1), [&](std::string_view event) { tally.add(event); }));
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/ip.h"
#include "base/result.h"
#include "crypto/secret.h"

namespace rampart::cli {

// http://ADDRESS:PORT (or localhost) of this machine, where a guard answers HTTP: a token goes over no network in the clear. Errors are of kind usage.
base::Result<base::Endpoint> parse_guard_url(std::string_view text);

class EventTail {
 public:
  // `back`: how far back the first events may be.
  EventTail(base::Endpoint place, crypto::Secret token, std::chrono::seconds back);
  EventTail(const EventTail&) = delete;
  EventTail& operator=(const EventTail&) = delete;
  ~EventTail();

  // Reads for so long, or, where `until_live`, until all there was before is read. An error of kind unavailable: there is no connection, and
  // the next call tries again; of kind usage: the guard refuses it.
  base::Result<> read(std::chrono::milliseconds time, bool until_live,
                      const std::function<void(std::string_view)>& take);
  // What the guard said that it could not give; empty: nothing.
  [[nodiscard]] const std::string& gap() const { return gap_; }

 private:
  struct Line;
  base::Result<> connect();
  base::Result<> read_some(std::chrono::steady_clock::time_point until);
  base::Result<> take_head();

  base::Endpoint place_;
  crypto::Secret token_;
  std::chrono::seconds back_;
  std::string last_id_;
  std::string gap_;
  std::unique_ptr<Line> line_;  // null: not connected
};

}  // namespace rampart::cli
