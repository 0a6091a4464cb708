// A message as views of its bytes: header fields and body (RFC 5322 section 2.1).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mail/header.h"

namespace rampart::mail {

struct Message {
  Header header;
  std::string_view body;  // behind the empty line; empty when there is none

  // Views of `bytes`. Errors are those of read_header().
  static base::Result<Message> parse(std::string_view bytes);
  static base::Result<Message> parse(std::string&& bytes) = delete;  // there would be views of what is gone
};

// The fields of a header by their names, for whoever looks many up: case does not matter (RFC 5322 section 1.2.2).
class FieldIndex {
 public:
  explicit FieldIndex(const Header& header);

  // The places of all fields of this name in Header::fields, from the top of the message down.
  [[nodiscard]] std::span<const std::uint32_t> find(std::string_view name) const;
  // The names that more than one field has, each once, as one of them writes it.
  [[nodiscard]] std::vector<std::string_view> repeated() const;

 private:
  // Names that differ mostly do so in their first letters.
  struct Key {
    std::uint64_t begin = 0;  // the first eight bytes in lower case, in an order that compares as they do
    std::string_view name;
  };
  static Key key_of(std::string_view name);
  static int compare(const Key& a, const Key& b);

  std::vector<Key> keys_;              // by name, then by place
  std::vector<std::uint32_t> places_;  // of each key
};

}  // namespace rampart::mail
