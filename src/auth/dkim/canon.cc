#include "auth/dkim/canon.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "base/lanes.h"
#include "base/text.h"

namespace rampart::dkim {
namespace {

using base::kLane;
using base::Lanes;

// Longer pieces are hashed where they stand: to copy them costs more than another call.
constexpr std::size_t kDirect = 512;

bool is_blank(char c) { return c == ' ' || c == '\t'; }
bool is_tail(char c) { return is_blank(c) || c == '\r' || c == '\n'; }

constexpr std::string_view kLineEnd = "\r\n";
// Whether the byte at `at` may not stand as it is.
bool is_odd(Canon canon, std::string_view bytes, std::size_t at, std::size_t from) {
  const char c = bytes[at];
  if (c == '\n') return at == from || bytes[at - 1] != '\r';
  if (canon == Canon::simple) return false;
  if (c == '\t') return true;
  return c == ' ' && (at + 1 == bytes.size() || is_tail(bytes[at + 1]));
}

// Blanks that do not stand as they are in relaxed form: a tab, and a space with a blank or a line end behind it.
Lanes odd_blanks(const Lanes& here, const Lanes& after) {
  return (here == '\t') |
         ((here == ' ') & ((after == ' ') | (after == '\t') | (after == '\r') | (after == '\n')));
}

}  // namespace

std::string_view to_string(Canon canon) { return canon == Canon::simple ? "simple" : "relaxed"; }

namespace detail {

std::size_t clean_end_scalar(Canon canon, std::string_view bytes, std::size_t from, std::size_t to) {
  for (auto at = from; at < to; ++at) {
    if (is_odd(canon, bytes, at, from)) return at;
  }
  return to;
}

// The lanes from `at` on that may not stand as they are; the bytes before and behind them are there.
Lanes odd_lanes(Canon canon, const char* at) {
  const auto here = base::load_lanes(at);
  const auto before = base::load_lanes(at - 1);
  Lanes odd = (here == '\n') & (before != '\r');
  if (canon == Canon::relaxed) {
    const auto after = base::load_lanes(at + 1);
    odd |= odd_blanks(here, after);
  }
  return odd;
}

// Bytes are compared with their neighbours, so the first is looked at alone, and lanes are read one byte to the left and
// one to the right as well. Ordinary text has nothing odd for long, so four lanes are looked at with one question.
std::size_t clean_end_vector(Canon canon, std::string_view bytes, std::size_t from, std::size_t to) {
  constexpr std::size_t kStride = 4 * kLane;
  if (from >= to) return to;
  if (is_odd(canon, bytes, from, from)) return from;
  auto at = from + 1;
  for (; at + kStride < bytes.size() && at + kStride <= to; at += kStride) {
    const auto* here = bytes.data() + at;
    const Lanes odd = odd_lanes(canon, here) | odd_lanes(canon, here + kLane) |
                      odd_lanes(canon, here + 2 * kLane) | odd_lanes(canon, here + 3 * kLane);
    if (base::any_lane(odd)) break;
  }
  for (; at + kLane < bytes.size() && at + kLane <= to; at += kLane) {
    if (const auto lane = base::first_lane(odd_lanes(canon, bytes.data() + at)); lane != kLane)
      return at + lane;
  }
  for (; at < to; ++at) {
    if (is_odd(canon, bytes, at, from)) return at;
  }
  return to;
}

}  // namespace detail

void BodyHash::put(std::string_view canonical) {
  if (length_ + canonical.size() > limit_) {
    const auto room = limit_ - std::min(limit_, length_);
    length_ += canonical.size();
    canonical =
        canonical.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(room, canonical.size())));
  } else {
    length_ += canonical.size();
  }
  if (canonical.size() > kBuffer - held_ || canonical.size() > kDirect) flush();
  if (canonical.size() > kDirect) {
    hasher_.update(canonical);
    return;
  }
  std::memcpy(buffer_ + held_, canonical.data(), canonical.size());
  held_ += canonical.size();
}

void BodyHash::flush() {
  hasher_.update({buffer_, held_});
  held_ = 0;
}

