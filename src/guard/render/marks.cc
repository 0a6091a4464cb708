#include "guard/render/marks.h"

#include <algorithm>
#include <cstdint>
#include <string>

#include "base/text.h"
#include "guard/inspect/signal/catalogue.h"

namespace rampart::guard::render {
namespace {

constexpr std::size_t kMaxRanges = 2'000;  // pieces of text that are marked; our own

bool is_code(std::string_view code) {
  return !code.empty() && code.size() <= 60 && std::ranges::all_of(code, [](char c) {
    return base::is_digit(c) || (c >= 'a' && c <= 'z') || c == '-';
  });
}

// Of a domain, an address or a link as they stand in a text.
bool is_name_character(char c) {
  return base::is_alnum(c) || static_cast<unsigned char>(c) >= 0x80 ||
         std::string_view(".-_@:/?&=%+#~").find(c) != std::string_view::npos;
}

// A name with a dot within, and letters behind it.
bool is_name(std::string_view word) {
  const auto dot = word.find('.');
  return dot != std::string_view::npos && dot != 0 && dot + 2 < word.size() && word.size() >= kMinMarkText;
}

void add(std::vector<Mark>& marks, std::string_view code, std::string_view text) {
  if (marks.size() >= kMaxMarks) return;
  if (text.size() > kMaxMarkText) {
    auto keep = kMaxMarkText;
    while (keep != 0 && (static_cast<unsigned char>(text[keep]) & 0xc0U) == 0x80U) --keep;
    text = text.substr(0, keep);
  }
  Mark mark{.code = std::string(code), .text = std::string(text), .places = 0};
  if (std::ranges::find(marks, mark) == marks.end()) marks.push_back(std::move(mark));
}

// The text as it is compared, with where each byte of it comes from.
struct Haystack {
  std::string text;
  std::vector<std::uint32_t> piece;
  std::vector<std::uint32_t> offset;

  void put(char c, std::size_t of, std::size_t at) {
    if (c == ' ' && (text.empty() || text.back() == ' ')) return;
    text += c;
    piece.push_back(static_cast<std::uint32_t>(of));
    offset.push_back(static_cast<std::uint32_t>(at));
  }
};

bool is_white(char c) { return c == ' ' || c == '\n' || c == '\t'; }

Haystack haystack_of(const std::vector<Piece>& pieces) {
  Haystack out;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    if (pieces[i].kind == Piece::Kind::border) out.put(' ', i, 0);
    if (pieces[i].kind != Piece::Kind::text) continue;
    const std::string_view text = pieces[i].bytes;
    for (std::size_t at = 0; at < text.size(); ++at) {
      // A no-break space is a space.
      const bool is_wide = text.substr(at).starts_with("\xc2\xa0");
      out.put(is_white(text[at]) || is_wide ? ' ' : base::to_lower(text[at]), i, at);
      if (is_wide) ++at;
    }
  }
  return out;
}

std::string needle_of(std::string_view text) {
  std::string out;
  for (const char c : base::trim(text))
    if (!is_white(c))
      out += base::to_lower(c);
    else if (!out.ends_with(' '))
      out += ' ';
  return out;
}

// Where `needle` begins in `text`, without overlaps: Knuth, Morris and Pratt, as both are strangers'.
std::vector<std::size_t> find_all(std::string_view text, std::string_view needle, std::size_t most) {
  std::vector<std::size_t> back(needle.size(), 0);
  for (std::size_t i = 1, k = 0; i < needle.size(); ++i) {
    while (k != 0 && needle[i] != needle[k]) k = back[k - 1];
    if (needle[i] == needle[k]) ++k;
    back[i] = k;
  }
  std::vector<std::size_t> out;
  for (std::size_t i = 0, k = 0; i < text.size() && out.size() < most; ++i) {
    while (k != 0 && text[i] != needle[k]) k = back[k - 1];
    if (text[i] == needle[k]) ++k;
    if (k != needle.size()) continue;
    out.push_back(i + 1 - k);
    k = 0;
  }
  return out;
}

// Whether words end there, so that "a.example" is not found in "data.example".
bool is_whole(std::string_view text, std::size_t begin, std::size_t end) {
  const bool joins_before = begin != 0 && (base::is_alnum(text[begin - 1]) || text[begin - 1] == '-') &&
                            base::is_alnum(text[begin]);
  const bool joins_behind =
      end < text.size() && (base::is_alnum(text[end]) || text[end] == '-') && base::is_alnum(text[end - 1]);
  return !joins_before && !joins_behind;
}

// A range of one piece's text, and the mark that it belongs to.
struct Range {
  std::uint32_t piece = 0;
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  std::uint32_t mark = 0;
};

void add_ranges(const Haystack& hay, std::size_t begin, std::size_t end, std::uint32_t mark,
                std::vector<Range>& out) {
  for (auto at = begin; at < end; ++at) {
    const auto offset = hay.offset[at];
    if (!out.empty() && out.back().mark == mark && out.back().piece == hay.piece[at] && at != begin &&
        offset >= out.back().end) {
      out.back().end = offset + 1;
      continue;
    }
    out.push_back({.piece = hay.piece[at], .begin = offset, .end = offset + 1, .mark = mark});
  }
}

// One text with its ranges, cut at their ends.
void write_marked(const std::string& text, std::span<const Range> ranges, const std::vector<Mark>& marks,
                  std::vector<Piece>& out) {
  std::vector<std::uint32_t> cuts{0, static_cast<std::uint32_t>(text.size())};
  for (const auto& range : ranges) {
    cuts.push_back(range.begin);
    cuts.push_back(range.end);
  }
  std::ranges::sort(cuts);
  cuts.erase(std::unique(cuts.begin(), cuts.end()), cuts.end());
  for (std::size_t i = 0; i + 1 < cuts.size(); ++i) {
    std::vector<std::string_view> codes;
    for (const auto& range : ranges)
      if (range.begin <= cuts[i] && cuts[i + 1] <= range.end && codes.size() < 5 &&
          std::ranges::find(codes, marks[range.mark].code) == codes.end())
        codes.push_back(marks[range.mark].code);
    auto piece = text.substr(cuts[i], cuts[i + 1] - cuts[i]);
    if (codes.empty()) {
      out.push_back({.kind = Piece::Kind::text, .bytes = std::move(piece)});
      continue;
    }
    std::string all;
    for (const auto code : codes) (all += all.empty() ? "" : " ") += code;
    out.push_back({.kind = Piece::Kind::tag, .bytes = "<mark data-cause=\"" + all + "\">"});
    out.push_back({.kind = Piece::Kind::text, .bytes = std::move(piece)});
    out.push_back({.kind = Piece::Kind::tag, .bytes = "</mark>"});
  }
}

}  // namespace

