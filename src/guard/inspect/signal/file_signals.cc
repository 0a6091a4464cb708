// What comes along with a message.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "guard/inspect/signal/collector.h"

namespace rampart::guard::signal {
namespace {

// What a script in a file does to make another file or page of itself.
double smuggles(const html::HtmlFacts& facts) {
  using enum html::ScriptMark;
  const bool makes = facts.has(blob) || facts.has(object_url) || facts.has(save_blob);
  const bool decodes = facts.has(base64) || facts.has(byte_array) || facts.has(char_codes) ||
                       facts.has(unescape) || facts.longest_base64 > 1000;
  const bool writes = facts.has(document_write) || facts.has(eval) || facts.has(location);
  if (makes && (decodes || facts.has(download))) return 1;
  return decodes && writes ? 0.8 : 0;
}

void look_at_page(const View& view, const SeenPage& page, Collector& out) {
  out.add(Code::file_web_page, 1, "a page as a file", page.part);
  const auto smuggled = smuggles(page.facts);
  out.add(Code::file_smuggling, smuggled, "a script that makes a file or a page", page.part);
  for (const auto& form : page.forms) {
    const bool is_related = !form.registered.empty() && form.registered == view.names.registered;
    if (form.asks_for_credentials() && !is_related)
      out.add(Code::file_web_form, 1,
              fmt::format("sends it to {}", form.host.empty() ? "nowhere that is known" : form.host),
              page.part);
  }
}

struct OfFile {
  files::FileFact fact;
  Code code;
  double strength;
};
using enum files::FileFact;
constexpr auto kOfFile = std::to_array<OfFile>({
    {executable, Code::file_executable, 1},
    {installer, Code::file_executable, 0.9},
    {embedded_program, Code::file_executable, 1},
    {dangerous_name, Code::file_executable, 0.9},
    {script, Code::file_script, 1},
    {encoded_page, Code::file_script, 0.7},
    {double_ending, Code::file_disguised, 1},
    {padded_name, Code::file_disguised, 1},
    {bidi_name, Code::file_disguised, 1},
    {hidden_name, Code::file_disguised, 0.6},
    {wrong_ending, Code::file_disguised, 0.6},
    {auto_macro, Code::file_macro, 1},
    {macro_command, Code::file_macro, 1},
    {old_macros, Code::file_macro, 1},
    {macros, Code::file_macro, 0.5},
    {remote_template, Code::file_remote_content, 1},
    {remote_object, Code::file_remote_content, 0.7},
    {dde, Code::file_remote_content, 1},
    {equation_object, Code::file_remote_content, 1},
    {rtf_update, Code::file_remote_content, 1},
    {encrypted_archive, Code::file_encrypted, 1},
    {locked_document, Code::file_encrypted, 0.8},
    {disk_image, Code::file_container, 1},
    {help_file, Code::file_container, 1},
    {note_with_file, Code::file_container, 1},
    {shortcut_command, Code::file_shortcut, 1},
    {remote_shortcut, Code::file_shortcut, 1},
    {shortcut, Code::file_shortcut, 0.7},
    {smuggling, Code::file_smuggling, 1},
    {credential_form, Code::file_web_form, 0.9},
    {svg_script, Code::file_active_document, 1},
    {page_redirect, Code::file_active_document, 0.8},
});

void look_at_part(const SeenPart& part, Collector& out) {
  const auto& file = part.file;
  for (const auto& one : kOfFile) {
    if (!file.has(one.fact)) continue;
    const auto found = std::ranges::find(file.evidence, one.fact, &files::Evidence::fact);
    const auto shown = found == file.evidence.end() ? part.name
                       : found->text.empty()        ? found->path
                                                    : found->path + ": " + found->text;
    out.add(one.code, one.strength, shown, part.path);
  }
  // What cannot be opened without a password is told above.
  if ((file.unseen & ~(1U << static_cast<unsigned>(files::Unseen::encrypted))) != 0)
    out.add(Code::file_unseen, 0.5, part.name, part.path);
}

void look_at_pdf(const SeenPdf& seen, Collector& out) {
  using enum pdf::Mark;
  const auto shown = seen.evidence.empty() ? seen.inside : seen.inside + ": " + seen.evidence.front();
  if (seen.has(launch)) out.add(Code::file_active_document, 1, shown, seen.part);
  if (seen.has(javascript)) out.add(Code::file_active_document, seen.has(opens_by_itself) ? 0.9 : 0.6, shown, seen.part);
  if (seen.has(submits)) out.add(Code::file_web_form, 0.6, shown, seen.part);
  if (seen.has(embedded_file)) out.add(Code::file_container, 0.4, shown, seen.part);
}

}  // namespace

void find_file_signals(const View& view, Collector& out) {
  if (!view.facts.malware.empty()) out.add(Code::file_malware, 1, view.facts.malware, "message");
  for (const auto& page : view.seen.pages)
    if (page.is_attachment) look_at_page(view, page, out);
  for (const auto& part : view.seen.parts) look_at_part(part, out);
  for (const auto& seen : view.seen.pdfs) look_at_pdf(seen, out);
  for (const auto& link : view.file_links) {
    if (!link.is_away()) continue;
    if (link.link->source == LinkSource::qr) out.add(Code::file_qr_link, 1, link.link->url, link.link->part);
    if (link.link->source == LinkSource::pdf || link.link->source == LinkSource::file)
      out.add(Code::file_document_link, 1, link.host, link.link->part);
  }
}

}  // namespace rampart::guard::signal