void BodyHash::put_lines() {
  for (; lines_ != 0; --lines_) put(kLineEnd);
}

void BodyHash::content(char c) {
  if (lines_ != 0) put_lines();
  if (space_) put(" ");
  space_ = false;
  any_ = true;
  put({&c, 1});
}

void BodyHash::step(char c) {
  if (c == '\n') {
    cr_ = false;
    space_ = false;
    ++lines_;
    return;
  }
  if (cr_) content('\r');
  cr_ = c == '\r';
  if (cr_) return;
  if (canon_ == Canon::relaxed && is_blank(c)) {
    space_ = true;
  } else {
    content(c);
  }
}

// Bytes that stand as they are, from the middle of a line on; how far they go.
std::size_t BodyHash::copy_clean(std::string_view chunk, std::size_t from, std::size_t to) {
  const auto end = detail::clean_end_vector(canon_, chunk, from, to);
  put(chunk.substr(from, end - from));
  return end;
}

// Sixteen bytes at a time from the middle of a line on, where runs of white space are: a blank with a blank or a line end
// behind it goes, whatever else stands there stays. How far that went: not at all where a line end is not CR LF, and not on
// where there is nothing to take out any more.
std::size_t BodyHash::squeeze(std::string_view chunk, std::size_t from, std::size_t to) {
  auto at = from;
  // The bytes around each lane are looked at, too. Content stands before `to`, so line ends up to there count.
  while (at != 0 && at + kLane < chunk.size() && at + kLane <= to) {
    const auto here = base::load_lanes(chunk.data() + at);
    const auto before = base::load_lanes(chunk.data() + at - 1);
    const auto after = base::load_lanes(chunk.data() + at + 1);
    const Lanes odd_end = ((here == '\n') & (before != '\r')) | ((here == '\r') & (after != '\n'));
    if (base::any_lane(odd_end)) break;
    // Of a blank in the last lane with a CR behind it: whether that is a line end.
    const auto next = chunk.substr(at + kLane, kLineEnd.size());
    if (is_blank(chunk[at + kLane - 1]) && next.front() == '\r' && next != kLineEnd) break;
    const Lanes tab = here == '\t';
    const Lanes blank = tab | (here == ' ');
    const Lanes ends = (after == ' ') | (after == '\t') | (after == '\r') | (after == '\n');
    if (held_ + 2 * kLane > kBuffer) flush();
    const Lanes out = (here & ~tab) | (tab & static_cast<unsigned char>(' '));
    std::uint32_t keep = ~base::lane_bits(blank & ends) & 0xffffU;
    char lanes[2 * kLane];
    std::memcpy(lanes, &out, kLane);
    const bool all = keep == 0xffffU;
    while (keep != 0) {
      const auto begin = static_cast<std::size_t>(std::countr_zero(keep));
      const auto length = static_cast<std::size_t>(std::countr_one(keep >> begin));
      std::memcpy(buffer_ + held_, lanes + begin, kLane);  // more than counts: a store of one size is fast
      held_ += length;
      length_ += length;
      keep &= ~(((1U << length) - 1U) << begin);
    }
    at += kLane;
    if (all && !base::any_lane(tab)) break;
  }
  // Never between a CR and its LF.
  if (at != from && chunk[at - 1] == '\r') put(chunk.substr(at++, 1));
  return at;
}

void BodyHash::update(std::string_view chunk) {
  // What may be the end of the body waits in the state; what stands before its last content can be copied.
  auto tail = chunk.size();
  while (tail != 0 && is_tail(chunk[tail - 1])) --tail;
  std::size_t at = 0;
  while (at < tail) {
    if (lines_ == 0 && !space_ && !cr_ && any_) {
      at = copy_clean(chunk, at, tail);
      if (at == tail) break;
      if (canon_ == Canon::relaxed && limit_ == kNoLimit) {
        const auto end = squeeze(chunk, at, tail);
        if (end != at) {
          at = end;
          continue;
        }
      }
    }
    step(chunk[at++]);
  }
  for (at = std::max(at, tail); at < chunk.size(); ++at) step(chunk[at]);
}

