// Reads a table as spreadsheets save it (CSV): cells between delimiters, quoted where they hold one, a line end or a
// quote, which is then doubled; rows end in LF, CR LF or CR. One row at a time, within limits.
//
//   TextInput input(read);
//   TableReader table(input, ';');
//   for (auto got = table.next(); got != TableReader::Got::end; got = table.next())
//     if (got == TableReader::Got::row) use(table.cells()); else name(table.fault());
//
// A row that cannot be read is a fault with its place, and the next row is read. A quote that is never closed would
// take all that follows into its cell: there the row ends with its first line. A row that is no UTF-8 is read as
// Windows-1252, which is what spreadsheets write where they are not told otherwise; was_latin() tells.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "audit/portfolio/text_input.h"

namespace rampart::audit {

class TableReader {
 public:
  static constexpr std::size_t kMaxCell = 32'767;  // bytes; the characters that a spreadsheet's cell can hold
  static constexpr std::size_t kMaxRow = 256 * 1024;  // bytes; ours
  static constexpr std::size_t kMaxColumns = 256;     // ours
  static constexpr std::size_t kMaxRowLines = 1000;   // lines of one row, which quoted cells may hold; ours

  struct Cell {
    std::string_view text;   // valid until the next row is read
    std::size_t line = 0;    // where it begins; from 1
    std::size_t column = 0;  // in characters, from 1
  };
  struct Fault {
    std::size_t line = 0;
    std::size_t column = 0;
    std::string what;
    std::string text;  // how the row begins
  };
  enum class Got : unsigned char { row, bad, end };

  // `line` is the number of the line at which the input stands.
  explicit TableReader(TextInput& input, char delimiter, std::size_t line = 1)
      : input_(&input), delimiter_(delimiter), line_(line) {}

  // The next row; an empty line is a row with one empty cell.
  Got next();
  // The same without taking it from the input.
  Got peek();

  [[nodiscard]] const std::vector<Cell>& cells() const { return cells_; }
  [[nodiscard]] const Fault& fault() const { return fault_; }
  [[nodiscard]] bool was_latin() const { return latin_; }           // the last row
  [[nodiscard]] std::size_t row_line() const { return row_line_; }  // where the last row begins
  [[nodiscard]] std::size_t next_line() const { return line_; }     // where the next one does
  [[nodiscard]] char delimiter() const { return delimiter_; }

 private:
  struct Span {
    std::size_t from;
    std::size_t size;
    std::size_t line;
    std::size_t column;
  };
  enum class Step : unsigned char { cell, row, bad };

  Got read();
  Step read_cell();
  Step read_quoted();
  Step end_cell();
  bool at(char& c);
  void advance(char c);
  Step complain(std::string what, std::size_t line, std::size_t column);
  void give();
  void skip_line();

  TextInput* input_;
  char delimiter_;
  std::size_t line_;  // of the next row
  // The row at hand.
  std::size_t row_line_ = 0;
  std::size_t pos_ = 0;  // in input_->rest()
  std::size_t at_line_ = 0;
  std::size_t at_column_ = 0;
  bool only_first_line_ = false;  // a quote is never closed
  std::string text_;              // its cells, unquoted, one after another
  std::vector<Span> spans_;
  std::vector<Cell> cells_;
  bool latin_ = false;
  Fault fault_;
};

}  // namespace rampart::audit
