// The fields of a part that say what it is: Content-Type, Content-Disposition, Content-Transfer-Encoding and Content-ID
// (RFC 2045, RFC 2183), with parameters continued and encoded by RFC 2231, and by RFC 2047 as mail programs wrongly do.
//
//   ContentFieldReader reader;
//   while (…) reader.add(line);                 // without its end; folded lines one after another
//   const auto fields = reader.finish();        // fields.type "text/html", fields.charset "utf-8"
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mail/body_parts.h"

namespace rampart::mail {

struct ContentFields {
  std::string type = "text/plain";
  std::string name;
  std::string other_name;  // that Content-Type gives, where Content-Disposition gives another
  std::string charset;
  std::string boundary;
  std::string content_id;
  Disposition disposition = Disposition::none;
  BodyEncoding encoding = BodyEncoding::identity;
  bool is_ambiguous = false;  // a field or a parameter twice, differently, with a bare CR, or past a limit
  bool is_guess = false;      // a type that is none
  bool is_flowed = false;     // format=flowed (RFC 3676)
  bool has_delsp = false;     // delsp=yes
};

class ContentFieldReader {
 public:
  // Whether the line begins a field: a name of visible characters and a colon.
  static bool is_field(std::string_view line);
  void add(std::string_view line);
  ContentFields finish();

 private:
  std::string field_;  // of those that are looked at, unfolded; else empty
  std::size_t count_ = 0;
  // The first of each counts.
  std::string type_;
  std::string disposition_;
  std::string encoding_;
  std::string id_;
  bool is_ambiguous_ = false;
  void end_field();
};

// The value before the first ";", lower case, and the parameters behind it, decoded, their names in lower case; the first of a
// name counts. At most kMaxParameters.
struct Parametrised {
  std::string value;
  std::vector<std::pair<std::string, std::string>> parameters;

  bool is_ambiguous = false;  // a parameter twice, with another text, or more of them than are read

  [[nodiscard]] std::string_view find(std::string_view name) const;
};
Parametrised read_parameters(std::string_view field);

}  // namespace rampart::mail
