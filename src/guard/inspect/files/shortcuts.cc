// Files that start or open something else: Windows' links ([MS-SHLLINK]), Internet shortcuts, macOS' and Linux' kinds of them.
#include <array>
#include <optional>

#include "base/text.h"
#include "guard/inspect/files/bytes.h"
#include "guard/inspect/files/formats.h"
#include "guard/inspect/files/text.h"
#include "guard/inspect/url/find.h"

namespace rampart::guard::files {
namespace {

// All our own.
constexpr std::size_t kMaxLines = 1'000;
constexpr std::size_t kMaxText = 65'536;    // bytes of a shortcut that is text
constexpr std::size_t kMaxLnk = 1'048'576;  // bytes of one in which links are looked for
constexpr std::size_t kMaxLnkLinks = 20;

// [MS-SHLLINK] 2.1.1
constexpr std::uint32_t kHasIdList = 1U << 0U;
constexpr std::uint32_t kHasLinkInfo = 1U << 1U;
constexpr std::uint32_t kHasName = 1U << 2U;
constexpr std::uint32_t kHasRelativePath = 1U << 3U;
constexpr std::uint32_t kHasFolder = 1U << 4U;
constexpr std::uint32_t kHasArguments = 1U << 5U;
constexpr std::uint32_t kHasIcon = 1U << 6U;
constexpr std::uint32_t kIsUnicode = 1U << 7U;
constexpr std::size_t kHeaderSize = 0x4c;
constexpr std::uint32_t kEnvironmentBlock = 0xa000'0001;  // 2.5.4
constexpr std::size_t kEnvironmentPath = 260;

// What somebody else's script is started by.
constexpr std::array<std::string_view, 24> kStarters = {
    "powershell", "pwsh",     "cmd.exe",   "cmd ",        "mshta",    "wscript", "cscript",  "rundll32",
    "regsvr32",   "certutil", "bitsadmin", "msiexec",     "forfiles", "conhost", "pcalua",   "curl",
    "ftp.exe",    "ssh.exe",  "explorer",  "installutil", "msbuild",  "wmic",    "schtasks", ".bat"};

struct LnkText {
  std::string target;  // from its link information or environment block
  std::string relative;
  std::string arguments;
  std::string icon;
};

class LnkReader {
 public:
  explicit LnkReader(std::string_view bytes) : bytes_(bytes) {}

  std::optional<LnkText> read() {
    const auto flags = u32_at(bytes_, 0x14);
    if (!flags || bytes_.size() < kHeaderSize) return std::nullopt;
    flags_ = *flags;
    at_ = kHeaderSize;
    if ((flags_ & kHasIdList) != 0) {
      const auto size = u16_at(bytes_, at_);
      if (!size) return std::nullopt;
      at_ += 2 + std::uint64_t{*size};
    }
    LnkText out;
    if ((flags_ & kHasLinkInfo) != 0) {
      const auto size = u32_at(bytes_, at_);
      if (!size || *size < 4) return std::nullopt;
      out.target = target_of(part_of(bytes_, at_, *size));
      at_ += *size;
    }
    string_of(kHasName);
    out.relative = string_of(kHasRelativePath);
    string_of(kHasFolder);
    out.arguments = string_of(kHasArguments);
    out.icon = string_of(kHasIcon);
    if (out.target.empty()) out.target = environment();
    return out;
  }

 private:
  // 2.3: a path on a drive, or a share and the path on it.
  static std::string target_of(std::string_view info) {
    const auto text_at = [&](std::string_view bytes, std::uint32_t at) {
      return std::string(until_nul(part_of(bytes, at, bytes.size())));
    };
    std::string out;
    const auto flags = u32_at(info, 8).value_or(0);
    if ((flags & 1U) != 0) out = text_at(info, u32_at(info, 16).value_or(0));
    if ((flags & 2U) != 0) {
      const auto share = part_of(info, u32_at(info, 20).value_or(0), info.size());
      if (const auto name = u32_at(share, 8); name && !share.empty()) out = text_at(share, *name);
    }
    const auto rest = u32_at(info, 24).value_or(0);
    if (rest != 0) {
      const auto suffix = text_at(info, rest);
      if (!suffix.empty() && !out.empty() && !out.ends_with('\\')) out += '\\';
      out += suffix;
    }
    return out;
  }

