#include "mail/mailboxes.h"

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace rampart::mail {
namespace {

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

void put(std::string& out, char c) {
  if (!is_space(c)) {
    out += c;
  } else if (!out.empty() && out.back() != ' ') {
    out += ' ';
  }
}

void trim_end(std::string& text) {
  while (text.ends_with(' ')) text.pop_back();
}

class Reader {
 public:
  Reader(std::string_view text, std::size_t most)
      : text_(text),
        most_(most),
        last_end_(text.rfind(';') == std::string_view::npos ? 0 : text.rfind(';')) {}

  std::vector<ShownMailbox> read() {
    while (at_ < text_.size() && out_.size() < most_) step(text_[at_]);
    finish();
    return std::move(out_);
  }

 private:
  void step(char c) {
    switch (c) {
      case '"':
        return quoted();
      case '(':
        return comment();
      case '<':
        return angle();
      case ',':
      case ';':
        ++at_;
        return finish();
      case ':':
        // The name of a group; not of "Name: x <a@b>" without an end.
        ++at_;
        if (at_ <= last_end_ && box_.address.empty()) {
          box_ = {};
        } else {
          put(box_.name, ':');
        }
        return;
      case '=':
        if (text_.substr(at_).starts_with("=?")) return encoded();
        [[fallthrough]];
      default:
        put(box_.name, c);
        ++at_;
    }
  }

  void quoted() {
    for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_) {
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
      put(box_.name, text_[at_]);
    }
    ++at_;
  }

  void comment() {
    std::size_t depth = 0;
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '\\' && at_ + 1 < text_.size()) {
        put(box_.comment, text_[++at_]);
        continue;
      }
      if (c == ')' && --depth == 0) break;
      if (depth > 0) put(box_.comment, c);
      if (c == '(') ++depth;
    }
    ++at_;
    if (!box_.comment.empty()) put(box_.comment, ' ');
  }

  // A second pair of < and > in one mailbox: the last is the address, as programs take it, and the first is shown.
  void angle() {
    const auto end = std::min(text_.find('>', at_), text_.size());
    trim_end(box_.name);
    if (!box_.address.empty()) box_.name += box_.name.empty() ? box_.address : " " + box_.address;
    box_.address.clear();
    for (++at_; at_ < end; ++at_) {
      if (!is_space(text_[at_])) box_.address += text_[at_];
    }
    ++at_;
  }

  // As a whole: careless programs leave commas and quotes in it.
  void encoded() {
    constexpr std::size_t kLongest = 1000;  // RFC 2047 section 2 allows 75
    const auto rest = text_.substr(at_, kLongest);
    const auto charset = rest.find('?', 2);
    const auto begin = charset == std::string_view::npos ? charset : rest.find('?', charset + 1);
    const auto end = begin == std::string_view::npos ? begin : rest.find("?=", begin + 1);
    if (end == std::string_view::npos) {
      put(box_.name, text_[at_++]);
      return;
    }
    for (const char c : rest.substr(0, end + 2)) put(box_.name, c);
    at_ += end + 2;
  }

  void finish() {
    trim_end(box_.name);
    trim_end(box_.comment);
    // A bare address has no name.
    if (box_.address.empty() && box_.name.find('@') != std::string::npos &&
        box_.name.find("=?") == std::string::npos && box_.name.find(' ') == std::string::npos)
      box_.address = std::exchange(box_.name, {});
    if (!box_.name.empty() || !box_.comment.empty() || !box_.address.empty()) out_.push_back(std::move(box_));
    box_ = {};
  }

  std::string_view text_;
  std::size_t most_;
  std::size_t last_end_;  // the last semicolon
  std::size_t at_ = 0;
  ShownMailbox box_;
  std::vector<ShownMailbox> out_;
};

}  // namespace

std::vector<ShownMailbox> read_mailboxes(std::string_view value, std::size_t most) {
  return Reader(value, most).read();
}

}  // namespace rampart::mail
