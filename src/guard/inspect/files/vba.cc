#include "guard/inspect/files/vba.h"

#include <algorithm>
#include <array>
#include <span>

#include "base/text.h"
#include "guard/inspect/files/bytes.h"
#include "guard/inspect/files/utf16.h"

namespace rampart::guard::files {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t kChunk = 4096;
constexpr std::size_t kMaxDirectory = std::size_t{1} << 20U;

// Names of procedures that Office runs by itself, lower case.
constexpr auto kStarts = std::to_array<std::string_view>(
    {"autoexec", "autoopen", "autoexit", "autoclose", "autonew", "auto_open", "auto_close", "auto_activate",
     "auto_deactivate", "document_open", "document_close", "document_new", "documentopen", "documentclose",
     "documentbeforeclose", "documentchange", "workbook_open", "workbook_activate", "workbook_close",
     "workbook_beforeclose", "workbook_deactivate", "newdocument", "presentation_open", "onslideshowpagechange",
     "inkpicture1_painted", "inkpicture1_painting", "document_contentcontrolonenter"});

// What macros of documents that only calculate have no use for, lower case.
constexpr auto kActs = std::to_array<std::string_view>(
    {"createobject", "getobject", "wscript.shell", "shell.application", "shellexecute", "shell", "powershell", "cmd.exe",
     "mshta", "rundll32", "regsvr32", "certutil", "bitsadmin", "urldownloadtofile", "urldownloadtofilea", "xmlhttp",
     "winhttprequest", "adodb.stream", "savetofile", "callbyname", "virtualalloc", "virtualprotect", "createthread",
     "createremotethread", "rtlmovememory", "writeprocessmemory", "win32_process", "scripting.filesystemobject",
     "macscript", "applescripttask", "strreverse", "executeexcel4macro", "startupinfo"});

bool is_word(char c) { return base::is_alnum(c) || c == '_' || c == '.' || static_cast<unsigned char>(c) >= 0x80; }

void note(std::vector<std::string>& to, std::string_view word) {
  if (to.size() < kMaxMacroWords && std::ranges::find(to, word) == to.end()) to.emplace_back(word);
}

// One chunk of a container, whose tokens copy from within it.
bool unpack_chunk(std::string_view data, std::size_t most, std::string& out) {
  const auto begin = out.size();
  std::size_t i = 0;
  while (i < data.size()) {
    const auto flags = u8(data, i++);
    for (unsigned bit = 0; bit < 8 && i < data.size(); ++bit) {
      if (out.size() >= most || out.size() - begin > kChunk) return out.size() < most;
      if ((flags >> bit & 1U) == 0) {
        out += data[i++];
        continue;
      }
      if (i + 2 > data.size()) return false;
      const unsigned token = u16(data, i);
      i += 2;
      const auto so_far = out.size() - begin;
      if (so_far == 0) return false;
      unsigned offset_bits = 4;
      while ((std::size_t{1} << offset_bits) < so_far) ++offset_bits;
      const unsigned length_bits = 16 - offset_bits;
      const std::size_t length = (token & ((1U << length_bits) - 1)) + 3;
      const std::size_t back = (token >> length_bits) + 1;
      if (back > so_far) return false;
      for (std::size_t n = 0; n < length && out.size() < most; ++n) out += out[out.size() - back];
    }
  }
  return true;
}

struct Module {
  std::string stream;
  std::uint32_t offset = 0;
};

// The records of a project's directory ([MS-OVBA] 2.3.4.2) that say where modules' text begins.
std::vector<Module> modules_of(std::string_view directory) {
  constexpr std::uint16_t kVersion = 0x0009;  // its size leaves out two bytes
  constexpr std::uint16_t kStream = 0x001a;
  constexpr std::uint16_t kStreamUnicode = 0x0032;
  constexpr std::uint16_t kOffset = 0x0031;
  std::vector<Module> out;
  Module now;
  for (std::uint64_t at = 0; holds(directory, at, 6);) {
    const auto id = u16(directory, at);
    std::uint64_t size = u32(directory, at + 2);
    if (id == kVersion) size = 6;
    const auto data = slice(directory, at + 6, size);
    if (data.size() != size) break;
    if (id == kStream) now.stream = std::string(data);
    if (id == kStreamUnicode) now.stream = utf16_text(data);
    if (id == kOffset) {
      now.offset = u32(data, 0);
      out.push_back(now);
    }
    at += 6 + size;
  }
  return out;
}

// Where a compressed text begins when no directory says so: a chunk that begins with "Attribut".
std::size_t find_text(std::string_view stream) {
  constexpr auto kFirst = "\0Attribut"sv;  // flags, then letters
  const auto at = stream.find(kFirst);
  return at == std::string_view::npos || at < 3 ? std::string_view::npos : at - 3;
}

}  // namespace

