// Canonical forms (RFC 6376 section 3.4): what is hashed of a body and of a header field.
//
// A line ends at each LF, with a CR before it or not; as the RFC's it is CR LF. A CR that no LF follows is content.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>

#include "crypto/digest.h"
#include "mail/message.h"

namespace rampart::dkim {

enum class Canon : std::uint8_t { simple, relaxed };
std::string_view to_string(Canon canon);  // "relaxed"

// The hash of a body that comes in chunks of any size. Where a chunk ends never changes it.
class BodyHash {
 public:
  static constexpr auto kNoLimit = std::numeric_limits<std::uint64_t>::max();

  // Of the canonical body only the first `limit` octets are hashed (l=), all are counted.
  explicit BodyHash(Canon canon, std::uint64_t limit = kNoLimit) : canon_(canon), limit_(limit) {}

  void update(std::string_view chunk);
  // The raw digest. Once, at the end of the body.
  std::string finish();
  // Octets of the canonical body, after finish().
  [[nodiscard]] std::uint64_t length() const { return length_; }

 private:
  void step(char c);
  void content(char c);
  void put(std::string_view canonical);
  void put_lines();
  void flush();
  [[nodiscard]] std::size_t copy_clean(std::string_view chunk, std::size_t from, std::size_t to);
  [[nodiscard]] std::size_t squeeze(std::string_view chunk, std::size_t from, std::size_t to);

  static constexpr std::size_t kBuffer = 2048;

  Canon canon_;
  std::uint64_t limit_;
  crypto::Hasher hasher_;
  std::uint64_t length_ = 0;
  std::uint64_t lines_ = 0;  // line ends that count when content follows
  bool space_ = false;       // white space that counts as one space when content follows in the line
  bool cr_ = false;          // a CR whose LF may come
  bool any_ = false;         // there was content
  std::size_t held_ = 0;
  char buffer_[kBuffer];
};

// The field's canonical form with its final CR LF: "From: a@b" with its line ends, from its name on, as it stands in the
// message (`raw`). It is appended to `out`.
void add_header(Canon canon, std::string_view name, std::string_view raw, std::string& out);

// The fields that `names` (h=, lower case) chooses, one behind the other: each time a name comes again the next field of that
// name above, and beyond the last nothing (RFC 6376 section 5.4.2). The field at `without` is none of them: a signature does
// not cover itself (section 3.5, h=).
void add_fields(Canon canon, std::span<const std::string> names, const mail::Header& header,
                const mail::FieldIndex& index, std::string& out,
                std::size_t without = std::numeric_limits<std::size_t>::max());

// A field's value with the value of its b= tag taken out (RFC 6376 section 3.7); all other bytes as they are.
std::string without_signature(std::string_view raw);

namespace detail {
// The first place in [from, to) where the canonical form may differ from the bytes, or `to`. The bytes up to there stand
// as they are; `to` is not behind the end of `bytes`. Both do the same; tests compare them.
std::size_t clean_end_scalar(Canon canon, std::string_view bytes, std::size_t from, std::size_t to);
std::size_t clean_end_vector(Canon canon, std::string_view bytes, std::size_t from, std::size_t to);
}  // namespace detail

}  // namespace rampart::dkim
