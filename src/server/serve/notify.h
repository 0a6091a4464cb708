// What a service manager is told (sd_notify(3)): lines of NAME=VALUE in a datagram to the socket that $NOTIFY_SOCKET names. Without one
// nobody is told, and nothing is wrong.
//
//   auto manager = Manager::of_environment();
//   manager.ready("the console is at http://localhost:8899");
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace rampart::server {

class Manager {
 public:
  Manager() = default;
  // $NOTIFY_SOCKET, and $WATCHDOG_USEC where $WATCHDOG_PID is this process or is not set. Taken out of the environment: no process that is
  // started here speaks for this one.
  static Manager of_environment();
  explicit Manager(std::string socket) : socket_(std::move(socket)) {}

  void ready(std::string_view status) const;
  void reloading() const;  // with the time that Type=notify-reload asks for; ready() follows
  void stopping() const;
  void status(std::string_view text) const;
  void alive() const;
  // The manager wants to hear alive() within this; nothing: it does not.
  [[nodiscard]] std::optional<std::chrono::milliseconds> watchdog() const { return watchdog_; }

 private:
  void say(const std::string& text) const;

  std::string socket_;  // empty: nobody; "@…" is abstract
  std::optional<std::chrono::milliseconds> watchdog_;
};

}  // namespace rampart::server
