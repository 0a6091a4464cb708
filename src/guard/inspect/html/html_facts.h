// What an HTML part of a mail shows, hides, links to and asks for. Facts, each with the place it stands at; no score.
//
//   const auto facts = html::read_html("<p>Pay at <a href='http://a.example'>bank.example</a>");
//   facts.text                        "Pay at bank.example"
//   facts.links[0].text               "bank.example"
//   facts.links[0].target             "http://a.example"
//
// Pure; memory within the limits below whatever comes; time linear in the bytes. What is shown is approximated: there is no layout,
// styles are those of style attributes and of rules with one simple selector (style.h), the page is white, its font 16 pixels.
// Offsets are bytes of the input.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "guard/inspect/html/script.h"
#include "guard/inspect/url/url.h"

namespace rampart::guard::html {

// All our own. What goes beyond is counted, not kept.
inline constexpr std::size_t kMaxText = 262144;  // bytes of shown text
inline constexpr std::size_t kMaxLinks = 2000;
inline constexpr std::size_t kMaxLinkBytes = 1048576;  // of all targets and texts
inline constexpr std::size_t kMaxLinkText = 1024;      // bytes of one link
inline constexpr std::size_t kMaxDataUrl = 128;        // bytes kept of a data: URL
inline constexpr std::size_t kMaxForms = 50;
inline constexpr std::size_t kMaxDepth = 512;   // open elements; deeper ones are taken for text of the last
inline constexpr std::size_t kMaxSources = 50;  // of one srcset
inline constexpr std::size_t kMaxOtherUrls = 10'000;
inline constexpr std::size_t kMaxOtherText = std::size_t{2} << 20U;  // bytes of each kind
inline constexpr unsigned kMaxPagesWithin = 4;                       // deep, of pages within pages
inline constexpr std::size_t kMaxPages = 5'000;                      // of them in all
inline constexpr std::size_t kFewCharacters = 100;                   // shown, so that an image is the message
inline constexpr std::size_t kLargeImage = 40'000;                   // square pixels
inline constexpr float kTinyImage = 3;                               // pixels, in a direction

enum class LinkKind : std::uint8_t {
  anchor,      // a
  area,        // of an image map
  form,        // action of a form, formaction of a button
  refresh,     // meta refresh
  image,       // img, input type=image, srcset, SVG's image
  background,  // the attribute
  css,         // url(…) and @import
  resource,    // link
  script,
  frame,  // iframe, frame, object, embed
  media,  // audio, video, source, track
};
inline constexpr std::size_t kLinkKinds = static_cast<std::size_t>(LinkKind::media) + 1;
std::string_view to_string(LinkKind kind);
// Whether a person has to click or to send something for it.
bool is_followed_by_people(LinkKind kind);

struct Link {
  LinkKind kind = LinkKind::anchor;
  std::string target;           // as written, character references decoded; a data: URL up to kMaxDataUrl
  std::optional<url::Url> url;  // parsed, base applied; nothing when it is none
  std::string text;             // shown for it, white space collapsed, up to kMaxLinkText
  std::string alt;              // of the images in it
  std::size_t offset = 0;       // of its tag, or of the url(…) in a style
  bool is_cut = false;          // the target or the text was longer
  bool is_hidden = false;       // it stands where nothing is shown
};

// How often, and where first.
struct Seen {
  std::size_t count = 0;
  std::size_t first = 0;  // offset; only when count is not 0

  void add(std::size_t offset) {
    if (count++ == 0) first = offset;
  }
  explicit operator bool() const { return count != 0; }
};

enum class HiddenBy : std::uint8_t { display, visibility, opacity, font, color, size, place };
inline constexpr std::size_t kHiddenBys = static_cast<std::size_t>(HiddenBy::place) + 1;
std::string_view to_string(HiddenBy by);  // "display"

// What a form, or fields outside of one, ask for: by the type of a field, else by words in its name, id, placeholder and the like.
struct Form {
  std::string action;           // as written; empty: none
  std::optional<url::Url> url;  // base applied
  std::size_t offset = 0;
  std::size_t fields = 0;
  Seen password;
  Seen user;  // name or address of an account
  Seen code;  // one-time code, PIN
  Seen card;  // number or check value of a payment card, bank account

  [[nodiscard]] bool asks_for_credentials() const { return password || code || card; }
};

struct HtmlFacts {
  std::string title;
  std::string text;  // shown, white space collapsed, blocks on lines of their own; UTF-8
  bool is_text_cut = false;
  std::vector<Link> links;
  std::size_t links_left_out = 0;
  std::vector<Form> forms;  // fields outside of any form are one without an action
  std::size_t forms_left_out = 0;
  std::optional<std::string> base;  // of the first base with a href

  // Characters that are not white space.
  std::size_t shown_characters = 0;
  std::array<Seen, kHiddenBys> hidden{};  // by what hides them first
  [[nodiscard]] std::size_t hidden_characters() const;
  Seen zero_width;  // in shown text: zero-width space, word joiner, soft hyphen and the like
  Seen joiners;     // in shown text: ZWJ and ZWNJ, which Urdu, Persian and emoji need
  Seen bidi;        // in shown text: marks, embeddings, overrides and isolates

  Seen images;                   // but for tiny ones
  Seen tiny_images;              // up to 3 pixels in a direction
  Seen linked_images;            // in an a
  bool has_large_image = false;  // of kLargeImage or of no stated size
  // Few characters are shown and an image is.
  [[nodiscard]] bool is_image_only() const {
    return shown_characters < kFewCharacters && images && has_large_image;
  }

  Seen scripts;                    // elements
  Seen remote_scripts;             // with src
  std::uint32_t script_marks = 0;  // of ScriptMark, in scripts and event handlers
  std::size_t script_bytes = 0;
  std::size_t longest_base64 = 0;  // characters without a break, in scripts
  Seen download_links;             // a with download
  Seen event_handlers;             // on… attributes
  Seen data_links;                 // data: URLs but for images and fonts
  Seen script_links;               // javascript: and vbscript: URLs
  Seen conditional_comments;       // <!--[if …: what only Outlook shows
  Seen cut_tags;                   // over a limit of the tokenizer
  Seen too_deep;                   // elements over kMaxDepth

  // For block lists, which nobody may slip through: what some mail client shows or follows and what is in none of the above, as that
  // says what most do. Of pages within the page (conditional comments, srcdoc, data: URLs, noframes), href and src of any element, ping,
  // links beyond kMaxLinks, and links at any base that stands there, as URLs; of text that is hidden, beyond kMaxText or in a title, of
  // alternatives of images, attributes that hold a URL and scripts, as text to look for URLs in.
  std::vector<url::Url> other_urls;
  std::string other_text;                  // UTF-8
  std::vector<std::string> other_targets;  // that no base is there for
  std::vector<std::string> other_bases;
  Seen left_out;  // what may hold a link and went over a limit; see is_cut()

  [[nodiscard]] bool has(ScriptMark mark) const {
    return (script_marks >> static_cast<unsigned>(mark) & 1U) != 0;
  }
};

// `html` is UTF-8 (other bytes are U+FFFD in the text).
HtmlFacts read_html(std::string_view html);

// Whether links, or text that may name one, were left out of `links`, `text`, `other_urls` and `other_text` together: so that it cannot
// be said that nothing listed is there. Pictures within the mail may be cut without harm.
inline bool is_cut(const HtmlFacts& facts) { return static_cast<bool>(facts.left_out); }

}  // namespace rampart::guard::html
