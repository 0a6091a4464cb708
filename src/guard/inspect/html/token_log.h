// Tokens written down, for tests and the fuzz target: text joined as it would be shown, so that two runs over one input have one log
// however the input was split.
#pragma once

#include <string>

#include "guard/inspect/html/tokenizer.h"

namespace rampart::guard::html {

class TokenLog : public TokenSink {
 public:
  void on_text(TextKind kind, std::string_view text, std::size_t /*offset*/) override {
    static constexpr std::string_view kKinds[] = {"", "rcdata", "raw", "script", "plaintext", "cdata"};
    const auto name = kKinds[static_cast<std::size_t>(kind)];
    if (!in_text_ || name != kind_) {
      close_text();
      log_ += name;
      log_ += '\'';
      kind_ = name;
      in_text_ = true;
    }
    log_ += text;
  }
  void on_start_tag(const Tag& tag) override {
    close_text();
    (log_ += '<') += tag.name;
    for (const auto& attribute : tag.attributes) {
      ((((log_ += ' ') += attribute.name) += "=[") += attribute.value) += ']';
      if (attribute.is_cut()) log_ += "cut " + std::to_string(attribute.size);
    }
    if (tag.is_self_closing) log_ += '/';
    if (tag.is_cut) log_ += " cut";
    log_ += "@" + std::to_string(tag.offset) + ">";
  }
  void on_end_tag(const Tag& tag) override {
    close_text();
    ((log_ += "</") += tag.name) += '>';
  }
  void on_comment(CommentKind kind, std::string_view text, std::size_t size,
                  std::size_t /*offset*/) override {
    static constexpr std::string_view kKinds[] = {"comment", "bogus", "doctype"};
    close_text();
    (((log_ += '{') += kKinds[static_cast<std::size_t>(kind)]) += ' ') += text;
    if (size != text.size()) log_ += " cut " + std::to_string(size);
    log_ += '}';
  }
  std::string take() {
    close_text();
    return std::move(log_);
  }

 private:
  void close_text() {
    if (in_text_) log_ += '\'';
    in_text_ = false;
  }

  std::string log_;
  std::string_view kind_;
  bool in_text_ = false;
};

// The log of `html`, fed in pieces of `piece` bytes; 0: at once.
inline std::string tokens_of(std::string_view html, std::size_t piece = 0) {
  TokenLog log;
  Tokenizer tokenizer(log);
  for (std::size_t at = 0; at < html.size(); at += piece == 0 ? html.size() : piece) {
    // In memory of its own, so that a sanitizer sees a read beyond the piece.
    const std::string bytes(html.substr(at, piece == 0 ? html.size() : piece));
    tokenizer.feed(bytes);
  }
  tokenizer.finish();
  return log.take();
}

}  // namespace rampart::guard::html
