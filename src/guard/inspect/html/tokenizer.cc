#include "guard/inspect/html/tokenizer.h"

#include <algorithm>

#include "base/text.h"
#include "guard/inspect/html/scan.h"

namespace rampart::guard::html {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";  // U+FFFD

bool is_space(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f'; }
bool is_tag_border(char c) { return is_space(c) || c == '/' || c == '>'; }

// What a name of a tag or attribute goes on over: neither a border, nor NUL.
constexpr auto kIsName = [] {
  std::array<bool, 256> table{};
  table.fill(true);
  for (const char c : {' ', '\n', '\t', '\r', '\f', '/', '>', '=', '\0'})
    table[static_cast<unsigned char>(c)] = false;
  return table;
}();

const char* end_of_name(const char* at, const char* end) {
  while (at != end && kIsName[static_cast<unsigned char>(*at)]) ++at;
  return at;
}

struct RawElement {
  std::string_view name;
  TextKind kind;
};
constexpr std::array kRawElements{
    RawElement{"title", TextKind::rcdata},        RawElement{"textarea", TextKind::rcdata},
    RawElement{"style", TextKind::raw},           RawElement{"xmp", TextKind::raw},
    RawElement{"iframe", TextKind::raw},          RawElement{"noembed", TextKind::raw},
    RawElement{"noframes", TextKind::raw},        RawElement{"script", TextKind::script},
    RawElement{"plaintext", TextKind::plaintext},
};

// Elements of HTML that end SVG and MathML when they begin there (13.2.6.5 of the standard), the ones mail has.
constexpr std::array<std::string_view, 34> kBreakOut{
    "b",    "big",   "blockquote", "body",   "br",    "center", "code", "div", "dl",  "em",   "font", "h1",
    "h2",   "h3",    "h4",         "h5",     "h6",    "hr",     "i",    "img", "li",  "ol",   "p",    "pre",
    "span", "small", "strike",     "strong", "table", "tt",     "u",    "ul",  "var", "embed"};
// Where HTML stands within SVG.
constexpr std::array<std::string_view, 3> kIntegrationPoints{"foreignobject", "desc", "title"};

std::uint32_t hash_name(std::string_view name) {
  std::uint32_t hash = 2166136261U;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  return hash;
}

// Adds the part of `text` that `room` holds, lower case when it is asked for.
void put_lower(std::string& out, std::string_view text, std::size_t room) {
  const auto had = out.size();
  out += text.substr(0, room);
  std::transform(out.begin() + static_cast<std::ptrdiff_t>(had), out.end(),
                 out.begin() + static_cast<std::ptrdiff_t>(had), base::to_lower);
}

}  // namespace

const Attribute* Tag::find(std::string_view attribute) const {
  const auto found = std::ranges::find(attributes, attribute, &Attribute::name);
  return found == attributes.end() ? nullptr : &*found;
}

Tokenizer::Tokenizer(TokenSink& sink) : sink_(sink) {}

std::size_t Tokenizer::offset_of(const char* at) const {
  return before_ + static_cast<std::size_t>(at - piece_);
}

void Tokenizer::feed(std::string_view bytes) {
  piece_ = bytes.data();
  const char* at = bytes.data();
  const char* const end = at + bytes.size();
  while (at != end) at = step(at, end);
  before_ += bytes.size();
  piece_ = nullptr;
}

void Tokenizer::finish() {
  piece_ = nullptr;
  switch (state_) {
    case State::reference:
    case State::named_reference:
      flush_named({}, false);
      break;
    case State::numeric_reference:
    case State::hex_reference:
    case State::decimal_reference:
      flush_number();
      break;
    case State::tag_open:
    case State::end_tag_open:
    case State::raw_less:
    case State::raw_end_name:
    case State::cdata_bracket:
    case State::cdata_end:
      release_held();
      break;
    case State::markup:
      begin_comment(CommentKind::bogus, State::bogus_comment);
      put_comment(held_);
      emit_comment();
      break;
    case State::bogus_comment:
    case State::comment_start:
    case State::comment_start_dash:
    case State::comment:
    case State::comment_dash:
    case State::comment_end:
    case State::comment_bang:
      emit_comment();
      break;
    default:  // text is handed over already, and a tag that does not end is none
      break;
  }
  state_ = State::text;
}

const char* Tokenizer::step(const char* at, const char* end) {
  switch (state_) {
    case State::text:
      return text(at, end);
    case State::tag_open:
      return tag_open(at);
    case State::end_tag_open:
      return end_tag_open(at);
    case State::tag_name:
      return tag_name(at, end);
    case State::raw_less:
      return raw_less(at);
    case State::raw_end_name:
      return raw_end_name(at);
    case State::raw_bang:
    case State::raw_bang_dash:
      if (*at != '-') {
        state_ = State::text;
        return at;
      }
      put_text(at, at + 1);
      if (state_ == State::raw_bang_dash) {
        script_escape_ = 1;
        dashes_ = 2;
      }
      state_ = state_ == State::raw_bang ? State::raw_bang_dash : State::text;
      return at + 1;
    case State::raw_start_name:
      return raw_start_name(at);
    case State::before_attribute:
      return before_attribute(at);
    case State::attribute_name:
      return attribute_name(at, end);
    case State::after_attribute_name:
      return after_attribute_name(at);
    case State::before_value:
      if (is_space(*at)) return at + 1;
      state_ = *at == '"' ? State::value_double : *at == '\'' ? State::value_single : State::value_unquoted;
      if (*at == '>') state_ = State::before_attribute;
      return *at == '"' || *at == '\'' ? at + 1 : at;
    case State::value_double:
      return value(at, end, '"');
    case State::value_single:
      return value(at, end, '\'');
    case State::value_unquoted:
      return value(at, end, 0);
    case State::self_closing:
      state_ = State::before_attribute;
      if (*at == '>') is_self_closing_ = true;
      return at;
    case State::reference:
    case State::named_reference:
    case State::numeric_reference:
    case State::hex_reference:
    case State::decimal_reference:
      return step_reference(at, end);
    default:
      return step_comment(at, end);
  }
}

// --- text ---

void Tokenizer::put_text(const char* from, const char* to) {
  if (from != to) sink_.on_text(kind_, {from, static_cast<std::size_t>(to - from)}, offset_of(from));
}

void Tokenizer::put(std::string_view text, std::size_t offset) {
  if (return_ != State::text) {
    put_value(text);
  } else if (!text.empty()) {
    sink_.on_text(kind_, text, offset);
  }
}

void Tokenizer::release_held() {
  if (!held_.empty()) sink_.on_text(kind_, held_, held_offset_);
  held_.clear();
}

const char* Tokenizer::text(const char* at, const char* end) {
  if (kind_ == TextKind::script && script_escape_ != 0) return script_text(at, end);
  const bool has_references = kind_ == TextKind::data || kind_ == TextKind::rcdata;
  const char* const stop = has_references ? find_any<'<', '&', '\0'>(at, end) : find_any<'<', '\0'>(at, end);
  put_text(at, stop);
  if (stop == end) return end;
  const auto offset = offset_of(stop);
  if (*stop == '\0') {
    if (kind_ != TextKind::data) sink_.on_text(kind_, kReplacement, offset);
  } else if (*stop == '&') {
    begin_reference(State::text, offset);
  } else if (kind_ == TextKind::plaintext) {
    put_text(stop, stop + 1);
  } else {
    held_ = "<";
    held_offset_ = offset;
    state_ = kind_ == TextKind::data ? State::tag_open : State::raw_less;
  }
  return stop + 1;
}

// Behind <!-- in a script: as text, but for what ends it.
const char* Tokenizer::script_text(const char* at, const char* end) {
  if (dashes_ != 0 && *at != '-') {
    if (*at == '>' && dashes_ >= 2) script_escape_ = 0;
    dashes_ = 0;
    if (*at == '>') {
      put_text(at, at + 1);
      return at + 1;
    }
  }
  const char* const stop = find_any<'<', '-', '\0'>(at, end);
  put_text(at, stop);
  if (stop == end) return end;
  if (*stop == '\0') {
    sink_.on_text(kind_, kReplacement, offset_of(stop));
  } else if (*stop == '-') {
    dashes_ = std::min(dashes_ + 1, 2U);
    put_text(stop, stop + 1);
  } else {
    held_ = "<";
    held_offset_ = offset_of(stop);
    state_ = State::raw_less;
  }
  return stop + 1;
}

// Behind a < in the text of an element that only its own end tag ends.
const char* Tokenizer::raw_less(const char* at) {
  if (*at == '/') {
    held_ += '/';
    state_ = State::raw_end_name;
    return at + 1;
  }
  release_held();
  state_ = State::text;
  if (kind_ != TextKind::script) return at;
  if (*at == '!' && script_escape_ == 0) {
    put_text(at, at + 1);
    state_ = State::raw_bang;
    return at + 1;
  }
  if (base::is_alpha(*at) && script_escape_ == 1) {
    tag_.clear();
    state_ = State::raw_start_name;
  }
  return at;
}

// Behind <!-- and a < in a script: <script begins a script in the script, whose end tag is text.
const char* Tokenizer::raw_start_name(const char* at) {
  if (base::is_alpha(*at) && tag_.size() <= raw_name_.size()) {
    tag_ += base::to_lower(*at);
    put_text(at, at + 1);
    return at + 1;
  }
  if (is_tag_border(*at) && tag_ == raw_name_) script_escape_ = 2;
  state_ = State::text;
  return at;
}

const char* Tokenizer::raw_end_name(const char* at) {
  const std::size_t had = held_.size() - 2;
  if (had < raw_name_.size() && base::to_lower(*at) == raw_name_[had]) {
    held_ += *at;
    return at + 1;
  }
  if (had != raw_name_.size() || !is_tag_border(*at)) {
    release_held();
    state_ = State::text;
    return at;
  }
  if (script_escape_ == 2) {
    release_held();
    script_escape_ = 1;
    state_ = State::text;
    return at;
  }
  held_.clear();
  open_tag(true, held_offset_);
  tag_ = raw_name_;
  state_ = State::before_attribute;
  return at;
}

// --- tags ---

const char* Tokenizer::tag_open(const char* at) {
  if (base::is_alpha(*at)) {
    held_.clear();
    open_tag(false, held_offset_);
    state_ = State::tag_name;
    return at;
  }
  switch (*at) {
    case '/':
      held_ += '/';
      state_ = State::end_tag_open;
      return at + 1;
    case '!':
      token_offset_ = held_offset_;
      held_.clear();
      state_ = State::markup;
      return at + 1;
    case '?':
      token_offset_ = held_offset_;
      held_.clear();
      begin_comment(CommentKind::bogus, State::bogus_comment);
      return at;
    default:
      release_held();
      state_ = State::text;
      return at;
  }
}

const char* Tokenizer::end_tag_open(const char* at) {
  held_.clear();
  if (base::is_alpha(*at)) {
    open_tag(true, held_offset_);
    state_ = State::tag_name;
    return at;
  }
  if (*at == '>') {
    state_ = State::text;
    return at + 1;
  }
  token_offset_ = held_offset_;
  begin_comment(CommentKind::bogus, State::bogus_comment);
  return at;
}

void Tokenizer::open_tag(bool is_end, std::size_t offset) {
  token_offset_ = offset;
  is_end_ = is_end;
  is_self_closing_ = false;
  is_cut_ = has_lost_ = false;
  in_attribute_ = false;
  tag_.clear();
  arena_.clear();
  places_.clear();
  hashes_.clear();
}

const char* Tokenizer::tag_name(const char* at, const char* end) {
  while (at != end && !is_tag_border(*at)) {
    const char* const stop = std::max(end_of_name(at, end), at + 1);
    const std::string_view part = *at == '\0' ? kReplacement : std::string_view(at, stop);
    const auto room = kMaxTagName - tag_.size();
    is_cut_ = is_cut_ || part.size() > room;
    put_lower(tag_, part, room);
    at = stop;
  }
  if (at != end) state_ = State::before_attribute;
  return at;
}

const char* Tokenizer::before_attribute(const char* at) {
  if (is_space(*at)) return at + 1;
  if (in_attribute_) end_attribute();
  if (*at == '/') {
    state_ = State::self_closing;
    return at + 1;
  }
  if (*at == '>') {
    emit_tag();
    return at + 1;
  }
  begin_attribute(offset_of(at));
  state_ = State::attribute_name;
  if (*at != '=') return at;
  put_attribute_name("=");
  return at + 1;
}

void Tokenizer::begin_attribute(std::size_t offset) {
  in_attribute_ = true;
  is_dropped_ = is_end_;
  now_ = Place{.name = arena_.size(), .offset = offset};
}

void Tokenizer::put_attribute_name(std::string_view part) {
  if (is_dropped_) return;
  const auto left = kMaxTagBytes - std::min(kMaxTagBytes, arena_.size());
  const auto room = std::min(kMaxAttributeName - now_.name_size, left);
  is_cut_ = is_cut_ || part.size() > room;
  has_lost_ = has_lost_ || (part.size() > left && room == left);
  put_lower(arena_, part, room);
  now_.name_size += std::min(part.size(), room);
}

const char* Tokenizer::attribute_name(const char* at, const char* end) {
  while (at != end && !is_tag_border(*at) && *at != '=') {
    const char* const stop = std::max(end_of_name(at, end), at + 1);
    put_attribute_name(*at == '\0' ? kReplacement : std::string_view(at, stop));
    at = stop;
  }
  if (at == end) return at;
  end_attribute_name();
  state_ = *at == '=' ? State::before_value : State::after_attribute_name;
  return *at == '=' ? at + 1 : at;
}

void Tokenizer::end_attribute_name() {
  now_.value = arena_.size();
  if (is_dropped_) return;
  const auto name = std::string_view(arena_).substr(now_.name, now_.name_size);
  const auto hash = hash_name(name);
  for (std::size_t i = 0; i < hashes_.size() && !is_dropped_; ++i)
    is_dropped_ =
        hashes_[i] == hash && std::string_view(arena_).substr(places_[i].name, places_[i].name_size) == name;
  if (!is_dropped_ && places_.size() == kMaxAttributes) is_dropped_ = is_cut_ = has_lost_ = true;
  if (is_dropped_) {
    arena_.resize(now_.name);
  } else {
    hashes_.push_back(hash);
  }
}

const char* Tokenizer::after_attribute_name(const char* at) {
  if (is_space(*at)) return at + 1;
  state_ = *at == '=' ? State::before_value : State::before_attribute;
  return *at == '=' ? at + 1 : at;
}

void Tokenizer::end_attribute() {
  in_attribute_ = false;
  if (!is_dropped_) places_.push_back(now_);
}

void Tokenizer::put_value(std::string_view part) {
  now_.size += part.size();
  if (is_dropped_) return;
  // A part that does not fit goes whole with all behind it: so no character is cut, but for one that came in pieces.
  const auto left = kMaxTagBytes - std::min(kMaxTagBytes, arena_.size());
  const auto room = std::min(kMaxAttributeValue - now_.value_size, left);
  has_lost_ = has_lost_ || (part.size() > left && room == left);
  if (now_.value_size + part.size() < now_.size || room == 0) {
    is_cut_ = true;
    return;
  }
  arena_.append(part.substr(0, room));
  now_.value_size += std::min(part.size(), room);
  is_cut_ = is_cut_ || part.size() > room;
}

const char* Tokenizer::value(const char* at, const char* end, char quote) {
  const char* stop = at;
  if (quote == '"') {
    stop = find_any<'"', '&', '\0'>(at, end);
  } else if (quote == '\'') {
    stop = find_any<'\'', '&', '\0'>(at, end);
  } else {
    stop = find_any<' ', '\t', '\n', '\r', '\f', '>', '&', '\0'>(at, end);
  }
  put_value({at, static_cast<std::size_t>(stop - at)});
  if (stop == end) return end;
  if (*stop == '\0') {
    put_value(kReplacement);
  } else if (*stop == '&') {
    begin_reference(state_, offset_of(stop));
  } else if (quote == 0) {
    state_ = State::before_attribute;
    return stop;
  } else {
    state_ = State::before_attribute;
  }
  return stop + 1;
}

void Tokenizer::emit_tag() {
  attributes_.clear();
  const std::string_view all = arena_;
  for (const auto& place : places_)
    attributes_.push_back({.name = all.substr(place.name, place.name_size),
                           .value = all.substr(place.value, place.value_size),
                           .size = place.size,
                           .offset = place.offset});
  const Tag tag{.name = tag_,
                .attributes = attributes_,
                .offset = token_offset_,
                .is_self_closing = is_self_closing_,
                .is_cut = is_cut_,
                .has_lost = has_lost_,
                .is_foreign = is_foreign_ || tag_ == "svg" || tag_ == "math"};
  state_ = State::text;
  if (is_end_) {
    kind_ = TextKind::data;
    script_escape_ = 0;
    if (tag_ == "svg" || tag_ == "math") is_foreign_ = false;
    sink_.on_end_tag(tag);
  } else {
    sink_.on_start_tag(tag);
    enter(tag_, is_self_closing_);
  }
}

void Tokenizer::enter(std::string_view name, bool is_self_closing) {
  if (name == "svg" || name == "math") {
    is_foreign_ = !is_self_closing;
  } else if (is_foreign_) {
    follow_foreign(name, is_self_closing);
    return;
  }
  const auto raw = std::ranges::find(kRawElements, name, &RawElement::name);
  if (raw == kRawElements.end()) return;
  kind_ = raw->kind;
  raw_name_ = name;
  script_escape_ = dashes_ = 0;
}

// Nothing is raw text in SVG and MathML.
void Tokenizer::follow_foreign(std::string_view name, bool is_self_closing) {
  const bool leaves =
      std::ranges::find(kBreakOut, name) != kBreakOut.end() ||
      (!is_self_closing && std::ranges::find(kIntegrationPoints, name) != kIntegrationPoints.end());
  if (leaves) is_foreign_ = false;
}

}  // namespace rampart::guard::html
