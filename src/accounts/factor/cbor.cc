#include "accounts/factor/cbor.h"

#include <limits>

#include "base/text.h"

namespace rampart::accounts::factor {

using Type = CborItem::Type;

std::optional<std::int64_t> CborItem::integer() const {
  if (number > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) return std::nullopt;
  if (type == Type::positive) return static_cast<std::int64_t>(number);
  if (type == Type::negative) return -1 - static_cast<std::int64_t>(number);
  return std::nullopt;
}

// One initial byte with its argument, and the content of bytes and text (RFC 8949 section 3).
std::optional<CborItem> CborReader::head() {
  if (!good_ || rest_.empty() || ++items_ > kMaxCborItems) return std::nullopt;
  const auto start = rest_;
  const auto first = static_cast<unsigned char>(rest_[0]);
  const unsigned major = first >> 5;
  const unsigned low = first & 31;
  if (low > 27 || major == 6) return std::nullopt;  // reserved, indefinite; a tag
  const std::size_t size = low < 24 ? 0 : std::size_t{1} << (low - 24);
  if (rest_.size() < 1 + size) return std::nullopt;
  CborItem out;
  out.number = low < 24 ? low : 0;
  for (std::size_t i = 1; i <= size; ++i) out.number = out.number << 8 | static_cast<unsigned char>(rest_[i]);
  rest_.remove_prefix(1 + size);
  static constexpr Type kTypes[] = {Type::positive, Type::negative, Type::bytes,  Type::text,
                                    Type::array,    Type::map,      Type::simple, Type::simple};
  out.type = kTypes[major];
  if (out.type == Type::bytes || out.type == Type::text) {
    if (out.number > rest_.size()) return std::nullopt;
    out.content = rest_.substr(0, static_cast<std::size_t>(out.number));
    if (out.type == Type::text && !base::is_utf8(out.content)) return std::nullopt;
    rest_.remove_prefix(out.content.size());
  }
  out.raw = start.substr(0, start.size() - rest_.size());
  return out;
}

bool CborReader::skip(const CborItem& container, std::size_t depth) {
  if (container.type != Type::array && container.type != Type::map) return true;
  if (depth >= kMaxCborDepth || container.number > kMaxCborItems) return false;
  const auto count = container.number * (container.type == Type::map ? 2 : 1);
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto inner = head();
    if (!inner || !skip(*inner, depth + 1)) return false;
  }
  return true;
}

std::optional<CborItem> CborReader::item() {
  const auto start = rest_;
  auto out = head();
  if (!out || !skip(*out, 0)) {
    good_ = false;
    return std::nullopt;
  }
  out->raw = start.substr(0, start.size() - rest_.size());
  return out;
}

std::optional<std::size_t> CborReader::map() {
  const auto out = head();
  good_ = out && out->type == Type::map && out->number <= kMaxCborItems;
  return good_ ? std::optional(static_cast<std::size_t>(out->number)) : std::nullopt;
}

std::optional<std::size_t> CborReader::array() {
  const auto out = head();
  good_ = out && out->type == Type::array && out->number <= kMaxCborItems;
  return good_ ? std::optional(static_cast<std::size_t>(out->number)) : std::nullopt;
}

namespace {

template <class Key, class Read>
std::optional<std::map<Key, CborItem>> read_map(std::string_view bytes, Read read) {
  // Walked over as a whole first, so that a limit holds for all of it.
  CborReader whole(bytes);
  if (!whole.item() || !whole.at_end()) return std::nullopt;
  CborReader in(bytes);
  const auto count = in.map();
  if (!count) return std::nullopt;
  std::map<Key, CborItem> out;
  for (std::size_t i = 0; i < *count; ++i) {
    const auto key = in.item();
    const auto value = in.item();
    const auto name = key && value ? read(*key) : std::optional<Key>();
    if (!name || !out.emplace(*name, *value).second) return std::nullopt;
  }
  return out;
}

}  // namespace

std::optional<std::map<std::string_view, CborItem>> read_text_map(std::string_view bytes) {
  return read_map<std::string_view>(bytes, [](const CborItem& key) {
    return key.type == Type::text ? std::optional(key.content) : std::nullopt;
  });
}

std::optional<std::map<std::int64_t, CborItem>> read_integer_map(std::string_view bytes) {
  return read_map<std::int64_t>(bytes, [](const CborItem& key) { return key.integer(); });
}

}  // namespace rampart::accounts::factor
