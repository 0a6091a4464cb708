// Tokens for the API: rmp_ and 256 bits, kept hashed. A token does less than who made it: a part of his role's permissions, of his
// organisations, for a year at most; it dies with his account, and what he loses it loses.
//
//   auto made = TRY(desk.tokens.make(asker, {.name = "monitoring", .granted = {Permission::domains_read}, .days = 90}, now));
//   made->token                                             // "rmp_…", told once
//   const auto who = TRY(desk.tokens.principal(bearer, client, now));
#pragma once

#include <optional>

#include "accounts/session.h"

namespace rampart::accounts {

inline constexpr std::string_view kTokenMark = "rmp_";  // so that scanners for leaked secrets know it
inline constexpr unsigned kMaxTokenDays = 365;
inline constexpr std::size_t kMostTokens = 50;  // of an account; our own
inline constexpr std::size_t kMaxTokenName = 80;

struct NewToken {
  std::string name;
  std::vector<Permission> granted;           // at least one; each the maker may himself
  unsigned days = 90;                        // 1 to kMaxTokenDays
  std::vector<std::string> organisations{};  // ids within the maker's scope; empty: as wide as his
};

struct Token {
  std::string id;
  std::string account;
  std::string name;
  std::vector<Permission> granted;
  std::vector<std::string> organisations;  // empty: as wide as its account's scope
  base::Time made{};
  base::Time expires{};
  std::optional<base::Time> used{};  // to the minute; nothing: never
  std::string used_from{};           // address
};

struct MadeToken {
  std::string token;
  Token row;
};

class Tokens {
 public:
  explicit Tokens(store::Database& database) : database_(&database) {}

  // Needs step-up, and a session: no token makes tokens. Refused: step_up, not_allowed, invalid, conflict (too many).
  base::Result<Outcome<MadeToken>> make(const Principal& asker, const NewToken& wanted, base::Time now);
  base::Result<std::vector<Token>> list(const std::string& account,
                                        base::Time now);  // the newest first; expired ones not
  // Of the asker's own. Why::missing.
  base::Result<Outcome<>> remove(const Principal& asker, const std::string& id, base::Time now);
  // `bearer` as it came behind "Bearer ". Nothing: no such token, expired, or its account may not sign in. Notes the use.
  base::Result<std::optional<Principal>> principal(std::string_view bearer, const Client& client,
                                                   base::Time now);

 private:
  store::Database* database_;
};

}  // namespace rampart::accounts
