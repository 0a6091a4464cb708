// What comes along with a message.
#include <algorithm>

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

}  // namespace

void find_file_signals(const View& view, Collector& out) {
  if (!view.facts.malware.empty()) out.add(Code::file_malware, 1, view.facts.malware, "message");
  for (const auto& page : view.seen.pages)
    if (page.is_attachment) look_at_page(view, page, out);
  for (const auto& link : view.file_links) {
    if (!link.is_away()) continue;
    if (link.link->source == LinkSource::qr) out.add(Code::file_qr_link, 1, link.link->url, link.link->part);
    if (link.link->source == LinkSource::pdf || link.link->source == LinkSource::file)
      out.add(Code::file_document_link, 1, link.host, link.link->part);
  }
}

}  // namespace rampart::guard::signal
