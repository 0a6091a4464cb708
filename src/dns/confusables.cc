#include "dns/confusables.h"

#include <algorithm>
#include <map>
#include <memory>
#include <vector>

#include <idn2.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/uscript.h>
#include <unicode/uspoof.h>

#include "base/text.h"

namespace rampart::dns {
namespace {

constexpr std::size_t kMaxText = 1024;  // octets: four times the longest name
// Scripts in general use end here, but for Han and Hangul, which have nothing that is taken for a letter and are
// left out of the search: they would be nine tenths of it.
constexpr char32_t kLastSearched = 0x1ffff;
struct Gap {
  char32_t first;
  char32_t last;
};
constexpr std::array kGaps{Gap{0x3400, 0x9fff}, Gap{0xac00, 0xd7a3}, Gap{0xd800, 0xf8ff}};

const USpoofChecker* checker() {
  struct Close {
    void operator()(USpoofChecker* open) const { uspoof_close(open); }
  };
  static const std::unique_ptr<USpoofChecker, Close> opened([] {
    UErrorCode status = U_ZERO_ERROR;
    return uspoof_open(&status);
  }());
  return opened.get();
}

bool is_letter(char32_t c) {
  switch (u_charType(static_cast<UChar32>(c))) {
    case U_LOWERCASE_LETTER:
    case U_OTHER_LETTER:
    case U_MODIFIER_LETTER:
    case U_DECIMAL_DIGIT_NUMBER:
      return true;
    default:
      return false;
  }
}

int script_of(char32_t c) {
  UErrorCode status = U_ZERO_ERROR;
  return uscript_getScript(static_cast<UChar32>(c), &status);
}

bool is_in_use(int script) {
  return script == USCRIPT_COMMON ||
         uscript_getUsage(static_cast<UScriptCode>(script)) == USCRIPT_USAGE_RECOMMENDED;
}

// The letter under the marks of a precomposed one; 0 for any other character.
char32_t base_of(char32_t c) {
  UErrorCode status = U_ZERO_ERROR;
  const auto* nfd = unorm2_getNFDInstance(&status);
  UChar decomposed[16];
  const auto length = unorm2_getDecomposition(nfd, static_cast<UChar32>(c), decomposed, 16, &status);
  if (U_FAILURE(status) != 0 || length < 2 || U16_IS_SURROGATE(decomposed[0])) return 0;
  return decomposed[0];
}

std::optional<std::string> lookup(std::string_view utf8) {
  std::uint8_t* out = nullptr;
  const int code = idn2_lookup_u8(reinterpret_cast<const std::uint8_t*>(std::string(utf8).c_str()), &out,
                                  IDN2_NO_TR46 | IDN2_NFC_INPUT);
  const std::unique_ptr<std::uint8_t, void (*)(void*)> owner(out, idn2_free);
  if (code != IDN2_OK) return std::nullopt;
  return std::string(reinterpret_cast<const char*>(out));
}

class LookAlikes {
 public:
  LookAlikes() {
    std::map<std::string, std::vector<char32_t>> by_skeleton;
    for (char32_t c = '0'; c <= kLastSearched; ++c) {
      for (const auto& gap : kGaps) c = c >= gap.first && c <= gap.last ? gap.last + 1 : c;
      if (!is_letter(c) || !is_in_use(script_of(c))) continue;
      const std::u32string text(1, c);
      const auto utf8 = to_utf8(text);
      if (const auto shape = skeleton(utf8); !shape.empty()) by_skeleton[shape].push_back(c);
      if (const auto under = base_of(c); under != 0 && is_letter(under) && allowed(c))
        by_character_[under].push_back({c, script_of(c), true});
    }
    for (const auto& [shape, characters] : by_skeleton) {
      if (characters.size() < 2) continue;
      for (const char32_t c : characters) {
        for (const char32_t other : characters) {
          if (other != c && allowed(other)) by_character_[c].push_back({other, script_of(other), false});
        }
      }
    }
    for (auto& [c, all] : by_character_) std::ranges::sort(all, {}, &LookAlike::character);
  }

  [[nodiscard]] std::span<const LookAlike> of(char32_t c) const {
    const auto found = by_character_.find(c);
    return found == by_character_.end() ? std::span<const LookAlike>() : found->second;
  }

