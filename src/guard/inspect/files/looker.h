// One look at a file and at all within it: what the readers of formats tell their facts to, and give what they unpack back to.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "guard/inspect/files/budget.h"
#include "guard/inspect/files/file_facts.h"

namespace rampart::guard::files {

// A file, and where it lies.
struct Item {
  std::string_view name;
  std::string_view bytes;
  std::string inside;     // path within the first file; empty of that one
  std::size_t depth = 0;  // files around it
};

class Looker {
 public:
  explicit Looker(Budget& budget) : budget(budget) {}

  void look(const Item& item);

  void find(const Item& item, Mark mark, std::string_view evidence = {});
  void doubt(const Item& item, Why why, std::string_view what);
  // Only what a browser would open, or run.
  void link(const Item& item, FileLinkFrom from, std::string_view url);
  void text(std::string_view text);

  // A file within `item`: its name alone is known …
  void name_inside(const Item& item, std::string_view name, std::uint64_t size, bool is_encrypted);
  // … or it is unpacked.
  void look_inside(const Item& item, std::string_view name, std::string_view bytes);

  Budget& budget;
  FileFacts facts;

 private:
  void look_at_name(const Item& item);
  void look_at_type(const Item& item, FileType type);
  bool note_inside(const Item& within, FileType type, std::uint64_t size, bool is_encrypted, std::string sha256);
};

std::string path_inside(const Item& item, std::string_view name);

}  // namespace rampart::guard::files
