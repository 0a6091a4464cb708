#include "guard/inspect/images/text_art.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/text.h"

namespace rampart::guard::images {
namespace {

// A character is as wide as half of its height: a column of two pixels, dark or light each.
struct Cell {
  bool top = false;
  bool bottom = false;
};

struct Line {
  std::vector<Cell> cells;
  std::size_t drawn = 0;  // cells that are dark somewhere
  std::size_t other = 0;  // characters of text
};

Line read_line(std::string_view text) {
  constexpr char32_t kUpperHalf = 0x2580;
  constexpr char32_t kLowerHalf = 0x2584;
  constexpr char32_t kFull = 0x2588;
  constexpr char32_t kNoBreakSpace = 0xA0;
  Line out;
  while (!text.empty() && out.cells.size() < kMaxDrawnColumns) {
    auto [length, value] = base::decode_utf8(text);
    text.remove_prefix(std::max<std::size_t>(length, 1));
    Cell cell;
    if (value == kFull || value == U'#')
      cell = {true, true};
    else if (value == kUpperHalf)
      cell.top = true;
    else if (value == kLowerHalf)
      cell.bottom = true;
    else if (value == U'\r')
      continue;
    else if (value != U' ' && value != kNoBreakSpace)
      ++out.other;
    out.drawn += cell.top || cell.bottom ? 1U : 0U;
    out.cells.push_back(cell);
  }
  return out;
}

Gray pixels_of(const std::vector<Line>& lines) {
  Gray out{.width = 0, .height = lines.size() * 2, .pixels = {}};
  for (const auto& line : lines) out.width = std::max(out.width, line.cells.size());
  out.pixels.assign(out.width * out.height, 255);
  for (std::size_t y = 0; y < lines.size(); ++y)
    for (std::size_t x = 0; x < lines[y].cells.size(); ++x) {
      const auto cell = lines[y].cells[x];
      if (cell.top) out.row(2 * y)[x] = 0;
      if (cell.bottom) out.row(2 * y + 1)[x] = 0;
    }
  return out;
}

class Drawings {
 public:
  explicit Drawings(Budget& budget) : budget_(budget) {}

  ImageFacts look(std::string_view text) {
    while (!text.empty() && drawings_ < kMaxDrawings) {
      const auto end = std::min(text.find('\n'), text.size());
      take(read_line(text.substr(0, end)));
      text.remove_prefix(std::min(end + 1, text.size()));
    }
    finish();
    return std::move(facts_);
  }

 private:
  // A line of a drawing, or an empty one, which a code in light characters has around it.
  void take(Line line) {
    const bool belongs = line.drawn > line.other || (line.drawn == 0 && line.other == 0 && !lines_.empty());
    if (!belongs || lines_.size() == kMaxDrawnLines) finish();
    if (!belongs) return;
    drawn_ += line.drawn;
    lines_.push_back(std::move(line));
  }

  void finish() {
    const auto lines = std::exchange(lines_, {});
    if (std::exchange(drawn_, 0) < kMinDrawnCharacters || lines.size() < kMinDrawnLines) return;
    ++drawings_;
    auto found = look_at_pixels(pixels_of(lines), budget_);
    if (facts_.width == 0) {
      facts_ = std::move(found);
      return;
    }
    for (auto& code : found.codes)
      if (facts_.codes.size() < kMaxCodes) facts_.codes.push_back(std::move(code));
    if (facts_.unseen.empty()) facts_.unseen = std::move(found.unseen);
  }

  Budget& budget_;
  ImageFacts facts_;
  std::vector<Line> lines_;
  std::size_t drawn_ = 0;
  std::size_t drawings_ = 0;
};

}  // namespace

ImageFacts look_at_text(std::string_view text, Budget& budget) {
  // Block elements, or # in twos: most texts have neither.
  if (text.find("\xe2\x96") == std::string_view::npos && text.find("##") == std::string_view::npos) return {};
  return Drawings(budget).look(text);
}

}  // namespace rampart::guard::images
