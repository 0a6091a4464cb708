// What was seen in a message: neutral facts of its parts, links and text, within limits. Made in a worker (look.h), written there and
// read by the process that decides, to which a worker's word is a stranger's.
//
//   const Inspected seen = read_inspected(reply.bytes);   // total: what is not understood is `Extent::nothing`, and why
//   seen.links[0].url                "https://evil.example/login", in seen.links[0].part "1.2"
//   seen.fault                       why this is not all; empty: it is
//
// All text is UTF-8 without control characters, but for line feeds in `text`.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "guard/inspect/files/file_facts.h"
#include "guard/inspect/html/html_facts.h"
#include "guard/inspect/pdf/pdf.h"
#include "guard/inspect/seen/link_key.h"
#include "guard/inspect/url/url_facts.h"
#include "guard/inspect/words/words.h"

namespace rampart::guard {

// All our own. What goes beyond is left out and counted, or said in `fault`.
inline constexpr std::size_t kMaxSeenParts = 200;
inline constexpr std::size_t kMaxSeenLinks =
    500;  // different ones; those a person follows come before those that load
inline constexpr std::size_t kMaxSeenUrl = 2'000;                       // bytes of one
inline constexpr std::size_t kMaxSeenLinkText = 200;                    // bytes of what is shown for one
inline constexpr std::size_t kMaxSeenTargets = 8;                       // of one link
inline constexpr std::size_t kMaxSeenPages = 20;                        // HTML parts
inline constexpr std::size_t kMaxSeenForms = 10;                        // of one page
inline constexpr std::size_t kMaxSeenText = 16'384;                     // bytes of shown text that are kept
inline constexpr std::size_t kMaxSeenName = 255;                        // bytes of names, types and the like
inline constexpr std::size_t kMaxSeenInside = 1'024;                    // bytes of a path within files
inline constexpr std::size_t kMaxLinkKeys = 10'000;                     // different ones, for lists …
inline constexpr std::size_t kMaxLinkKeyBytes = std::size_t{4} << 20U;  // … and all together
inline constexpr std::size_t kMaxSeenPdfs = 10;
inline constexpr std::size_t kMaxSeenHashes = 2'500;  // of parts, and of all files in them that are looked at
inline constexpr std::size_t kMaxSeenRules = 20;      // of one part
inline constexpr std::size_t kMaxSeenWords = 2 * words::kKinds;

enum class LinkSource : std::uint8_t { text, html, calendar, pdf, qr, file };
inline constexpr std::size_t kLinkSources = static_cast<std::size_t>(LinkSource::file) + 1;
std::string_view to_string(LinkSource source);

// A URL within a link: what a rewriter wraps, or a redirect carries.
struct SeenTarget {
  std::string host;        // as compared; of a domain its A-labels
  std::string registered;  // the domain that somebody registered; empty of an address
  std::string by;          // url::Target::by
  bool is_known = false;   // by a rewriter of the data, so that the URL around it is no more than a wrapper
  bool is_final = true;
  url::UrlFacts facts;
};

// One that a person may follow, or that is loaded.
struct SeenLink {
  LinkSource source = LinkSource::text;
  html::LinkKind kind = html::LinkKind::anchor;  // of html
  std::string part;                              // "1.2": the part's path
  std::string inside;                            // of what stands in a file: "a.zip/b.pdf"; else empty
  std::string url;                               // up to kMaxSeenUrl
  std::string scheme;
  std::string host;        // as compared; empty: it has none
  std::string registered;  // empty of an address, and of what is below no known suffix
  std::string text;        // shown for it
  std::string alt;         // of the images in it
  url::ShownRelation relation = url::ShownRelation::no_claim;
  std::string claimed_host;        // that the text names
  std::string claimed_registered;  // the same
  url::UrlFacts facts;
  std::vector<SeenTarget> targets;
  double share = 0;               // of a PDF's page that leads there, 0 to 1
  std::size_t count = 1;          // how often it stands in that part
  bool is_hidden = false;         // each time where nothing is shown
  bool is_in_attachment = false;  // not in what a mail client shows by itself

  // Whether somebody has to click, scan or send something for it, so that it is no image, style or script.
  [[nodiscard]] bool is_followed() const {
    return source != LinkSource::html || html::is_followed_by_people(kind);
  }
};

// What a form, or fields outside of one, ask for.
struct SeenForm {
  std::string action;  // as written, up to kMaxSeenUrl; empty: none
  std::string host;    // where it is sent to; empty: nowhere that is known
  std::string registered;
  std::size_t fields = 0;
  bool password = false;
  bool user = false;  // name or address of an account
  bool code = false;  // one-time code, PIN
  bool card = false;  // payment card, bank account

