// Lists of whom to block and whom to let through: files of one indicator a line, kept by hand or fed by somebody else. Pure.
//
//   # Whom we do not want to hear from.
//   evil.example                                  a domain, and what is below it, as sender or author
//   news@shop.example   until=2027-03-31 by=soc reason=their list was stolen
//   192.0.2.0/24
//   https://files.example/invoice                 a link, with whatever stands behind its path
//   https://evil.example/                         links to that host, and to what is below it, at every port
//   https://evil.example:8443/                    at that port alone
//   sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08    a part of a message
//
//   const auto list = read_list("/etc/rampart/block.txt", text);
//   const auto hit = list.find({.addresses = …}, now);
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/ip.h"
#include "base/time.h"
#include "dns/name.h"

namespace rampart::guard {

// All our own.
inline constexpr std::size_t kMaxListBytes = std::size_t{64} << 20;  // of a file
inline constexpr std::size_t kMaxListed = 500'000;                   // indicators of a file
inline constexpr std::size_t kMaxListLine = 1'000;                   // octets
inline constexpr std::size_t kToldFaults = 3;  // lines that are named; others are counted

// Of a message, what lists name.
struct Identities {
  std::vector<std::string> addresses;  // in lower case
  std::vector<dns::Name> domains;
  std::optional<base::IpAddress> client;
  std::span<const std::string> urls = {};    // as link_key() writes them
  std::span<const std::string> hashes = {};  // SHA-256, in lower case
};

enum class ListKind : std::uint8_t {
  block,
  allow,  // nothing of the content: whoever knows it could write it
};

struct Listed {
  std::string indicator;
  std::string reason;  // printable; may be empty
  std::string by;      // the same
  std::optional<base::Time> until;

  [[nodiscard]] bool holds(base::Time now) const { return !until || now < *until; }
};

// One file.
class ListFile {
 public:
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] std::size_t size() const { return size_; }
  // What could not be read, one clause each: at most kToldFaults lines, then how many more.
  [[nodiscard]] const std::vector<std::string>& faults() const { return faults_; }

  // Whether it names links or hashes, for which a message has to be looked into.
  [[nodiscard]] bool names_content() const { return !hosts_.empty() || !urls_.empty() || !hashes_.empty(); }

  // The first that holds: of an address, then of a domain or one above it, then of the narrowest network, then of a link, then of a
  // hash.
  [[nodiscard]] const Listed* find(const Identities& of, base::Time now) const;

 private:
  friend std::shared_ptr<const ListFile> read_list(std::string name, std::string_view text, ListKind kind);
  using Entries = std::vector<Listed>;  // the same indicator may stand there several times, with other ends
  template <class Key>
  using Table = std::unordered_map<Key, Entries>;
  static const Listed* holding(const Entries& entries, base::Time now);
  template <class Key>
  static const Listed* look(const Table<Key>& table, const Key& key, base::Time now);
  // What is wrong with it, a clause behind the line; empty: it counts now.
  std::string add(std::string_view line, ListKind kind);
  std::optional<std::string> add_content(std::string_view word, Listed& listed);  // nothing: it names none
  std::string add_link(std::string_view word, Listed& listed);
  [[nodiscard]] const Listed* find_url(std::string_view given, base::Time now) const;
  [[nodiscard]] const Listed* find_path(const std::string& link, base::Time now) const;

  std::string name_;
  std::size_t size_ = 0;
  Table<std::string> addresses_;
  Table<dns::Name> domains_;
  Table<std::string> hosts_;   // of links, with the port if the line has one
  Table<std::string> urls_;    // with a path
  Table<std::string> hashes_;  // in lower case
  // By their length, of IPv6 and IPv4 (whose lengths stand behind 128); then by address.
  std::vector<std::pair<unsigned, Table<std::string>>> networks_;
  std::vector<std::string> faults_;
};

// Lines that say nothing that is understood are left out and told; all others count.
std::shared_ptr<const ListFile> read_list(std::string name, std::string_view text,
                                          ListKind kind = ListKind::block);

// The lists of now.
struct Lists {
  std::vector<std::shared_ptr<const ListFile>>
      block;  // shared: a file is read again only when it has changed
  std::vector<std::shared_ptr<const ListFile>> allow;

  [[nodiscard]] bool name_content() const;  // of those that block
};

struct ListHit {
  const ListFile* file = nullptr;
  const Listed* listed = nullptr;

  explicit operator bool() const { return listed != nullptr; }
  [[nodiscard]] std::string text() const;  // "192.0.2.0/24 in block.txt: their list was stolen"; printable
};
ListHit find_listed(std::span<const std::shared_ptr<const ListFile>> files, const Identities& of,
                    base::Time now);

}  // namespace rampart::guard
