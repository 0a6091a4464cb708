#include "guard/inspect/words/tokens.h"

#include <algorithm>
#include <array>
#include <bit>

#include "base/text.h"
#include "dns/plain_letters.h"

namespace rampart::guard::words {
namespace {

constexpr std::size_t kFirstPlaces = 16384;

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

constexpr unsigned kLetterBit = 0x40;  // that letters of ASCII have, and digits have not

constexpr std::uint64_t kSeed = 0x9e3779b97f4a7c15U;
constexpr std::uint64_t add_byte(std::uint64_t hash, unsigned char byte) { return std::rotl(hash, 5) ^ byte; }
// Spreads what was added over the whole of it.
constexpr std::uint64_t finish_hash(std::uint64_t hash, std::size_t size) {
  hash = (hash ^ size) * 0xff51afd7ed558ccdU;
  return hash ^ hash >> 32U;
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
        i = plain(i);
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
  // A run of letters and digits of ASCII; in variables of its own, as it is most of what there is.
  std::size_t plain(std::size_t at) {
    const char* const data = text_.data();
    const std::size_t size = text_.size();
    auto hash = hash_;
    unsigned any = any_;
    unsigned all = all_;
    const auto begin = at;
    for (unsigned folded = kFolds[static_cast<unsigned char>(data[at])]; folded > kWide;
         folded = kFolds[static_cast<unsigned char>(data[at])]) {
      hash = std::rotl(hash, 5) ^ folded;
      any |= folded;
      all &= folded;
      if (++at == size) break;
    }
    if (size_ == 0) begin_ = begin;
    hash_ = hash;
    any_ = any;
    all_ = all;
    size_ += at - begin;
    return at;
  }

  void add(unsigned char byte) {
    hash_ = add_byte(hash_, byte);
    any_ |= byte;
    all_ &= byte;
    ++size_;
  }

  // One character beyond ASCII.
  std::size_t wide(std::size_t at) {
    const auto [length, c] = decode(at);
    if (length == 0) {
      finish(at);
      return 1;
    }
    const auto& letter = dns::plain_letter(c);
    if (letter.kind == dns::LetterKind::sign) {
      if (c != 0x2019) finish(at);
    } else if (letter.kind != dns::LetterKind::hidden) {
      if (size_ == 0) begin_ = at;
      for (const char byte : letter.text) hash_ = add_byte(hash_, static_cast<unsigned char>(byte));
      size_ += letter.text.size();
      any_ |= kLetterBit;
    }
    return length;
  }

  [[nodiscard]] base::CodePoint decode(std::size_t at) const {
    const auto lead = static_cast<unsigned char>(text_[at]);
    const auto next = at + 1 < text_.size() ? static_cast<unsigned char>(text_[at + 1]) : 0U;
    // Two bytes: most of the scripts there are (RFC 3629 section 3).
    if (lead >= 0xc2 && lead <= 0xdf && (next & 0xc0U) == 0x80)
      return {.length = 2, .value = static_cast<char32_t>((lead & 0x1fU) << 6U | (next & 0x3fU))};
    return base::decode_utf8(text_.substr(at, 4));
  }

  void finish(std::size_t end) {
    if (size_ == 0) return;
    const bool mixed = (any_ & kLetterBit) != 0 && (all_ & kLetterBit) == 0;
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
  unsigned any_ = 0;
  unsigned all_ = 0xff;
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

Vocabulary::Vocabulary() : places_(kFirstPlaces) {}

WordId Vocabulary::add(std::string_view word) {
  if (word.empty() || word.size() > kMaxWord) return 0;
  const auto hash = hash_of(word);
  if (const auto known = find(hash); known != 0) return known;
  if (count_ == kMaxVocabulary) return 0;
  if (4 * (count_ + 1) > places_.size()) {
    auto old = std::exchange(places_, std::vector<Place>(2 * places_.size()));
    for (const auto& place : old) {
      if (place.id != 0) put(place.hash, place.id);
    }
  }
  const auto id = static_cast<WordId>(++count_);
  put(hash, id);
  return id;
}

void Vocabulary::put(std::uint64_t hash, WordId id) {
  auto at = hash & (places_.size() - 1);
  while (places_[at].id != 0) at = (at + 1) & (places_.size() - 1);
  places_[at] = {.hash = hash, .id = id};
}

std::vector<Token> tokens(const Vocabulary& known, std::string_view text) {
  text = text.substr(0, kMaxTokenText);
  struct Word {
    std::uint64_t hash = 0;
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
  };
  std::vector<Word> words;
  words.reserve(text.size() / 5 + 8);
  std::vector<std::size_t> odd;
  const auto use = [&](std::uint64_t hash, std::size_t, std::size_t begin, std::size_t end, bool is_odd) {
    if (is_odd) odd.push_back(words.size());
    words.push_back(
        {.hash = hash, .begin = static_cast<std::uint32_t>(begin), .end = static_cast<std::uint32_t>(end)});
  };
  Scanner<decltype(use)>(text, use).scan();
  // By themselves, so that one look-up does not wait for another.
  std::vector<Token> out(words.size());
  for (std::size_t i = 0; i < words.size(); ++i)
    out[i] = {.id = known.find(words[i].hash), .begin = words[i].begin, .end = words[i].end};
  for (const auto i : odd) {
    auto& token = out[i];
    if (token.id == 0 && token.end - token.begin <= 4 * kMaxWord)
      token.id = find_disguised(known, text.substr(token.begin, token.end - token.begin));
  }
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
