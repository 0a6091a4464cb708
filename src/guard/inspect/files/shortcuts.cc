// What opens something else: shell links ([MS-SHLLINK]), internet shortcuts, files of macOS and Linux that do the same.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/text.h"
#include "guard/inspect/files/bytes.h"
#include "guard/inspect/files/markup.h"
#include "guard/inspect/files/readers.h"
#include "guard/inspect/files/utf16.h"
#include "guard/inspect/url/find.h"

namespace rampart::guard::files {
namespace {

constexpr std::size_t kMaxString = 4'096;    // characters of a link's strings that are read; our own
constexpr std::size_t kMaxText = 65'536;     // bytes of a text shortcut; our own
constexpr std::size_t kHeader = 0x4c;

enum Flag : std::uint32_t {
  kHasIds = 1U << 0U,
  kHasInfo = 1U << 1U,
  kHasName = 1U << 2U,
  kHasPath = 1U << 3U,
  kHasFolder = 1U << 4U,
  kHasArguments = 1U << 5U,
  kHasIcon = 1U << 6U,
  kIsUnicode = 1U << 7U,
};

// What runs what it is given.
bool is_interpreter(std::string_view low) {
  constexpr auto kNames = std::to_array<std::string_view>(
      {"cmd", "powershell", "pwsh", "mshta", "wscript", "cscript", "rundll32", "regsvr32", "msiexec", "certutil", "curl",
       "bitsadmin", "forfiles", "conhost", "explorer", "wmic", "ftp.exe", "ssh.exe", "scp.exe", "python", "bash"});
  return std::ranges::any_of(kNames, [&](std::string_view name) { return low.find(name) != std::string_view::npos; });
}

std::string local_path(std::string_view info) {
  constexpr std::uint32_t kHasLocal = 1;
  if ((u32(info, 8) & kHasLocal) == 0) return {};
  const auto text = slice(info, u32(info, 16), kMaxString);
  return std::string(text.substr(0, text.find('\0')));
}

std::string network_path(std::string_view info) {
  constexpr std::uint32_t kHasNetwork = 2;
  if ((u32(info, 8) & kHasNetwork) == 0) return {};
  const auto network = std::uint64_t{u32(info, 20)};
  const auto text = slice(info, network + u32(info, network + 8), kMaxString);
  return std::string(text.substr(0, text.find('\0')));
}

void links_of(const Item& item, std::string_view text, Looker& to) {
  for (const auto& found : url::find_urls(text)) to.link(item, FileLinkFrom::shortcut, found.url.text());
}

}  // namespace

void read_shell_link(const Item& item, Looker& to) {
  const auto bytes = item.bytes;
  const auto flags = u32(bytes, 0x14);
  std::uint64_t at = kHeader;
  std::string target;
  if ((flags & kHasIds) != 0) {
    const std::uint64_t size = u16(bytes, at);
    // The last names of a path stand in it as text, in both forms.
    if ((flags & kHasInfo) == 0) target = base::printable(utf16_text(slice(bytes, at + 2, std::min<std::uint64_t>(size, kMaxString))));
    at += 2 + size;
  }
  if ((flags & kHasInfo) != 0) {
    const auto info = slice(bytes, at, u32(bytes, at));
    target = local_path(info);
    if (target.empty()) target = network_path(info);
    at += u32(bytes, at);
  }
  const auto next = [&](Flag flag) -> std::string {
    if ((flags & flag) == 0) return {};
    const std::uint64_t count = u16(bytes, at);
    const auto size = count * ((flags & kIsUnicode) != 0 ? 2 : 1);
    const auto text = slice(bytes, at + 2, std::min<std::uint64_t>(size, 2 * kMaxString));
    if (text.size() < std::min<std::uint64_t>(size, 2 * kMaxString)) to.doubt(item, Why::damaged, "the link ends early");
    at += 2 + size;
    return (flags & kIsUnicode) != 0 ? utf16_text(text) : std::string(text);
  };
  (void)next(kHasName);
  const auto path = next(kHasPath);
  (void)next(kHasFolder);
  const auto arguments = next(kHasArguments);
  if (target.empty()) target = path;
  const auto command = fmt::format("{}{}{}", target, arguments.empty() ? "" : " ", base::trim(arguments));
  to.find(item, Mark::shortcut, command);
  if (!base::trim(arguments).empty() || is_interpreter(base::lower(target))) to.find(item, Mark::runs_command, command);
  if (target.starts_with("\\\\")) to.link(item, FileLinkFrom::shortcut, "file:" + target);
  links_of(item, arguments, to);
}

void read_shortcut_text(const Item& item, Looker& to) {
  const auto text = plain_text(item.bytes.substr(0, kMaxText));
  for (const auto raw : base::split(text, '\n')) {
    const auto line = base::trim(raw);
    const auto low = base::lower(line.substr(0, 16));
    if (low.starts_with("url=") || low.starts_with("baseurl=")) to.link(item, FileLinkFrom::shortcut, line.substr(line.find('=') + 1));
    if (low.starts_with("exec=")) to.find(item, Mark::runs_command, line.substr(5));
  }
  to.link(item, FileLinkFrom::shortcut, element_text(text, "string", "", kMaxFileUrl));
  for (const std::string_view name : {"location", "url", "deeplink"}) {
    const auto said = element_text(text, name, "", kMaxFileUrl);
    to.link(item, FileLinkFrom::shortcut, said);
    if (name == "deeplink" && !said.empty()) to.find(item, Mark::runs_command, said);
  }
  links_of(item, text, to);
}

}  // namespace rampart::guard::files
