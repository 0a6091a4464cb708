// What scripts do that make a file out of text in the mail (HTML smuggling): marks in their text, not an interpreter.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace rampart::guard::html {

enum class ScriptMark : std::uint8_t {
  blob,            // new Blob(…), new File(…)
  byte_array,      // Uint8Array
  base64,          // atob(…)
  object_url,      // createObjectURL
  save_blob,       // msSaveBlob, msSaveOrOpenBlob
  download,        // .download = …
  document_write,  // document.write
  unescape,        // unescape(…), decodeURIComponent(…)
  char_codes,      // String.fromCharCode
  eval,            // eval(…), new Function(…)
  location,        // window.location, location.href, location.replace
  web_socket,      // WebSocket, XMLHttpRequest, fetch(…)
};
inline constexpr std::size_t kScriptMarks = static_cast<std::size_t>(ScriptMark::web_socket) + 1;
std::string_view to_string(ScriptMark mark);  // "object-url"

// Script text in pieces; looks at windows of it, so that memory is bounded.
class ScriptReader {
 public:
  void feed(std::string_view piece);
  void finish();  // at the end of each script

  [[nodiscard]] bool has(ScriptMark mark) const { return (bits_ >> static_cast<unsigned>(mark) & 1U) != 0; }
  [[nodiscard]] std::uint32_t bits() const { return bits_; }
  [[nodiscard]] std::size_t longest_base64() const { return longest_; }  // characters
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 private:
  void look();

  std::string window_;
  std::uint32_t bits_ = 0;
  std::size_t run_ = 0;
  std::size_t longest_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace rampart::guard::html
