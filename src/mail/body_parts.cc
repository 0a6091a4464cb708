#include "mail/body_parts.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "base/text.h"
#include "mail/content_fields.h"

namespace rampart::mail {
namespace {

// A line with its end, and without.
struct Line {
  std::string_view whole;
  std::string_view text;
};

class Lines {
 public:
  explicit Lines(std::string_view bytes) : bytes_(bytes) {}

  [[nodiscard]] std::size_t at() const { return at_; }
  [[nodiscard]] bool is_end() const { return at_ == bytes_.size(); }
  Line next() {
    const auto end = bytes_.find('\n', at_);
    const auto size = end == std::string_view::npos ? bytes_.size() - at_ : end + 1 - at_;
    Line out{.whole = bytes_.substr(at_, size), .text = bytes_.substr(at_, size)};
    if (out.text.ends_with('\n')) out.text.remove_suffix(1);
    if (out.text.ends_with('\r')) out.text.remove_suffix(1);
    at_ += size;
    return out;
  }
  // To the next line that begins with "--", or the end.
  void skip_to_dashes() {
    if (bytes_.substr(at_).starts_with("--")) return;
    const auto found = bytes_.find("\n--", at_);
    at_ = found == std::string_view::npos ? bytes_.size() : found + 1;
  }

 private:
  std::string_view bytes_;
  std::size_t at_ = 0;
};

// What a message within the message travelled as, where that is no plain text: it is read by itself.
struct Inner {
  std::string_view bytes;
  std::string path;
  std::size_t depth = 0;
};

class Reader {
 public:
  explicit Reader(BodyParts& out) : out_(out) {}

  void read(const Inner& message) {
    bytes_ = message.bytes;
    is_own_ = message.depth == 0;
    open_.clear();
    leaf_.reset();
    messages_.clear();
    Lines lines(bytes_);
    begin({.path = message.path, .depth = message.depth, .is_message_body = true}, lines);
    while (!lines.is_end()) {
      // Only lines that begin with "--" part anything.
      lines.skip_to_dashes();
      if (lines.is_end()) break;
      const auto start = lines.at();
      const auto line = lines.next();
      if (const auto hit = boundary_of(line.text))
        take_boundary(*hit, start, lines);
      else if (is_like_boundary(line.text))
        out_.is_ambiguous = true;
    }
    end_leaf(bytes_.size());
    end_messages(0, bytes_.size());
    for (const auto& open : open_) close(open, bytes_.size());
  }

  std::vector<Inner> take_inner() { return std::exchange(inner_, {}); }

 private:
  struct Open {
    std::string boundary;
    std::size_t part = 0;      // in out_.all
    std::size_t children = 0;  // so far
    std::string path;          // that its children's begin with
    std::size_t depth = 0;
    std::size_t start = 0;  // of its text
    bool is_closed = false;
    bool is_own = true;  // of the message itself, and not of one that it hands on
  };
  struct Hit {
    std::size_t open = 0;
    bool is_last = false;
  };
  // A message within the message.
  struct Message {
    std::size_t part = 0;   // in out_.all
    std::size_t start = 0;  // of its text
    std::size_t open = 0;   // multiparts around it, and one
  };
  // Where a part stands.
  struct Place {
    std::string path;  // of what it is within, or its own
    std::size_t depth = 0;
    bool is_message_body = false;  // of a message: it is numbered 1 where it has no parts
  };

  // The innermost first. White space behind a boundary counts for nothing.
  std::optional<Hit> boundary_of(std::string_view line) const {
    line.remove_prefix(2);
    for (auto i = open_.size(); i-- > 0;) {
      const auto& boundary = open_[i].boundary;
      if (!line.starts_with(boundary)) continue;
      const auto rest = line.substr(boundary.size());
      if (rest.starts_with("--")) return Hit{.open = i, .is_last = true};
      if (base::trim(rest).empty()) return Hit{.open = i, .is_last = false};
    }
    return std::nullopt;
  }

  // Some take a line that merely begins so for one.
  bool is_like_boundary(std::string_view line) const {
    return std::ranges::any_of(open_,
                               [&](const Open& open) { return line.substr(2).starts_with(open.boundary); });
  }

  // Messages that are handed on are cut and put together by all kinds of programs.
  void contradict() {
    out_.is_ambiguous = true;
    if (is_own_ && messages_.empty()) out_.is_contradictory = true;
  }

  // A multipart whose boundary never came holds what stands there.
  void close(const Open& open, std::size_t end) {
    auto& part = out_.all[open.part];
    part.is_unclosed = !open.is_closed;
    if (open.children != 0) return;
    part.has_parts = false;
    if (part.path.empty()) part.path = "1";
    part.body = text_between(open.start, end);
    out_.is_ambiguous = true;
    if (open.is_own && !base::trim(part.body).empty()) out_.is_contradictory = true;
  }

