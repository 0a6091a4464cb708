// Sessions: what a browser holds is a token of 256 bits, what we hold is its hash. A session has a stage, and only a full one makes a
// Principal; whoever has less may do what its stage is for and nothing else.
//
//   const auto session = TRY(desk.sessions.find(cookie, client, now));       // optional; counts as use
//   if (session && session->stage == Stage::full) serve(TRY(desk.sessions.principal(*session)));
//
// The token is new at each rise (password, factor, step-up, enrolment), so that one that was planted or seen before is worth nothing.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "accounts/common.h"
#include "accounts/outcome.h"
#include "accounts/principal.h"
#include "base/time.h"
#include "store/database.h"

namespace rampart::accounts {

enum class Stage : std::uint8_t {
  pending,    // the password was right; may only prove a factor
  enrolling,  // opened a link, or used a recovery code; may only enrol
  full,
};
std::string_view to_string(Stage stage);  // "pending"

inline constexpr std::chrono::minutes kPendingTime{5};  // our own
inline constexpr std::chrono::minutes kReenrolTime{
    30};                                              // of an enrolling session that a recovery code opened
inline constexpr std::chrono::seconds kSeenStep{60};  // `seen` is written at most so often
inline constexpr std::size_t kMostSessions = 20;      // full ones of an account; a new one ends the oldest
inline constexpr std::size_t kMaxAgent = 200;         // bytes of a User-Agent that are kept

struct Session {
  std::string id;       // public: what is listed and ended; the same over rotations
  std::string account;  // its id
  Stage stage = Stage::pending;
  std::string link{};  // of Stage::enrolling: the id of its link; empty after a recovery code
  base::Time made{};
  base::Time seen{};        // last use, to the minute
  base::Time proven{};      // when a factor was last proven
  std::string proven_by{};  // the id of that factor; "oidc" where the provider did
  base::Time expires{};     // whatever happens first: idle (of now) or absolute
  std::string address{};    // of its last use
  std::string agent{};      // printable
  bool known_browser = false;
};

// A session that has just begun or risen. The token goes into the cookie and nowhere else.
struct Opened {
  std::string token;
  Session session;
  std::string device{};  // for the device cookie (180 days); empty: leave that as it is
};

// What an unsafe request has to carry in X-Rampart-CSRF: derived from the token, so it changes with it and is not kept.
std::string csrf_of(std::string_view token);

class Sessions {
 public:
  Sessions(store::Database& database, const Common& common) : database_(&database), common_(&common) {}

  // The session of a cookie's value, and notes the use. Nothing: unknown, over, or of an account that may not sign in any more.
  base::Result<std::optional<Session>> find(std::string_view token, const Client& client, base::Time now);
  // Who that is. Nothing unless the session is full and the account active.
  base::Result<std::optional<Principal>> principal(const Session& session);
  // For a stream of events that has stood open (every 5 s): whether session or token `by_id` still stands and its role and scope are
  // those of `principal`. Notes no use.
  base::Result<bool> still(const Principal& principal, base::Time now);

  base::Result<std::vector<Session>> list(const std::string& account,
                                          base::Time now);  // full ones, last used first
  // Of the asker's own sessions. Why::missing when it is none of his.
  base::Result<Outcome<>> end(const Principal& asker, const std::string& id, base::Time now);
  base::Result<std::size_t> end_others(const Principal& asker, base::Time now);  // but the one he asks with
  // Signing out, at any stage.
  base::Result<> end_this(const Session& session, const Client& client, base::Time now);
  // Rows that are over for a day: call it now and then.
  base::Result<> sweep(base::Time now);

 private:
  store::Database* database_;
  const Common* common_;
};

}  // namespace rampart::accounts
