// Pages that are opened from a file: outside of the mail client nothing holds their scripts back.
#include <algorithm>

#include "guard/inspect/files/formats.h"
#include "guard/inspect/files/text.h"

namespace rampart::guard::files {
namespace {

using html::HtmlFacts;
using html::ScriptMark;

// All our own.
constexpr std::size_t kLongBase64 = 2'000;  // characters in a script that are a file, or a page
constexpr std::size_t kFewShown = 200;      // characters of a page that is there to lead elsewhere

bool makes_file(const HtmlFacts& page) {
  const bool makes = page.has(ScriptMark::blob) || page.has(ScriptMark::byte_array);
  const bool saves = page.has(ScriptMark::object_url) || page.has(ScriptMark::save_blob) ||
                     page.has(ScriptMark::download) || page.download_links;
  return (makes && saves) || (page.download_links && page.data_links) ||
         (page.has(ScriptMark::base64) && page.has(ScriptMark::download));
}

bool is_encoded(const HtmlFacts& page) {
  const bool decodes =
      page.has(ScriptMark::base64) || page.has(ScriptMark::unescape) || page.has(ScriptMark::char_codes);
  const bool shows = page.has(ScriptMark::document_write) || page.has(ScriptMark::eval);
  return (decodes && shows) || (page.longest_base64 >= kLongBase64 && (decodes || shows));
}

std::string_view host_of(const html::Link& link) {
  return link.url ? std::string_view(link.url->host) : link.target;
}

}  // namespace

void look_into_page(Walk& walk, FileType type, std::string_view text, const HtmlFacts& page) {
  const bool is_svg = type == FileType::svg;
  const bool has_script = page.scripts || page.event_handlers || page.script_links || page.script_bytes != 0;
  const auto form = std::ranges::find_if(page.forms, &html::Form::asks_for_credentials);
  if (form != page.forms.end()) walk.add(FileFact::credential_form, form->action);
  if (makes_file(page)) walk.add(FileFact::smuggling);
  if (is_encoded(page)) walk.add(FileFact::encoded_page);
  // Prefixes ("svg:script") and entities hide elements from a reader that knows HTML.
  const bool is_hidden = type != FileType::html && (has_word(text, ":script") || has_word(text, "<!entity"));
  if (is_svg) {
    if (has_script || is_hidden || has_word(text, "foreignobject"))
      walk.add(FileFact::svg_script, has_script  ? "script"
                                     : is_hidden ? "prefix or entity"
                                                 : "foreignObject");
  } else if (has_script || is_hidden) {
    walk.add(FileFact::page_script);
  }
  bool leads = page.has(ScriptMark::location) && page.shown_characters < kFewShown;
  std::string_view where;
  for (const auto& link : page.links) {
    if (link.kind == html::LinkKind::refresh) {
      leads = true;
      where = link.target;
    }
    const bool is_followed = html::is_followed_by_people(link.kind);
    const bool is_loaded = link.kind == html::LinkKind::refresh || link.kind == html::LinkKind::frame ||
                           link.kind == html::LinkKind::script;
    if (!is_followed && !is_loaded) continue;
    if (is_svg && is_followed && link.url && link.url->has_host())
      walk.add(FileFact::svg_link, host_of(link));
    walk.add_link(link.target, LinkOrigin::page, is_loaded);
  }
  if (leads) walk.add(FileFact::page_redirect, where);
}

}  // namespace rampart::guard::files
