// What the columns of a list mean: its header read, and each row of it as an Entry.
//
//   Domain name;Organisation;Sends;Region          a header, as it is understood
//   bank.example;State Bank;yes;north              Entry{bank.example, "State Bank", yes, tags {{"Region", "north"}}}
//
// A header is the first line when one of its cells is called "domain" or the like. Known columns go by their usual
// English names, in any case; every other column is a tag.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "audit/portfolio/entry.h"
#include "audit/portfolio/table_reader.h"
#include "base/result.h"

namespace rampart::audit {

inline constexpr std::size_t kMaxSelectorsSaid = 50;  // of one domain; ours
inline constexpr std::size_t kMaxTags = 300;          // of one domain; ours
inline constexpr std::size_t kMaxNote = 4096;         // bytes of one domain's note; ours
inline constexpr std::size_t kMaxHeaderSkipped =
    64 * 1024;  // bytes of comments and blank lines before it; ours

class Columns {
 public:
  enum class Kind : std::uint8_t { tag, domain, organisation, sector, contact, sends, selector, tags, note };

  static bool is_header(const std::vector<TableReader::Cell>& cells);
  // The header at which `table` stands, taken from it when it is one; otherwise nothing is taken.
  static std::optional<Columns> read(TableReader& table);

  // Nothing to remember but the names.
  [[nodiscard]] bool only_domains() const { return kinds_.size() == 1; }
  // "domain (Domain name), organisation, sends; tags: Region"
  [[nodiscard]] std::string description() const;

  // What is odd about a cell and no reason to leave the domain out.
  struct Oddity {
    std::size_t line;
    std::size_t column;
    std::string what;
  };
  struct Fault {
    std::size_t line = 0;
    std::size_t column = 0;
    std::string text;
    std::string why;
    std::string hint;
  };
  // The row as an entry; nothing when it is empty; or why it names no domain.
  using Row = std::expected<std::optional<Entry>, Fault>;
  Row entry(const std::vector<TableReader::Cell>& cells, const std::function<void(Oddity)>& odd) const;

 private:
  struct Said;
  void take(Said& said, std::size_t column, const TableReader::Cell& cell) const;

  std::vector<Kind> kinds_;
  std::vector<std::string> titles_;
};

std::string_view to_string(Columns::Kind kind);
std::string_view to_string(Sends sends);  // "yes", "no"; empty for unsaid

// Whether there is more than a domain and its selectors, so that a report has something to repeat.
bool says_anything(const Entry& entry);

// White space at the ends dropped and within made one space; line ends are white space.
std::string squeezed(std::string_view text);

// What an entry says in a column: "organisation", "sector", "contact", "sends" or a tag's name, in any case; empty when
// nothing.
std::string value_of(const Entry& entry, std::string_view column);

// Adds what `more` says to what `entry` says. The first word stands; what contradicts it is told to `contradicts` as
// (column, first, second). Who is said to send and not to send is taken to be unsaid.
void merge(Entry& entry, Entry more, bool& sends_disputed,
           const std::function<void(std::string_view, std::string_view, std::string_view)>& contradicts);

}  // namespace rampart::audit
