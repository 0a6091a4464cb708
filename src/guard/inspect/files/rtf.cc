// Rich Text Format: what stands in it besides text. Control words are found one by one; there is no tree.
#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "guard/inspect/files/bytes.h"
#include "guard/inspect/files/compound.h"
#include "guard/inspect/files/office.h"
#include "guard/inspect/files/readers.h"

namespace rampart::guard::files {
namespace {

using namespace std::string_view_literals;

// All our own.
constexpr std::size_t kMaxObjectBytes = std::size_t{16} << 20U;
constexpr std::size_t kMaxObjects = 20;
constexpr std::size_t kMaxFieldText = 1'024;

int hex_digit(char c) {
  if (base::is_digit(c)) return c - '0';
  const char low = base::to_lower(c);
  return low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

class Rtf {
 public:
  Rtf(const Item& item, Looker& to) : item_(item), to_(to), text_(item.bytes) {}

  void run() {
    while (at_ < text_.size()) {
      if (text_[at_] != '\\') {
        ++at_;
        continue;
      }
      take(control_word());
    }
  }

 private:
  // The word behind a backslash, lower case; its number and the space behind it are passed over.
  std::string control_word() {
    ++at_;
    const auto begin = at_;
    constexpr std::size_t kLongest = 32;  // of the specification
    while (at_ < text_.size() && base::is_alpha(text_[at_]) && at_ - begin < kLongest) ++at_;
    auto out = base::lower(text_.substr(begin, at_ - begin));
    if (out.empty()) {
      ++at_;
      return out;
    }
    if (at_ < text_.size() && text_[at_] == '-') ++at_;
    while (at_ < text_.size() && base::is_digit(text_[at_])) ++at_;
    if (at_ < text_.size() && text_[at_] == ' ') ++at_;
    return out;
  }

  void take(const std::string& word) {
    if (word == "objdata") return object();
    if (word == "objupdate") return to_.find(item_, Mark::object_update, "\\objupdate");
    if (word == "objemb" || word == "objocx") return to_.find(item_, word == "objocx" ? Mark::active_x : Mark::embedded_object, "\\" + word);
    if (word == "objautlink" || word == "objlink") return to_.find(item_, Mark::remote_object, "\\" + word);
    if (word == "template") return remote(group_text());
    if (word == "fldinst") return tell_fields(item_, base::trim(group_text()), to_);
  }

  void remote(std::string_view target) {
    target = base::trim(target);
    to_.find(item_, Mark::remote_template, target);
    to_.link(item_, FileLinkFrom::office, target);
  }

  // What is shown to the end of this group and of those within, control words left out.
  std::string group_text() {
    std::string out;
    std::size_t depth = 0;
    while (at_ < text_.size() && out.size() < kMaxFieldText) {
      const char c = text_[at_];
      if (c == '{') ++depth;
      if (c == '}' && depth-- == 0) break;
      if (c != '\\') {
        if (c != '{' && c != '}' && c != '\r' && c != '\n') out += c;
        ++at_;
        continue;
      }
      if (at_ + 1 < text_.size() && (text_[at_ + 1] == '\\' || text_[at_ + 1] == '{' || text_[at_ + 1] == '}')) {
        out += text_[at_ + 1];
        at_ += 2;
      } else if (at_ + 3 < text_.size() && text_[at_ + 1] == '\'') {
        out += static_cast<char>(std::max(hex_digit(text_[at_ + 2]), 0) * 16 + std::max(hex_digit(text_[at_ + 3]), 0));
        at_ += 4;
      } else {
        (void)control_word();
      }
    }
    return out;
  }

  // Hexadecimal digits, between which readers pass over white space, groups and control words.
  std::string hex_bytes() {
    std::string out;
    int high = -1;
    std::size_t depth = 0;
    while (at_ < text_.size() && out.size() < kMaxObjectBytes) {
      const char c = text_[at_];
      if (c == '\\') {
        (void)control_word();
        continue;
      }
      if (c == '{') ++depth;
      if (c == '}' && depth-- == 0) break;
      ++at_;
      const int digit = hex_digit(c);
      if (digit < 0) continue;
      if (high < 0) {
        high = digit;
      } else {
        out += static_cast<char>(high * 16 + digit);
        high = -1;
      }
    }
    return out;
  }

  // An OLE 1 object ([MS-OLEDS] 2.2.5): its class by name, then its bytes.
  void object() {
    const auto bytes = hex_bytes();
    if (++objects_ > kMaxObjects) return to_.doubt(item_, Why::over_limit, "it holds more objects than are looked at");
    if (!Budget::take(to_.budget.bytes, bytes.size())) return to_.doubt(item_, Why::over_limit, "its objects are larger than is looked at");
    const auto name_size = std::min<std::uint64_t>(u32(bytes, 8), 64);
    auto name = slice(bytes, 12, name_size);
    name = name.substr(0, name.find('\0'));
    to_.find(item_, Mark::embedded_object, name.empty() ? "an object" : name);
    const auto head = slice(bytes, 0, 4096);
    if (base::istarts_with(name, "equation") || base::lower(head).find("equation.") != std::string::npos)
      to_.find(item_, Mark::equation_object, name);
    constexpr auto kUrlMoniker = "\xe0\xc9\xea\x79\xf9\xba\xce\x11\x8c\x82\0\xaa\0\x4b\xa9\x0b"sv;
    if (base::istarts_with(name, "ole2link") || bytes.find(kUrlMoniker) != std::string::npos) to_.find(item_, Mark::remote_object, "OLE link");
    if (base::iequals(name, "Package")) {
      std::uint64_t at = 12 + std::uint64_t{u32(bytes, 8)};
      at += 4 + std::uint64_t{u32(bytes, at)};
      at += 4 + std::uint64_t{u32(bytes, at)};
      // Without the size that stands before it in a compound file.
      const auto data = slice(bytes, at + 4, u32(bytes, at));
      return tell_package(item_, std::string(4, '\0') + std::string(data), to_);
    }
    const auto inner = bytes.find("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1");
    if (inner != std::string::npos && item_.depth < kMaxDepth)
      to_.look_inside(item_, name.empty() ? "object" : name, std::string_view(bytes).substr(inner));
    else if (bytes.find("MZ") != std::string::npos && runs(type_of(std::string_view(bytes).substr(bytes.find("MZ")))))
      to_.find(item_, Mark::embedded_program, name);
  }

  const Item& item_;
  Looker& to_;
  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t objects_ = 0;
};

}  // namespace

void read_rtf(const Item& item, Looker& to) { Rtf(item, to).run(); }

}  // namespace rampart::guard::files
