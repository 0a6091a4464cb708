// Where the domains of an audit come from: names on the command line, then a list, line by line. Each domain
// is given once; a line that names no domain is refused and the next one read.
//
// A list is one domain a line; `#` begins a comment, blank lines are skipped, a byte order mark and CR before
// the line end are dropped. A line is read within kMaxLine bytes, so the list may be a pipe that never ends a
// line.
//
// Memory: 16 bytes for each domain seen (a 128-bit seeded hash, so that two names are never taken for one),
// times the slack of a hash table.
#pragma once

#include <cstdio>
#include <functional>
#include <memory>

#include <boost/unordered/unordered_flat_set.hpp>

#include "audit/summary.h"
#include "base/result.h"
#include "dns/name.h"

namespace rampart::audit {

class DomainList {
 public:
  static constexpr std::size_t kMaxLine = 4096;  // ours: a name has 253 characters, escaped at most 1,012

  using OnRefused = std::function<void(RefusedLine)>;

  explicit DomainList(std::vector<dns::Name> named = {}) : named_(std::move(named)) {}

  // Reads domains from a file, or from standard input when `path` is "-". May be called several times; the
  // lists are read one after another. Errors when it cannot be opened or is a folder.
  base::Result<> open(const std::string& path);
  void on_refused(OnRefused handler) { on_refused_ = std::move(handler); }

  // The next domain that was not given before; nothing at the end. An error when reading fails.
  base::Result<std::optional<dns::Name>> next();
  // Whether next() would hardly have to wait: false when the list at hand comes through a pipe or from a terminal
  // and nothing stands there to be read.
  [[nodiscard]] bool ready() const;

  [[nodiscard]] std::size_t duplicates() const { return duplicates_; }
  // How much of what can be measured has been read, 0 to 1; nothing when there is a pipe among the lists.
  [[nodiscard]] std::optional<double> fraction_read() const;

 private:
  struct File {
    std::unique_ptr<std::FILE, int (*)(std::FILE*)>
        stream;  // owns the descriptor, which is read from directly
    std::string name;
    std::size_t size = 0;  // bytes; 0 when it cannot be known
    std::size_t line = 0;
    std::string text;  // read and not yet given out from `at` on
    std::size_t at = 0;
    bool ended = false;
    bool failed = false;
  };
  struct Digest {
    std::uint64_t first;
    std::uint64_t second;
    friend bool operator==(const Digest&, const Digest&) = default;
  };
  struct DigestHash {
    using is_avalanching = void;
    std::size_t operator()(const Digest& digest) const { return digest.first; }
  };

  enum class Line : std::uint8_t { text, too_long, end };
  static bool fill(File& file);
  Line read_line(File& file);
  std::optional<dns::Name> take(const File& file);
  bool is_new(const dns::Name& name);

  std::vector<dns::Name> named_;
  std::size_t next_named_ = 0;
  std::vector<File> files_;
  std::size_t current_ = 0;
  std::size_t read_ = 0;  // bytes of all lists
  std::string line_;
  OnRefused on_refused_;
  boost::unordered_flat_set<Digest, DigestHash> seen_;
  std::size_t duplicates_ = 0;
};

}  // namespace rampart::audit
