#include "dns/name.h"

#include <cstring>
#include <random>

#include <fmt/format.h>

#include "base/text.h"

namespace rampart::dns {
namespace {

enum class Fault : std::uint8_t { none, empty, empty_label, long_label, long_name, bad_escape };

const char* describe(Fault fault) {
  switch (fault) {
    case Fault::empty:
      return "the name is empty";
    case Fault::empty_label:
      return "the name has an empty label (two dots in a row, or a leading dot)";
    case Fault::long_label:
      return "a label is longer than 63 octets (RFC 1035 section 2.3.4)";
    case Fault::long_name:
      return "the name is longer than 253 characters (RFC 1035 section 2.3.4)";
    case Fault::bad_escape:
      return "a backslash is not followed by a character or by three digits up to 255";
    case Fault::none:
      break;
  }
  return "";
}

// Reads one character of a label at text[at], an escape included; moves `at` behind it. Nothing for a broken
// escape.
std::optional<char> unescape(std::string_view text, std::size_t& at) {
  if (text[at] != '\\') return text[at++];
  if (at + 1 >= text.size()) return std::nullopt;
  if (!base::is_digit(text[at + 1])) {
    at += 2;
    return text[at - 1];
  }
  const auto value = base::parse_number(text.substr(at + 1, 3));
  if (at + 4 > text.size() || !value || *value > 255) return std::nullopt;
  at += 4;
  return static_cast<char>(*value);
}

std::uint64_t load(const char* at, std::size_t count) {
  std::uint64_t value = 0;
  std::memcpy(&value, at, count);
  return value;
}

std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
  const auto product = static_cast<unsigned __int128>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

}  // namespace

std::uint64_t hash_bytes(std::string_view bytes) {
  static const std::uint64_t seed = [] {
    std::random_device device;
    return static_cast<std::uint64_t>(device()) << 32 | device() | 1;
  }();
  constexpr std::uint64_t kOdd = 0x9e3779b97f4a7c15;
  std::uint64_t state = seed ^ bytes.size() * kOdd;
  const char* at = bytes.data();
  std::size_t left = bytes.size();
  for (; left >= 8; left -= 8, at += 8) state = mix(state ^ load(at, 8), kOdd);
  return mix(left == 0 ? state : state ^ load(at, left), seed ^ kOdd);
}

bool Name::append_label(std::string_view raw) {
  if (raw.empty() || raw.size() > kMaxLabel || size_ + 1 + raw.size() > kMaxWireName) return false;
  bytes_[size_] = static_cast<char>(raw.size());
  for (std::size_t i = 0; i < raw.size(); ++i) bytes_[size_ + 1 + i] = base::to_lower(raw[i]);
  size_ = static_cast<std::uint8_t>(size_ + 1 + raw.size());
  return true;
}

namespace {

// Splits `text` into labels and gives each to `append`; `escapes` says whether a backslash means anything.
template <class Append>
Fault each_label(std::string_view text, bool escapes, Append append) {
  if (text.empty()) return Fault::empty;
  if (text == ".") return Fault::none;
  char label[kMaxLabel];
  std::size_t size = 0;
  std::size_t at = 0;
  while (at < text.size()) {
    if (text[at] == '.') {
      if (size == 0) return Fault::empty_label;
      if (!append(std::string_view(label, size))) return Fault::long_name;
      size = 0;
      ++at;
      continue;
    }
    const auto byte = escapes ? unescape(text, at) : std::optional<char>(text[at++]);
    if (!byte) return Fault::bad_escape;
    if (size == kMaxLabel) return Fault::long_label;
    label[size++] = *byte;
  }
  if (size != 0 && !append(std::string_view(label, size))) return Fault::long_name;
  return Fault::none;
}

}  // namespace

base::Result<Name> Name::parse(std::string_view text) {
  Name name;
  const Fault fault =
      each_label(text, true, [&](std::string_view label) { return name.append_label(label); });
  if (fault == Fault::none) return name;
  return base::fail(base::ErrorKind::input, describe(fault), base::excerpt(text, 80));
}

std::optional<Name> Name::try_parse(std::string_view text) {
  Name name;
  if (each_label(text, true, [&](std::string_view label) { return name.append_label(label); }) != Fault::none)
    return {};
  return name;
}

std::optional<Name> Name::from_raw(std::string_view text) {
  Name name;
  if (each_label(text, false, [&](std::string_view label) { return name.append_label(label); }) !=
      Fault::none)
    return {};
  return name;
}

std::optional<Name> Name::from_wire(std::string_view wire) {
  Name name;
  while (!wire.empty()) {
    const auto length = static_cast<std::uint8_t>(wire[0]);
    if (length == 0) return wire.size() == 1 ? std::optional(name) : std::nullopt;
    if (length > kMaxLabel || wire.size() < 1U + length || !name.append_label(wire.substr(1, length)))
      return std::nullopt;
    wire.remove_prefix(1U + length);
  }
  return name;
}

namespace {
bool stands_for_itself(char c) { return c > ' ' && c <= '~' && c != '.' && c != '\\'; }
}  // namespace

std::string Name::text() const {
  if (is_root()) return ".";
  std::string out;
  out.reserve(size_);
  for (std::size_t at = 0; at < size_;) {
    const auto length = static_cast<std::uint8_t>(bytes_[at]);
    if (at != 0) out += '.';
    const std::string_view label(bytes_.data() + at + 1, length);
    at += 1U + length;
    if (std::ranges::all_of(label, stands_for_itself)) {  // nearly every one
      out += label;
      continue;
    }
    for (const char c : label) {
      if (c == '.' || c == '\\') {
        out += {'\\', c};
      } else if (c > ' ' && c <= '~') {
        out += c;
      } else {
        fmt::format_to(std::back_inserter(out), "\\{:03}", static_cast<unsigned char>(c));
      }
    }
  }
  return out;
}

unsigned Name::label_count() const {
  unsigned count = 0;
  for (std::size_t at = 0; at < size_; at += 1U + static_cast<std::uint8_t>(bytes_[at])) ++count;
  return count;
}

std::string_view Name::label(unsigned index) const {
  std::size_t at = 0;
  while (index-- > 0 && at < size_) at += 1U + static_cast<std::uint8_t>(bytes_[at]);
  return at < size_ ? std::string_view(bytes_.data() + at + 1, static_cast<std::uint8_t>(bytes_[at]))
                    : std::string_view();
}

Name Name::parent() const {
  const unsigned count = label_count();
  return suffix(count == 0 ? 0 : count - 1);
}

Name Name::suffix(unsigned labels) const {
  std::size_t at = 0;
  for (unsigned skip = label_count(); skip > labels; --skip) at += 1U + static_cast<std::uint8_t>(bytes_[at]);
  Name out;
  out.size_ = static_cast<std::uint8_t>(size_ - at);
  std::memcpy(out.bytes_.data(), bytes_.data() + at, out.size_);
  return out;
}

bool Name::is_within(const Name& ancestor) const {
  if (ancestor.size_ > size_ ||
      std::memcmp(bytes_.data() + size_ - ancestor.size_, ancestor.bytes_.data(), ancestor.size_) != 0) {
    return false;
  }
  std::size_t at = 0;  // the same bytes; but do they begin at a label
  while (static_cast<std::size_t>(size_) - at > ancestor.size_)
    at += 1U + static_cast<std::uint8_t>(bytes_[at]);
  return static_cast<std::size_t>(size_) - at == ancestor.size_;
}

std::optional<Name> Name::prepend(std::string_view labels) const {
  auto out = try_parse(labels);
  if (!out || out->size_ + size_ > static_cast<int>(kMaxWireName)) return std::nullopt;
  std::memcpy(out->bytes_.data() + out->size_, bytes_.data(), size_);
  out->size_ = static_cast<std::uint8_t>(out->size_ + size_);
  return out;
}

std::optional<Name> Name::prepend_label(std::string_view raw) const {
  Name out;
  if (!out.append_label(raw) || out.size_ + size_ > static_cast<int>(kMaxWireName)) return std::nullopt;
  std::memcpy(out.bytes_.data() + out.size_, bytes_.data(), size_);
  out.size_ = static_cast<std::uint8_t>(out.size_ + size_);
  return out;
}

std::uint64_t Name::hash() const { return hash_bytes(wire()); }

}  // namespace rampart::dns
