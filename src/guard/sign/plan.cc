#include "guard/sign/plan.h"

#include <fmt/format.h>

#include "base/text.h"

namespace rampart::guard {
namespace {

using base::Result;

constexpr std::string_view kSigned = "signed";
constexpr std::string_view kSealed = "sealed";

// Each of them has to be his writer's own; what is known goes before what is not.
std::optional<Owned> owned_by(const Handing& handing, const SigningRules& rules) {
  if (!rules.owners) return std::nullopt;
  auto out = Owned::yes;
  for (const auto& address : handing.author.addresses) {
    const auto one = rules.owners->check(handing.writer, plain_address(address));
    if (one == Owned::no) return Owned::no;
    if (one == Owned::unknown) out = Owned::unknown;
  }
  return out;
}

// What only shows when it is done: a signature that nobody would read, a chain that takes no more.
void try_it(SigningPlan& plan, const Result<Added>& added) {
  if (!added) {
    plan.none = added.error().message();
  } else if (!added->fields.empty()) {
    return;
  } else if (!added->causes.empty()) {
    plan.none = added->causes.back().text;
  }
  plan.keys.clear();
}

void take(SigningPlan& plan, Result<FoundKeys> found) {
  plan.none = found ? std::move(found->none) : found.error().message();
  if (found) plan.keys = std::move(found->keys);
}

SigningPlan plan_signature(const Handing& handing, KeyRing& ring, const SigningRules& rules,
                           std::string_view authserv_id) {
  SigningPlan out;
  if (!rules.sign && !rules.owners) return out;
  out.adds = kSigned;
  const mail::Header none;
  const auto& header = handing.message != nullptr ? handing.message->header : none;
  if (handing.author.fault.empty() && !handing.author.addresses.empty()) out.owned = owned_by(handing, rules);
  if (const auto why = why_not_ours(handing.standing, handing.came_back, header, authserv_id, rules.sealer);
      !rules.sign || !why.empty()) {
    out.none = rules.sign ? why : "guard.sign is false";
    return out;
  }
  if (handing.message == nullptr && handing.author.addresses.empty()) {
    out.none = kNoAuthor;
    return out;
  }
  take(out, keys_for(handing.author, out.owned.value_or(Owned::unknown), ring, rules));
  if (!out.keys.empty() && handing.message != nullptr)
    try_it(out, sign(*handing.message, handing.writer, ring, rules, handing.now));
  return out;
}

}  // namespace

SigningPlan plan_signing(const Handing& handing, KeyRing& ring, const SigningRules& rules,
                         std::span<const dns::Name> relay_domains, std::string_view authserv_id) {
  if (is_of_ours(handing.standing.role)) return plan_signature(handing, ring, rules, authserv_id);
  SigningPlan out;
  if (!is_from_outside(handing.standing.role) || !rules.sealer ||
      !any_within(handing.recipients, relay_domains))
    return out;
  out.adds = kSealed;
  take(out, ring.for_domain(*rules.sealer));
  if (out.keys.empty()) return out;
  out.keys = {sealing_key(out.keys)};
  if (handing.message != nullptr && handing.chain)
    try_it(out, seal(*handing.message, *handing.chain, fmt::format("{}; none", authserv_id), ring,
                     *rules.sealer, handing.now));
  return out;
}

void write_plan(base::JsonWriter& json, const SigningPlan& plan) {
  json.member("adds", plan.adds).key("keys").begin_array();
  for (const auto& key : plan.keys)
    json.begin_object()
        .member("domain", key.domain.text())
        .member("selector", key.selector)
        .member("type", key.key->type() == crypto::SignKey::Type::rsa ? "rsa" : "ed25519")
        .member("bits", static_cast<std::int64_t>(key.key->bits()))
        .end_object();
  json.end_array().member("no_keys", base::printable(plan.none)).key("owned");
  if (!plan.owned)
    json.null();
  else
    json.value(*plan.owned == Owned::unknown ? "unknown" : *plan.owned == Owned::yes ? "yes" : "no");
}

std::vector<std::string> plan_lines(const SigningPlan& plan) {
  std::vector<std::string> out;
  if (plan.adds != kSigned && plan.adds != kSealed) return out;
  for (const auto& key : plan.keys) {
    const bool rsa = key.key->type() == crypto::SignKey::Type::rsa;
    out.push_back(fmt::format("as {} with {} ({})", key.domain.text(), key.selector,
                              rsa ? fmt::format("RSA, {} bits", key.key->bits()) : "Ed25519"));
  }
  if (plan.keys.empty()) out.push_back("by nobody: " + base::printable(plan.none));
  return out;
}

}  // namespace rampart::guard
