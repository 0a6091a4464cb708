// The tokenizer's states of comments, declarations and CDATA (13.2.5.41 to 13.2.5.54, 13.2.5.69 to 13.2.5.71 of the standard).
#include <algorithm>

#include "base/text.h"
#include "guard/inspect/html/scan.h"
#include "guard/inspect/html/tokenizer.h"

namespace rampart::guard::html {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";  // U+FFFD

}  // namespace

void Tokenizer::begin_comment(CommentKind kind, State state) {
  comment_kind_ = kind;
  comment_.clear();
  comment_size_ = 0;
  state_ = state;
}

void Tokenizer::put_comment(std::string_view part) {
  comment_size_ += part.size();
  comment_.append(part.substr(0, kMaxComment - std::min(kMaxComment, comment_.size())));
}

void Tokenizer::emit_comment() {
  state_ = State::text;
  sink_.on_comment(comment_kind_, comment_, comment_size_, token_offset_);
}

// Behind <! until it is clear what it is.
const char* Tokenizer::markup(const char* at) {
  static constexpr std::array<std::string_view, 3> kDeclarations{"--", "doctype", "[CDATA["};
  held_ += *at;
  for (const auto declaration : kDeclarations) {
    const bool is_exact = declaration == kDeclarations[2];
    const auto begin = declaration.substr(0, held_.size());
    if (is_exact ? begin != held_ : !base::iequals(begin, held_)) continue;
    if (held_.size() < declaration.size()) return at + 1;
    held_.clear();
    if (is_exact && is_foreign_) {
      kind_ = TextKind::cdata;
      state_ = State::cdata;
    } else if (is_exact) {
      begin_comment(CommentKind::bogus, State::bogus_comment);
      put_comment(declaration);
    } else if (declaration == kDeclarations[0]) {
      begin_comment(CommentKind::comment, State::comment_start);
    } else {
      begin_comment(CommentKind::doctype, State::bogus_comment);
    }
    return at + 1;
  }
  held_.pop_back();
  begin_comment(CommentKind::bogus, State::bogus_comment);
  put_comment(held_);
  held_.clear();
  return at;
}

const char* Tokenizer::comment(const char* at, const char* end) {
  const char* const stop = find_any<'-', '\0'>(at, end);
  put_comment({at, static_cast<std::size_t>(stop - at)});
  if (stop == end) return end;
  if (*stop == '\0') {
    put_comment(kReplacement);
  } else {
    state_ = State::comment_dash;
  }
  return stop + 1;
}

const char* Tokenizer::step_comment(const char* at, const char* end) {
  const char c = *at;
  // Adds what was held back for a border that is none.
  const auto resume = [this, at](std::string_view held) {
    put_comment(held);
    state_ = State::comment;
    return at;
  };
  const auto close = [this, at] {
    emit_comment();
    return at + 1;
  };
  const auto go = [this, at](State state) {
    state_ = state;
    return at + 1;
  };
  switch (state_) {
    case State::markup:
      return markup(at);
    case State::comment:
      return comment(at, end);
    case State::bogus_comment: {
      const char* const stop = find_any<'>', '\0'>(at, end);
      put_comment({at, static_cast<std::size_t>(stop - at)});
      if (stop == end) return end;
      if (*stop == '\0') {
        put_comment(kReplacement);
      } else {
        emit_comment();
      }
      return stop + 1;
    }
    case State::comment_start:
      return c == '>' ? close() : c == '-' ? go(State::comment_start_dash) : resume("");
    case State::comment_start_dash:
      return c == '>' ? close() : c == '-' ? go(State::comment_end) : resume("-");
    case State::comment_dash:
      return c == '-' ? go(State::comment_end) : resume("-");
    case State::comment_end:
      if (c == '>') return close();
      if (c == '!') return go(State::comment_bang);
      if (c != '-') return resume("--");
      put_comment("-");
      return at + 1;
    case State::comment_bang:
      if (c == '>') return close();
      if (c != '-') return resume("--!");
      put_comment("--!");
      return go(State::comment_dash);
    case State::cdata: {
      const char* const stop = find_any<']'>(at, end);
      put_text(at, stop);
      if (stop == end) return end;
      held_ = "]";
      held_offset_ = offset_of(stop);
      state_ = State::cdata_bracket;
      return stop + 1;
    }
    case State::cdata_bracket:
      if (c == ']') {
        held_ += c;
        return go(State::cdata_end);
      }
      release_held();
      state_ = State::cdata;
      return at;
    case State::cdata_end:
    default:
      if (c == ']') {  // the first of three is text
        sink_.on_text(kind_, "]", held_offset_++);
        return at + 1;
      }
      if (c == '>') {
        held_.clear();
        kind_ = TextKind::data;
        return go(State::text);
      }
      release_held();
      state_ = State::cdata;
      return at;
  }
}

}  // namespace rampart::guard::html
