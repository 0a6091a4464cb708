// Phrases that phish and fraud are made of, in the text that a person is shown. Weak evidence: honest mail has each of them, too.
//
//   const auto found = built_in_phrases().find("Please verify your account within 24 hours");
//   found[0].kind, found[0].count, found[0].phrase     Kind::credentials, 1, "verify your account"
//
// Linear in the text; some nanoseconds a byte. English, Urdu, Urdu in Latin letters, Spanish, Portuguese, French and German.
// Text is compared in small letters, without marks, hidden characters and the disguises y0ur acc0unt and уоur.
// built_in_phrases() reads its data at the first call: call it before a worker is started, which shares it then.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rampart::guard::words {

// Our own.
inline constexpr std::size_t kMaxPhraseShown = 100;  // bytes

enum class Kind : std::uint8_t {
  payment_change,  // new bank details
  gift_card,
  credentials,  // sign in, verify, confirm a password
  urgency,
  account_threat,  // suspended, locked, will be closed
  secrecy,         // keep this between us
  parcel_fee,
  invoice,
  extortion,  // a hacked camera, Bitcoin
  prize,      // lotteries, inheritances, advance fees
};
inline constexpr std::size_t kKinds = static_cast<std::size_t>(Kind::prize) + 1;
std::string_view to_string(Kind kind);  // "payment-change"

struct Found {
  Kind kind = Kind::payment_change;
  std::size_t count = 0;    // occurrences, overlapping ones once
  std::size_t phrases = 0;  // different ones
  std::string language;     // of the first: "en", "ur", "ur-Latn"
  std::string phrase;       // the first, as it stands in the text, printable, up to kMaxPhraseShown
  std::size_t offset = 0;   // of the first, in bytes

  friend bool operator==(const Found&, const Found&) = default;
};

class Phrases;  // phrases.h
const Phrases& built_in_phrases();
// By built_in_phrases(): each kind at most once, in the order of Kind. `text` is UTF-8; other bytes part words.
std::vector<Found> find_phrases(std::string_view text);

}  // namespace rampart::guard::words