 private:
  // Whether a label may hold it at all. A digit of a right-to-left script cannot stand alone (RFC 5893 section 2);
  // whether it may stand where it is put, encode_label() says.
  static bool allowed(char32_t c) {
    if (c < 0x80) return base::is_alnum(static_cast<char>(c));
    const auto utf8 = to_utf8(std::u32string(1, c));
    return lookup(utf8) || lookup("\u0627" + utf8);
  }

  std::map<char32_t, std::vector<LookAlike>> by_character_;
};

bool is_ldh(std::string_view label) {
  return std::ranges::all_of(
      label, [](char c) { return (base::is_alnum(c) && base::to_lower(c) == c) || c == '-'; });
}

}  // namespace

std::string skeleton(std::string_view utf8) {
  if (checker() == nullptr || utf8.empty() || utf8.size() > kMaxText || !base::is_utf8(utf8)) return {};
  std::string out(4 * kMaxText, '\0');
  UErrorCode status = U_ZERO_ERROR;
  const auto length =
      uspoof_getSkeletonUTF8(checker(), 0, utf8.data(), static_cast<std::int32_t>(utf8.size()), out.data(),
                             static_cast<std::int32_t>(out.size()), &status);
  if (U_FAILURE(status) != 0 || length < 0 || static_cast<std::size_t>(length) > out.size()) return {};
  out.resize(static_cast<std::size_t>(length));
  return out;
}

std::span<const LookAlike> look_alikes(char32_t c) {
  static const LookAlikes kAll;
  return kAll.of(c);
}

std::optional<std::string> encode_label(std::string_view utf8) {
  if (utf8.empty() || utf8.size() > kMaxText || utf8.starts_with('-') || utf8.ends_with('-'))
    return std::nullopt;
  if (utf8.find('.') != std::string_view::npos || utf8.find('\0') != std::string_view::npos)
    return std::nullopt;
  const bool ascii = is_ldh(utf8);
  if (ascii && utf8.size() <= kMaxLabel && (utf8.size() < 4 || utf8.substr(2, 2) != "--"))
    return std::string(utf8);
  if (ascii || !base::is_utf8(utf8)) return std::nullopt;
  auto out = lookup(utf8);
  // What encodes to plain letters, or does not come back as it went, is another label than the one meant.
  if (!out || !out->starts_with("xn--") || out->size() > kMaxLabel || !is_ldh(*out)) return std::nullopt;
  if (decode_label(*out) != utf8) return std::nullopt;
  return out;
}

std::string decode_label(std::string_view label) {
  std::string plain(label);
  if (!label.starts_with("xn--") || !is_ldh(label)) return plain;
  char* out = nullptr;
  const int code = idn2_to_unicode_8z8z(plain.c_str(), &out, 0);
  const std::unique_ptr<char, void (*)(void*)> owner(out, idn2_free);
  if (code != IDN2_OK) return plain;
  std::string text(out);
  if (text.find('.') != std::string::npos || lookup(text) != plain) return plain;
  return text;
}

std::string unmasked(const Name& name) {
  if (name.is_root()) return ".";
  std::string out;
  for (unsigned i = 0; i < name.label_count(); ++i) {
    if (i != 0) out += '.';
    const auto label = name.label(i);
    const auto decoded = decode_label(label);
    out += decoded == label ? Name().prepend_label(label)->text() : base::printable(decoded);
  }
  return out;
}

std::optional<std::u32string> code_points(std::string_view utf8) {
  std::u32string out;
  while (!utf8.empty()) {
    const auto [length, value] = base::decode_utf8(utf8);
    if (length == 0) return std::nullopt;
    out += value;
    utf8.remove_prefix(length);
  }
  return out;
}

std::string to_utf8(std::u32string_view text) {
  std::string out;
  const auto put = [&](char32_t byte) { out += static_cast<char>(byte); };
  for (const char32_t c : text) {
    if (c < 0x80) {
      put(c);
    } else if (c < 0x800) {
      put(0xc0 | c >> 6);
      put(0x80 | (c & 0x3f));
    } else if (c < 0x10000) {
      put(0xe0 | c >> 12);
      put(0x80 | (c >> 6 & 0x3f));
      put(0x80 | (c & 0x3f));
    } else {
      put(0xf0 | c >> 18);
      put(0x80 | (c >> 12 & 0x3f));
      put(0x80 | (c >> 6 & 0x3f));
      put(0x80 | (c & 0x3f));
    }
  }
  return out;
}

}  // namespace rampart::dns
