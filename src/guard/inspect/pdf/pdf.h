// What a PDF of a stranger does, shows and links to: ISO 32000-1, read by qpdf within limits.
//
//   images::Budget images;                            // of one message, as is
//   pdf::Budget budget;
//   const auto facts = pdf::read_pdf(bytes, images, budget);
//   facts.links[0].url, .page, .share                 "https://login.example/doc", 1, 0.4: of the page's area
//   facts.has(pdf::Mark::javascript)
//   facts.codes[0].links                              of QR codes in its images
//   facts.is_image_only()                             one page, an image, hardly a letter
//   facts.unseen                                      "it needs a password": why this is not all
//
// Pure; memory and time within the limits below whatever comes. Opens no files, so that a worker (base/worker.h) may call it.
// What stands in no page but in the file counts, too: viewers mend what is damaged in different ways.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "guard/inspect/images/images.h"

namespace rampart::guard::pdf {

// All our own.
inline constexpr std::size_t kMaxObjects = 100'000;
inline constexpr std::size_t kMaxInflated = 48U << 20U;  // bytes that all streams together become
inline constexpr std::size_t kMaxIndex = 4U << 20U;      // the same, of those that say where the objects are
inline constexpr std::size_t kMaxRead = 512U << 20U;   // bytes that qpdf reads, the same ones again and again
inline constexpr std::size_t kMaxPages = 1'000;        // looked at; further ones are objects like others
inline constexpr std::size_t kMaxContent = 8U << 20U;  // bytes of pages' content
inline constexpr std::size_t kMaxImages = 40;          // looked at for codes
inline constexpr std::size_t kMaxLinks = 500;          // different ones
inline constexpr std::size_t kMaxLink = 2'048;         // bytes
inline constexpr std::size_t kMaxCodes = 32;
inline constexpr std::size_t kMaxEvidence = 20;
inline constexpr std::size_t kMaxEvidenceText = 200;  // bytes
inline constexpr std::size_t kFewCharacters = 100;    // shown on a page, so that its image is what is read

enum class Mark : std::uint8_t {
  javascript,
  opens_by_itself,  // an action when the document or a page is opened
  launch,           // starts a program or opens a file
  embedded_file,
  form,         // fields to fill in
  xfa,          // a form that is a program of its own
  submits,      // a form that is sent somewhere
  remote_file,  // goes to a file elsewhere
  rich_media,   // Flash, video, 3D
  encrypted,    // whoever opens it needs no password, or unseen says so
};
inline constexpr std::size_t kMarks = static_cast<std::size_t>(Mark::encrypted) + 1;
std::string_view to_string(Mark mark);  // "opens-by-itself"

enum class LinkFrom : std::uint8_t { annotation, action, form, script };
inline constexpr std::size_t kLinkFroms = static_cast<std::size_t>(LinkFrom::script) + 1;
std::string_view to_string(LinkFrom from);

struct Link {
  std::string url;  // as written, the document's base applied, for url::parse
  LinkFrom from = LinkFrom::annotation;
  std::uint32_t page = 0;  // from 1; 0: of none that is known
  double share = 0;        // of the page's area that leads there, 0 to 1; of several on it their sum
};

struct Evidence {
  Mark mark = Mark::javascript;
  std::string text;  // the beginning of a script, the name of a file; printable
};

struct PdfFacts {
  std::uint32_t marks = 0;  // of Mark
  std::vector<Evidence> evidence;
  std::vector<Link> links;
  std::size_t links_left_out = 0;
  std::vector<images::Code> codes;
  std::size_t pages = 0;
  std::size_t images = 0;
  double largest_image = 0;         // pixels
  std::size_t text_characters = 0;  // bytes of text shown, nearly its characters; up to kMaxContent
  std::string unseen;               // why this is not all, one clause; empty: it is

  [[nodiscard]] bool has(Mark mark) const { return (marks >> static_cast<unsigned>(mark) & 1U) != 0; }
  [[nodiscard]] bool is_image_only() const {
    return pages != 0 && images != 0 && text_characters < kFewCharacters * pages;
  }
};

// What may still be spent on one message's PDFs.
struct Budget {
  std::size_t objects = kMaxObjects;
  std::size_t inflated = kMaxInflated;
  std::size_t read = kMaxRead;
};

PdfFacts read_pdf(std::string_view bytes, images::Budget& images, Budget& budget);
// Of a message that has no other.
inline PdfFacts read_pdf(std::string_view bytes, images::Budget& images) {
  Budget budget;
  return read_pdf(bytes, images, budget);
}

}  // namespace rampart::guard::pdf