  [[nodiscard]] bool asks_for_credentials() const { return password || code || card; }
};

// One HTML part, in the body or attached.
struct SeenPage {
  std::string part;
  std::string inside;  // of one that stands in a file: "a.zip/b.html"; else empty
  bool is_attachment = false;
  bool is_of_mail = false;  // the text of a message in a file, so that nobody opens it as a page
  std::string title;
  html::HtmlFacts facts;  // without `links`, `forms`, `text`, `title` and `base`
  std::vector<SeenForm> forms;
  bool has_base = false;
  std::size_t part_images = 0;      // of those that it shows, how many came along (cid:)
  bool is_image_only = false;       // as facts.is_image_only(), by the true size of images that came along
  std::vector<words::Found> words;  // in its shown text
};

struct SeenPart {
  std::string path;  // "1.2", as IMAP numbers them (RFC 9051 section 6.4.5.1): "1" of a message without parts
  std::string type;  // "text/html", lower case
  std::string name;  // of the file
  std::string charset;
  std::string content_id;
  std::string sha256;    // of what it holds, without its encoding; empty of one with parts
  std::size_t size = 0;  // the same, bytes
  std::size_t depth = 0;
  bool is_attachment = false;  // a mail client offers it as a file
  bool is_referenced = false;  // by an HTML part (cid:)
  files::FileFacts file;  // of leaves that are no text of the body; its links are among those of the message
  std::uint32_t width = 0;  // of an image, pixels; 0: it is none, or does not say
  std::uint32_t height = 0;
  std::vector<std::string> rules;  // YARA rules that fit: "macro_dropper (office.yar): its description"
  std::string
      unseen;  // why an image or a PDF in it, or rules, were not looked at, one clause; empty: they were
};

// A PDF, as a part or within a file.
struct SeenPdf {
  std::string part;
  std::string inside;       // "a.zip/b.pdf"; "b.pdf" of one that is a part
  std::uint32_t marks = 0;  // of pdf::Mark
  std::vector<std::string> evidence;
  std::size_t pages = 0;
  std::size_t images = 0;
  std::size_t text_characters = 0;
  bool is_image_only = false;
  std::string unseen;  // why not all of it was looked at; empty: it was

  [[nodiscard]] bool has(pdf::Mark mark) const { return (marks >> static_cast<unsigned>(mark) & 1U) != 0; }
};

enum class Extent : std::uint8_t {
  all,
  part,     // over a limit, damaged or in an encoding that is not read; `fault` says what
  nothing,  // nobody looked: it is too large, inspection is off, or what was said is not understood
  late,     // nobody could in time: a trouble of ours, which may be over when it comes again
  killed,   // it ended the process that looked at it, twice
};
inline constexpr std::size_t kExtents = static_cast<std::size_t>(Extent::killed) + 1;
std::string_view to_string(Extent extent);

struct Inspected {
  Extent extent = Extent::all;
  std::string fault;  // why it is not all, one clause
  std::vector<SeenPart> parts;
  std::size_t parts_left_out = 0;
  bool is_contradictory = false;  // mail::BodyParts has it
  std::vector<SeenLink> links;
  std::size_t links_left_out = 0;
  std::vector<SeenPage> pages;
  std::size_t pages_left_out = 0;
  std::vector<SeenPdf> pdfs;

  // The body as it is shown: HTML where there is some, else plain text; of several the first.
  std::string text;  // its first kMaxSeenText bytes
  std::string body_part;
  bool is_body_html = false;
  std::size_t shown_characters = 0;
  std::vector<words::Found> words;  // in all text that is shown, and in plain alternatives of it

  // For block lists: links as link_key() writes them, in every reading, with the targets that they carry; SHA-256 of each part and of
  // the files in it.
  std::vector<std::string> link_keys;
  std::vector<std::string> hashes;

  // Lowers the extent to part and keeps the first reason.
  void doubt(std::string_view why) {
    if (extent == Extent::all) extent = Extent::part;
    if (fault.empty()) fault = why;
  }
};

// Nothing was seen, and why.
Inspected not_inspected(std::string why, Extent extent = Extent::nothing);

// 64 hexadecimal digits in lower case.
bool is_sha256(std::string_view text);

std::string write_inspected(const Inspected& inspected);
// Any other bytes are not_inspected(). Numbers and texts are held to the limits above.
Inspected read_inspected(std::string_view bytes);

}  // namespace rampart::guard
