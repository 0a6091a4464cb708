// Text as it is shown: UTF-8, white space collapsed, a line for each block, up to a limit; and what cannot be seen in it counted.
#pragma once

#include <string>
#include <string_view>

#include "guard/inspect/html/html_facts.h"

namespace rampart::guard::html {

class ShownText {
 public:
  explicit ShownText(std::size_t limit) : limit_(limit) {}

  // The characters of `text` that are not white space. `offset` is where it stands; `facts`, when there is one, counts what
  // cannot be seen.
  std::size_t add(std::string_view text, std::size_t offset, HtmlFacts* facts);
  void break_line() { gap_ = '\n'; }
  void break_word() {
    if (gap_ == 0) gap_ = ' ';
  }

  [[nodiscard]] bool is_cut() const { return is_cut_; }
  [[nodiscard]] std::size_t size() const { return text_.size(); }
  // The last word of what there is, that a piece to come may go on with; a view of it.
  [[nodiscard]] std::string_view last_word() const;
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  void put(std::string_view character);

  std::string text_;
  std::size_t limit_;
  char gap_ = 0;
  bool is_cut_ = false;
};

}  // namespace rampart::guard::html
