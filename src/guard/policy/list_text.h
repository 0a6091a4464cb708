// A list's file as somebody edits it: its text, what is wrong with each line, and a name of its content by which two who edit at once are
// told apart.
//
//   const auto now = TRY(read_list_text("/etc/rampart/block.txt", ListKind::block));
//   TRY(write_list_text("/etc/rampart/block.txt", text, now.etag));      // as a whole, with the file's mode; a running guard notices
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "guard/policy/lists.h"

namespace rampart::guard {

inline constexpr std::size_t kMaxListText = std::size_t{1}
                                            << 20;  // bytes that are edited as one text; our own
inline constexpr std::size_t kMaxLineFaults = 100;  // that are told; our own

struct LineFault {
  std::size_t line = 0;  // from 1
  std::string what;      // a clause behind the line
};
// Line by line, the first kMaxLineFaults; none where all of it counts.
std::vector<LineFault> check_list_text(std::string_view text, ListKind kind);

struct ListText {
  std::string text;
  std::string etag;      // of its content
  std::size_t size = 0;  // indicators
  bool names_content = false;
  std::optional<base::Time> changed;  // the file; nothing: it is not there yet
};
// One that is not there is empty. Errors are of kind io, and of kind input where it is larger than kMaxListText.
base::Result<ListText> read_list_text(const std::string& path, ListKind kind);

// `etag`: of what it was based on; nothing: whatever is there. An error of kind usage where it has changed since.
base::Result<> write_list_text(const std::string& path, std::string_view text, ListKind kind,
                               const std::optional<std::string>& etag);

std::string list_etag(std::string_view text);

}  // namespace rampart::guard
