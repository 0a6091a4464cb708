// Pages and drawings that came as files: what they ask for, make and lead to.
#include <fmt/format.h>

#include "base/text.h"
#include "guard/inspect/files/readers.h"
#include "guard/inspect/files/utf16.h"
#include "guard/inspect/html/html_facts.h"

namespace rampart::guard::files {
namespace {

// All our own.
constexpr std::size_t kMaxPage = std::size_t{8} << 20U;  // bytes that are read
constexpr std::size_t kMuchBase64 = 1'024;               // characters, of something that a script makes a page or file of

using html::ScriptMark;

bool smuggles(const html::HtmlFacts& facts) {
  const bool makes = facts.has(ScriptMark::blob) || facts.has(ScriptMark::save_blob);
  const bool hands = facts.has(ScriptMark::object_url) || facts.has(ScriptMark::save_blob) || facts.has(ScriptMark::download);
  if (makes && hands) return true;
  const bool decodes = facts.has(ScriptMark::base64) || facts.has(ScriptMark::unescape) || facts.has(ScriptMark::char_codes);
  const bool writes = facts.has(ScriptMark::document_write) || facts.has(ScriptMark::eval) || facts.has(ScriptMark::location);
  return (decodes && writes && facts.longest_base64 >= kMuchBase64) || (facts.data_links && facts.download_links);
}

void read_svg(const Item& item, std::string_view low, const html::HtmlFacts& facts, Looker& to) {
  if (facts.scripts || low.find("<script") != std::string_view::npos) to.find(item, Mark::svg_script, "script");
  if (facts.event_handlers) to.find(item, Mark::svg_script, "event handler");
  if (facts.script_links) to.find(item, Mark::svg_script, "javascript: link");
  if (low.find("<foreignobject") != std::string_view::npos) to.find(item, Mark::svg_script, "foreignObject");
}

}  // namespace

void read_page(const Item& item, FileType type, Looker& to) {
  const auto text = plain_text(item.bytes.substr(0, kMaxPage));
  if (item.bytes.size() > kMaxPage) to.doubt(item, Why::over_limit, "the page is longer than is looked at");
  const auto facts = html::read_html(text);
  if (facts.links_left_out != 0 || facts.forms_left_out != 0) to.doubt(item, Why::over_limit, "the page has more links than are looked at");
  for (const auto& form : facts.forms)
    if (form.asks_for_credentials()) to.find(item, Mark::credential_form, form.action.empty() ? "a form without an address" : form.action);
  if (smuggles(facts)) to.find(item, Mark::html_smuggling, fmt::format("{} bytes of script", facts.script_bytes));
  for (const auto& link : facts.links) {
    if (link.kind == html::LinkKind::refresh) to.find(item, Mark::script_redirect, link.target);
    if (html::is_followed_by_people(link.kind) && link.url) to.link(item, FileLinkFrom::page, link.url->text());
  }
  if (facts.has(ScriptMark::location) && facts.shown_characters < html::kFewCharacters) to.find(item, Mark::script_redirect, "script");
  if (type == FileType::svg || (type == FileType::xml && text.find("<svg") != std::string::npos)) read_svg(item, base::lower(text), facts, to);
  to.text(facts.text);
}

}  // namespace rampart::guard::files