std::string unpack_vba(std::string_view packed, std::size_t most) {
  std::string out;
  if (u8(packed, 0) != 1) return out;
  for (std::uint64_t at = 1; holds(packed, at, 2) && out.size() < most;) {
    const unsigned header = u16(packed, at);
    const std::uint64_t size = (header & 0xfffU) + 3;
    const auto data = slice(packed, at + 2, size - 2);
    if ((header & 0x8000U) == 0)
      out += data.substr(0, std::min(kChunk, most - out.size()));
    else if (!unpack_chunk(data, most, out))
      break;
    at += size;
  }
  return out;
}

Macros read_macros(const Compound& file, std::size_t most) {
  Macros out;
  for (const auto& entry : file.entries()) {
    const auto low = base::lower(entry.path);
    if (entry.is_storage || (low != "vba/dir" && !low.ends_with("/vba/dir"))) continue;
    out.are_there = true;
    const auto folder = entry.path.substr(0, entry.path.size() - 3);
    const auto directory = unpack_vba(file.read(entry, kMaxDirectory), kMaxDirectory);
    const auto modules = modules_of(directory);
    for (const auto& stream : file.entries()) {
      if (stream.is_storage || stream.path.size() <= folder.size() || !stream.path.starts_with(folder)) continue;
      const auto name = std::string_view(stream.path).substr(folder.size());
      if (base::iequals(name, "dir") || base::istarts_with(name, "_VBA_PROJECT") || base::istarts_with(name, "__SRP_"))
        continue;
      if (out.text.size() >= most) {
        out.is_whole = false;
        break;
      }
      const auto bytes = file.read(stream, most);
      const auto known = std::ranges::find_if(modules, [&](const Module& m) { return base::iequals(m.stream, name); });
      std::size_t at = known == modules.end() ? find_text(bytes) : known->offset;
      if (u8(bytes, at) != 1) at = find_text(bytes);
      const auto text = at < bytes.size() ? unpack_vba(std::string_view(bytes).substr(at), most - out.text.size()) : std::string();
      if (text.empty()) out.is_whole = false;
      out.text += text;
      out.text += '\n';
    }
  }
  return out;
}

MacroWords words_of(std::string_view macros) {
  MacroWords out;
  for (std::size_t i = 0; i < macros.size();) {
    if (!is_word(macros[i])) {
      ++i;
      continue;
    }
    std::size_t end = i;
    while (end < macros.size() && is_word(macros[end])) ++end;
    constexpr std::size_t kLongWord = 64;
    if (end - i <= kLongWord) {
      const auto word = macros.substr(i, end - i);
      const auto low = base::lower(word);
      if (std::ranges::find(kStarts, low) != kStarts.end()) note(out.starts, word);
      const auto last = low.substr(low.rfind('.') + 1);
      if (std::ranges::find(kActs, low) != kActs.end() || std::ranges::find(kActs, last) != kActs.end()) note(out.acts, word);
    }
    i = end;
  }
  return out;
}

}  // namespace rampart::guard::files
