#include "accounts/factor/password.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <sodium.h>

#include "base/text.h"

namespace rampart::accounts::factor {
namespace {

using base::ErrorKind;
using Kind = PasswordProblem::Kind;

// Words of ours and of our trade, and those with which people begin (ASVS 5.0, 6.1.2).
constexpr std::array<std::string_view, 12> kAlwaysContext = {
    "rampart", "password", "passwort", "passphrase", "administrator", "admin",
    "welcome", "dmarc",    "mail",     "email",      "qwerty",        "12345678"};

static_assert(kMaxEncodedPassword == crypto_pwhash_STRBYTES);
constexpr std::size_t kMaxCostFactor = 4;  // of a stored password's cost over ours; our own

bool ready() {
  static const bool good = sodium_init() >= 0;
  return good;
}

std::optional<std::size_t> code_points(std::string_view text) {
  std::size_t count = 0;
  while (!text.empty()) {
    const auto next = base::decode_utf8(text);
    if (next.length == 0) return std::nullopt;
    text.remove_prefix(next.length);
    ++count;
  }
  return count;
}

// Letters and digits of any script are of a word; in ASCII what is neither parts two.
bool is_of_word(char c) { return base::is_alnum(c) || static_cast<unsigned char>(c) >= 0x80; }

std::vector<std::string> context_parts(const PasswordContext& context) {
  std::vector<std::string> out(kAlwaysContext.begin(), kAlwaysContext.end());
  for (const auto& text : context.words) {
    std::string part;
    const auto lower = base::lower(text) + ' ';
    for (const char c : lower) {
      if (is_of_word(c)) {
        part += c;
      } else if (!part.empty()) {
        if (part.size() >= kMinContextWord) out.push_back(part);
        part.clear();
      }
    }
  }
  // The longest first: "administrator" is not to leave "istrator" behind.
  std::ranges::sort(
      out, [](const auto& a, const auto& b) { return a.size() != b.size() ? a.size() > b.size() : a < b; });
  return out;
}

bool is_mostly_context(std::string_view password, const PasswordContext& context) {
  auto rest = base::lower(password);
  bool removed = false;
  for (const auto& word : context_parts(context)) {
    for (auto at = rest.find(word); at != std::string::npos; at = rest.find(word, at)) {
      rest.erase(at, word.size());
      removed = true;
    }
  }
  const bool out = removed && code_points(rest).value_or(0) < kLeftWithoutContext;
  sodium_memzero(rest.data(), rest.size());
  return out;
}

// The number behind "NAME=" in "m=65536,t=3,p=1"; 0 when there is none.
std::uint64_t cost(std::string_view costs, std::string_view name) {
  for (const auto part : base::split(costs, ',')) {
    if (part.starts_with(name)) return base::parse_number(part.substr(name.size())).value_or(0);
  }
  return 0;
}

// An encoded password that is checked at a bearable cost.
bool is_bearable(std::string_view encoded) {
  if (encoded.size() >= kMaxEncodedPassword || encoded.find('\0') != std::string_view::npos) return false;
  const auto parts = base::split(encoded, '$');  // "", "argon2id", "v=19", "m=…,t=…,p=…", salt, hash
  if (parts.size() != 6 || parts[1] != "argon2id") return false;
  const auto memory = cost(parts[3], "m=");
  const auto passes = cost(parts[3], "t=");
  return memory > 0 && memory <= kMaxCostFactor * (kArgonMemory >> 10) && passes > 0 &&
         passes <= std::uint64_t{kMaxCostFactor} * kArgonPasses;
}

}  // namespace

std::string_view to_string(Kind kind) {
  switch (kind) {
    case Kind::not_text:
      return "not_text";
    case Kind::too_short:
      return "too_short";
    case Kind::too_long:
      return "too_long";
    case Kind::context_word:
      return "context_word";
    case Kind::breached:
      return "breached";
  }
  return "";
}

base::Result<std::optional<PasswordProblem>> judge_password(std::string_view password,
                                                            const PasswordContext& context,
                                                            const BreachedList* breached) {
  const auto refuse = [](Kind kind, std::string detail) {
    return std::optional(PasswordProblem{kind, std::move(detail)});
  };
  const auto too_long = [&] {
    return refuse(Kind::too_long, fmt::format("it has more than {} characters", kMaxPasswordLength));
  };
  if (password.size() > kMaxPasswordBytes) return too_long();
  const auto length = code_points(password);
  if (!length) return refuse(Kind::not_text, "it is no text in UTF-8");
  if (*length < kMinPasswordLength)
    return refuse(Kind::too_short,
                  fmt::format("it has {} characters; at least {} are needed", *length, kMinPasswordLength));
  if (*length > kMaxPasswordLength) return too_long();
  if (is_mostly_context(password, context))
    return refuse(Kind::context_word, "it is little more than a name or a word that is near at hand");
  if (breached != nullptr && TRY(breached->holds(password)))
    return refuse(Kind::breached, "it stands in a list of passwords that became known");
  return std::nullopt;
}

base::Result<std::string> hash_password(std::string_view password) {
  if (password.size() > kMaxPasswordBytes)
    return base::fail(ErrorKind::input, fmt::format("a password of more than {} octets", kMaxPasswordBytes));
  std::array<char, kMaxEncodedPassword> out{};
  if (!ready() || crypto_pwhash_str_alg(out.data(), password.data(), password.size(), kArgonPasses,
                                        kArgonMemory, crypto_pwhash_ALG_ARGON2ID13) != 0)
    return base::fail(ErrorKind::io, "a password could not be hashed: no memory", {},
                      fmt::format("each needs {} MiB for a moment", kArgonMemory >> 20));
  return std::string(out.data());
}

bool verify_password(std::string_view encoded, std::string_view password) {
  if (!ready() || password.size() > kMaxPasswordBytes || !is_bearable(encoded)) return false;
  return crypto_pwhash_str_verify(std::string(encoded).c_str(), password.data(), password.size()) == 0;
}

bool needs_rehash(std::string_view encoded) {
  if (!ready() || !is_bearable(encoded)) return false;
  return crypto_pwhash_str_needs_rehash(std::string(encoded).c_str(), kArgonPasses, kArgonMemory) == 1;
}

void verify_nothing(std::string_view password) {
  if (!ready() || password.size() > kMaxPasswordBytes) return;  // as above
  // Not an encoded text of ours that is made at the first call: that one call would take twice as long.
  static constexpr std::array<unsigned char, crypto_pwhash_SALTBYTES> kSalt{};
  std::array<unsigned char, 32> hash{};
  if (crypto_pwhash(hash.data(), hash.size(), password.data(), password.size(), kSalt.data(), kArgonPasses,
                    kArgonMemory, crypto_pwhash_ALG_ARGON2ID13) == 0)
    sodium_memzero(hash.data(), hash.size());
}

}  // namespace rampart::accounts::factor
