// The text of a list, whatever program saved it: bytes in, UTF-8 out, in pieces of some kilobytes.
//
// A byte order mark tells UTF-8 and UTF-16 of either order; without one, UTF-16 is known by the zeros between its
// first letters. A file whose first line ends in CR alone has LF for every CR. Everything else is handed on as it is,
// so bytes that are no UTF-8 arrive: whoever knows what they belong to decides (latin_to_utf8()).
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace rampart::audit {

enum class Encoding : unsigned char { bytes, utf8, utf16le, utf16be };  // bytes: nothing said that it is more

std::string_view to_string(Encoding encoding);  // "UTF-16"; "UTF-8" for bytes

class TextDecoder {
 public:
  // Appends what can be told of the text so far; a few bytes may wait for those that follow.
  void feed(std::string_view bytes, std::string& out);
  // The input has ended.
  void finish(std::string& out);
  [[nodiscard]] Encoding encoding() const { return encoding_; }

 private:
  void decide(bool ended);
  void decode(std::string& out);
  void unit(std::uint32_t unit, std::string& out);
  void line_ends(std::string& out, std::size_t from, bool ended);

  std::string waiting_;  // bytes not decoded yet
  bool decided_ = false;
  Encoding encoding_ = Encoding::bytes;
  std::uint32_t high_ = 0;  // a high surrogate that waits for its other half
  enum class Ends : unsigned char { undecided, as_they_are, lone_cr } ends_ = Ends::undecided;
  bool held_cr_ = false;  // the first line end may be CR or CR LF
};

class TextInput {
 public:
  static constexpr std::size_t kPiece = 1 << 16;  // bytes read at a time
  // Up to `size` bytes to `to`: how many, 0 at the end, below 0 on failure.
  using Read = std::function<std::ptrdiff_t(char* to, std::size_t size)>;

  explicit TextInput(Read read) : read_(std::move(read)) {}

  // What was read and not yet taken; valid until more().
  [[nodiscard]] std::string_view rest() const { return std::string_view(text_).substr(at_); }
  void take(std::size_t count) { at_ += count; }
  // Adds a piece to rest(), which otherwise stays as it is; false at the end, and when reading fails.
  bool more();

  [[nodiscard]] bool ended() const { return ended_; }
  [[nodiscard]] bool failed() const { return failed_; }
  [[nodiscard]] std::size_t bytes_read() const { return bytes_; }
  [[nodiscard]] Encoding encoding() const { return decoder_.encoding(); }

 private:
  Read read_;
  TextDecoder decoder_;
  std::string raw_;
  std::string text_;
  std::size_t at_ = 0;
  std::size_t bytes_ = 0;
  bool ended_ = false;
  bool failed_ = false;
};

// Windows-1252, which has a meaning for every byte (WHATWG's table), as UTF-8.
std::string latin_to_utf8(std::string_view bytes);

}  // namespace rampart::audit
