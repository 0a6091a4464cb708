#include "auth/dkim/verify.h"

#include <algorithm>

#include <fmt/format.h>

namespace rampart::dkim {

Verifier::Verifier(SignatureCheck& check) : check_(check) {
  for (const auto place : check.index().find("DKIM-Signature")) {
    auto& checked = signatures_.emplace_back();
    checked.field = place;
    if (signatures_.size() > kMaxVerified) {
      checked.set(Result::policy, fmt::format("only the first {} signatures are verified", kMaxVerified), {});
      continue;
    }
    checked.signature =
        std::make_shared<const Signature>(parse_signature(check.message().header.fields[place].value));
    if (!checked.signature->fault.empty())
      checked.set(Result::permerror, checked.signature->fault, checked.signature->section);
  }
}

std::vector<dns::Name> Verifier::domains() const {
  std::vector<dns::Name> out;
  for (const auto& checked : signatures_) {
    const auto& domain = checked.signature->domain;
    if (checked.result == Result::none && std::ranges::find(out, domain) == out.end()) out.push_back(domain);
  }
  return out;
}

std::vector<Checked> Verifier::results(facts::Facts& facts, base::Time now, Service service) {
  // All keys are asked for before the first is looked at.
  for (const auto& checked : signatures_) {
    if (checked.result == Result::none) (void)facts.ask(checked.signature->key_name, dns::RrType::txt);
  }
  if (facts.pending()) return {};
  auto out = signatures_;
  for (auto& checked : out) {
    if (checked.result != Result::none) continue;
    check_.judge(checked, facts, now, service);
    if (!checked.passes()) continue;
    if (const auto added = added_field(*checked.signature, check_.index()); !added.empty())
      checked.set(Result::policy, fmt::format("the field {} is there more often than it is signed", added),
                  "RFC 6376 section 8.15");
  }
  return out;
}

}  // namespace rampart::dkim
