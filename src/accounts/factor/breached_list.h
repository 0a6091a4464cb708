// A file of passwords that were found in breaches, which the operator may give (settings: accounts.breached_passwords).
//
// Two forms, told apart by the first line:
//   - SHA-1 hashes in order, as the download of Have I Been Pwned has them: 40 hexadecimal digits, then perhaps ":COUNT", a line each
//     (LF or CRLF). It may have any size; a question reads some forty blocks of it and keeps nothing.
//   - the passwords themselves, a line each, in any order and any number up to kMaxPlainPasswords: kept as hashes in memory.
//
//   const auto list = TRY(factor::BreachedList::open("/var/lib/rampart/pwned.txt"));
//   TRY(list.holds("correct horse battery staple"))
//
// SHA-1 is what the file has; nothing here depends on its being hard to collide. Any number of threads may ask one list.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace rampart::accounts::factor {

inline constexpr std::size_t kMaxPlainPasswords = 2'000'000;         // lines; our own: 40 MB in memory
inline constexpr std::size_t kMaxPlainList = std::size_t{64} << 20;  // octets of such a file
inline constexpr std::size_t kMaxBreachedLine =
    256;  // octets of a line of hashes; the file's own have below 60

class BreachedList {
 public:
  // Errors: kind config, when it is not there or is no such file; the first lines are looked at, and that the last one is not below
  // the first, so that an unsorted file is not taken for one that holds nothing.
  static base::Result<BreachedList> open(const std::string& path);
  BreachedList(BreachedList&& other) noexcept;
  BreachedList& operator=(BreachedList&& other) noexcept;
  ~BreachedList();

  // The password as it is, and of a plain list its lower case too. Errors: kind io, when the file can no longer be read; kind input,
  // when a line that was met is none.
  [[nodiscard]] base::Result<bool> holds(std::string_view password) const;
  [[nodiscard]] bool is_hashes() const { return file_ >= 0; }

 private:
  BreachedList() = default;
  [[nodiscard]] base::Result<bool> holds_hash(std::string_view sha1_hex) const;

  std::string path_;
  int file_ = -1;                     // of hashes
  std::uint64_t size_ = 0;            // octets, as it was opened
  std::vector<std::uint64_t> plain_;  // the first eight octets of each SHA-1, sorted
};

}  // namespace rampart::accounts::factor
