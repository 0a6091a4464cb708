#include "guard/inspect/names/shown_words.h"

#include "base/text.h"
#include "dns/plain_letters.h"

namespace rampart::guard::names {
namespace {

using dns::LetterKind;

bool is_apostrophe(char32_t c) { return c == U'\'' || c == 0x2019 || c == 0x02bc || c == U'`'; }

// Signs that stand for letters within a word.
bool is_letter_like_sign(char c) { return c == '@' || c == '$' || c == '|' || c == '!'; }

class Splitter {
 public:
  explicit Splitter(std::string_view text) : text_(text) {}

  std::vector<ShownWord> split() {
    while (!text_.empty() && out_.size() < kMaxShownWords) {
      const auto [length, c] = base::decode_utf8(text_);
      const auto here = text_.substr(0, length == 0 ? 1 : length);
      text_.remove_prefix(here.size());
      if (length == 0) {
        finish();
      } else if (length == 1) {
        ascii(here[0]);
      } else {
        other(c, here);
      }
    }
    if (out_.size() < kMaxShownWords) finish();
    return std::move(out_);
  }

 private:
  void ascii(char c) {
    if (base::is_alnum(c)) {
      suspect_ = suspect_ || (c == 'I' && last_ >= 'a' && last_ <= 'z') || (c == 'n' && last_ == 'r') ||
                 (c == 'v' && last_ == 'v');
      (base::is_digit(c) ? digits_ : letters_) = true;
      word_.text += base::to_lower(c);
      plain_ = plain_ || base::is_alpha(c);
    } else if (is_letter_like_sign(c) && base::is_alpha(last_) && !text_.empty() &&
               base::is_alpha(text_[0]) && !is_address(c)) {
      word_.text += c;
      suspect_ = true;
    } else if (!is_apostrophe(static_cast<unsigned char>(c)) || word_.text.empty()) {
      finish();
    }
    last_ = c;
  }

  // An @ with a dot behind it in the same run of characters.
  [[nodiscard]] bool is_address(char c) const {
    return c == '@' && text_.substr(0, text_.find_first_of(" \t")).find('.') != std::string_view::npos;
  }

  void other(char32_t c, std::string_view bytes) {
    const auto& letter = dns::plain_letter(c);
    last_ = 0;
    switch (letter.kind) {
      case LetterKind::hidden:
        return;
      case LetterKind::sign:
        // Han and what else has no case or plain form: letters all the same.
        if (is_apostrophe(c) && !word_.text.empty()) return;
        if (c >= 0x3400 && dns::is_east_asian(c)) {
          word_.text += bytes;
        } else {
          finish();
        }
        return;
      case LetterKind::styled:
        styled_ = true;
        break;
      case LetterKind::foreign:
        foreign_ = true;
        break;
      default:
        others_ = true;
        break;
    }
    word_.text += letter.text;
    letters_ = true;
  }

  void finish() {
    if (!word_.text.empty()) {
      if (suspect_ || (digits_ && letters_)) word_.lookalike = disguise_key(word_.text);
      // A word wholly of Cyrillic that has letters without a plain look is of its language.
      word_.is_foreign = (styled_ || foreign_) && !others_;
      word_.is_mixed = foreign_ && plain_ && letters_;
      out_.push_back(std::move(word_));
    }
    word_ = {};
    suspect_ = digits_ = letters_ = plain_ = styled_ = foreign_ = others_ = false;
  }

  std::string_view text_;
  std::vector<ShownWord> out_;
  ShownWord word_;
  char last_ = 0;
  bool suspect_ = false;
  bool digits_ = false;
  bool letters_ = false;
  bool plain_ = false;
  bool styled_ = false;
  bool foreign_ = false;
  bool others_ = false;
};

}  // namespace

std::vector<ShownWord> shown_words(std::string_view utf8) { return Splitter(utf8).split(); }

std::string disguise_key(std::string_view word) {
  std::string out;
  out.reserve(word.size());
  for (std::size_t i = 0; i < word.size(); ++i) {
    const char c = word[i];
    const char next = i + 1 < word.size() ? word[i + 1] : '\0';
    if ((c == 'r' && next == 'n') || (c == 'v' && next == 'v')) {
      out += c == 'r' ? 'm' : 'w';
      ++i;
      continue;
    }
    switch (c) {
      case '0':
        out += 'o';
        break;
      case 'i':
      case '1':
      case '|':
      case '!':
        out += 'l';
        break;
      case '3':
        out += 'e';
        break;
      case '4':
      case '@':
        out += 'a';
        break;
      case '5':
      case '$':
        out += 's';
        break;
      case '7':
        out += 't';
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string joined(std::span<const ShownWord> words, std::string_view between) {
  std::string out;
  for (const auto& word : words) {
    if (!out.empty()) out += between;
    out += word.text;
  }
  return out;
}

}  // namespace rampart::guard::names
