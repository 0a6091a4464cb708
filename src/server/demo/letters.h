// The demo's mail: what an organisation gets in a day, honest and not, each message as a mail server hands it to the guard. Invented from
// first to last; the same seed and times give the same messages but for the keys that sign them.
//
//   Letters letters(world, 7);
//   const auto letter = TRY(letters.next(base::now()));
//   // letter.client_ip connects as letter.helo, MAIL FROM letter.mail_from, and sends letter.text
#pragma once

#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "server/demo/world.h"

namespace rampart::server::demo {

struct Letter {
  std::string_view scenario;  // "spoofed-treasury"
  std::string client_ip;
  std::string client_name;  // empty: the address has none
  std::string helo;
  std::string mail_from;  // without brackets; empty: the null sender
  std::vector<std::string> recipients;
  std::string text;  // with CRLF
};

class Letters {
 public:
  // The world outlives it.
  Letters(const World& world, std::uint64_t seed) : world_(world), random_(seed) {}

  // As often as in life: mostly honest.
  base::Result<Letter> next(base::Time at);
  // One of a kind; an error of kind usage for one that there is not.
  base::Result<Letter> of(std::string_view scenario, base::Time at);
  static std::vector<std::string_view> scenarios();

 private:
  // At most that, even.
  std::size_t below(std::size_t most);

  const World& world_;
  std::mt19937_64 random_;  // its numbers are the same everywhere; distributions are not, so none is used
};

}  // namespace rampart::server::demo
