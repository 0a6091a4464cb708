// Phrases that phish and fraud are made of, in the text that a person is shown. Weak evidence: honest mail has each of them, too.
//
//   const auto found = find_phrases("Please verify your account within 24 hours");
//   found[0].kind, found[0].count, found[0].phrase     Kind::credentials, 1, "verify your account"
//
// Linear in the text; some nanoseconds a byte. English, Urdu, Urdu in Latin letters, Spanish, Portuguese, French and German: words/*.toml
// (phrases.h). Text is compared in small letters, without marks and hidden characters; y0ur acc0unt and уоur are no disguises.
// The phrases are read at the first call, or by built_in_phrases(): call that before a worker is started, which shares them then.
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
  account_threat,  // suspended, locked, over its quota
  secrecy,         // keep this between us; I cannot take calls
  favor,           // are you at your desk? what such frauds begin with
  parcel_fee,
  invoice,    // and receipts for what nobody bought
  extortion,  // a hacked camera, Bitcoin
  prize,      // lotteries, inheritances, advance fees
  document,   // a document or a voice message to be opened
  greeting,   // dear customer
};
inline constexpr std::size_t kKinds = static_cast<std::size_t>(Kind::greeting) + 1;
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

// By built_in_phrases(): each kind at most once, in the order of Kind. `text` is UTF-8; other bytes part words.
std::vector<Found> find_phrases(std::string_view text);

}  // namespace rampart::guard::words
