#include "audit/portfolio/table_reader.h"

#include <fmt/format.h>

#include "base/text.h"

namespace rampart::audit {
namespace {

constexpr std::size_t kShown = 60;  // bytes of a row in a fault

}  // namespace

TableReader::Got TableReader::peek() { return read(); }

TableReader::Got TableReader::next() {
  const auto got = read();
  if (got == Got::end) return got;
  if (got == Got::bad) {
    skip_line();
  } else {
    input_->take(pos_);
    line_ = at_line_;
  }
  return got;
}

TableReader::Got TableReader::read() {
  spans_.clear();
  cells_.clear();
  text_.clear();
  latin_ = false;
  only_first_line_ = false;
  row_line_ = at_line_ = line_;
  pos_ = 0;
  at_column_ = 1;
  char c = 0;
  if (!at(c)) return Got::end;
  for (;;) {
    switch (read_cell()) {
      case Step::cell:
        if (spans_.size() == kMaxColumns) {
          complain(fmt::format("the row has more than {} columns", kMaxColumns), at_line_, at_column_);
          return Got::bad;
        }
        break;
      case Step::row:
        give();
        return Got::row;
      case Step::bad:
        return Got::bad;
    }
  }
}

// The character at the place, which is not passed.
bool TableReader::at(char& c) {
  while (pos_ >= input_->rest().size()) {
    if (!input_->more()) return false;
  }
  c = input_->rest()[pos_];
  return true;
}

void TableReader::advance(char c) {
  ++pos_;
  if (c == '\n') {
    ++at_line_;
    at_column_ = 1;
  } else if ((static_cast<unsigned char>(c) & 0xc0U) != 0x80) {
    ++at_column_;
  }
}

TableReader::Step TableReader::read_cell() {
  Span span{.from = text_.size(), .size = 0, .line = at_line_, .column = at_column_};
  char c = 0;
  while (at(c) && c == ' ' && c != delimiter_ &&
         pos_ <= kMaxRow) {  // blanks before a quote are no part of the cell
    text_ += c;
    advance(c);
  }
  if (at(c) && c == '"') {
    text_.resize(span.from);
    span.line = at_line_;
    span.column = at_column_;
    spans_.push_back(span);
    return read_quoted();
  }
  spans_.push_back(span);
  while (at(c) && c != delimiter_ && c != '\n' && c != '\r') {
    text_ += c;
    advance(c);
    if (text_.size() - span.from > kMaxCell)
      return complain(fmt::format("the cell has more than {} bytes", kMaxCell), span.line, span.column);
  }
  return end_cell();
}

TableReader::Step TableReader::read_quoted() {
  const auto span = spans_.back();
  const auto unclosed = [&](std::string what) {
    only_first_line_ = true;
    return complain(std::move(what), span.line, span.column);
  };
  char c = 0;
  advance('"');
  for (;;) {
    if (!at(c)) return unclosed("the quote that opens here is never closed");
    advance(c);
    if (c == '"') {
      char second = 0;
      if (!at(second) || second != '"') break;
      advance(second);
    }
    text_ += c;
    if (text_.size() - span.from > kMaxCell)
      return unclosed(fmt::format("the quote that opens here is not closed within {} bytes", kMaxCell));
    if (at_line_ - row_line_ > kMaxRowLines)
      return unclosed(fmt::format("the quote that opens here is not closed within {} lines", kMaxRowLines));
  }
  while (at(c) && c == ' ' && c != delimiter_ && pos_ <= kMaxRow) advance(c);
  if (at(c) && c != delimiter_ && c != '\n' && c != '\r')
    return complain("text follows the quote that closes the cell", at_line_, at_column_);
  return end_cell();
}

// At a delimiter, a line end or the end of the text.
TableReader::Step TableReader::end_cell() {
  spans_.back().size = text_.size() - spans_.back().from;
  if (pos_ > kMaxRow) return complain(fmt::format("the row has more than {} bytes", kMaxRow), row_line_, 1);
  char c = 0;
  if (!at(c)) {
    ++at_line_;
    return Step::row;
  }
  if (c == delimiter_) {
    advance(c);
    return Step::cell;
  }
  if (c == '\r') {
    advance(c);
    if (!at(c) || c != '\n') {
      ++at_line_;
      return Step::row;
    }
  }
  advance('\n');
  return Step::row;
}

TableReader::Step TableReader::complain(std::string what, std::size_t line, std::size_t column) {
  const auto row = input_->rest();
  const auto first = row.substr(0, std::min(row.find_first_of("\r\n"), kShown));
  fault_ = {.line = line, .column = column, .what = std::move(what), .text = std::string(first)};
  return Step::bad;
}

void TableReader::give() {
  if (!base::is_utf8(text_)) {
    latin_ = true;
    std::string converted;
    for (auto& span : spans_) {
      const auto cell = latin_to_utf8(std::string_view(text_).substr(span.from, span.size));
      span.from = converted.size();
      span.size = cell.size();
      converted += cell;
    }
    text_ = std::move(converted);
  }
  for (const auto& span : spans_)
    cells_.push_back({std::string_view(text_).substr(span.from, span.size), span.line, span.column});
}

// Past the line at which the row at hand cannot go on: the first where a quote is never closed, else the one where
// reading stopped.
void TableReader::skip_line() {
  std::size_t from = only_first_line_ ? 0 : pos_;
  auto line = only_first_line_ ? row_line_ : at_line_;
  for (;;) {
    const auto rest = input_->rest();
    const auto end = rest.find_first_of("\r\n", from);
    if (end == std::string_view::npos) {
      input_->take(rest.size());  // a line without end need not be kept
      from = 0;
      if (!input_->more()) break;
      continue;
    }
    input_->take(end + 1);
    if (rest[end] == '\r') {
      if (input_->rest().empty()) input_->more();
      if (input_->rest().starts_with('\n')) input_->take(1);
    }
    break;
  }
  line_ = line + 1;
}

}  // namespace rampart::audit
