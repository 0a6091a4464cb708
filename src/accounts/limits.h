// How often somebody may guess, without a stranger being able to lock the owner out (ASVS 5.0, 6.1.1 and 6.3.1).
//
// A try is counted before it is looked at and given back when it was right, so that many at once are no way round. What is refused is
// not looked at, and not counted. Each of these counts on its own; a try needs room in all that concern it:
//
//   | who                                        | free | then doubling from | up to  | forgotten after |
//   |--------------------------------------------|------|--------------------|--------|-----------------|
//   | this account from this network             |  5   | 2 s                | 15 min | 1 h             |
//   | this network, whatever the account         | 20   | 2 s                | 15 min | 1 h             |
//   | this account from browsers that are not known | 50 | 1 s               | 1 min  | 1 h             |
//   | this account from this known browser (alone)  | 10 | 10 s              | 15 min | 1 h             |
//
// A browser is known (device cookie, 180 days) when this account has signed in with it. It has a budget of its own and none of the
// others concerns it: whatever strangers do, whoever has signed in before can try. From another browser he waits a minute at most for
// what others have done to his account, unless they share his network. A network is an IPv4 /24 or an IPv6 /56. Second factors count
// the same way, in rows of their own.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "accounts/common.h"
#include "accounts/outcome.h"
#include "accounts/sql.h"

namespace rampart::accounts {

struct Budget {
  long long free;
  std::chrono::seconds first;
  std::chrono::seconds most;
};
inline constexpr std::chrono::hours kForgetTries{1};
inline constexpr Budget kAccountFromNetwork{
    .free = 5, .first = std::chrono::seconds(2), .most = std::chrono::minutes(15)};
inline constexpr Budget kNetwork{
    .free = 20, .first = std::chrono::seconds(2), .most = std::chrono::minutes(15)};
inline constexpr Budget kAccountFromStrangers{
    .free = 50, .first = std::chrono::seconds(1), .most = std::chrono::minutes(1)};
inline constexpr Budget kKnownBrowser{
    .free = 10, .first = std::chrono::seconds(10), .most = std::chrono::minutes(15)};
inline constexpr unsigned kNetworkBits4 = 24;
inline constexpr unsigned kNetworkBits6 = 56;

enum class Guess : std::uint8_t { password, code };

// What a try is counted against.
struct Try {
  struct Count {
    std::string name;
    Budget budget{};
    bool own = false;  // of whoever was right: forgotten then, where the others lose this one try
  };
  std::vector<Count> counts;
};

// The network of an address, as text; the address itself where it is none.
std::string network_of(std::string_view address);
// `who`: an account's id, or the name as it was typed where there is none: both are kept as a hash. `device`: the hash of a known
// browser's cookie, or empty.
Try try_of(Guess guess, std::string_view who, std::string_view address, std::string_view device);

// Within a transaction. How long to wait before the next (0: at once), after `tries` that were wrong.
std::chrono::seconds pause_after(const Budget& budget, long long tries);
Outcome<> take(soci::session& sql, const Try& one, base::Time now);
void give_back(soci::session& sql, const Try& one);  // it was right
void undo(soci::session& sql, const Try& one);       // it was never looked at

}  // namespace rampart::accounts
