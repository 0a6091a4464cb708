// What a message's header says of whom it is from.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/text.h"
#include "guard/inspect/signal/collector.h"
#include "guard/inspect/signal/text.h"

namespace rampart::guard::signal {
namespace {

using names::NameFact;

constexpr std::size_t kLongestName = 20;  // characters of a local part that may be a name; our own

struct OfName {
  NameFact fact;
  Code code;
  double strength = 1;
};
constexpr auto kOfNames = std::to_array<OfName>({
    {NameFact::protected_person, Code::protected_person},
    {NameFact::own_name, Code::own_name},
    {NameFact::recipient_name, Code::recipient_name},
    {NameFact::brand_name, Code::brand_sender},
    {NameFact::brand_in_name, Code::brand_in_sender},
    {NameFact::brand_disguised, Code::brand_disguised},
    {NameFact::address_in_name, Code::address_in_sender},
    {NameFact::domain_in_name, Code::domain_in_sender},
    {NameFact::brand_in_subject, Code::brand_in_subject},
    {NameFact::brand_in_address, Code::brand_in_address},
    {NameFact::claim_through_service, Code::claim_through_service},
    {NameFact::recipient_in_subject, Code::recipient_in_subject},
    {NameFact::free_mail_role, Code::free_mail_role},
    {NameFact::free_mail_company, Code::free_mail_company},
    {NameFact::own_lookalike, Code::own_lookalike},
    {NameFact::partner_lookalike, Code::partner_lookalike},
    {NameFact::brand_lookalike, Code::brand_lookalike},
    {NameFact::reply_to_elsewhere, Code::reply_to_elsewhere},
    {NameFact::reply_to_free_mail, Code::reply_to_free_mail},
    {NameFact::return_path_elsewhere, Code::return_path_elsewhere},
    {NameFact::reply_without_thread, Code::reply_without_thread},
    {NameFact::from_missing, Code::from_missing},
    {NameFact::from_several, Code::from_several},
    {NameFact::from_authors, Code::from_several},
    {NameFact::from_malformed, Code::from_malformed},
    {NameFact::bidi_in_name, Code::bidi_in_header},
    {NameFact::bidi_in_subject, Code::bidi_in_header},
    {NameFact::hidden_in_name, Code::hidden_in_header},
    {NameFact::hidden_in_subject, Code::hidden_in_header, 0.7},
    {NameFact::mixed_scripts_in_name, Code::mixed_scripts},
    {NameFact::mixed_scripts_in_subject, Code::mixed_scripts},
    {NameFact::look_alike_text, Code::look_alike_text},
    {NameFact::odd_encoding, Code::odd_encoding},
});

// What lists and services do to a header is no fault of their authors.
bool is_excused(const View& view, Code code) {
  return view.names.has_list_trace &&
         (code == Code::reply_to_elsewhere || code == Code::return_path_elsewhere ||
          code == Code::reply_to_free_mail || code == Code::reply_without_thread);
}

std::string describe(const names::Evidence& why) {
  auto out = fmt::format("{}: {}", why.field, why.shown);
  if (!why.how.empty()) out += " (" + why.how + ")";
  return out;
}

void look_at_address(const View& view, Collector& out) {
  const auto& address = view.names.address;
  const auto local = std::string_view(address).substr(0, address.find('@'));
  const auto core = core_of(view.names.registered);
  // Addresses of bounces and of services are made by programs; those that people are to read are not.
  if (!view.names.is_service && !view.names.has_list_trace) {
    if (is_random(core)) out.add(Code::random_author, 1, address, "header");
    // Marks of a message or of a recipient have signs between their parts; what is to be taken for a name has none.
    const bool is_one_word = local.size() <= kLongestName && std::ranges::all_of(local, base::is_alnum);
    if (is_one_word && (is_random(local) || is_mixed_case(local)))
      out.add(Code::random_author, 0.7, address, "header");
    const auto below = std::string_view(view.names.domain);
    if (below.size() > view.names.registered.size() && is_random(below.substr(0, below.find('.'))))
      out.add(Code::random_author, 0.5, address, "header");
  }
  const auto is_author = [&address](const std::string& one) { return base::iequals(one, address); };
  // A sender who writes to many names only himself; the envelope tells those apart.
  if (!address.empty() && std::ranges::any_of(view.recipients, is_author))
    out.add(Code::from_is_recipient, view.facts.recipients.empty() ? 0.3 : 1, address, "header");
}

void look_at_recipients(const View& view, Collector& out) {
  if (!view.names_recipients && !view.names.has_list_trace) {
    const auto has_to =
        std::ranges::any_of(view.facts.header.fields, [](const auto& field) { return field.is("To"); });
    out.add(Code::no_named_recipient, 1, has_to ? "To: names nobody" : "there is no To", "header");
  }
}

}  // namespace

void find_header_signals(const View& view, Collector& out) {
  for (const auto& one : kOfNames) {
    if (!view.names.has(one.fact) || is_excused(view, one.code)) continue;
    const auto* why = view.names.find(one.fact);
    out.add(one.code, one.strength, why == nullptr ? names::to_string(one.fact) : describe(*why), "header");
  }
  look_at_address(view, out);
  look_at_recipients(view, out);
  // Brands in the header have signals of their own.
  for (const auto& claim : view.claims)
    if (!claim.is_header)
      out.add(Code::brand_claimed, claim.strength, fmt::format("{}, by {}", claim.brand->name, claim.place),
              view.message_part);
}

}  // namespace rampart::guard::signal
