// A stranger's HTML, rewritten to safe HTML (safe_html.h): what a person would be shown, with what he would not see made visible, and
// nothing that acts.
//
//   const auto page = sanitise_html("<a href='http://evil.example/'>bank.example</a><script>x()</script>", {});
//   join(page.pieces)     <span data-shown="link">bank.example</span> <bdi dir="ltr" data-shown="target">http://evil.example/</bdi>
//   page.notices[0]       scripts, 1
//
// Pure; time linear in the bytes, memory within the limits below. What is shown is what html/html_facts.h takes for shown: styles of
// attributes and of simple rules. Text is black or white where its own colour would not be read on what is behind it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "guard/render/safe_writer.h"

namespace rampart::guard::render {

// All our own.
inline constexpr std::size_t kMaxPageIn = std::size_t{8} << 20U;        // bytes of a page that are looked at
inline constexpr std::size_t kMaxPageOut = std::size_t{1} << 20U;       // bytes of safe HTML
inline constexpr std::size_t kMaxHiddenShown = std::size_t{32} << 10U;  // bytes of hidden text
inline constexpr std::size_t kMaxTargetShown = 500;                     // bytes of where a link leads
inline constexpr std::size_t kMaxLabelShown = 200;      // bytes of an alternative text, a field's name
inline constexpr std::size_t kMaxNoticeEvidence = 200;  // bytes

// What was left out or changed, so that nobody takes the rendering for the page.
enum class Notice : std::uint8_t {
  scripts,
  event_handlers,
  styles,  // sheets that something is loaded by
  remote_images,
  tiny_images,  // which tell the sender that it was opened
  frames,       // and objects, and pages within
  media,
  forms,
  page_redirect,
  base,         // links are read from another place
  drawings,     // SVG and MathML
  conditional,  // what only Outlook shows
  hidden_text,
  unseen_characters,
  turned_text,  // written backwards (bdo)
  cut,          // longer than is shown
  deeper,       // nested deeper than is shown
  unread_charset,
};
inline constexpr std::size_t kNotices = static_cast<std::size_t>(Notice::unread_charset) + 1;
std::string_view to_string(Notice notice);  // "hidden-text"
std::string_view english(Notice notice);    // a sentence without its full stop

struct Noticed {
  Notice notice = Notice::scripts;
  std::uint64_t count = 0;
  std::string evidence;  // of the first; printable; may be empty
};

struct SafePage {
  std::vector<Piece> pieces;
  std::vector<Noticed> notices;  // in the order of Notice
};

struct PageOptions {
  std::size_t limit = kMaxPageOut;
};

// `html` is UTF-8; other bytes are U+FFFD.
SafePage sanitise_html(std::string_view html, const PageOptions& options);
// Plain text, with its links as those of a page.
SafePage sanitise_text(std::string_view text, const PageOptions& options);

}  // namespace rampart::guard::render
