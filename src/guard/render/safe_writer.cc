#include "guard/render/safe_writer.h"

#include <algorithm>

#include "base/text.h"

namespace rampart::guard::render {
namespace {

constexpr std::size_t kRoomForTag = 120;     // bytes of a tag with its end, about
constexpr std::size_t kMaxPieces = 200'000;  // so that nothing but tags is no page either

std::size_t escaped_size(std::string_view text) {
  std::size_t out = text.size();
  for (const char c : text)
    if (c == '&' || c == '<' || c == '>' || c == '"' || c == '\'') out += 5;
  return out;
}

bool is_heading(std::string_view element) {
  return element.size() == 2 && element[0] == 'h' && base::is_digit(element[1]);
}

}  // namespace

bool SafeWriter::has_room(std::size_t bytes) {
  if (is_cut_ || size_ + bytes > limit_ || pieces_.size() >= kMaxPieces) is_cut_ = true;
  return !is_cut_;
}

void SafeWriter::close_one() {
  const auto& last = open_.back();
  auto tag = std::string("</").append(last.element).append(">");
  size_ += tag.size();
  pieces_.push_back(
      {.kind = last.place == Place::line ? Piece::Kind::tag : Piece::Kind::border, .bytes = std::move(tag)});
  open_.pop_back();
}

void SafeWriter::close_above(std::size_t index) {
  while (open_.size() > index) close_one();
}

void SafeWriter::close_to(std::size_t depth) {
  const auto first = std::ranges::find_if(open_, [&](const Open& one) { return one.depth >= depth; });
  close_above(static_cast<std::size_t>(first - open_.begin()));
}

bool SafeWriter::is_between_cells() const {
  if (open_.empty()) return false;
  const auto place = open_.back().place;
  return place == Place::table || place == Place::section || place == Place::row;
}

bool SafeWriter::put_tag(std::string_view element, const AttributeList& attributes, std::size_t depth) {
  if (open_.size() >= kMaxSafeDepth) {
    is_deeper_ = true;
    return false;
  }
  if (!has_room(kRoomForTag)) return false;
  auto tag = std::string("<").append(element);
  for (const auto& [name, value] : attributes) {
    if (!is_safe_attribute(element, name, value)) continue;
    tag.append(" ").append(name).append("=\"").append(base::escape_markup(value)).append("\"");
  }
  tag += '>';
  size_ += tag.size();
  const auto place = place_of(element);
  pieces_.push_back(
      {.kind = place == Place::line ? Piece::Kind::tag : Piece::Kind::border, .bytes = std::move(tag)});
  if (place != Place::empty) open_.push_back({.element = element, .place = place, .depth = depth});
  return true;
}

// Text and elements of lines and blocks stand in a cell.
bool SafeWriter::enter_cell() {
  if (!is_between_cells()) return true;
  const auto depth = open_.back().depth;
  if (open_.back().place != Place::row && !put_tag("tr", {}, depth)) return false;
  return put_tag("td", {}, depth);
}

// A block ends a paragraph around it, up to the cell.
void SafeWriter::leave_paragraph() {
  for (auto i = open_.size(); i-- > 0;) {
    if (open_[i].element == "p") return close_above(i);
    if (open_[i].place == Place::cell || open_[i].place == Place::caption || open_[i].place == Place::table)
      return;
  }
}

// An item ends the one before it, a heading a heading.
void SafeWriter::leave_item(std::string_view element) {
  if (is_heading(element)) {
    if (!open_.empty() && is_heading(open_.back().element)) close_one();
    return;
  }
  const bool is_item = element == "li";
  if (!is_item && element != "dt" && element != "dd") return;
  for (auto i = open_.size(); i-- > 0;) {
    const auto& one = open_[i];
    if (is_item ? one.element == "li" : one.element == "dt" || one.element == "dd") return close_above(i);
    if (one.element == "ul" || one.element == "ol" || one.element == "dl" || one.place == Place::cell ||
        one.place == Place::caption || one.place == Place::table)
      return;
  }
}

// What is no table ends at the table, the section or the row that it belongs to; without one it is nothing.
bool SafeWriter::make_room_in_table(Place place, std::size_t depth) {
  const auto table =
      std::find_if(open_.rbegin(), open_.rend(), [](const Open& one) { return one.place == Place::table; });
  if (table == open_.rend()) return false;
  auto keep = static_cast<std::size_t>(open_.rend() - table);  // elements that stay open
  const auto stays = [&](Place wanted) {
    if (keep < open_.size() && open_[keep].place == wanted) ++keep;
  };
  if (place == Place::row || place == Place::cell) stays(Place::section);
  const auto before_row = keep;
  if (place == Place::cell) stays(Place::row);
  close_above(keep);
  if (place != Place::cell || keep != before_row) return true;
  return put_tag("tr", {}, std::min(depth, open_.back().depth));
}

bool SafeWriter::make_room(std::string_view element, Place place, std::size_t depth) {
  switch (place) {
    case Place::none:
      return false;
    case Place::section:
    case Place::row:
    case Place::cell:
    case Place::caption:
      return make_room_in_table(place, depth);
    default:
      break;
  }
  if (!enter_cell()) return false;
  if (place == Place::line || element == "br") return true;
  leave_paragraph();
  leave_item(element);
  return true;
}

bool SafeWriter::open(std::string_view element, const AttributeList& attributes, std::size_t depth) {
  if (is_cut_) return false;
  const auto place = place_of(element);
  return make_room(element, place, depth) && put_tag(element, attributes, depth);
}

void SafeWriter::empty(std::string_view element) {
  if (!is_cut_ && make_room(element, Place::empty, 0)) put_tag(element, {}, 0);
}

void SafeWriter::text(std::string_view text, Piece::Kind kind) {
  if (text.empty() || is_cut_) return;
  if (is_between_cells()) {
    if (text.find_first_not_of(" \n") == std::string_view::npos) return;
    if (!enter_cell()) return;
  }
  auto size = escaped_size(text);
  if (size_ + size > limit_) {
    // As much as there is room for, to a character's border.
    std::size_t keep = std::min(text.size(), limit_ - std::min(limit_, size_));
    while (keep != 0 && escaped_size(text.substr(0, keep)) + size_ > limit_) keep /= 2;
    while (keep != 0 && keep < text.size() && (static_cast<unsigned char>(text[keep]) & 0xc0U) == 0x80U)
      --keep;
    text = text.substr(0, keep);
    size = escaped_size(text);
    if (!text.empty()) pieces_.push_back({.kind = kind, .bytes = std::string(text)});
    size_ += size;
    is_cut_ = true;
    return;
  }
  if (!has_room(size)) return;
  size_ += size;
  pieces_.push_back({.kind = kind, .bytes = std::string(text)});
}

void SafeWriter::around(std::string_view element, const AttributeList& attributes, std::string_view text,
                        Piece::Kind kind) {
  constexpr auto kOfItsOwn = static_cast<std::size_t>(-1);
  if (!open(element, attributes, kOfItsOwn)) return;
  this->text(text, kind);
  close_one();
}

std::vector<Piece> SafeWriter::take() {
  close_above(0);
  return std::move(pieces_);
}

std::string join(const std::vector<Piece>& pieces) {
  std::string out;
  for (const auto& piece : pieces)
    out += piece.kind == Piece::Kind::text || piece.kind == Piece::Kind::label
               ? base::escape_markup(piece.bytes)
               : piece.bytes;
  return out;
}

}  // namespace rampart::guard::render
