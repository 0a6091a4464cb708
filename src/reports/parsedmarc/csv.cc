#include "reports/parsedmarc/csv.h"

namespace rampart::reports {

base::Result<int> CsvRows::peek() {
  if (window_.view().empty()) {
    if (window_.last()) return -1;
    TRY(window_.fill());
    if (window_.view().empty()) return -1;
  }
  return static_cast<unsigned char>(window_.view().front());
}

base::Result<bool> CsvRows::next(std::vector<std::string>& row) {
  for (;;) {
    row.clear();
    too_long_ = false;
    size_ = 0;
    line_ = lines_;
    if (TRY(peek()) < 0) return false;
    TRY(read_row(row));
    if (too_long_) {
      row.clear();
      return true;
    }
    if (row.size() > 1 || !row.front().empty()) return true;
  }
}

base::Result<bool> CsvRows::read_row(std::vector<std::string>& row) {
  for (bool more = true; more;) {
    std::string field;
    more = TRY(read_field(field));
    if (row.size() == kMaxCsvFields) too_long_ = true;
    if (!too_long_) row.push_back(std::move(field));
  }
  return true;
}

// Whether another field follows.
base::Result<bool> CsvRows::read_field(std::string& field) {
  const bool quoted = TRY(peek()) == '"';
  if (quoted) window_.drop(1);
  const auto keep = [&](char c) {
    if (++size_ > kMaxCsvRow) too_long_ = true;
    if (!too_long_) field += c;
  };
  for (bool open = quoted;;) {
    const int next = TRY(peek());
    if (next < 0) return false;
    window_.drop(1);
    const auto c = static_cast<char>(next);
    if (c == '\n') ++lines_;
    if (open) {
      if (c != '"') {
        keep(c);
      } else if (TRY(peek()) == '"') {
        keep('"');
        window_.drop(1);
      } else {
        open = false;
      }
    } else if (c == ',') {
      return true;
    } else if (c == '\n') {
      if (!quoted && field.ends_with('\r')) field.pop_back();
      return false;
    } else if (!quoted || c != '\r') {
      keep(c);
    }
  }
}

}  // namespace rampart::reports
