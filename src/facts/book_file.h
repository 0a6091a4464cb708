// Fact books in files: JSON lines, the first a header, then one fact a line (book_json.h). A file whose name
// ends in `.zst` is compressed with zstd.
//
//   {"schema":"rampart.facts/1","rampart":"0.1.0","now":"2026-11-23T08:00:00Z","meta":{"command":"audit"}}
//   {"q":"dns","name":"ministry.example",…}
//
// The same book gives the same bytes. Of two facts for one question the later line counts.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "facts/book.h"

namespace rampart::facts {

struct BookHeader {
  base::Time now{};                         // the time that decisions over these facts have to use
  std::string rampart = RAMPART_VERSION;    // which version wrote the file
  std::map<std::string, std::string> meta;  // free: what the writer wants to remember
  friend bool operator==(const BookHeader&, const BookHeader&) = default;
};

// All our own. A book is held in memory, a fact in about as many bytes as its line has; so these are the
// recording of some 200,000 domains, and about 2 GiB. Whoever records more audits a list in parts.
struct BookLimits {
  std::size_t max_bytes = std::size_t{2} << 30;  // after decompression
  std::size_t max_line = std::size_t{4}
                         << 20;  // the longest a fact can be: 128 KiB of data, each byte escaped
  std::size_t max_facts = 10'000'000;
};

// Writes a book of any size in bounded memory. The facts of many books may be added one after another: a line
// that was written a short while ago is not written again, so that an answer shared by many domains costs
// little. The file appears under its name, replacing an older one, when finish() succeeds; without it nothing
// is left. What exists and is no regular file (a pipe, /dev/stdout) is written to directly.
class BookWriter {
 public:
  static base::Result<std::unique_ptr<BookWriter>> create(const std::string& path, const BookHeader& header);
  BookWriter(const BookWriter&) = delete;
  BookWriter& operator=(const BookWriter&) = delete;
  ~BookWriter();

  base::Result<> add(const Fact& fact);
  base::Result<> add(const Book& book);  // its facts in Book::sorted() order
  base::Result<> finish();               // once, as the last call

 private:
  class Impl;
  explicit BookWriter(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

struct LoadedBook {
  BookHeader header;
  std::shared_ptr<const Book> book;  // shared between the provider and the reports that quote it
};

base::Result<> save_book(const std::string& path, const BookHeader& header, const Book& book);

// Regular files only. Errors of the content are of kind input, with `path:line`.
base::Result<LoadedBook> load_book(const std::string& path, const BookLimits& limits = {});

// The same over text that is already here (not compressed), called `name` in errors.
base::Result<LoadedBook> parse_book(std::string_view text, const std::string& name,
                                    const BookLimits& limits = {});
std::string format_book(const BookHeader& header, const Book& book);

}  // namespace rampart::facts