  void take_boundary(const Hit& hit, std::size_t start, Lines& lines) {
    end_leaf(start);
    end_messages(hit.open + 1, start);
    for (auto i = hit.open + 1; i < open_.size(); ++i) close(open_[i], start);
    open_.resize(hit.open + 1);
    auto& open = open_.back();
    if (hit.is_last) {
      open.is_closed = true;
      return;
    }
    ++open.children;
    begin({.path = fmt::format("{}{}{}", open.path, open.path.empty() ? "" : ".", open.children),
           .depth = open.depth + 1,
           .is_message_body = false},
          lines);
  }

  // Reads a part's fields, and those of a message within it, down to a leaf or a first boundary.
  void begin(Place place, Lines& lines) {
    for (;;) {
      auto fields = read_fields(lines);
      if (out_.all.size() == kMaxBodyParts) {
        out_.has_more = true;
        return;
      }
      auto& part = out_.all.emplace_back();
      part.type = std::move(fields.type);
      part.name = std::move(fields.name);
      part.other_name = std::move(fields.other_name);
      part.charset = std::move(fields.charset);
      part.content_id = std::move(fields.content_id);
      part.disposition = fields.disposition;
      part.encoding = fields.encoding;
      part.depth = place.depth;
      const bool is_multipart = part.type.starts_with("multipart/") && !fields.boundary.empty();
      const bool is_message = part.type == "message/rfc822" || part.type == "message/global";
      part.path = place.path;
      part.is_guess = fields.is_guess;
      part.is_flowed = fields.is_flowed;
      part.has_delsp = fields.has_delsp;
      if (fields.is_ambiguous) contradict();
      // Of the whole message nothing honest is; within a report, what programs that send it back made of an honest one.
      if (part.type == "message/partial" || (part.type.starts_with("multipart/") && !is_multipart)) {
        out_.is_ambiguous = true;
        if (part.depth == 0) contradict();
      }
      if (part.type == "message/external-body") out_.is_ambiguous = true;
      if (place.is_message_body && !is_multipart) part.path += part.path.empty() ? "1" : ".1";
      if (part.depth >= kMaxBodyDepth && (is_multipart || is_message)) {
        out_.is_deeper = true;
      } else if (is_multipart) {
        if (part.encoding != BodyEncoding::identity) out_.is_ambiguous = true;
        part.has_parts = true;
        open_.push_back({.boundary = std::move(fields.boundary),
                         .part = out_.all.size() - 1,
                         .path = part.path,
                         .depth = part.depth,
                         .start = lines.at(),
                         .is_own = is_own_ && messages_.empty()});
        return;
      } else if (is_message && part.encoding == BodyEncoding::identity) {
        part.is_message = true;
        // Its text is that of its parts, and its boundaries are ours: it goes on below.
        place = {.path = part.path, .depth = part.depth + 1, .is_message_body = true};
        messages_.push_back({.part = out_.all.size() - 1, .start = lines.at(), .open = open_.size() + 1});
        if (lines.is_end()) return;
        continue;
      }
      leaf_ = out_.all.size() - 1;
      leaf_start_ = lines.at();
      return;
    }
  }

  void end_leaf(std::size_t end) {
    if (leaf_) {
      auto& part = out_.all[*leaf_];
      part.body = text_between(leaf_start_, end);
      if ((part.type == "message/rfc822" || part.type == "message/global") &&
          part.encoding != BodyEncoding::identity && part.depth + 1 < kMaxBodyDepth) {
        out_.decoded.push_back(decode_body(part));
        part.is_message = true;
        inner_.push_back({.bytes = out_.decoded.back(), .path = part.path, .depth = part.depth + 1});
      }
    }
    leaf_.reset();
  }

  // Those that stand within more open multiparts than `open` (RFC 2046 section 5.2.1: a message ends with its part).
  void end_messages(std::size_t open, std::size_t end) {
    while (!messages_.empty() && messages_.back().open > open) {
      out_.all[messages_.back().part].body = text_between(messages_.back().start, end);
      messages_.pop_back();
    }
  }

  // Up to the line end that belongs to the boundary (RFC 2046 section 5.1.1).
  [[nodiscard]] std::string_view text_between(std::size_t start, std::size_t end) const {
    auto text = bytes_.substr(start, end > start ? end - start : 0);
    if (end != bytes_.size() && text.ends_with('\n')) text.remove_suffix(1);
    if (end != bytes_.size() && text.ends_with('\r')) text.remove_suffix(1);
    return text;
  }