  // 2.4: counted in characters.
  std::string string_of(std::uint32_t flag) {
    if ((flags_ & flag) == 0) return {};
    const auto count = u16_at(bytes_, at_);
    if (!count) return {};
    const bool is_wide = (flags_ & kIsUnicode) != 0;
    const auto size = std::uint64_t{*count} * (is_wide ? 2 : 1);
    const auto raw = part_of(bytes_, at_ + 2, size);
    at_ += 2 + size;
    return is_wide ? from_utf16(raw) : std::string(raw);
  }

  [[nodiscard]] std::string environment() const {
    auto at = at_;
    while (const auto size = u32_at(bytes_, at)) {
      if (*size < 8) break;
      if (u32_at(bytes_, at + 4) == kEnvironmentBlock)
        return std::string(until_nul(part_of(bytes_, at + 8, kEnvironmentPath)));
      at += *size;
    }
    return {};
  }

  std::string_view bytes_;
  std::uint32_t flags_ = 0;
  std::uint64_t at_ = 0;
};

void look_into_lnk(Walk& walk, std::string_view bytes) {
  const auto text = LnkReader(bytes).read();
  if (!text) return walk.cannot(Unseen::damaged);
  const auto command = text->target + " " + text->relative + " " + text->arguments;
  const auto shown = (text->target.empty() ? text->relative : text->target) + " " + text->arguments;
  if (!first_of(command, kStarters).empty() || !base::trim(text->arguments).empty())
    walk.add(FileFact::shortcut_command, base::trim(shown));
  if (text->target.starts_with("\\\\")) {
    walk.add(FileFact::remote_shortcut, text->target);
    walk.add_link(text->target, LinkOrigin::shortcut, false);
  }
  std::size_t count = 0;
  for (const auto& found : url::find_urls(std::string_view(command).substr(0, kMaxText))) {
    if (count++ == kMaxLnkLinks) break;
    if (!base::istarts_with(found.text, "http")) continue;  // names of files look like hosts
    walk.add(FileFact::remote_shortcut, found.text);
    walk.add_link(found.text, LinkOrigin::shortcut, false);
  }
  // Scripts are hidden behind the link itself and cut out of it again by its command.
  constexpr std::size_t kUsual = 16'384;
  if (bytes.size() > kUsual && has_word(bytes.substr(kUsual, kMaxLnk), "<script"))
    walk.add(FileFact::script, "behind the link");
}

// KEY=VALUE lines: .url and .desktop.
void look_into_lines(Walk& walk, std::string_view text) {
  std::size_t count = 0;
  while (!text.empty() && count++ < kMaxLines) {
    const auto end = text.find_first_of("\r\n");
    const auto line = base::trim(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    const auto equals = line.find('=');
    if (equals == std::string_view::npos) continue;
    const auto key = base::trim(line.substr(0, equals));
    const auto value = base::trim(line.substr(equals + 1));
    if (base::iequals(key, "URL") || base::iequals(key, "BASEURL")) {
      walk.add_link(value, LinkOrigin::shortcut, false);
      if (value.starts_with("\\\\") || base::istarts_with(value, "file:"))
        walk.add(FileFact::remote_shortcut, value);
    } else if (base::iequals(key, "IconFile") || base::iequals(key, "WorkingDirectory")) {
      // Windows asks the other machine for it, with the name of the user, as soon as the folder is shown.
      if (value.starts_with("\\\\")) {
        walk.add(FileFact::remote_shortcut, value);
        walk.add_link(value, LinkOrigin::shortcut, true);
      }
    } else if (base::iequals(key, "Exec")) {
      walk.add(FileFact::shortcut_command, value);
    }
  }
}

}  // namespace

void look_into_shortcut(Walk& walk, FileType type, std::string_view bytes) {
  if (type == FileType::lnk) return look_into_lnk(walk, bytes);
  const auto decoded = as_utf8(bytes.substr(0, kMaxText));
  const std::string_view text = decoded ? std::string_view(*decoded) : bytes.substr(0, kMaxText);
  if (type == FileType::url_shortcut || type == FileType::desktop) return look_into_lines(walk, text);
  // Property lists (XML and binary) and Windows' searches: whatever link is in them.
  std::size_t count = 0;
  for (const auto& found : url::find_urls(text)) {
    if (found.url.host == "www.apple.com" || count++ == kMaxLnkLinks) continue;  // of the document type
    walk.add_link(found.text, LinkOrigin::shortcut, false);
    if (type == FileType::search) walk.add(FileFact::remote_shortcut, found.text);
  }
  if (const auto at = text.find("\\\\"); type == FileType::search && at != std::string_view::npos)
    walk.add(FileFact::remote_shortcut, text.substr(at, text.substr(at, 256).find_first_of("<\"\r\n ")));
}

}  // namespace rampart::guard::files
