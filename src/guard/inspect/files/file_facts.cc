#include "guard/inspect/files/file_facts.h"

#include <algorithm>
#include <array>

namespace rampart::guard::files {
namespace {

// By Mark, Why and FileLinkFrom.
constexpr std::array<std::string_view, kMarks> kMarkNames = {
    "double-extension", "spaced-name",       "bidi-name",          "dangerous-name",  "type-mismatch",
    "program",          "script",            "shortcut",           "disk-image",      "help-file",
    "flash-file",       "encrypted-archive", "over-unpacked",      "unsafe-path",     "macros",
    "auto-macro",       "suspicious-macro",  "excel4-macros",      "remote-template", "remote-object",
    "dde",              "active-x",          "embedded-object",    "embedded-program", "equation-object",
    "object-update",    "encrypted-document", "onenote-file",      "pdf-script",      "pdf-open-action",
    "pdf-launch",       "pdf-embedded-file", "pdf-form",           "pdf-submit",      "pdf-encrypted",
    "pdf-image-link",   "credential-form",   "html-smuggling",     "script-redirect", "svg-script",
    "qr-code",          "runs-command",      "yara-rule"};
constexpr std::array<std::string_view, kWhys> kWhyNames = {"encrypted", "over-limit", "damaged", "unsupported",
                                                           "failed"};
constexpr std::array<std::string_view, kFileLinkFroms> kFromNames = {"pdf", "qr", "shortcut", "office", "page"};

}  // namespace

std::string_view to_string(Mark mark) { return kMarkNames[static_cast<std::size_t>(mark)]; }
std::string_view to_string(Why why) { return kWhyNames[static_cast<std::size_t>(why)]; }
std::string_view to_string(FileLinkFrom from) { return kFromNames[static_cast<std::size_t>(from)]; }

bool FileFacts::has(Mark mark) const {
  return std::ranges::any_of(findings, [mark](const Finding& finding) { return finding.mark == mark; });
}

}  // namespace rampart::guard::files
