#include "guard/inspect/files/vba.h"

#include <algorithm>
#include <array>
#include <bit>

#include "guard/inspect/files/bytes.h"
#include "guard/inspect/files/text.h"

namespace rampart::guard::files {
namespace {

constexpr std::size_t kChunk = 4'096;  // [MS-OVBA] 2.4.1.1.4
// Every module begins with "Attribute VB_Name": eight literals behind a byte of flags.
constexpr std::string_view kBeginning{"\0Attribut", 9};

constexpr std::array<std::string_view, 18> kByItself = {"autoopen",
                                                        "auto_open",
                                                        "autoexec",
                                                        "autoclose",
                                                        "auto_close",
                                                        "autonew",
                                                        "document_open",
                                                        "document_close",
                                                        "document_new",
                                                        "documentopen",
                                                        "document_beforeclose",
                                                        "workbook_open",
                                                        "workbook_activate",
                                                        "workbook_beforeclose",
                                                        "app_workbookopen",
                                                        "worksheet_calculate",
                                                        "presentation_open",
                                                        "_onload"};

// Words that honest macros have, too ("createobject", "environ") are none of them.
constexpr std::array<std::string_view, 28> kCommands = {
    "wscript.shell", "shell.application", "powershell",        "cmd.exe",        "cmd /c",
    "mshta",         "rundll32",          "regsvr32",          "certutil",       "bitsadmin",
    "wmic",          "winmgmts",          "urldownloadtofile", "msxml2.xmlhttp", "serverxmlhttp",
    "winhttp",       "microsoft.xmlhttp", "adodb.stream",      "virtualalloc",   "createthread",
    "rtlmovememory", "shellexecute",      "win32_process",     "callbyname",     "shell(",
    "shell \"",      "savetofile",        "executeexcel4macro"};

// One chunk's tokens onto `out`; false when they make no sense.
bool unpack_chunk(std::string_view tokens, std::string& out, std::size_t most) {
  const auto begin = out.size();
  while (!tokens.empty() && out.size() < most) {
    const auto flags = static_cast<unsigned char>(tokens[0]);
    tokens.remove_prefix(1);
    for (unsigned bit = 0; bit < 8 && !tokens.empty(); ++bit) {
      if ((flags >> bit & 1U) == 0) {
        out += tokens[0];
        tokens.remove_prefix(1);
        continue;
      }
      const auto token = u16_at(tokens, 0);
      if (!token) return false;
      tokens.remove_prefix(2);
      const auto position = out.size() - begin;
      if (position == 0 || position > kChunk) return false;
      // 2.4.1.3.19.1: as many bits for the distance as the position needs, at least 4.
      const auto bits = std::max<unsigned>(static_cast<unsigned>(std::bit_width(position - 1)), 4U);
      const auto length = (*token & (0xffffU >> bits)) + 3U;
      const auto distance = (static_cast<unsigned>(*token) >> (16U - bits)) + 1U;
      if (distance > position || position + length > kChunk) return false;
      for (unsigned i = 0; i < length; ++i) out += out[out.size() - distance];
    }
  }
  return true;
}

}  // namespace

std::string unpack_vba(std::string_view container, std::size_t most) {
  std::string out;
  if (!container.starts_with('\1')) return out;
  container.remove_prefix(1);
  while (out.size() < most) {
    const auto header = u16_at(container, 0);
    if (!header || (*header >> 12U & 7U) != 3U) break;
    const auto size = std::size_t{*header & 0xfffU} + 3;
    const auto tokens = part_of(container, 2, size - 2);
    if ((*header & 0x8000U) == 0)
      out += tokens.substr(0, kChunk);
    else if (!unpack_chunk(tokens, out, most))
      break;
    container.remove_prefix(std::min(size, container.size()));
  }
  if (out.size() > most) out.resize(most);
  return out;
}

std::string vba_source(std::string_view stream) {
  for (auto at = stream.find(kBeginning); at != std::string_view::npos;
       at = stream.find(kBeginning, at + 1)) {
    if (at < 3 || stream[at - 3] != '\1') continue;
    return unpack_vba(stream.substr(at - 3), kMaxVbaSource);
  }
  return {};
}

VbaMarks read_vba(std::string_view source) {
  return {.by_itself = first_of(source, kByItself), .command = first_of(source, kCommands)};
}

}  // namespace rampart::guard::files
