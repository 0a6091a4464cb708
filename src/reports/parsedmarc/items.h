// The reports of a JSON export, one object after another, without the whole of it in memory: a list of objects, one object, several
// lists or objects behind each other (a line each, too), and an object of such lists whose names end in "_reports".
//
//   JsonItems items(window);
//   while (TRY(items.next())) items.text() …
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "reports/intake/window.h"
#include "reports/limits.h"

namespace rampart::reports {

class JsonItems {
 public:
  explicit JsonItems(Window& window) : window_(window) {}  // which outlives it

  // Whether there is another object. Errors are the window's.
  base::Result<bool> next();
  // Of an object that is too large, nothing.
  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] bool too_large() const { return too_large_; }
  [[nodiscard]] bool cut() const { return cut_; }                 // it has no end
  [[nodiscard]] std::uint64_t number() const { return number_; }  // from 1
  // Whether something stood between the objects that belongs to none.
  [[nodiscard]] bool stray() const { return stray_; }

 private:
  // Puts `at` onto the next byte: false at the end.
  base::Result<bool> more();
  base::Result<bool> opens_lists();
  base::Result<bool> skip_string();
  base::Result<> capture();

  Window& window_;
  std::string text_;
  std::uint64_t number_ = 0;
  bool too_large_ = false;
  bool cut_ = false;
  bool stray_ = false;
};

}  // namespace rampart::reports
