// Server-sent events out of bytes as they come (WHATWG HTML, section 9.2.6). It knows no socket.
//
//   EventReader reader;
//   reader.feed(bytes);                                    // in pieces of any size
//   while (const auto event = TRY(reader.next())) …
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace rampart::net::http {

// Our own: of a line, and of the data of an event.
inline constexpr std::size_t kMaxEvent = std::size_t{1} << 20U;

struct ServerEvent {
  std::string type = "message";
  std::string id;  // the latest that was said, by this event or one before
  std::string data;
};

class EventReader {
 public:
  void feed(std::string_view bytes) { bytes_ += bytes; }
  // The next that is whole; nothing: more bytes are needed. An error of kind input: a line or an event is too long; nothing more can be read.
  base::Result<std::optional<ServerEvent>> next();

 private:
  std::optional<std::string_view> next_line();
  void take(std::string_view line);

  std::string bytes_;
  std::size_t at_ = 0;        // what is before it is read
  std::size_t searched_ = 0;  // there is no line end between at_ and here
  bool begun_ = false;        // the first line was looked at: it may begin with a byte order mark
  bool after_cr_ = false;     // a line feed that comes next belongs to the line before
  bool has_data_ = false;
  ServerEvent event_;
};

}  // namespace rampart::net::http
