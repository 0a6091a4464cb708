#include "guard/inspect/html/script.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace rampart::guard::html {
namespace {

constexpr std::size_t kWindow = 65536;  // bytes
constexpr std::size_t kOverlap = 32;    // bytes: longer than any mark

constexpr std::string_view kNames[] = {"blob",       "byte-array", "base64",         "object-url",
                                       "save-blob",  "download",   "document-write", "unescape",
                                       "char-codes", "eval",       "location",       "web-socket"};
static_assert(std::size(kNames) == kScriptMarks);

struct Sign {
  std::string_view text;
  ScriptMark mark;
};
constexpr std::array kSigns{
    Sign{"new Blob", ScriptMark::blob},
    Sign{"new File(", ScriptMark::blob},
    Sign{"Uint8Array", ScriptMark::byte_array},
    Sign{"atob(", ScriptMark::base64},
    Sign{"createObjectURL", ScriptMark::object_url},
    Sign{"msSaveOrOpenBlob", ScriptMark::save_blob},
    Sign{"msSaveBlob", ScriptMark::save_blob},
    Sign{".download", ScriptMark::download},
    Sign{"'download'", ScriptMark::download},
    Sign{"\"download\"", ScriptMark::download},
    Sign{"document.write", ScriptMark::document_write},
    Sign{"unescape(", ScriptMark::unescape},
    Sign{"decodeURIComponent(", ScriptMark::unescape},
    Sign{"fromCharCode", ScriptMark::char_codes},
    Sign{"eval(", ScriptMark::eval},
    Sign{"new Function", ScriptMark::eval},
    Sign{"window.location", ScriptMark::location},
    Sign{"location.href", ScriptMark::location},
    Sign{"location.replace", ScriptMark::location},
    Sign{"location.assign", ScriptMark::location},
    Sign{"XMLHttpRequest", ScriptMark::web_socket},
    Sign{"WebSocket", ScriptMark::web_socket},
    Sign{"fetch(", ScriptMark::web_socket},
};

constexpr auto kIsBase64 = [] {
  std::array<bool, 256> table{};
  for (int c = 0; c < 256; ++c)
    table[static_cast<std::size_t>(c)] =
        base::is_alnum(static_cast<char>(c)) || c == '+' || c == '/' || c == '=';
  return table;
}();

}  // namespace

std::string_view to_string(ScriptMark mark) { return kNames[static_cast<std::size_t>(mark)]; }

void ScriptReader::feed(std::string_view piece) {
  bytes_ += piece.size();
  for (const char c : piece) {
    run_ = kIsBase64[static_cast<unsigned char>(c)] ? run_ + 1 : 0;
    longest_ = std::max(longest_, run_);
  }
  while (!piece.empty()) {
    const auto taken = piece.substr(0, kWindow - window_.size());
    window_ += taken;
    piece.remove_prefix(taken.size());
    if (window_.size() < kWindow) return;
    look();
    window_.erase(0, window_.size() - kOverlap);
  }
}

void ScriptReader::finish() {
  look();
  window_.clear();
  run_ = 0;
}

void ScriptReader::look() {
  for (const auto& [text, mark] : kSigns) {
    if (!has(mark) && std::string_view(window_).find(text) != std::string_view::npos)
      bits_ |= 1U << static_cast<unsigned>(mark);
  }
}

}  // namespace rampart::guard::html
