// Passwords: what may be one, and how one is kept and checked. Nothing here knows of accounts or the store.
//
//   const auto problem = factor::judge_password(text, {.words = {"ayesha@ministry.example", "Ministry of Water"}}, breached);
//   if (problem) …                                          // problem->detail says what is wrong, to the person
//   account.password = TRY(factor::hash_password(text));    // "$argon2id$v=19$m=65536,t=3,p=1$…"
//   …
//   if (!account) factor::verify_nothing(text);             // takes as long as a check does
//   const bool right = factor::verify_password(account.password, text);
//   if (right && factor::needs_rehash(account.password)) …  // stored anew with today's cost
//
// A password is taken as it is sent: not cut, not folded, not normalised (ASVS 5.0, 6.2.8). Two spellings of one letter (U+00E9,
// or e with U+0301) are two passwords; the console sends what the browser gives, which is composed on every system we know.
//
// Each call of hash_password(), verify_password() and verify_nothing() takes kArgonMemory of memory and about 0.1 s of one core: who
// calls them for strangers holds the number of those under way at once. Any number of threads may call everything here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "accounts/factor/breached_list.h"
#include "base/result.h"

namespace rampart::accounts::factor {

// Code points. ASVS 5.0, 6.2.1 asks for 8 and strongly for 15; with a second factor that is always asked, NIST SP 800-63B-4 section
// 3.1.1.2 allows 8. Ours is between: the hash may leave the host in a backup, where no second factor stands before it, and 12 random
// letters at 20 guesses a second and core are out of reach.
inline constexpr std::size_t kMinPasswordLength = 12;
inline constexpr std::size_t kMaxPasswordLength =
    256;  // code points; ASVS 5.0, 6.2.9 asks for 64 at the least
inline constexpr std::size_t kMaxPasswordBytes = kMaxPasswordLength * 4;  // RFC 3629: no character takes more

// Argon2id, RFC 9106 section 4, the second recommended choice (64 MiB, three passes) with the one lane that libsodium has.
inline constexpr std::size_t kArgonMemory = std::size_t{64} << 20;  // octets
inline constexpr unsigned kArgonPasses = 3;
inline constexpr std::size_t kMaxEncodedPassword = 128;  // octets of "$argon2id$…", as libsodium writes it

struct PasswordProblem {
  enum class Kind : std::uint8_t {
    not_text,      // no UTF-8
    too_short,     // below kMinPasswordLength
    too_long,      // above kMaxPasswordLength
    context_word,  // little is left of it without its owner's name, address or ours
    breached,      // stands in the list of known passwords
  };
  Kind kind = Kind::too_short;
  std::string detail;  // for the person; holds nothing of the password

  bool operator==(const PasswordProblem&) const = default;
};
std::string_view to_string(PasswordProblem::Kind kind);  // "context_word"

// What is known of the person and stands near at hand for a guess (ASVS 5.0, 6.1.2 and 6.2.11): his address, his name, his
// organisation. Each is taken apart at what is no letter or digit; parts below kMinContextWord do not count. "rampart" and a few
// words of our trade are always among them (kAlwaysContext in password.cc).
struct PasswordContext {
  std::vector<std::string> words;
};
inline constexpr std::size_t kMinContextWord = 4;  // octets; our own
inline constexpr std::size_t kLeftWithoutContext =
    8;  // code points that must be left when such words are taken out; our own

// Nothing: it may be a password. `breached` may be nullptr: no list is configured. An error is the list's: it could not be read.
base::Result<std::optional<PasswordProblem>> judge_password(std::string_view password,
                                                            const PasswordContext& context,
                                                            const BreachedList* breached);

// The text that is stored: salt, cost and hash. Errors: kind input for what is longer than kMaxPasswordBytes, kind io when there is
// no memory for it.
base::Result<std::string> hash_password(std::string_view password);

// Whether it is this password. False for an encoded text that is none, or that asks for more memory or passes than four times ours: a
// store that was tampered with is no way to make us work.
bool verify_password(std::string_view encoded, std::string_view password);
// Stored at another cost than today's; false for what is no encoded password.
bool needs_rehash(std::string_view encoded);
// The time and memory of verify_password() for an account that is not there, has no password or is closed.
void verify_nothing(std::string_view password);

}  // namespace rampart::accounts::factor