  ContentFields read_fields(Lines& lines) {
    ContentFieldReader reader;
    bool is_first = true;
    while (!lines.is_end()) {
      auto ahead = lines;
      const auto line = ahead.next();
      // A boundary ends a header, too, and a first line that is no field begins the text.
      if (line.text.starts_with("--") && boundary_of(line.text)) break;
      if (line.text.empty()) {
        lines = ahead;
        break;
      }
      if (is_first && !reader.is_field(line.text) && !open_.empty()) break;
      is_first = false;
      lines = ahead;
      reader.add(line.text);
    }
    return reader.finish();
  }

  BodyParts& out_;
  std::string_view bytes_;
  bool is_own_ = true;      // the message itself
  std::vector<Open> open_;  // multiparts, the innermost last; at most kMaxBodyDepth
  std::optional<std::size_t> leaf_;
  std::size_t leaf_start_ = 0;
  std::vector<Message> messages_;  // whose end has not come
  std::vector<Inner> inner_;
};

constexpr auto kBase64Values = [] {
  std::array<std::int8_t, 256> out{};
  out.fill(-1);
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (std::size_t i = 0; i < kDigits.size(); ++i)
    out[static_cast<unsigned char>(kDigits[i])] = static_cast<std::int8_t>(i);
  return out;
}();

int hex_digit(char c) {
  const char lower = base::to_lower(c);
  return base::is_digit(c) ? c - '0' : lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

}  // namespace

BodyParts read_body_parts(std::string_view message) {
  BodyParts out;
  Reader reader(out);
  reader.read({.bytes = message, .path = {}, .depth = 0});
  auto inner = reader.take_inner();
  for (std::size_t i = 0; i < inner.size(); ++i) {
    const auto one = inner[i];
    reader.read(one);
    for (auto& more : reader.take_inner()) inner.push_back(std::move(more));
  }
  return out;
}

std::string decode_lenient_base64(std::string_view text) {
  std::string out;
  out.resize(text.size() / 4 * 3 + 3);
  char* to = out.data();
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const char c : text) {
    const auto value = kBase64Values[static_cast<unsigned char>(c)];
    if (value < 0) {
      if (c == '=') bits = count = 0;  // what follows padding begins anew, as mail programs read it
      continue;
    }
    bits = bits << 6U | static_cast<std::uint32_t>(value);
    if (++count % 4 == 2) *to++ = static_cast<char>(bits >> 4U & 0xffU);
    if (count % 4 == 3) *to++ = static_cast<char>(bits >> 2U & 0xffU);
    if (count % 4 == 0) *to++ = static_cast<char>(bits & 0xffU);
  }
  out.resize(static_cast<std::size_t>(to - out.data()));
  return out;
}

std::string decode_uuencode(std::string_view text) {
  std::string out;
  Lines lines(text);
  bool begun = false;
  while (!lines.is_end()) {
    const auto line = lines.next().text;
    if (!begun) {
      begun = line.starts_with("begin ");
      continue;
    }
    if (line.empty() || line == "end") break;
    const auto value = [&](std::size_t i) {
      return i < line.size() ? (static_cast<unsigned>(static_cast<unsigned char>(line[i])) - 32U) & 63U : 0U;
    };
    auto left = std::size_t{value(0)};
    for (std::size_t i = 1; left != 0 && i < line.size(); i += 4) {
      const auto three = value(i) << 18U | value(i + 1) << 12U | value(i + 2) << 6U | value(i + 3);
      for (unsigned k = 0; k < 3 && left != 0; ++k, --left)
        out += static_cast<char>(three >> (16 - 8 * k) & 0xffU);
    }
  }
  return out;
}

std::string decode_quoted_printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const auto next = std::min(text.find('=', i), text.size());
    out += text.substr(i, next - i);
    i = next;
    if (i == text.size()) break;
    const auto rest = text.substr(i + 1);
    const int high = rest.empty() ? -1 : hex_digit(rest[0]);
    const int low = rest.size() < 2 ? -1 : hex_digit(rest[1]);
    if (high >= 0 && low >= 0) {
      out += static_cast<char>(high * 16 + low);
      i += 3;
      continue;
    }
    // A soft line break, with the white space that was put behind it on its way (RFC 2045 section 6.7).
    std::size_t space = 0;
    while (space < rest.size() && base::is_wsp(rest[space])) ++space;
    if (rest.substr(space).starts_with("\r\n")) {
      i += 1 + space + 2;
    } else if (rest.substr(space).starts_with('\n')) {
      i += 1 + space + 1;
    } else if (space == rest.size()) {
      break;
    } else {
      out += '=';
      ++i;
    }
  }
  return out;
}

std::string decode_body(const BodyPart& part) {
  switch (part.encoding) {
    case BodyEncoding::base64:
      return decode_lenient_base64(part.body);
    case BodyEncoding::quoted_printable:
      return decode_quoted_printable(part.body);
    case BodyEncoding::uuencode:
      return decode_uuencode(part.body);
    default:
      return std::string(part.body);
  }
}

}  // namespace rampart::mail
