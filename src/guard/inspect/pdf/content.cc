#include "guard/inspect/pdf/content.h"

#include "base/text.h"

namespace rampart::guard::pdf {
namespace {

bool is_white(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\f' || c == '\0'; }
bool is_delimiter(char c) { return std::string_view("()<>[]{}/%").find(c) != std::string_view::npos; }

class Reader {
 public:
  explicit Reader(std::string_view content) : content_(content) {}

  std::size_t read() {
    while (at_ < content_.size()) {
      const char c = content_[at_];
      if (c == '(')
        literal();
      else if (c == '<')
        hexadecimal();
      else if (c == '%')
        skip_to("\r\n");
      else if (is_white(c) || is_delimiter(c))
        ++at_;
      else
        word();
    }
    return shown_;
  }

 private:
  void skip_to(std::string_view ends) {
    at_ = content_.find_first_of(ends, at_);
    if (at_ == std::string_view::npos) at_ = content_.size();
  }

  void literal() {
    std::size_t depth = 0;
    for (; at_ < content_.size(); ++at_) {
      const char c = content_[at_];
      if (c == '\\') {
        ++at_;
        ++held_;
      } else if (c == '(') {
        if (depth++ != 0) ++held_;
      } else if (c == ')') {
        if (--depth == 0) break;
        ++held_;
      } else if (!is_white(c)) {
        ++held_;
      }
    }
    if (at_ < content_.size()) ++at_;
  }

  void hexadecimal() {
    if (content_.substr(at_).starts_with("<<")) {
      at_ += 2;
      return;
    }
    std::size_t digits = 0;
    for (++at_; at_ < content_.size() && content_[at_] != '>'; ++at_)
      digits += is_white(content_[at_]) ? 0U : 1U;
    held_ += digits / 2;
    if (at_ < content_.size()) ++at_;
  }

  // Strings before Tj, TJ, ' and " are shown; those before other operators are not.
  void word() {
    const auto begin = at_;
    while (at_ < content_.size() && !is_white(content_[at_]) && !is_delimiter(content_[at_])) ++at_;
    const auto word = content_.substr(begin, at_ - begin);
    if (base::is_digit(word[0]) || word[0] == '-' || word[0] == '+' || word[0] == '.') return;  // an operand
    if (word == "Tj" || word == "TJ" || word == "'" || word == "\"") shown_ += held_;
    held_ = 0;
    if (word == "ID") {  // an inline image's bytes, up to EI
      at_ = content_.find("EI", at_);
      if (at_ == std::string_view::npos) at_ = content_.size();
    }
  }

  std::string_view content_;
  std::size_t at_ = 0;
  std::size_t held_ = 0;  // of strings since the last operator
  std::size_t shown_ = 0;
};

}  // namespace

std::size_t shown_bytes(std::string_view content) { return Reader(content).read(); }

}  // namespace rampart::guard::pdf
