// Where links lead, by their own shape and by whom they have to do with.
#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>

#include "base/text.h"
#include "guard/inspect/signal/collector.h"
#include "guard/inspect/signal/text.h"
#include "mail/domain_part.h"

namespace rampart::guard::signal {
namespace {

using url::UrlFact;

struct OfUrl {
  UrlFact fact;
  Code code;
  double strength = 1;
  bool only_away = false;
};
constexpr auto kOfUrls = std::to_array<OfUrl>({
    {UrlFact::ip_host, Code::link_ip_host, 1, false},
    {UrlFact::odd_ip, Code::link_odd_spelling, 1, false},
    {UrlFact::user_info, Code::link_user_info, 0.5, false},
    {UrlFact::user_like_host, Code::link_user_info, 1, false},
    {UrlFact::odd_port, Code::link_odd_port, 1, true},
    {UrlFact::odd_spelling, Code::link_odd_spelling, 0.4, true},
    {UrlFact::encoded_host, Code::link_odd_spelling, 1, false},
    {UrlFact::mapped_host, Code::link_odd_spelling, 1, false},
    {UrlFact::invalid_host, Code::link_odd_spelling, 0.3, true},
    {UrlFact::deceptive_label, Code::link_lookalike, 1, true},
    {UrlFact::confusable, Code::link_lookalike, 1, true},
    {UrlFact::embedded_domain, Code::link_embedded_domain, 1, true},
    {UrlFact::many_labels, Code::link_many_labels, 1, true},
    {UrlFact::random_path, Code::link_random_path, 1, true},
    {UrlFact::shortener, Code::link_shortener, 1, true},
    {UrlFact::free_hosting, Code::link_free_hosting, 1, true},
    {UrlFact::form_builder, Code::link_form_builder, 1, true},
    {UrlFact::file_sharing, Code::link_file_sharing, 1, true},
});

// Folders of content systems that no page for people stands in, and the one that certificates are fetched from.
constexpr auto kSiteFolders = std::to_array<std::string_view>(
    {"/wp-content/plugins/", "/wp-content/themes/", "/wp-includes/", "/wp-admin/", "/.well-known/",
     "/wp-content/upgrade/", "/wp-content/mu-plugins/", "/wp-content/languages/", "/wp-content/cache/"});

constexpr auto kDownloads = std::to_array<std::string_view>(
    {".zip", ".rar", ".7z",  ".iso", ".img", ".exe", ".scr", ".msi", ".js",  ".vbs",  ".hta", ".lnk",
     ".jar", ".apk", ".cab", ".ace", ".bat", ".cmd", ".ps1", ".dmg", ".pkg", ".docm", ".xlsm"});

double strength_of(names::LookalikeKind kind) {
  switch (kind) {
    case names::LookalikeKind::confusable:
    case names::LookalikeKind::domain:
      return 1;
    case names::LookalikeKind::word:
      return 0.9;
    case names::LookalikeKind::label:
    case names::LookalikeKind::edit:
      return 0.7;
    case names::LookalikeKind::suffix:
      return 0.5;
  }
  return 0;
}

std::string_view part_of(const LinkView& link) {
  return link.link->part.empty() ? std::string_view("message") : std::string_view(link.link->part);
}

std::string_view path_of(std::string_view url) {
  const auto host = url.find("://");
  const auto path = url.find('/', host == std::string_view::npos ? 0 : host + 3);
  return path == std::string_view::npos ? std::string_view()
                                        : url.substr(path, url.find_first_of("?#", path) - path);
}

void look_at_host(const View& view, const LinkView& link, Collector& out) {
  const auto part = part_of(link);
  const auto& url = link.link->url;
  if (!link.is_away()) return;
  const auto name = dns::Name::try_parse(link.host);
  if (!name) return;
  if (const auto like = view.facts.rules.lookalike(*name))
    out.add(Code::link_lookalike, strength_of(like->kind),
            fmt::format("{} for {}", link.host, like->target->domain.text()), part);
  for (unsigned i = 0; i < name->label_count(); ++i)
    if (is_random(name->label(i)))
      out.add(Code::link_random_host, i + 2 == name->label_count() ? 1 : 0.7, link.host, part);
  if (has_abused_suffix(link.registered)) out.add(Code::link_abused_suffix, 1, link.host, part);
  const auto path = base::lower(path_of(url));
  for (const auto folder : kSiteFolders)
    if (path.find(folder) != std::string::npos) out.add(Code::link_site_folder, 1, url, part);
  for (const auto ending : kDownloads)
    if (path.ends_with(ending)) out.add(Code::link_download, 1, url, part);
}

void look_at_target(const View& view, const LinkView& link, Collector& out) {
  const auto& brands = view.facts.rules.brands();
  const auto& shown = *link.link;
  const auto part = part_of(link);
  if (shown.relation == url::ShownRelation::other_domain && !shown.claimed_registered.empty() &&
      link.is_away()) {
    const auto* claimed = owner_of(shown.claimed_host, brands);
    const bool same_owner = claimed != nullptr && link.owner == claimed;
    const bool is_author = shown.claimed_registered == view.names.registered;
    // Who counts clicks puts his own host behind the shown one.
    const double strength = is_author || view.names.has_list_trace ? 0.3 : 1;
    const auto evidence = fmt::format("shown {}, leads to {}", shown.claimed_host, link.host);
    if (!same_owner)
      out.add(claimed != nullptr ? Code::link_shown_brand : Code::link_shown_elsewhere, strength, evidence,
              part);
  }
  // Through somebody else's redirector, to a third one. What a known rewriter wraps is where the link leads.
  for (const auto& target : shown.targets) {
    if (target.is_known || target.registered.empty() || target.registered == link.registered ||
        !link.is_away())
      continue;
    const auto* owner = owner_of(target.host, brands);
    if (owner != nullptr && owner == link.owner) continue;
    out.add(Code::link_redirect,
            link.is_small_print     ? 0.3
            : link.owner != nullptr ? 1
                                    : 0.6,
            fmt::format("{} to {}", link.host, target.host), part);
  }
}

void look_at_recipients(const View& view, const LinkView& link, Collector& out) {
  if (!link.is_away()) return;
  for (const auto& address : view.recipients) {
    const auto strength = carries(link.link->url, address);
    if (strength > 0)
      out.add(Code::link_recipient, link.is_small_print ? strength / 4 : strength, link.link->url,
              part_of(link));
  }
}

void look_at_link(const View& view, const LinkView& link, Collector& out) {
  for (const auto& one : kOfUrls)
    if (link.facts->has(one.fact) && (!one.only_away || link.is_away()) && !link.is_ours)
      out.add(one.code, link.is_small_print ? one.strength / 2 : one.strength, link.link->url, part_of(link));
  look_at_host(view, link, out);
  look_at_target(view, link, out);
  look_at_recipients(view, link, out);
}

// mailto: to whom its author is not.
void look_at_mailto(const View& view, Collector& out) {
  std::size_t seen = 0;
  for (const auto& link : view.seen.links) {
    if (link.scheme != "mailto" || link.is_hidden || link.is_in_attachment || ++seen > kMaxLinksJudged)
      continue;
    const auto addresses =
        addresses_in(url::percent_decode(std::string_view(link.url).substr(0, link.url.find('?'))));
    std::size_t elsewhere = 0;
    for (const auto& address : addresses) {
      const auto domain = mail::domain_part(address);
      const bool is_author = domain == view.names.domain || domain == view.names.registered ||
                             domain.ends_with("." + view.names.registered);
      const bool is_reader = std::ranges::find(view.recipients, address) != view.recipients.end();
      if (!is_author && !is_reader) ++elsewhere;
    }
    if (elsewhere == 0 || view.names.registered.empty() || view.names.has_list_trace) continue;
    // A link that answers several at once is a trick to gather answers.
    out.add(Code::mailto_elsewhere,
            elsewhere > 1                                             ? 1
            : is_small_print(link.text) || asks_for_action(link.text) ? 0.8
                                                                      : 0.4,
            link.url, link.part);
  }
}

// Whose links are handed to a program of this machine, with what it is to open: searches on others' machines, and tools of Windows.
bool starts_program(std::string_view scheme) {
  return scheme == "search-ms" || scheme == "search" || scheme == "mhtml" || scheme.starts_with("ms-") ||
         scheme == "its" || scheme == "mk" || scheme == "vbscript";
}

// What all of them together say.
void look_at_all(const View& view, Collector& out) {
  const auto* first = view.first_away();
  if (first == nullptr) return;
  const auto from =
      view.names.domain.empty() ? std::string_view("nobody") : std::string_view(view.names.domain);
  const auto evidence = fmt::format("from {}, to {}", from, first->host);
  const auto part = part_of(*first);
  if (view.away() >= 1) {
    const double strength = view.names.has_list_trace ? 0.2 : view.names.is_free_mail ? 0.4 : 1;
    out.add(Code::link_away, strength, evidence, part);
    std::set<std::string_view> places;
    for (const auto& link : view.links) places.insert(link.registered.empty() ? link.host : link.registered);
    if (places.size() == 1) out.add(Code::link_one_place, strength, evidence, part);
  }
  if (const auto* action = view.action_away()) {
    const auto shown = base::trim(action->link->text.empty() ? action->link->alt : action->link->text);
    const auto what = shown.empty()
                          ? fmt::format("what is to be clicked leads to {}", action->host)
                          : fmt::format("\"{}\" leads to {}", base::excerpt(shown, 60), action->host);
    const double lists = view.names.has_list_trace ? 0.5 : 1;
    out.add(Code::action_link_away, action->action * view.away() * lists, what, part_of(*action));
    if (view.names.is_free_mail)
      out.add(Code::free_mail_action_link, action->action * lists, what, part_of(*action));
  }
  if (!view.names.author_brand.empty() && !view.names.is_free_mail && !view.names.is_service &&
      view.away() >= 1)
    out.add(Code::brand_author_link_away, 1, evidence, part);
}

}  // namespace

void find_link_signals(const View& view, Collector& out) {
  for (const auto& link : view.links) look_at_link(view, link, out);
  for (const auto& link : view.file_links) look_at_link(view, link, out);
  // No mail program runs "javascript:", and pages that were sent as newsletters still hold it; a browser does, and shows "data:".
  for (const auto& link : view.seen.links) {
    const bool is_script = link.facts.has(UrlFact::script_url);
    const bool is_harmful = link.facts.has(UrlFact::data_url) || starts_program(link.scheme);
    if ((is_script || is_harmful) && link.is_followed() && !link.is_hidden)
      out.add(Code::link_script, link.is_in_attachment ? 0.6 : is_harmful ? 1 : 0.3, link.url, link.part);
  }
  look_at_mailto(view, out);
  look_at_all(view, out);
}

}  // namespace rampart::guard::signal