void add_marks(std::vector<Mark>& marks, std::string_view code, std::string_view evidence) {
  if (!is_code(code)) return;
  bool is_named = false;
  for (std::size_t at = 0; at < evidence.size();) {
    auto end = at;
    while (end < evidence.size() && is_name_character(evidence[end])) ++end;
    auto word = evidence.substr(at, end - at);
    while (!word.empty() && !base::is_alnum(word.back()) && static_cast<unsigned char>(word.back()) < 0x80)
      word.remove_suffix(1);
    if (is_name(word)) {
      add(marks, code, word);
      is_named = true;
    }
    at = std::max(end, at + 1);
  }
  const auto whole = base::trim(evidence);
  if (!is_named) add(marks, code, whole.size() >= kMinMarkText ? whole : std::string_view());
}

std::vector<Mark> marks_of(std::span<const Cause> causes) {
  std::vector<Mark> out;
  for (const auto& cause : causes) {
    if (!cause.code.starts_with("content")) {
      add(out, cause.code, {});
      continue;
    }
    // As ContentJudged::text_with_evidence() says it: what signals say, with what each was seen by in brackets.
    for (const auto& kind : signal::kinds()) {
      auto said = base::lower(kind.english.substr(0, 1));
      said += kind.english.substr(1);
      const auto at = cause.text.find(said);
      if (at == std::string::npos) continue;
      auto rest = std::string_view(cause.text).substr(at + said.size());
      // A sentence may begin another one.
      if (!rest.starts_with(" [") && !rest.starts_with(";")) continue;
      std::string_view evidence;
      if (rest.starts_with(" [")) evidence = rest.substr(2, rest.find("]; ") - 2);
      add_marks(out, kind.code, evidence);
    }
  }
  return out;
}

void mark_places(std::vector<Piece>& pieces, std::vector<Mark>& marks) {
  const auto hay = haystack_of(pieces);
  std::vector<Range> ranges;
  for (std::size_t i = 0; i < std::min(marks.size(), kMaxMarks); ++i) {
    const auto needle = needle_of(marks[i].text);
    if (needle.size() < kMinMarkText || !is_code(marks[i].code)) continue;
    for (const auto at :
         find_all(hay.text, needle, kMaxPlaces - std::min<std::size_t>(kMaxPlaces, marks[i].places))) {
      if (!is_whole(hay.text, at, at + needle.size()) || ranges.size() >= kMaxRanges) continue;
      ++marks[i].places;
      add_ranges(hay, at, at + needle.size(), static_cast<std::uint32_t>(i), ranges);
    }
  }
  if (ranges.empty()) return;
  std::ranges::sort(ranges, {}, [](const Range& one) { return std::pair(one.piece, one.begin); });
  std::vector<Piece> out;
  out.reserve(pieces.size() + 3 * ranges.size());
  auto next = ranges.begin();
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const auto first = next;
    while (next != ranges.end() && next->piece == i) ++next;
    if (first == next || pieces[i].kind != Piece::Kind::text)
      out.push_back(std::move(pieces[i]));
    else
      write_marked(pieces[i].bytes, {first, next}, marks, out);
  }
  pieces = std::move(out);
}

}  // namespace rampart::guard::render
