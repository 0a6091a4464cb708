// What is known of a message's sender, where it is known: facts about it, never about how mail is made today.
#include <algorithm>

#include <fmt/format.h>

#include "guard/inspect/signal/collector.h"

namespace rampart::guard::signal {
namespace {

enum class Proof : std::uint8_t { yes, no, unknown };

// By anything that is aligned with the author's domain, whether or not a DMARC record asks for it.
Proof proof_of(const auth::Authentication& authentication) {
  if (authentication.dmarc == dmarc::Result::pass) return Proof::yes;
  if (authentication.dmarc == dmarc::Result::temperror) return Proof::unknown;
  if (!authentication.spf && authentication.dkim.empty()) return Proof::unknown;
  for (const auto& domain : authentication.domains) {
    for (const auto& alignment : domain.verdict.alignments) {
      if (alignment.passes()) return Proof::yes;
      if (alignment.check == dmarc::Check::temperror || alignment.aligned == dmarc::Aligned::unknown)
        return Proof::unknown;
    }
  }
  return Proof::no;
}

// How much it claims to be somebody.
double claims(const View& view, const Collector& out) {
  double most = 0;
  for (const auto code :
       {Code::protected_person, Code::own_name, Code::brand_sender, Code::brand_disguised,
        Code::own_lookalike, Code::partner_lookalike, Code::brand_lookalike, Code::brand_author_link_away})
    most = std::max(most, out.strength(code));
  for (const auto& claim : view.claims) most = std::max(most, 0.7 * claim.strength);
  return most;
}

// How much it asks for what strangers do not ask for.
double asks(const View& view, const Collector& out) {
  using words::Kind;
  return std::max({view.says(Kind::payment_change), view.says(Kind::gift_card),
                   view.says(Kind::credentials) * view.away(), view.says(Kind::secrecy),
                   out.strength(Code::extortion_coin)});
}

}  // namespace

void find_context_signals(const View& view, Collector& out) {
  const auto* authentication = view.facts.authentication;
  // A list that changes a message breaks its proof.
  if (authentication != nullptr && !view.names.has_list_trace && proof_of(*authentication) == Proof::no) {
    out.add(Code::unauthenticated, 1, authentication->why, "header");
    out.add(Code::unauthenticated_claim, claims(view, out), authentication->why, "header");
  }
  const auto* sender = view.facts.sender;
  if (sender == nullptr) return;
  if (sender->anybody.known == Known::never) {
    out.add(Code::first_contact, 1, view.names.address, "header");
    out.add(Code::first_contact_request, asks(view, out), view.names.address, "header");
  }
  if (sender->proven && sender->anybody.known == Known::yes)
    out.add(Code::known_sender, 1,
            fmt::format("{} messages were proven to be from it", sender->anybody.messages), "header");
}

}  // namespace rampart::guard::signal
