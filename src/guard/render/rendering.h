// A message as a person may read it without harm: what a worker makes of it, and what is believed of a worker.
//
//   const Rendering shown = read_rendering(reply.bytes);     // total; its HTML is safe (safe_html.h), whoever wrote it
//   shown.bodies[0].html, shown.parts[2].name, shown.marks[0].places
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "guard/render/sanitise.h"

namespace rampart::guard::render {

// All our own. What goes beyond is left out, and told in `fault`.
inline constexpr std::size_t kMaxBodies = 20;                           // texts and pages
inline constexpr std::size_t kMaxAllBodies = std::size_t{3} << 20U;     // bytes of safe HTML of all
inline constexpr std::size_t kMaxPlainShown = std::size_t{256} << 10U;  // bytes of the plain text
inline constexpr std::size_t kMaxLinksShown = 200;
inline constexpr std::size_t kMaxPartsShown = 200;
inline constexpr std::size_t kMaxFoundInPart = 30;
inline constexpr std::size_t kMaxMarks = 60;       // strings that are looked for
inline constexpr std::size_t kMaxMarkText = 200;   // bytes of one
inline constexpr std::size_t kMaxPlaces = 200;     // that one is marked at, in all bodies
inline constexpr std::size_t kMaxShownFact = 400;  // bytes of a name, an address, a clause

// Something that speaks against the message, and what it is seen by.
struct Mark {
  std::string code;  // of signal::kinds(), or of a Cause: letters, digits and hyphens
  std::string text;  // what is looked for; may be empty
  std::uint32_t places = 0;

  friend bool operator==(const Mark&, const Mark&) = default;
};

struct PartFound {
  std::string code;      // of signal::kinds()
  std::string evidence;  // printable
};

struct RenderedPart {
  std::string path;  // "1.2", as in inspect/seen/inspected.h
  std::string type;
  std::string name;
  std::string charset;
  std::string sha256;
  std::uint64_t size = 0;
  std::uint64_t depth = 0;
  bool is_attachment = false;
  bool is_shown = false;  // with a body below
  std::vector<PartFound> found;
  std::vector<std::string> rules;  // YARA rules that fit
  std::string unseen;              // why it was not looked at; empty: it was
};

struct RenderedLink {
  std::string part;
  std::string kind;    // "anchor", "form", "text", "pdf", "qr", …
  std::string text;    // shown for it
  std::string target;  // where it leads
  std::string host;
  std::vector<std::string> facts;  // of url::UrlFact
  std::string claimed;             // the host that its text names, where that is another domain; else empty
  std::uint64_t count = 0;
  bool is_hidden = false;
};

struct RenderedBody {
  std::string part;
  bool is_page = false;  // HTML as it came; else plain text
  std::string html;      // safe
  std::vector<Noticed> notices;
};

struct Rendering {
  std::vector<RenderedPart> parts;
  std::vector<RenderedBody> bodies;
  std::string text;  // of the first plain text, else as the page shows it; lines
  std::string text_part;
  bool is_text_cut = false;
  std::vector<RenderedLink> links;  // that a person may follow
  std::uint64_t links_left_out = 0;
  std::vector<Mark> marks;
  std::string extent = "all";  // guard::Extent
  std::string fault;           // why it is not all, one clause; empty: it is
};

// Nothing can be shown, and why.
Rendering not_rendered(std::string why);

std::string write_rendering(const Rendering& rendering);
// Any other bytes are not_rendered(). Texts are held to the limits; a body that is not safe is taken out, and told.
Rendering read_rendering(std::string_view bytes);

// Into an open object: "parts", "bodies", "text", "links", "marks", "extent", "fault".
void write_members(base::JsonWriter& json, const Rendering& rendering);

}  // namespace rampart::guard::render