std::string BodyHash::finish() {
  if (cr_) content('\r');
  cr_ = false;
  // Empty lines at the end do not count, and a last line has its end (RFC 6376 sections 3.4.3 and 3.4.4).
  if (any_ || canon_ == Canon::simple) put(kLineEnd);
  flush();
  return hasher_.finish();
}

void add_header(Canon canon, std::string_view name, std::string_view raw, std::string& out) {
  if (canon == Canon::simple) {
    for (std::size_t i = 0; i < raw.size(); ++i) {
      if (raw[i] == '\n' && (i == 0 || raw[i - 1] != '\r')) out += '\r';
      out += raw[i];
    }
    if (!out.ends_with(kLineEnd)) out += kLineEnd;
    return;
  }
  // Never longer than the field with its line end.
  const auto begin = out.size();
  out.resize(begin + name.size() + raw.size() + 1 + kLineEnd.size());
  auto* to = out.data() + begin;
  for (const char c : name) *to++ = c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
  *to++ = ':';
  const auto* const value_begin = to;
  bool space = false;
  const auto value = raw.substr(raw.find(':') + 1);
  for (std::size_t i = 0; i < value.size(); ++i) {
    // Sixteen bytes of one line at a time, where they stand as they are.
    while (!space && to != value_begin && i + kLane < value.size()) {
      const auto* const at = value.data() + i;
      const auto here = base::load_lanes(at);
      const auto after = base::load_lanes(at + 1);
      const Lanes odd = (here == '\r') | (here == '\n') | odd_blanks(here, after);
      if (const auto lane = base::first_lane(odd); lane != kLane) {
        std::memcpy(to, at, kLane);  // there is room for the rest of the value
        to += lane;
        i += lane;
        break;
      }
      std::memcpy(to, at, kLane);
      to += kLane;
      i += kLane;
    }
    const char c = value[i];
    if (is_blank(c)) {
      space = true;
    } else if (c != '\n' && (c != '\r' || i + 1 == value.size() || value[i + 1] != '\n')) {
      if (space && to != value_begin) *to++ = ' ';
      space = false;
      *to++ = c;
    }
  }
  for (const char c : kLineEnd) *to++ = c;
  out.resize(static_cast<std::size_t>(to - out.data()));
}

void add_fields(Canon canon, std::span<const std::string> names, const mail::Header& header,
                const mail::FieldIndex& index, std::string& out, std::size_t without) {
  struct Taken {
    std::string_view name;
    std::span<const std::uint32_t> left;  // the places of this name that did not have their turn
  };
  std::vector<Taken> taken;
  taken.reserve(names.size());
  for (const std::string_view name : names) {
    auto same =
        std::ranges::find_if(taken, [&](const Taken& one) { return base::same_bytes(one.name, name); });
    if (same == taken.end()) same = taken.insert(same, {name, index.find(name)});
    auto& left = same->left;
    if (!left.empty() && left.back() == without) left = left.first(left.size() - 1);
    if (left.empty()) continue;
    const auto& field = header.fields[left.back()];
    left = left.first(left.size() - 1);
    add_header(canon, field.name, field.raw, out);
  }
}

std::string without_signature(std::string_view raw) {
  // The tag-list begins behind the colon. A value has no semicolon (RFC 6376 section 3.2).
  auto at = raw.find(':') + 1;
  while (at < raw.size()) {
    const auto end = std::min(raw.find(';', at), raw.size());
    const auto tag = raw.substr(at, end - at);
    const auto equals = tag.find('=');
    if (equals != std::string_view::npos) {
      auto name = tag.substr(0, equals);
      while (!name.empty() && is_tail(name.front())) name.remove_prefix(1);
      while (!name.empty() && is_tail(name.back())) name.remove_suffix(1);
      if (name == "b") {
        std::string out(raw.substr(0, at + equals + 1));
        // White space at the end of the field stays outside the tag only as its line end.
        return out.append(raw.substr(end));
      }
    }
    at = end + 1;
  }
  return std::string(raw);
}

}  // namespace rampart::dkim
