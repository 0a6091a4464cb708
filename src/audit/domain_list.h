// Where the domains of an audit come from: names on the command line, then lists. Each domain is given once; a line
// that names no domain is refused and the next one read.
//
// A list is one domain a line; `#` begins a comment, blank lines are skipped. Or it is a table with a header
// (portfolio/columns.h), as spreadsheets save it: then a domain comes with what its row says of it. Encodings and line
// ends are understood (portfolio/text_input.h). A line is read within kMaxLine bytes, so the list may be a pipe that
// never ends a line.
//
// Memory: 16 bytes for each domain of a plain list (a 128-bit seeded hash, so that two names are never taken for one),
// times the slack of a hash table. A table that says more than names is read whole before its first domain is given,
// because a later row may say more of an earlier domain: about 600 bytes a domain, kMaxKept of them at most. What a
// table says counts for a domain wherever else it is named, unless the table comes through a pipe.
#pragma once

#include <cstdio>
#include <functional>
#include <memory>

#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>

#include "audit/portfolio/columns.h"
#include "audit/portfolio/entry.h"
#include "audit/portfolio/text_input.h"
#include "audit/summary.h"
#include "base/result.h"
#include "dns/name.h"

namespace rampart::audit {

class DomainList {
 public:
  static constexpr std::size_t kMaxLine = 4096;  // ours: a name has 253 characters, escaped at most 1,012
  static constexpr std::size_t kMaxKept =
      500'000;  // domains of tables, and of everything with group_by(); ours
  static constexpr std::size_t kMaxGroups = 100'000;  // ours

  using OnRefused = std::function<void(RefusedLine)>;
  // What was understood, or is odd about a list and no reason to leave a domain out.
  using OnNote = std::function<void(std::string)>;

  explicit DomainList(std::vector<dns::Name> named = {}) : named_(std::move(named)) {}

  // Reads domains from a file, or from standard input when `path` is "-". May be called several times; the
  // lists are read one after another. Errors when it cannot be opened or is a folder.
  base::Result<> open(const std::string& path);
  // The same of a list in memory.
  void add_text(std::string text, std::string name);
  void on_refused(OnRefused handler) { on_refused_ = std::move(handler); }
  void on_note(OnNote handler) { on_note_ = std::move(handler); }
  // Gives the domains by what their lists say in this column, those of which nothing is said last; within a group in
  // the order of the lists. Everything is then read before the first domain is given.
  void group_by(std::string column) { column_ = std::move(column); }

  // The next domain that was not given before; nothing at the end. An error when reading fails.
  base::Result<std::optional<Entry>> next();
  // Whether next() would hardly have to wait: false when the list at hand comes through a pipe or from a terminal
  // and nothing stands there to be read.
  [[nodiscard]] bool ready() const;

  [[nodiscard]] std::size_t duplicates() const { return duplicates_; }
  // How much of what can be measured has been given, 0 to 1; nothing when there is a pipe among the lists.
  [[nodiscard]] std::optional<double> fraction_read() const;

 private:
  enum class Form : std::uint8_t {
    unknown,
    plain,  // one domain a line
    names,  // a table with no column but the domain's
    table,
  };
  struct File {
    std::unique_ptr<std::FILE, int (*)(std::FILE*)>
        stream;  // owns the descriptor, which is read from directly
    std::string name;
    std::size_t size = 0;  // bytes; 0 when it cannot be known
    std::unique_ptr<TextInput> input = nullptr;
    Form form = Form::unknown;
    std::size_t line = 1;  // the next one
    std::optional<TableReader> table = {};
    std::optional<Columns> columns = {};
    bool latin_noted = false;
    std::vector<std::uint32_t> kept = {};  // a table's domains, in kept_
    std::size_t given = 0;                 // of those
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
  // A domain that waits for its turn with all that lists say of it.
  struct Kept {
    Entry entry;
    std::uint32_t file = 0;
    std::size_t line = 0;  // where it was first said; 0 for the command line
    bool sends_disputed = false;
  };

  base::Result<> begin();
  base::Result<> group();
  base::Result<> find_form(File& file);
  base::Result<> load(File& file);
  base::Result<> keep(Entry entry, File* file, std::size_t line);
  // The next domain of a list that is read as it is given; nothing at its end.
  base::Result<std::optional<Entry>> read_name(File& file);
  base::Result<std::optional<Entry>> read_row(File& file);
  std::optional<dns::Name> parse_line(const File& file, std::string_view line);
  Entry with_details(const dns::Name& name);
  bool is_new(const dns::Name& name);
  static Digest digest_of(const dns::Name& name);
  void refuse(RefusedLine line) const;
  void note(std::string text) const;

  std::vector<dns::Name> named_;
  std::size_t next_named_ = 0;
  std::vector<File> files_;
  std::size_t current_ = 0;
  bool begun_ = false;
  OnRefused on_refused_;
  OnNote on_note_;
  boost::unordered_flat_set<Digest, DigestHash> seen_;
  std::size_t duplicates_ = 0;
  std::vector<Kept> kept_;
  boost::unordered_flat_map<Digest, std::uint32_t, DigestHash> places_;  // in kept_
  std::string column_;                                                   // group_by()
  std::vector<std::uint32_t> grouped_;                                   // kept_ in the order of the groups
  std::size_t given_ = 0;                                                // of grouped_
};

}  // namespace rampart::audit
