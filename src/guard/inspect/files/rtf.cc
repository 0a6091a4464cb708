// RTF (specification 1.9.1): objects and what loads them. Word's reader forgives nearly everything, and writers of exploits use that:
// so groups are not followed, and hexadecimal digits are gathered whatever stands between them.
#include <algorithm>
#include <optional>

#include "base/text.h"
#include "guard/inspect/files/bytes.h"
#include "guard/inspect/files/formats.h"
#include "guard/inspect/files/text.h"

namespace rampart::guard::files {
namespace {

// All our own.
constexpr std::size_t kMaxObjects = 50;
constexpr std::size_t kMaxWords = 1'000'000;  // control words of one file
constexpr std::size_t kMaxLinkText = 2'048;

int hex_value(char c) {
  if (base::is_digit(c)) return c - '0';
  c = base::to_lower(c);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

class RtfWalk {
 public:
  RtfWalk(Walk& walk, std::string_view bytes) : walk_(walk), bytes_(bytes) {}

  void take() {
    std::size_t words = 0;
    for (std::size_t at = bytes_.find('\\'); at != std::string_view::npos; at = bytes_.find('\\', at)) {
      if (++words > kMaxWords) return walk_.cannot(Unseen::too_large);
      ++at;
      auto end = at;
      while (end < bytes_.size() && base::is_alpha(bytes_[end])) ++end;
      if (end == at) {  // a symbol: \* or \'41
        at = std::min(end + 1, bytes_.size());
        continue;
      }
      at = take_word(bytes_.substr(at, end - at), end);
    }
  }

 private:
  // Where to go on.
  std::size_t take_word(std::string_view word, std::size_t end) {
    if (word == "object" || word == "objemb" || word == "objlink" || word == "objocx") {
      walk_.add(word == "objocx" ? FileFact::active_x : FileFact::rtf_objects, word);
    } else if (word == "objupdate" || word == "objautlink") {
      walk_.add(FileFact::rtf_update, word);
    } else if (word == "objdata") {
      return take_object(end);
    } else if (word == "template") {
      take_template(end);
    } else if (word == "fldinst") {
      take_field(end);
    } else if (word == "htmltag") {
      take_tag(end);
    } else if (word == "bin") {
      return skip_binary(end);
    }
    return end;
  }

  // \binN: N bytes of anything.
  [[nodiscard]] std::size_t skip_binary(std::size_t end) const {
    auto digits = end;
    while (digits < bytes_.size() && base::is_digit(bytes_[digits])) ++digits;
    const auto size = base::parse_number(bytes_.substr(end, digits - end)).value_or(0);
    return size < bytes_.size() - digits ? digits + static_cast<std::size_t>(size) : end;
  }

  std::size_t take_object(std::size_t at) {
    walk_.add(FileFact::rtf_objects, "objdata");
    if (++objects_ > kMaxObjects) {
      walk_.cannot(Unseen::too_many);
      return at;
    }
    std::string data;
    const auto most = walk_.bytes_left();
    int high = -1;
    std::size_t depth = 0;
    for (; at < bytes_.size() && data.size() < most; ++at) {
      const char c = bytes_[at];
      if (c == '{') {
        ++depth;
      } else if (c == '}') {
        if (depth == 0) break;
        --depth;
      } else if (c == '\\') {
        const auto next = take_word_of_data(at + 1, data);
        if (data.size() > most) data.resize(most);
        at = next - 1;
      } else if (const int value = hex_value(c); value >= 0) {
        if (high < 0) {
          high = value;
        } else {
          data += static_cast<char>(high * 16 + value);
          high = -1;
        }
      }
    }
    walk_.spend(data.size());
    judge_object(data);
    return at;
  }

  // A control word within the digits: letters, a number that may have a sign, and one space (specification 1.9.1, "Control Word").
  // What follows them is data again. \'41 is a character of a text, and \bin has data behind it as it is. Where to go on.
  std::size_t take_word_of_data(std::size_t at, std::string& data) const {
    const auto is_at = [&](std::size_t i, auto kind) { return i < bytes_.size() && kind(bytes_[i]); };
    if (!is_at(at, base::is_alpha))
      return std::min(at + (is_at(at, [](char c) { return c == '\''; }) ? 3U : 1U), bytes_.size());
    const auto begin = at;
    while (is_at(at, base::is_alpha)) ++at;
    const auto word = bytes_.substr(begin, at - begin);
    const auto number = at;
    if (is_at(at, [](char c) { return c == '-'; }) && is_at(at + 1, base::is_digit)) ++at;
    while (is_at(at, base::is_digit)) ++at;
    const auto digits = bytes_.substr(number, at - number);
    if (is_at(at, [](char c) { return c == ' '; })) ++at;
    if (word != "bin") return at;
    const auto size = base::parse_number(digits).value_or(0);
    const auto raw = part_of(bytes_, at, size);
    if (raw.size() != size) return at;
    data += raw;
    return at + raw.size();
  }

  // [MS-OLEDS] 2.2.4: version, format, class name, two more names, size, native data.
  void judge_object(std::string_view data) {
    const auto name_size = u32_at(data, 8).value_or(0);
    const auto name = until_nul(part_of(data, 12, std::min<std::uint32_t>(name_size, 256)));
    if (base::istarts_with(name, "equation") || has_word(data.substr(0, 256), "equation."))
      walk_.add(FileFact::equation_object, name);
    if (base::iequals(name, "OLE2Link") || base::iequals(name, "htmlfile"))
      walk_.add(FileFact::remote_object, name);
    if (!name.empty()) walk_.add(FileFact::embedded_object, name);
    if (const auto compound = data.find("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1");
        compound != std::string_view::npos) {
      const auto bytes = data.substr(compound);
      if (Compound::read(bytes)) return look_into_object(walk_, bytes, "object");
    }
    if (base::iequals(name, "Package")) {
      std::uint64_t at = 12 + std::uint64_t{name_size};
      for (int i = 0; i < 2; ++i) at += 4 + std::uint64_t{u32_at(data, at).value_or(0)};
      return look_into_package(walk_, part_of(data, at + 4, u32_at(data, at).value_or(0)));
    }
    const auto program = data.find("MZ");
    if (program != std::string_view::npos && type_of(data.substr(program), {}) == FileType::pe)
      walk_.add(FileFact::embedded_program, "pe");
  }

  void take_template(std::size_t at) {
    const auto text = bytes_.substr(at, kMaxLinkText);
    const auto target = base::trim(text.substr(0, text.find_first_of("}{")));
    // Its letters may be written as \'68 or \u-numbers: then it is no name of a file on this machine either.
    const bool is_encoded =
        target.find("\\'") != std::string_view::npos || target.find("\\u") != std::string_view::npos;
    if (!has_word(target, "http") && !target.starts_with("\\\\\\\\") && !is_encoded) return;
    walk_.add(FileFact::remote_template, target);
    walk_.add_link(target, LinkOrigin::document, true);
  }

  void take_field(std::size_t at) {
    const auto text = bytes_.substr(at, kMaxLinkText);
    const auto word = find_word(text.substr(0, 256), "hyperlink");
    const auto picture = find_word(text.substr(0, 256), "includepicture");
    if (has_word(text.substr(0, 128), "ddeauto")) walk_.add(FileFact::dde, "DDEAUTO");
    const auto from = std::min(word, picture);
    if (from == std::string_view::npos) return;
    const auto begin = text.find('"', from);
    if (begin == std::string_view::npos) return;
    const auto end = text.find('"', begin + 1);
    if (end == std::string_view::npos) return;
    walk_.add_link(text.substr(begin + 1, end - begin - 1), LinkOrigin::document, picture < word);
  }

  // [MS-OXRTFEX] 2.1.3.1: a tag of the page from which the text was made.
  void take_tag(std::size_t at) {
    const auto text = bytes_.substr(at, kMaxLinkText);
    const auto tag = text.substr(0, text.find('}'));
    if (tag.find('=') == std::string_view::npos) return;
    if (const auto url = attribute_of(tag, "href")) walk_.add_link(*url, LinkOrigin::document, false);
  }

  Walk& walk_;
  std::string_view bytes_;
  std::size_t objects_ = 0;
};

}  // namespace

void look_into_rtf(Walk& walk, std::string_view bytes) { RtfWalk(walk, bytes).take(); }

}  // namespace rampart::guard::files
