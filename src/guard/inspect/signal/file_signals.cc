// What comes along with a message.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "guard/inspect/files/file_facts.h"
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

// Which of the files that came along, for a person: "a.zip/b.pdf", the name of a part, or that it has none.
std::string file_of(const View& view, std::string_view part, std::string_view inside) {
  if (!inside.empty()) return std::string(inside);
  const auto found = std::ranges::find(view.seen.parts, part, &SeenPart::path);
  return found == view.seen.parts.end() || found->name.empty() ? "a file without a name" : found->name;
}

void look_at_page(const View& view, const SeenPage& page, Collector& out) {
  const auto file = file_of(view, page.part, page.inside);
  if (!page.is_of_mail) out.add(Code::file_web_page, 1, file, page.part);
  const auto smuggled = smuggles(page.facts);
  out.add(Code::file_smuggling, smuggled, file + ": a script that makes a file or a page", page.part);
  for (const auto& form : page.forms) {
    const bool is_related = !form.registered.empty() && form.registered == view.names.registered;
    if (form.asks_for_credentials() && !is_related)
      out.add(Code::file_web_form, 1,
              fmt::format("{} sends it to {}", file, form.host.empty() ? "nowhere that is known" : form.host),
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
    {source_code, Code::file_script, 0.4},
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
    {outside_name, Code::file_hostile_archive, 1},
    {two_archives, Code::file_hostile_archive, 1},
    {bomb, Code::file_hostile_archive, 0.7},
    {encrypted_archive, Code::file_encrypted, 1},
    {locked_document, Code::file_encrypted, 0.8},
    {disk_image, Code::file_container, 1},
    {help_file, Code::file_container, 1},
    {note_with_file, Code::file_container, 1},
    // What it starts is a program, here or elsewhere; a shortcut to a page of the web is one alone.
    {shortcut_command, Code::file_executable, 1},
    {remote_shortcut, Code::file_executable, 0.7},
    {shortcut_command, Code::file_shortcut, 1},
    {remote_shortcut, Code::file_shortcut, 1},
    {shortcut, Code::file_shortcut, 0.7},
    {smuggling, Code::file_smuggling, 1},
    {credential_form, Code::file_web_form, 0.9},
    {svg_script, Code::file_active_document, 1},
    {page_redirect, Code::file_active_document, 0.8},
});

struct OfPdf {
  pdf::Mark mark;
  Code code;
  double strength = 1;
};
// What opens by itself is a page's place, mostly, and a form is an office's.
constexpr auto kOfPdfs = std::to_array<OfPdf>({
    {pdf::Mark::javascript, Code::file_active_document, 0.5},
    {pdf::Mark::launch, Code::file_active_document, 1},
    {pdf::Mark::submits, Code::file_active_document, 0.5},
    {pdf::Mark::xfa, Code::file_active_document, 0.3},
    {pdf::Mark::remote_file, Code::file_active_document, 0.5},
    {pdf::Mark::rich_media, Code::file_active_document, 0.5},
    {pdf::Mark::encrypted, Code::file_encrypted, 0.3},
});

void look_at_pdf(const View& view, const SeenPdf& pdf, Collector& out) {
  for (const auto& one : kOfPdfs)
    if (pdf.has(one.mark))
      out.add(one.code, one.strength, fmt::format("{} ({})", pdf.inside, pdf::to_string(one.mark)), pdf.part);
  if (!pdf.unseen.empty())
    out.add(Code::file_unseen, 0.5, fmt::format("{}: {}", file_of(view, pdf.part, pdf.inside), pdf.unseen),
            pdf.part);
  // A picture of a page, all of which leads elsewhere.
  const auto leads = std::ranges::find_if(view.file_links, [&pdf](const LinkView& link) {
    return link.link->source == LinkSource::pdf && link.link->part == pdf.part && link.is_away();
  });
  if (leads != view.file_links.end() && pdf.is_image_only)
    out.add(
        Code::file_document_link, 1,
        fmt::format("{}, a picture of a page, leads to {}", file_of(view, pdf.part, pdf.inside), leads->host),
        pdf.part);
}

// A bill names its firm's site; a page most of which is a link wants a click.
constexpr double kPlainDocumentLink = 0.4;

}  // namespace

void find_signals_of_file(const files::FileFacts& file, std::string_view part, Collector& out) {
  for (const auto& one : kOfFile) {
    if (!file.has(one.fact)) continue;
    // A script is one by its name already.
    if (one.fact == dangerous_name && file.has(script)) continue;
    const auto found = std::ranges::find(file.evidence, one.fact, &files::Evidence::fact);
    const auto shown = found == file.evidence.end() ? std::string(files::to_string(one.fact))
                       : found->text.empty() || found->text == found->path ? found->path
                                                                           : found->path + ": " + found->text;
    // A program that nobody can read is no better than one that runs by itself.
    const bool is_hidden = one.fact == macros && (file.is_unseen(files::Unseen::damaged) ||
                                                  file.is_unseen(files::Unseen::unsupported));
    out.add(one.code, is_hidden ? 1 : one.strength, shown, part);
  }
  // What cannot be opened without a password is told above.
  for (const auto& one : file.not_seen)
    if (one.why != files::Unseen::encrypted)
      out.add(Code::file_unseen, 1, fmt::format("{} ({})", one.path, files::to_string(one.why)), part);
}

void find_file_signals(const View& view, Collector& out) {
  if (!view.facts.malware.empty()) out.add(Code::file_malware, 1, view.facts.malware, "message");
  for (const auto& page : view.seen.pages)
    if (page.is_attachment) look_at_page(view, page, out);
  for (const auto& part : view.seen.parts) {
    find_signals_of_file(part.file, part.path, out);
    for (const auto& rule : part.rules)
      out.add(Code::file_rule, 1, part.name.empty() ? rule : part.name + ": " + rule, part.path);
    if (!part.unseen.empty())
      out.add(Code::file_unseen, 0.5, part.name.empty() ? part.unseen : part.name + ": " + part.unseen,
              part.path);
  }
  for (const auto& pdf : view.seen.pdfs) look_at_pdf(view, pdf, out);
  for (const auto& link : view.file_links) {
    // A code in another's name is one that nobody reads before he follows it, wherever it leads.
    const bool is_code = link.link->source == LinkSource::qr;
    if (!link.is_away() && !(is_code && !view.claims.empty())) continue;
    if (is_code) out.add(Code::file_qr_link, 1, link.link->url, link.link->part);
    if (link.link->source == LinkSource::pdf || link.link->source == LinkSource::file)
      out.add(Code::file_document_link, std::max(kPlainDocumentLink, 2 * link.link->share),
              fmt::format("{} leads to {}", file_of(view, link.link->part, link.link->inside), link.host),
              link.link->part);
  }
}

}  // namespace rampart::guard::signal
