#include "guard/inspect/signal/view.h"

#include <algorithm>

#include "base/text.h"
#include "guard/inspect/signal/text.h"
#include "mail/domain_part.h"

namespace rampart::guard::signal {
namespace {

constexpr std::size_t kMinKin =
    5;  // characters of a label that two domains share, so that they may be one firm's
constexpr std::size_t kHead = 400;  // bytes of the text: who speaks is said there
constexpr std::size_t kMaxClaims = 5;
constexpr std::size_t kMaxActionText = 80;  // bytes; a longer text is a sentence that happens to be a link
constexpr double kPlainAction = 0.5;        // a link that shows words, but none that ask for a click
constexpr double kSomeAway = 0.4;           // some links lead away, others to the author

// Brands that everybody's mail speaks of: where one may be followed, paid, called or read.
bool is_everywhere(names::BrandKind kind) {
  return kind == names::BrandKind::social || kind == names::BrandKind::media;
}

// A URL, or words that a person is to click at.
double action_of(const SeenLink& link) {
  if (link.source != LinkSource::html) return 0;
  if (link.relation != url::ShownRelation::no_claim) return 0;
  const auto shown = base::trim(link.text.empty() ? std::string_view(link.alt) : std::string_view(link.text));
  if (shown.size() > kMaxActionText || shown.find("://") != std::string_view::npos ||
      shown.find('@') != std::string_view::npos)
    return 0;
  return asks_for_action(shown) ? 1 : kPlainAction;
}

}  // namespace

const names::Brand* owner_of(std::string_view host, const names::BrandRegistry& brands) {
  const auto name = dns::Name::try_parse(host);
  return name ? brands.owner(*name) : nullptr;
}

std::string_view core_of(std::string_view registered) { return registered.substr(0, registered.find('.')); }

View::View(const Facts& given)
    : facts(given),
      seen(given.seen),
      names(given.names),
      text(std::string_view(given.seen.text).substr(0, kMaxTextJudged)),
      message_part(given.seen.body_part.empty() ? std::string_view("message")
                                                : std::string_view(given.seen.body_part)) {
  read_recipients();
  read_words();
  read_links();
  read_claims();
}

void View::read_recipients() {
  const auto add = [this](std::string address) {
    if (recipients.size() < kMaxRecipients && std::ranges::find(recipients, address) == recipients.end())
      recipients.push_back(std::move(address));
  };
  for (const auto& address : facts.recipients) add(base::lower(address));
  for (const auto& field : facts.header.fields) {
    if (!field.is("To") && !field.is("Cc")) continue;
    for (auto& address : addresses_in(field.value.substr(0, kMaxTextJudged))) {
      names_recipients = true;
      if (facts.recipients.empty()) add(std::move(address));
    }
  }
}

bool View::is_author(std::string_view host, std::string_view registered) const {
  if (registered.empty() || names.registered.empty()) return !host.empty() && host == names.domain;
  if (registered == names.registered) return true;
  if (names.is_free_mail) return false;
  // news@bankmail.example for bank.example; what is made to be taken for a brand is found elsewhere (link-lookalike).
  const auto ours = core_of(names.registered);
  const auto other = core_of(registered);
  if (ours == other) return true;
  return std::min(ours.size(), other.size()) >= kMinKin &&
         (ours.find(other) != std::string_view::npos || other.find(ours) != std::string_view::npos);
}

LinkView View::view_of(const SeenLink& link) const {
  LinkView out{.link = &link, .host = link.host, .registered = link.registered, .facts = &link.facts};
  const auto& brands = facts.rules.brands();
  for (const auto& target : link.targets) {
    if (!target.is_known) break;
    out.host = target.host;
    out.registered = target.registered;
    out.facts = &target.facts;
  }
  // What anyone may have put there is not the service's own.
  out.owner = out.facts->service.empty() ? owner_of(out.host, brands) : nullptr;
  const auto belongs = [&](std::string_view host, std::string_view registered) {
    if (is_author(host, registered)) return true;
    const auto* owner = names.author_brand.empty() ? nullptr : owner_of(host, brands);
    return owner != nullptr && owner->id == names.author_brand && !names.is_free_mail;
  };
  // Anyone may open a page below a host for all, whoever else does.
  const bool is_anyones =
      !out.facts->service.empty() && !names.is_free_mail && out.registered != names.registered;
  out.is_related = !is_anyones && belongs(out.host, out.registered);
  for (const auto& target : link.targets)
    out.is_related = out.is_related || belongs(target.host, target.registered);
  if (const auto name = dns::Name::try_parse(out.host)) out.is_ours = facts.rules.is_own(*name);
  out.is_small_print = is_small_print(link.text);
  out.action = out.is_small_print ? 0 : action_of(link);
  return out;
}

void View::read_links() {
  links.reserve(std::min(seen.links.size(), kMaxLinksJudged));
  // What a link shows is no link of its own.
  const auto is_shown_only = [this](const SeenLink& link) {
    return link.source == LinkSource::text && std::ranges::any_of(seen.links, [&link](const SeenLink& other) {
             return other.source == LinkSource::html && other.part == link.part &&
                    other.claimed_host == link.host && other.host != link.host;
           });
  };
  for (const auto& link : seen.links) {
    if (links.size() + file_links.size() >= kMaxLinksJudged) break;
    if (link.is_hidden || !link.is_followed() || link.host.empty() || is_shown_only(link)) continue;
    if (link.scheme != "http" && link.scheme != "https" && link.scheme != "ftp") continue;
    const bool is_file = link.is_in_attachment || link.source == LinkSource::pdf ||
                         link.source == LinkSource::qr || link.source == LinkSource::file;
    (is_file ? file_links : links).push_back(view_of(link));
  }
  std::size_t stay = 0;
  for (const auto& link : links) {
    if (!link.is_away()) {
      ++stay;
      continue;
    }
    if (first_away_ == nullptr || (first_away_->is_small_print && !link.is_small_print)) first_away_ = &link;
    if (link.action > 0 && (action_away_ == nullptr || link.action > action_away_->action))
      action_away_ = &link;
  }
  if (first_away_ != nullptr) away_ = stay == 0 ? 1 : kSomeAway;
}

void View::read_words() {
  for (const auto& found : seen.words) {
    const auto strength =
        std::min(1.0, 0.4 + 0.3 * static_cast<double>(std::max<std::size_t>(found.phrases, 1) - 1) +
                          0.1 * static_cast<double>(std::min<std::size_t>(found.count, 3)));
    auto& said = says_[static_cast<std::size_t>(found.kind)];
    said = std::max(said, strength);
  }
}

const words::Found* View::found(words::Kind kind) const {
  const auto at = std::ranges::find(seen.words, kind, &words::Found::kind);
  return at == seen.words.end() ? nullptr : &*at;
}

void View::claim(const names::Brand* brand, double strength, std::string_view place, bool is_header) {
  if (brand == nullptr || brand->id == names.author_brand) return;
  // The registry knows not every country's domain of a brand.
  const auto core = core_of(names.registered);
  const bool is_kin = !names.is_free_mail && std::ranges::any_of(brand->domains, [core](const auto& domain) {
    return core.size() >= 3 && core_of(domain) == core;
  });
  if (is_kin) strength /= 2;
  if (!is_header && names.has_list_trace) strength /= 2;
  const auto known = std::ranges::find(claims, brand, &Claim::brand);
  if (known == claims.end()) {
    if (claims.size() < kMaxClaims) claims.push_back({brand, strength, place, is_header});
  } else if (strength > known->strength) {
    *known = {brand, strength, place, known->is_header || is_header};
  }
}

void View::claim_all(std::string_view shown, double strength, std::string_view place) {
  for (const auto& match : facts.rules.brands().named_in(shown))
    if (match.brand != nullptr && !is_everywhere(match.brand->kind))
      claim(match.brand, strength, place, false);
}

void View::read_claims() {
  const auto& brands = facts.rules.brands();
  // Links that lead to a brand, from a sender that is none of it, may be real ones beside the one that is not.
  for (const auto& named : names.brands)
    if (!named.is_author) {
      const bool is_sender = named.field == "From";
      claim(brands.by_id(named.id), is_sender ? 1 : 0.8, is_sender ? "its sender's name" : "its subject",
            true);
    }
  for (const auto& page : seen.pages)
    if (!page.is_attachment && !page.title.empty()) claim_all(page.title, 0.7, "its title");
  for (const auto& link : seen.links)
    if (!link.alt.empty() && claims.size() < kMaxClaims) claim_all(link.alt, 0.6, "a picture");
  struct Count {
    const names::Brand* brand = nullptr;
    std::size_t count = 0;
  };
  std::vector<Count> counts;
  for (const auto& match : brands.named_in(text)) {
    if (match.brand == nullptr || is_everywhere(match.brand->kind)) continue;
    const auto at = std::ranges::find(counts, match.brand, &Count::brand);
    if (at != counts.end())
      ++at->count;
    else if (counts.size() < 4 * kMaxClaims)
      counts.push_back({match.brand, 1});
  }
  if (!counts.empty()) {
    // Who is named most speaks; a text of many brands speaks for none.
    const auto most = std::ranges::max_element(counts, {}, &Count::count);
    const auto share = 1.0 / static_cast<double>(counts.size());
    const double often = most->count >= 3 ? 0.7 : most->count == 2 ? 0.5 : 0.3;
    claim(most->brand, often * (0.4 + 0.6 * share), "its text", false);
    for (const auto& match : brands.named_in(text.substr(0, kHead)))
      if (match.brand != nullptr && !is_everywhere(match.brand->kind)) {
        claim(match.brand, 0.5 * (0.4 + 0.6 * share), "its text", false);
        break;
      }
  }
  std::ranges::sort(claims, [](const Claim& a, const Claim& b) {
    return a.strength != b.strength ? a.strength > b.strength : a.brand->id < b.brand->id;
  });
}

bool View::is_diverted() const {
  return !names.has_list_trace &&
         (names.has(names::NameFact::reply_to_free_mail) || names.has(names::NameFact::reply_to_elsewhere));
}

}  // namespace rampart::guard::signal
