// What mail carries within itself: messages and pages saved as such, what is signed within CMS, files in a text (uuencode).
#include <algorithm>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "guard/inspect/files/bytes.h"
#include "guard/inspect/files/formats.h"
#include "guard/inspect/files/text.h"
#include "mail/body_parts.h"

namespace rampart::guard::files {
namespace {

// All our own.
constexpr std::size_t kMaxUuencoded = 50;      // of one text
constexpr std::size_t kMaxBeginLine = 300;     // bytes
constexpr unsigned kMaxBerDepth = 16;          // of what is passed over
constexpr std::size_t kMaxBerPieces = 10'000;  // of one text

// BER (X.690), as far as CMS needs it: from one element to the next, or into one.
class Ber {
 public:
  explicit Ber(std::string_view bytes) : bytes_(bytes) {}

  // Into the element that stands here, if it is one of those.
  bool enter(unsigned char tag) {
    const auto head = head_here();
    if (!head || head->tag != tag) return false;
    at_ = head->content;
    return true;
  }
  bool skip() { return skip(0); }
  // An octet string, whole or in pieces.
  std::string octets() {
    const auto head = head_here();
    if (!head) return {};
    if (head->tag == 0x04) return std::string(part_of(bytes_, head->content, head->size));
    if (head->tag != 0x24) return {};
    at_ = head->content;
    const auto end = head->is_open ? bytes_.size() : head->content + head->size;
    std::string out;
    for (std::size_t i = 0; at_ < end && i < kMaxBerPieces; ++i) {
      const auto piece = head_here();
      if (!piece || piece->tag != 0x04) break;
      out += part_of(bytes_, piece->content, piece->size);
      at_ = piece->content + piece->size;
    }
    return out;
  }

 private:
  struct Head {
    unsigned char tag = 0;
    std::uint64_t content = 0;
    std::uint64_t size = 0;
    bool is_open = false;  // its end is marked
  };

  [[nodiscard]] std::optional<Head> head_here() const {
    const auto head = part_of(bytes_, at_, 2);
    if (head.size() < 2) return std::nullopt;
    Head out{.tag = static_cast<unsigned char>(head[0]), .content = at_ + 2};
    const auto length = static_cast<unsigned char>(head[1]);
    if (length < 0x80) {
      out.size = length;
      return out;
    }
    const unsigned more = length & 0x7fU;
    out.is_open = more == 0;
    const auto digits = part_of(bytes_, at_ + 2, more);
    if (more > 4 || digits.size() < more) return std::nullopt;
    for (const char c : digits) out.size = out.size << 8U | static_cast<unsigned char>(c);
    out.content += more;
    return out;
  }

  bool skip(unsigned depth) {
    // Elements within open ones, without recursion: `depth` of them are open.
    do {
      if (part_of(bytes_, at_, 2) == std::string_view("\0\0", 2) && depth > 0) {
        at_ += 2;
        --depth;
        continue;
      }
      const auto head = head_here();
      if (!head || depth > kMaxBerDepth) return false;
      at_ = head->content + head->size;
      if (head->is_open) ++depth;
    } while (depth > 0);
    return at_ <= bytes_.size();
  }

  std::string_view bytes_;
  std::uint64_t at_ = 0;
};

constexpr unsigned char kSequence = 0x30;
constexpr unsigned char kContext0 = 0xa0;

// RFC 5652 section 3, section 5.1 and section 5.2: ContentInfo, SignedData, EncapsulatedContentInfo.
std::string signed_text(std::string_view bytes) {
  Ber ber(bytes);
  const bool is_there = ber.enter(kSequence) && ber.skip() && ber.enter(kContext0) && ber.enter(kSequence) &&
                        ber.skip() && ber.skip() && ber.enter(kSequence) && ber.skip() &&
                        ber.enter(kContext0);
  return is_there ? ber.octets() : std::string();
}

// "begin 644 NAME", and a first line of the length that it says.
bool begins_uuencoded(std::string_view text) {
  if (!text.starts_with("begin ")) return false;
  auto rest = text.substr(6, kMaxBeginLine);
  std::size_t digits = 0;
  while (digits < rest.size() && rest[digits] >= '0' && rest[digits] <= '7') ++digits;
  if (digits < 3 || digits > 4 || digits >= rest.size() || rest[digits] != ' ') return false;
  const auto end = rest.find('\n');
  if (end == std::string_view::npos) return false;
  auto line = text.substr(6 + end + 1, 100);
  line = line.substr(0, line.find_first_of("\r\n"));
  if (line.empty() || line[0] < '!' || line[0] > 'M') return false;
  const auto octets = static_cast<std::size_t>(line[0] - ' ');
  return line.size() >= 1 + (octets + 2) / 3 * 4 - 3;
}

std::string_view type_ending(std::string_view type) {
  if (type.find("html") != std::string_view::npos) return ".html";
  if (type == "text/css") return ".css";
  return type.starts_with("text/") ? ".txt" : "";
}

}  // namespace

void look_into_message(Walk& walk, FileType type, std::string_view bytes) {
  const auto parts = mail::read_body_parts(bytes);
  if (parts.has_more) walk.cannot(Unseen::too_many);
  if (parts.is_deeper) walk.cannot(Unseen::too_deep);
  std::size_t count = 0;
  for (const auto& part : parts.all) {
    if (!part.is_leaf()) continue;
    ++count;
    // A message's own texts are its reader's.
    const bool is_text = part.type.starts_with("text/") && part.name.empty() &&
                         part.disposition != mail::Disposition::attachment;
    if (is_text && type == FileType::message) continue;
    const auto name = part.name.empty() ? fmt::format("part-{}{}", count, type_ending(part.type)) : part.name;
    if (!walk.list(name)) return;
    if (!walk.take_entry()) {
      walk.look_at_name(name);
      continue;
    }
    if (part.body.size() > walk.bytes_left()) {
      walk.cannot(Unseen::too_large);
      walk.look_at_name(name);
      continue;
    }
    const auto content = mail::decode_body(part);
    walk.spend(content.size());
    walk.look_inside(name, content);
  }
}

void look_into_signed(Walk& walk, std::string_view bytes) {
  const auto text = signed_text(bytes);
  if (text.empty()) return;
  walk.spend(text.size());
  if (walk.take_entry()) walk.look_inside("signed.eml", text);
}

void look_for_uuencoded(Walk& walk, std::string_view text) {
  std::size_t count = 0;
  for (auto at = text.find("begin "); at != std::string_view::npos;) {
    if ((at != 0 && text[at - 1] != '\n') || !begins_uuencoded(text.substr(at))) {
      at = text.find("begin ", at + 1);
      continue;
    }
    if (++count > kMaxUuencoded) return walk.cannot(Unseen::too_many);
    const auto end = std::min(text.find("\nend", at), text.size());
    const auto block = text.substr(at, end - at);
    auto line = block.substr(0, block.find_first_of("\r\n"));
    line.remove_prefix(std::min(line.find(' ', 6) + 1, line.size()));
    at = text.find("begin ", end);
    if (!walk.list(line)) return;
    if (!walk.take_entry() || block.size() > walk.bytes_left()) {
      walk.look_at_name(line);
      continue;
    }
    const auto content = mail::decode_uuencode(block);
    walk.spend(content.size());
    walk.look_inside(line, content);
  }
}

}  // namespace rampart::guard::files
