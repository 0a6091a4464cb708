// What a scanner says of a text, as one text, for comparing: "<a>", "</a>", and what stands between them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <expat.h>

#include "reports/aggregate/xml.h"

namespace rampart::reports {

struct EventHandler {
  std::string out;
  XmlFaults faults;

  void open(std::string_view name, std::string_view) { out.append("<").append(name).append(">"); }
  void close(std::string_view name) { out.append("</").append(name).append(">"); }
  void leaf(std::string_view name, const XmlText& content) {
    open(name, {});
    text(content);
    close(name);
  }
  void text(const XmlText& piece) { decode(piece, std::string::npos, out, faults); }
};

// In windows that grow by `step` bytes; 0: the whole at once.
inline std::string events(std::string_view xml, std::size_t step = 0, XmlFaults* faults = nullptr) {
  XmlScanner scanner;
  EventHandler handler;
  std::size_t done = 0;
  for (std::size_t end = step; step != 0 && end < xml.size(); end += step)
    done += scanner.scan(xml.substr(done, end - done), false, handler);
  done += scanner.scan(xml.substr(done), true, handler);
  if (faults != nullptr) {
    *faults = scanner.faults();
    faults->bad_utf8 = faults->bad_utf8 || handler.faults.bad_utf8;
    faults->unknown_entity = handler.faults.unknown_entity;
  }
  return handler.out;
}

inline std::string_view local_name(std::string_view name) { return name.substr(name.find(':') + 1); }

// Expat's; nothing when it finds the text not well formed.
inline std::optional<std::string> events_of_expat(std::string_view xml) {
  std::string out;
  auto* parser = XML_ParserCreate("UTF-8");
  XML_SetUserData(parser, &out);
  XML_SetElementHandler(
      parser,
      [](void* to, const char* name, const char**) {
        static_cast<std::string*>(to)->append("<").append(local_name(name)).append(">");
      },
      [](void* to, const char* name) {
        static_cast<std::string*>(to)->append("</").append(local_name(name)).append(">");
      });
  XML_SetCharacterDataHandler(parser, [](void* to, const char* text, int length) {
    static_cast<std::string*>(to)->append(text, static_cast<std::size_t>(length));
  });
  const auto status = XML_Parse(parser, xml.data(), static_cast<int>(xml.size()), 1);
  XML_ParserFree(parser);
  return status == XML_STATUS_OK ? std::optional(out) : std::nullopt;
}

// Line ends as a parser hands them on (XML 1.0 section 2.11).
inline std::string with_plain_line_ends(std::string_view xml) {
  std::string out;
  for (std::size_t i = 0; i < xml.size(); ++i) {
    if (xml[i] == '\r') {
      out += '\n';
      if (i + 1 < xml.size() && xml[i + 1] == '\n') ++i;
    } else {
      out += xml[i];
    }
  }
  return out;
}

}  // namespace rampart::reports
