#include "guard/inspect/words/tokens.h"

#include <algorithm>
#include <array>
#include <bit>

#include "base/text.h"
#include "dns/plain_letters.h"

namespace rampart::guard::words {
namespace {

constexpr std::size_t kFirstPlaces = 16384;
constexpr std::size_t kSieve = 1024;  // words of 64 bits

// What a byte of ASCII is in a word. Letters and digits are themselves, small.
enum Fold : unsigned char { kParts = 0, kDropped = 1, kSign = 2, kWide = 3 };

constexpr std::array<unsigned char, 256> make_folds() {
  std::array<unsigned char, 256> out{};
  for (unsigned c = 0; c < 256; ++c) {
    const auto byte = static_cast<char>(c);
    if (c >= 0x80) {
      out[c] = kWide;
    } else if (base::is_alnum(byte)) {
      out[c] = static_cast<unsigned char>(base::to_lower(byte));
    }
  }
  out['\''] = out['`'] = kDropped;
  out['@'] = out['$'] = out['!'] = out['|'] = kSign;
  return out;
}
constexpr auto kFolds = make_folds();

constexpr std::uint64_t kSeed = 0x9e3779b97f4a7c15U;
constexpr std::uint64_t add_byte(std::uint64_t hash, unsigned char byte) { return std::rotl(hash, 5) ^ byte; }
// Spreads what was added over the whole of it; never 0, which marks a free place.
constexpr std::uint64_t finish_hash(std::uint64_t hash, std::size_t size) {
  hash = (hash ^ size) * 0xff51afd7ed558ccdU;
  hash ^= hash >> 32U;
  hash *= 0xc4ceb9fe1a85ec53U;
  return (hash ^ hash >> 29U) | 1U;
}
std::uint64_t hash_of(std::string_view word) {
  auto hash = kSeed;
  for (const char c : word) hash = add_byte(hash, static_cast<unsigned char>(c));
  return finish_hash(hash, word.size());
}

// The letter that a digit or a sign stands for; 1 is i or l.
char letter_of(char c, char one) {
  switch (c) {
    case '0':
      return 'o';
    case '1':
    case '!':
    case '|':
      return one;
    case '3':
      return 'e';
    case '4':
    case '@':
      return 'a';
    case '5':
    case '$':
      return 's';
    case '7':
      return 't';
    default:
      return c;
  }
}

// Reads words and gives each to `Use` as (hash, size, begin, end, is_odd).
template <class Use>
class Scanner {
 public:
  Scanner(std::string_view text, const Use& use) : text_(text), use_(use) {}

  void scan() {
    const std::size_t size = text_.size();
    for (std::size_t i = 0; i < size;) {
      const auto folded = kFolds[static_cast<unsigned char>(text_[i])];
      if (folded > kWide) [[likely]] {
        if (size_ == 0) begin_ = i;
        add(folded);
        ++i;
      } else if (folded == kWide) {
        i += wide(i);
      } else if (folded == kSign && size_ != 0 && i + 1 < size && base::is_alpha(text_[i + 1])) {
        add(static_cast<unsigned char>(text_[i]));
        is_odd_ = true;
        ++i;
      } else {
        if (folded != kDropped) finish(i);
        ++i;
      }
    }
    finish(size);
  }

 private:
  void add(unsigned char byte) {
    hash_ = add_byte(hash_, byte);
    any_ |= byte;
    all_ &= byte;
    ++size_;
  }

  std::size_t wide(std::size_t at) {
    const auto [length, c] = base::decode_utf8(text_.substr(at, 4));
    if (length == 0) {
      finish(at);
      return 1;
    }
    const auto& letter = dns::plain_letter(c);
    if (letter.kind == dns::LetterKind::sign) {
      if (c != 0x2019) finish(at);
    } else if (letter.kind != dns::LetterKind::hidden) {
      if (size_ == 0) begin_ = at;
      for (const char byte : letter.text) add(static_cast<unsigned char>(byte));
    }
    return length;
  }

