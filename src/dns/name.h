// Domain names, canonical and validated.
//
// A Name holds the wire form of RFC 1035 section 3.1 without the root's final zero byte: length-prefixed
// labels, ASCII letters lower case. So any byte may stand in a label (DNS is eight-bit clean, and SPF macros
// make odd names), a dot inside a label is no border, comparison is memcmp, and a parent is a suffix of the
// bytes. Names live inline: no allocation, at most 254 bytes.
//
//   auto name = dns::Name::parse("Mail.Ministry.EXAMPLE.");   // Result<Name>
//   name->text()                    "mail.ministry.example"
//   name->parent().text()           "ministry.example"
//   name->prepend("_dmarc")         optional<Name>: empty when it would grow past 253 characters
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace rampart::dns {

inline constexpr std::size_t kMaxLabel = 63;  // octets; RFC 1035 section 2.3.4
inline constexpr std::size_t kMaxWireName =
    254;  // octets without the root label (255 with it); RFC 1035 section 2.3.4

class Name {
 public:
  // The root.
  constexpr Name() = default;

  // Presentation form: labels between dots, one final dot allowed, `\.` and `\\` for these bytes inside a
  // label, `\DDD` for any byte (RFC 1035 section 5.1). "." is the root; "" is an error. Bytes over 127 stand
  // for themselves: U-labels go through dns::parse_domain (domain.h) first. Errors are of kind input and name
  // the broken label.
  static base::Result<Name> parse(std::string_view text);
  // The same without the words of an error, for names that come from records and macros.
  static std::optional<Name> try_parse(std::string_view text);
  // Labels between dots with every other byte, backslash too, standing for itself: what an SPF domain-spec
  // expands to.
  static std::optional<Name> from_raw(std::string_view text);
  // Length-prefixed labels without compression; a final zero byte may be there or not. Letters are lowered.
  static std::optional<Name> from_wire(std::string_view wire);

  [[nodiscard]] bool is_root() const { return size_ == 0; }
  [[nodiscard]] std::string_view wire() const { return {bytes_.data(), size_}; }  // valid while *this lives
  // Lower-case presentation form without a final dot ("." for the root); bytes outside `[!-~]`, dots and
  // backslashes are escaped.
  [[nodiscard]] std::string text() const;

  [[nodiscard]] unsigned label_count() const;
  [[nodiscard]] std::string_view label(
      unsigned index) const;          // raw bytes, 0 = leftmost; valid while *this lives
  [[nodiscard]] Name parent() const;  // without the leftmost label; the root's parent is the root
  [[nodiscard]] Name suffix(unsigned labels) const;  // the rightmost `labels` labels
  // True for the name itself too. Every name is within the root.
  [[nodiscard]] bool is_within(const Name& ancestor) const;
  // `labels` is presentation form, of one label or several ("s1._domainkey").
  [[nodiscard]] std::optional<Name> prepend(std::string_view labels) const;
  [[nodiscard]] std::optional<Name> prepend_label(
      std::string_view raw) const;  // one label, bytes standing for themselves

  // Seeded per process (names are hostile), so never stored and never used for an order.
  [[nodiscard]] std::uint64_t hash() const;

  friend bool operator==(const Name& a, const Name& b) { return a.wire() == b.wire(); }
  // The order of the wire bytes: total and stable, with no meaning beyond that.
  friend std::strong_ordering operator<=>(const Name& a, const Name& b) { return a.wire() <=> b.wire(); }

 private:
  bool append_label(std::string_view raw);

  std::uint8_t size_ = 0;
  std::array<char, kMaxWireName> bytes_;  // only the first size_ are set
};

std::uint64_t hash_bytes(std::string_view bytes);  // the hash of Name::hash, over any bytes

}  // namespace rampart::dns

template <>
struct std::hash<rampart::dns::Name> {
  std::size_t operator()(const rampart::dns::Name& name) const noexcept { return name.hash(); }
};
