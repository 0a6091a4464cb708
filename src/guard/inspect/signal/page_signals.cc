// What the pages of the body show, hide and do.
#include <algorithm>

#include <fmt/format.h>

#include "guard/inspect/signal/collector.h"
#include "guard/inspect/signal/text.h"

namespace rampart::guard::signal {
namespace {

// All our own.
constexpr std::size_t kPreheader = 300;  // hidden characters that newsletters show in lists of messages
constexpr double kMuchHidden = 1'500;    // hidden characters
constexpr std::size_t kFewZeroWidths = 3;
constexpr double kManyZeroWidths = 12;
constexpr std::size_t kFewSpaced = 10;  // letters that stand alone
constexpr double kManySpaced = 30;
constexpr double kLittleText = 350;  // characters

void look_at_hidden(const SeenPage& page, Collector& out) {
  const auto hidden = page.facts.hidden_characters();
  if (hidden > kPreheader &&
      static_cast<double>(hidden) > 0.3 * static_cast<double>(page.facts.shown_characters))
    out.add(Code::hidden_text, static_cast<double>(hidden) / kMuchHidden,
            fmt::format("{} characters are not shown, {} are", hidden, page.facts.shown_characters),
            page.part);
  const auto zero = page.facts.zero_width.count + page.facts.bidi.count / 4;
  if (zero >= kFewZeroWidths)
    out.add(Code::broken_words, static_cast<double>(zero) / kManyZeroWidths,
            fmt::format("{} characters that show nothing", zero), page.part);
}

void look_at_forms(const View& view, const SeenPage& page, Collector& out) {
  for (const auto& form : page.forms) {
    const bool is_related = !form.registered.empty() && form.registered == view.names.registered;
    const auto where =
        form.host.empty() ? std::string_view("nowhere that is known") : std::string_view(form.host);
    if (form.asks_for_credentials())
      out.add(Code::form_credentials, 1,
              fmt::format("asks for {}, sends it to {}",
                          form.password ? "a password"
                          : form.card   ? "a card"
                                        : "a code",
                          where),
              page.part);
    if (!is_related && !form.host.empty() && (form.user || form.asks_for_credentials()))
      out.add(Code::form_elsewhere, 1, form.host, page.part);
  }
}

}  // namespace

void find_page_signals(const View& view, Collector& out) {
  const auto* away = view.first_away();
  if (const auto spaced = spaced_letters(view.text); spaced >= kFewSpaced)
    out.add(Code::broken_words, static_cast<double>(spaced) / kManySpaced,
            fmt::format("{} letters stand alone", spaced), view.message_part);
  for (const auto& page : view.seen.pages) {
    if (page.is_attachment) continue;
    look_at_hidden(page, out);
    look_at_forms(view, page, out);
    if (page.is_image_only && away != nullptr)
      out.add(Code::image_only_link, view.names.has_list_trace ? 0.3 : view.away(),
              fmt::format("the picture leads to {}", away->host), page.part);
    using enum html::ScriptMark;
    const bool acts = page.facts.has(eval) || page.facts.has(location) || page.facts.has(document_write) ||
                      page.facts.has(object_url) || page.facts.has(web_socket) || page.facts.has(base64);
    if (acts || page.facts.remote_scripts)
      out.add(Code::script_in_body, 1, "a script that acts, or comes from elsewhere", page.part);
  }
  if (view.seen.is_contradictory)
    out.add(Code::parts_contradict, 1, "fields that say it twice, or parts that are not where they should be",
            "message");
  for (const auto& link : view.seen.links)
    if (link.source == LinkSource::html && link.kind == html::LinkKind::refresh && !link.is_in_attachment)
      out.add(Code::page_redirect, 1, link.url, link.part);
  if (away != nullptr && view.away() >= 1) {
    // Of plain text, too: what counts is how little is said before the link.
    const auto shown = static_cast<double>(view.seen.shown_characters);
    const double lists = view.names.has_list_trace || view.names.is_free_mail ? 0.4 : 1;
    if (shown < kLittleText)
      out.add(Code::little_text_link, lists * (1 - shown / kLittleText),
              fmt::format("{} characters, and {}", shown, away->host), view.message_part);
  }
}

}  // namespace rampart::guard::signal