  void finish(std::size_t end) {
    if (size_ == 0) return;
    // Letters have the bit 0x40, digits have not.
    const bool mixed = (any_ & 0x40U) != 0 && (all_ & 0x40U) == 0;
    use_(finish_hash(hash_, size_), size_, begin_, end, is_odd_ || mixed);
    hash_ = kSeed;
    size_ = 0;
    any_ = 0;
    all_ = 0xff;
    is_odd_ = false;
  }

  std::string_view text_;
  const Use& use_;
  std::uint64_t hash_ = kSeed;
  std::size_t size_ = 0;
  std::size_t begin_ = 0;
  unsigned char any_ = 0;
  unsigned char all_ = 0xff;
  bool is_odd_ = false;
};

// The written word in plain letters.
std::string plain(std::string_view written) {
  std::string out;
  while (!written.empty()) {
    const auto folded = kFolds[static_cast<unsigned char>(written[0])];
    std::size_t length = 1;
    if (folded > kWide) {
      out += static_cast<char>(folded);
    } else if (folded == kSign) {
      out += written[0];
    } else if (folded == kWide) {
      const auto [size, c] = base::decode_utf8(written);
      length = std::max<std::size_t>(size, 1);
      if (size != 0) out += dns::plain_letter(c).text;
    }
    written.remove_prefix(length);
  }
  return out;
}

WordId find_disguised(const Vocabulary& known, std::string_view written) {
  auto word = plain(written);
  for (const char one : {'i', 'l'}) {
    auto letters = word;
    for (auto& c : letters) c = letter_of(c, one);
    if (const auto id = known.find(hash_of(letters)); id != 0) return id;
  }
  return 0;
}

}  // namespace

Vocabulary::Vocabulary() : places_(kFirstPlaces), sieve_(kSieve) {}

WordId Vocabulary::add(std::string_view word) {
  if (word.empty() || word.size() > kMaxWord) return 0;
  const auto hash = hash_of(word);
  if (const auto known = find_place(hash); known != 0) return known;
  if (count_ == kMaxVocabulary) return 0;
  if (4 * (count_ + 1) > places_.size()) {
    auto old = std::exchange(places_, std::vector<Place>(2 * places_.size()));
    for (const auto& place : old) {
      if (place.id != 0) put(place.hash, place.id);
    }
  }
  const auto id = static_cast<WordId>(++count_);
  put(hash, id);
  sieve_[hash >> 54U] |= std::uint64_t{1} << (hash >> 48U & 63U);
  return id;
}

void Vocabulary::put(std::uint64_t hash, WordId id) {
  auto at = hash & (places_.size() - 1);
  while (places_[at].id != 0) at = (at + 1) & (places_.size() - 1);
  places_[at] = {.hash = hash, .id = id};
}

WordId Vocabulary::find_place(std::uint64_t hash) const {
  for (auto at = hash & (places_.size() - 1); places_[at].id != 0; at = (at + 1) & (places_.size() - 1)) {
    if (places_[at].hash == hash) return places_[at].id;
  }
  return 0;
}

std::vector<Token> tokens(const Vocabulary& known, std::string_view text) {
  text = text.substr(0, kMaxTokenText);
  std::vector<Token> out;
  out.reserve(text.size() / 5 + 8);
  const auto use = [&](std::uint64_t hash, std::size_t size, std::size_t begin, std::size_t end,
                       bool is_odd) {
    WordId id = 0;
    if (size <= kMaxWord) {
      id = known.find(hash);
      if (id == 0 && is_odd)
        id = find_disguised(known, text.substr(begin, std::min(end - begin, 4 * kMaxWord)));
    }
    out.push_back(
        {.id = id, .begin = static_cast<std::uint32_t>(begin), .end = static_cast<std::uint32_t>(end)});
  };
  Scanner<decltype(use)>(text, use).scan();
  return out;
}

std::vector<std::string> plain_words(std::string_view text) {
  std::vector<std::string> out;
  const auto use = [&](std::uint64_t, std::size_t, std::size_t begin, std::size_t end, bool) {
    out.push_back(plain(text.substr(begin, end - begin)));
  };
  Scanner<decltype(use)>(text, use).scan();
  return out;
}

}  // namespace rampart::guard::words
