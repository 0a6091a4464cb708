// Writes safe HTML (safe_html.h) as a tree that browsers read as it was written: whatever would be closed, moved or wrapped by their
// rules (https://html.spec.whatwg.org/#tree-construction) is closed or wrapped here already.
//
//   SafeWriter out(limit);
//   out.open("td", {}, 1);            // writes <table>… no: outside of a table a cell is nothing
//   out.text("hello");  out.close_to(1);
//   const auto pieces = out.take();   // balanced
//
// Elements belong to a depth of the page that is read: close_to(depth) closes what was opened at that depth and below.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "guard/render/safe_html.h"

namespace rampart::guard::render {

// A tag that is written, or text between tags.
struct Piece {
  enum class Kind : std::uint8_t {
    tag,
    border,  // a tag at which lines end, so that words do not go on behind it
    text,    // of the message
    label,   // of ours: marks are not looked for in it
  };
  Kind kind = Kind::tag;
  std::string bytes;  // a tag as it is written; text not yet escaped
};

using AttributeList = std::vector<std::pair<std::string_view, std::string>>;

class SafeWriter {
 public:
  // `limit`: bytes, escaped. What goes beyond is left out, but for the tags that close.
  explicit SafeWriter(std::size_t limit) : limit_(limit) {}

  // False: it is not written, as there is no room or no place for it. Attributes that are not safe are our own fault and left out.
  bool open(std::string_view element, const AttributeList& attributes, std::size_t depth);
  void empty(std::string_view element);  // br, hr
  void text(std::string_view text, Piece::Kind kind = Piece::Kind::text);
  // A line's element around a text, at once: <span data-shown="hidden">…</span>.
  void around(std::string_view element, const AttributeList& attributes, std::string_view text,
              Piece::Kind kind = Piece::Kind::text);
  void close_to(std::size_t depth);

  // Whether text would stand directly in a table or a row, where only white space may.
  [[nodiscard]] bool is_between_cells() const;
  [[nodiscard]] bool is_cut() const { return is_cut_; }
  [[nodiscard]] bool is_deeper() const { return is_deeper_; }
  std::vector<Piece> take();

 private:
  struct Open {
    std::string_view element;  // one of safe_html.h's, whose names are constants
    Place place = Place::none;
    std::size_t depth = 0;
  };
  bool put_tag(std::string_view element, const AttributeList& attributes, std::size_t depth);
  void close_one();
  void close_above(std::size_t index);
  bool make_room(std::string_view element, Place place, std::size_t depth);
  bool make_room_in_table(Place place, std::size_t depth);
  void leave_paragraph();
  void leave_item(std::string_view element);
  bool enter_cell();
  [[nodiscard]] bool has_room(std::size_t bytes);

  std::size_t limit_;
  std::size_t size_ = 0;
  bool is_cut_ = false;
  bool is_deeper_ = false;
  std::vector<Open> open_;
  std::vector<Piece> pieces_;
};

// The pieces as one text, escaped.
std::string join(const std::vector<Piece>& pieces);

}  // namespace rampart::guard::render
