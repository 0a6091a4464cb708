// JSON: a writer whose output is the same for the same calls, and the reading of strangers' JSON within
// limits.
//
//   std::string out;
//   JsonWriter json(out, JsonStyle::pretty);
//   json.begin_object().member("domain", "ministry.example").key("findings").begin_array();
//   json.value("WK-3").end_array().end_object();
//
// Reading gives Boost.JSON's own values; only its errors and limits are ours.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/value.hpp>

#include "base/result.h"

namespace rampart::base {

// Appends `text` to `out` as a JSON string with its quotes. The output is valid UTF-8 whatever `text` holds,
// and safe on a terminal and inside an HTML <script>:
//   - a byte that is no UTF-8 becomes the four characters \xNN, as base::printable() writes it (in JSON
//     "\\xff"). A text that holds those four characters itself reads the same; who needs the exact bytes of
//     what may be no text writes base64 instead;
//   - everything else keeps its value and changes at most its spelling: controls, bidi and zero-width marks
//     become \uNNNN (a surrogate pair above U+FFFF), and `<` before `/` or `!` becomes \u003c.
void append_json_string(std::string& out, std::string_view text);

enum class JsonStyle : std::uint8_t {
  compact,  // one line, no white space
  pretty,   // a line for each value, two spaces a level; empty containers stay `[]` and `{}`
};

// Writes one JSON value, or several one after another, to the end of a string that must outlive the writer.
// Members stand in the order of the calls. Calls that cannot make valid JSON (a value in an object without a
// key, an end without its beginning) are our own faults and end the program. No line end is written.
class JsonWriter {
 public:
  explicit JsonWriter(std::string& out, JsonStyle style = JsonStyle::compact) : out_(out), style_(style) {}

  JsonWriter& begin_object() { return begin('{'); }
  JsonWriter& end_object() { return end('}'); }
  JsonWriter& begin_array() { return begin('['); }
  JsonWriter& end_array() { return end(']'); }
  JsonWriter& key(std::string_view name);

  JsonWriter& value(std::string_view text);
  JsonWriter& value(const std::string& text) { return value(std::string_view(text)); }
  JsonWriter& value(const char* text) { return value(std::string_view(text)); }
  JsonWriter& value(std::same_as<bool> auto flag) { return raw(flag ? "true" : "false"); }
  JsonWriter& value(std::signed_integral auto number) {
    return signed_value(static_cast<std::int64_t>(number));
  }
  JsonWriter& value(std::unsigned_integral auto number)
    requires(!std::same_as<decltype(number), bool>)
  {
    return unsigned_value(static_cast<std::uint64_t>(number));
  }
  // The shortest digits that read back as the same number; `null` for infinities and NaN (RFC 8259 6).
  JsonWriter& value(double number);
  JsonWriter& null() { return raw("null"); }
  // A whole value that is JSON already, taken as it is.
  JsonWriter& raw(std::string_view json);

  template <class T>
  JsonWriter& member(std::string_view name, const T& content) {
    return key(name).value(content);
  }
  // A key with an array of strings, or of anything that value() takes.
  template <class Range>
  JsonWriter& member_array(std::string_view name, const Range& items) {
    key(name).begin_array();
    for (const auto& item : items) value(item);
    return end_array();
  }

  // Whether every container that was begun has ended.
  [[nodiscard]] bool complete() const { return levels_.empty() && !after_key_; }

 private:
  struct Level {
    char closing;
    bool empty = true;
  };

  JsonWriter& begin(char opening);
  JsonWriter& end(char closing);
  JsonWriter& signed_value(std::int64_t number);
  JsonWriter& unsigned_value(std::uint64_t number);
  void before_value();
  void separate();
  void new_line();

  std::string& out_;
  JsonStyle style_;
  std::vector<Level> levels_;
  bool after_key_ = false;
};

struct JsonLimits {
  std::size_t max_bytes = std::size_t{16} << 20;  // ours: a record of a fact book is below 1 MiB
  std::size_t max_depth = 32;                     // Boost.JSON's own default
};

// One whole JSON value (RFC 8259, nothing of JSON5), in memory of its own. Errors are of kind `input`, with
// `name:line:column` (both from 1; columns count bytes). Of members with one name the last counts.
Result<boost::json::value> parse_json(std::string_view text, std::string_view name,
                                      const JsonLimits& limits = {});

// The text of a member; empty where there is none, or another kind of value.
std::string text_member(const boost::json::object& object, std::string_view name);

}  // namespace rampart::base
