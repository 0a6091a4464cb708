// CSV (RFC 4180) as it comes through a window: a row at a time.
//
//   CsvRows rows(window);
//   while (TRY(rows.next(row))) …
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "reports/intake/window.h"

namespace rampart::reports {

// Our own.
inline constexpr std::size_t kMaxCsvRow = std::size_t{1} << 20U;  // bytes
inline constexpr std::size_t kMaxCsvFields = 200;                 // of a row

class CsvRows {
 public:
  explicit CsvRows(Window& window) : window_(window) {}  // which outlives it

  // The next row that is not empty; false at the end. Lines end in LF, with or without a CR; a quote within a field without quotes
  // stands for itself. A row over a limit is empty and too_long(). Errors are the window's.
  base::Result<bool> next(std::vector<std::string>& row);
  [[nodiscard]] bool too_long() const { return too_long_; }
  // Of the last row's begin, from 1.
  [[nodiscard]] std::uint64_t line() const { return line_; }

 private:
  base::Result<int> peek();  // -1 at the end
  base::Result<bool> read_row(std::vector<std::string>& row);
  base::Result<bool> read_field(std::string& field);

  Window& window_;
  bool too_long_ = false;
  std::size_t size_ = 0;  // of the row
  std::uint64_t line_ = 0;
  std::uint64_t lines_ = 1;  // begun
};

}  // namespace rampart::reports
