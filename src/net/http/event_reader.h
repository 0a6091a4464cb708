// Server-sent events out of bytes as they come (WHATWG HTML, section 9.2.6). It knows no socket.
//
//   EventReader reader;
//   reader.feed(bytes);                                    // in pieces of any size
//   while (const auto event = reader.next()) …
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace rampart::net::http {

// Our own: of a line, and of the data of an event.
inline constexpr std::size_t kMaxEvent = std::size_t{1} << 20U;
// The type of an event that was longer: it has its id, and no data.
inline constexpr std::string_view kTooLong = "too-long";

struct ServerEvent {
  std::string type = "message";
  std::string id;  // the latest that was said, by this event or one before
  std::string data;
};

class EventReader {
 public:
  void feed(std::string_view bytes) { bytes_ += bytes; }
  // The next that is whole; nothing: more bytes are needed. One that is too long is left out, and those behind it are read: whoever is told
  // of by one could keep all others from being read otherwise.
  std::optional<ServerEvent> next();

 private:
  std::optional<std::string_view> next_line();
  void take(std::string_view line);

  std::string bytes_;
  std::size_t at_ = 0;        // what is before it is read
  std::size_t searched_ = 0;  // there is no line end between at_ and here
  bool begun_ = false;        // the first line was looked at: it may begin with a byte order mark
  bool after_cr_ = false;     // a line feed that comes next belongs to the line before
  bool has_data_ = false;
  bool long_line_ = false;   // the begin of a line that was too long is gone, and its end has not come
  bool long_event_ = false;  // a line of it was, or all of its data
  ServerEvent event_;
};

}  // namespace rampart::net::http
