// Facts that mean more together than each of them does, as the model adds up and no more.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/text.h"
#include "guard/inspect/signal/collector.h"
#include "guard/inspect/signal/text.h"

namespace rampart::guard::signal {
namespace {

using words::Kind;

constexpr std::size_t kShortRequest = 900;  // characters; our own
constexpr double kMixed = 0.3;              // of a claim, where links lead to the author, too

// How much a message leads to where anyone may put a page.
double hosted(const Collector& out) {
  return std::max({out.strength(Code::link_free_hosting), out.strength(Code::link_form_builder),
                   out.strength(Code::link_shortener), 0.6 * out.strength(Code::link_file_sharing)});
}

void look_at_brands(const View& view, Collector& out) {
  for (const auto& claim : view.claims) {
    const LinkView* away = nullptr;
    bool leads_to_brand = false;
    bool leads_to_author = false;
    for (const auto& link : view.links) {
      if (link.owner == claim.brand) {
        leads_to_brand = true;
      } else if (link.is_related) {
        leads_to_author = true;
      } else if (!link.is_ours && (away == nullptr || link.action > away->action)) {
        away = &link;
      }
    }
    const bool is_named = claim.is_header && claim.place == "its sender's name";
    if (away == nullptr && is_named && leads_to_author && !view.links.empty()) away = &view.links.front();
    if (away == nullptr) continue;
    const double among = leads_to_author && !is_named ? kMixed : leads_to_brand ? 0.8 : 1;
    const auto evidence = fmt::format("{}, by {}; {}", claim.brand->name, claim.place, away->host);
    out.add(Code::brand_link_away, claim.strength * among, evidence, away->link->part);
    out.add(Code::brand_hosted_page, claim.strength * hosted(out), evidence, away->link->part);
  }
}

void look_at_requests(const View& view, Collector& out) {
  const auto* away = view.first_away();
  const double much = view.names.has_list_trace ? view.away() / 2 : view.away();
  if (away != nullptr) {
    const auto& part = away->link->part;
    out.add(Code::credentials_link_away, view.says(Kind::credentials) * much, away->host, part);
    out.add(Code::threat_link_away, view.says(Kind::account_threat) * much, away->host, part);
    out.add(Code::parcel_link_away, view.says(Kind::parcel_fee) * much, away->host, part);
    const auto asks =
        std::max({view.says(Kind::credentials), view.says(Kind::account_threat), view.says(Kind::parcel_fee),
                  view.says(Kind::invoice), view.says(Kind::prize)});
    out.add(Code::hosted_page_request, asks * hosted(out), away->host, part);
  }
  const auto file = std::max({out.strength(Code::file_web_page), out.strength(Code::file_web_form),
                              out.strength(Code::file_smuggling), out.strength(Code::file_document_link),
                              out.strength(Code::file_qr_link)});
  const auto asks = std::max(
      {view.says(Kind::credentials), view.says(Kind::account_threat), 0.7 * view.says(Kind::invoice)});
  out.add(Code::credentials_file, asks * file, "a file, and words that ask to open it", view.message_part);
}

void look_at_money(const View& view, Collector& out) {
  const auto& part = view.message_part;
  const bool is_proven = view.facts.sender != nullptr && view.facts.sender->proven &&
                         view.facts.sender->anybody.known == Known::yes;
  if (!is_proven && view.links.empty())
    out.add(Code::gift_card_request, view.says(Kind::gift_card), "gift cards, and no link to a shop", part);
  if (view.is_diverted()) {
    out.add(Code::payment_change_diverted, view.says(Kind::payment_change), "answers go elsewhere", part);
    out.add(Code::money_offer_diverted, out.strength(Code::large_sum), "answers go elsewhere", part);
  }
  out.add(Code::extortion_coin, view.says(Kind::extortion) * out.strength(Code::coin_address),
          coin_address(view.text), part);
  // "Write to me at …": in the text, as the Reply-To field may be missing.
  bool asks_at_free_mail = view.names.is_free_mail || view.names.has(names::NameFact::reply_to_free_mail);
  for (const auto& address : addresses_in(view.text)) {
    const auto name = dns::Name::try_parse(std::string_view(address).substr(address.rfind('@') + 1));
    asks_at_free_mail = asks_at_free_mail || (name && view.facts.rules.brands().is_free_mail(*name) &&
                                              address != view.names.address);
  }
  const auto offers = std::max(view.says(Kind::prize), 0.6 * out.strength(Code::large_sum));
  if (asks_at_free_mail && !view.names.has_list_trace)
    out.add(Code::prize_free_mail, offers, "an offer of money, and free mail to answer to", part);
}

void look_at_calls(const View& view, Collector& out) {
  static constexpr auto kCalls =
      std::to_array<std::string_view>({"call", "phone", "dial", "contact", "helpline", "toll", "toll-free",
                                       "helpdesk", "llame", "ligue", "appelez", "anrufen", "کال", "فون"});
  const auto number = phone_number(view.text);
  if (number.empty() || view.away() > 0 || !has_word(view.text, kCalls)) return;
  // A brand, a bill and a number to call, and no page: the link is the telephone.
  double claim = 0;
  for (const auto& one : view.claims) claim = std::max(claim, one.strength);
  const auto bill =
      std::max({view.says(Kind::invoice), view.says(Kind::account_threat), view.says(Kind::urgency)});
  const double strength = view.names.is_free_mail ? std::max(claim, 0.7 * bill) : claim * std::max(0.5, bill);
  out.add(Code::callback_number, view.names.has_list_trace ? strength / 3 : strength, number,
          view.message_part);
}

void look_at_people(const View& view, Collector& out) {
  if (!view.links.empty() || view.seen.shown_characters > kShortRequest || view.names.has_list_trace) return;
  if (!view.names.is_free_mail && !view.is_diverted()) return;
  const auto presses =
      std::max({view.says(Kind::secrecy), view.says(Kind::gift_card), view.says(Kind::payment_change),
                view.says(Kind::favor), 0.6 * view.says(Kind::urgency)});
  out.add(Code::personal_request_free_mail, presses, "a short request without a link", view.message_part);
}

}  // namespace

void find_pair_signals(const View& view, Collector& out) {
  look_at_brands(view, out);
  look_at_requests(view, out);
  look_at_money(view, out);
  look_at_calls(view, out);
  look_at_people(view, out);
}

}  // namespace rampart::guard::signal
