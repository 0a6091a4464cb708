// Hands the demo's letters to its guard, one now and then, as a mail server does: over the milter's socket.
//
//   Postman postman(letters, "/…/guard.sock", say);     // from now until it is destroyed
#pragma once

#include <functional>
#include <string>
#include <thread>

#include "server/demo/letters.h"

namespace rampart::server::demo {

// Our own: between two letters, drawn anew each time.
inline constexpr std::chrono::milliseconds kLeastPause{1'500};
inline constexpr std::chrono::milliseconds kMostPause{7'000};

class Postman {
 public:
  // `say` is told of trouble, on its thread. The world outlives it.
  Postman(const World& world, std::string socket, std::function<void(const std::string&)> say);
  Postman(const Postman&) = delete;
  Postman& operator=(const Postman&) = delete;
  ~Postman() = default;

 private:
  void work(const std::stop_token& stop);

  Letters letters_;
  std::string socket_;
  std::function<void(const std::string&)> say_;
  std::jthread thread_;  // last: it uses the others
};

// One letter over a milter's unix socket: what the guard answered last, a Reply's letter. Errors are of kind io or unavailable.
base::Result<char> deliver(const std::string& socket, const Letter& letter);

}  // namespace rampart::server::demo
