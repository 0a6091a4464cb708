// The source of VBA macros ([MS-OVBA]): unpacked, and what in it runs by itself or reaches out of the document. Words, not an
// interpreter.
//
//   const auto source = vba_source(stream);       // of a module; empty: there is none, or it was wiped
//   const auto marks = read_vba(source);          // marks.by_itself "document_open", marks.command "wscript.shell"
#pragma once

#include <string>
#include <string_view>

namespace rampart::guard::files {

// All our own.
inline constexpr std::size_t kMaxVbaSource = std::size_t{1} << 20U;  // bytes of one module

// [MS-OVBA] 2.4.1. What can be unpacked before damage, up to `most` bytes.
std::string unpack_vba(std::string_view container, std::size_t most);
// The source within a module's stream, behind the compiled code.
std::string vba_source(std::string_view stream);

struct VbaMarks {
  std::string_view by_itself;  // the first word that is run without being asked; empty without one
  std::string_view command;    // the first that starts a program, writes a file or fetches something
};
VbaMarks read_vba(std::string_view source);

}  // namespace rampart::guard::files
