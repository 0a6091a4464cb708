#include "mail/encoded_words.h"

#include <algorithm>
#include <optional>

#include "base/text.h"
#include "mail/charset.h"

namespace rampart::mail {
namespace {

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

int hex_digit(char c) {
  if (base::is_digit(c)) return c - '0';
  const char low = base::to_lower(c);
  return low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

// RFC 2047 section 4.2.
std::string decode_q(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int high = text[i] == '=' && i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
    const int low = high < 0 ? -1 : hex_digit(text[i + 2]);
    if (low >= 0) {
      out += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      out += text[i] == '_' ? ' ' : text[i];
    }
  }
  return out;
}

// Base64 without or with its padding, up to the first odd character.
std::string decode_b(std::string_view text) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const char c : text) {
    const auto value = kDigits.find(c);
    if (value == std::string_view::npos) {
      if (is_space(c)) continue;
      break;
    }
    bits = (bits << 6U | static_cast<std::uint32_t>(value)) & 0xffffffU;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    out += static_cast<char>(bits >> count & 0xffU);
  }
  return out;
}

struct Word {
  std::string_view charset;
  std::string bytes;
  std::size_t size = 0;  // of what is written
};

// =?charset?q?text?= at the begin of `text`; white space within its text is let be, as programs do.
std::optional<Word> word_at(std::string_view text) {
  if (!text.starts_with("=?")) return std::nullopt;
  const auto charset_end = text.find('?', 2);
  if (charset_end > 2 + 2 * kMaxCharsetName || charset_end + 3 > text.size()) return std::nullopt;
  if (text[charset_end + 2] != '?') return std::nullopt;
  const char encoding = base::to_lower(text[charset_end + 1]);
  if (encoding != 'q' && encoding != 'b') return std::nullopt;
  const auto begin = charset_end + 3;
  // A question mark ought to be encoded, and is not by all.
  const auto end = text.find("?=", begin);
  if (end == std::string_view::npos) return std::nullopt;
  auto charset = text.substr(2, charset_end - 2);
  charset = charset.substr(0, charset.find('*'));  // a language (RFC 2231 section 5)
  const auto written = text.substr(begin, end - begin);
  return Word{
      .charset = charset, .bytes = encoding == 'q' ? decode_q(written) : decode_b(written), .size = end + 2};
}

class Decoder {
 public:
  explicit Decoder(std::string_view value) : value_(value) {}

  DecodedWords decode() {
    std::size_t at = 0;
    while (at < value_.size()) {
      const auto next = value_.find("=?", at);
      const auto plain = value_.substr(at, next == std::string_view::npos ? next : next - at);
      const bool is_gap = std::ranges::all_of(plain, is_space);
      if (!is_gap || pending_.empty()) {
        flush();
        put_plain(plain);
      }
      if (next == std::string_view::npos) break;
      at = next;
      const auto word = word_at(value_.substr(at));
      if (!word) {
        flush();
        put_plain(value_.substr(at, 2));
        at += 2;
        continue;
      }
      take(*word, at);
      at += word->size;
    }
    flush();
    while (out_.text.ends_with(' ')) out_.text.pop_back();
    return std::move(out_);
  }

 private:
  // Adjacent words of one set are decoded together: programs split characters between them.
  void take(const Word& word, std::size_t at) {
    ++out_.encoded;
    if (pending_.empty() || !base::iequals(charset_, word.charset)) {
      flush();
      charset_ = word.charset;
      first_ = at;
    }
    pending_ += word.bytes;
    last_ = at + word.size;
  }

  void flush() {
    if (pending_.empty() && last_ == first_) return;
    auto text = decode_charset(pending_, charset_);
    if (!text) {
      out_.has_unread_charset = true;
      put_plain(value_.substr(first_, last_ - first_));
    } else {
      out_.encoded_bytes += text->size();
      out_.all_ascii = out_.all_ascii && base::is_ascii(*text);
      const auto is_control = [](char c) { return (c >= 0 && c < ' ' && c != '\t') || c == 0x7f; };
      out_.has_controls = out_.has_controls || std::ranges::any_of(*text, is_control);
      const auto nested = text->find("=?");
      out_.has_nested =
          out_.has_nested || (nested != std::string::npos && word_at(std::string_view(*text).substr(nested)));
      out_.text += *text;
    }
    pending_.clear();
    first_ = last_ = 0;
  }

  void put_plain(std::string_view text) {
    for (std::size_t i = 0; i < text.size();) {
      if (is_space(text[i])) {
        if (!out_.text.empty() && !out_.text.ends_with(' ')) out_.text += ' ';
        ++i;
        continue;
      }
      const auto length = base::decode_utf8(text.substr(i)).length;
      if (length == 0) {
        out_.text += "\xef\xbf\xbd";
      } else {
        out_.text += text.substr(i, length);
      }
      i += std::max<std::size_t>(length, 1);
    }
  }

  std::string_view value_;
  DecodedWords out_;
  std::string_view charset_;
  std::string pending_;
  std::size_t first_ = 0;  // where the pending words stand
  std::size_t last_ = 0;
};

}  // namespace

DecodedWords decode_words(std::string_view value, std::size_t most) {
  return Decoder(value.substr(0, most)).decode();
}

}  // namespace rampart::mail
