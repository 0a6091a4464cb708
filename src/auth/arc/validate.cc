#include "auth/arc/validate.h"

#include <fmt/format.h>

#include "crypto/digest.h"

namespace rampart::arc {
namespace {

// What a signature of the chain that does not hold makes of it.
void set_broken(Validated& out, std::string_view which, unsigned instance, const dkim::Checked& checked) {
  out.result = checked.result == dkim::Result::temperror ? Result::temperror : Result::fail;
  out.why = fmt::format("the {} i={} does not hold: {}", which, instance, checked.why);
  out.section = checked.section;
}

}  // namespace

std::string_view to_string(Result result) {
  constexpr std::string_view kWords[] = {"none", "pass", "fail", "temperror"};
  return kWords[static_cast<std::size_t>(result)];
}

Validator::Validator(dkim::SignatureCheck& check)
    : check_(check), chain_(read_chain(check.message().header, check.index())) {}

dkim::Checked Validator::message_of(std::size_t at, facts::Facts& facts, base::Time now) const {
  const auto& set = chain_.sets[at];
  dkim::Checked out;
  out.field = set.message;
  out.signature = std::make_shared<const dkim::Signature>(set.message_signature);
  if (out.signature->fault.empty()) {
    check_.judge(out, facts, now);
  } else {
    out.set(dkim::Result::permerror, out.signature->fault, out.signature->section);
  }
  return out;
}

bool Validator::seal_holds(std::size_t at, facts::Facts& facts, base::Time now, Validated& out) const {
  const auto& set = chain_.sets[at];
  dkim::Checked seal;
  seal.field = set.seal;
  seal.signature = std::make_shared<const dkim::Signature>(set.seal_signature);
  const auto text = sealed_text(check_.message().header, std::span(chain_.sets).first(at + 1), false);
  check_.judge_seal(seal, crypto::sha256(text), facts, now);
  if (seal.passes()) return true;
  set_broken(out, "seal", set.instance, seal);
  return false;
}

unsigned Validator::find_oldest(facts::Facts& facts, base::Time now) const {
  for (auto at = chain_.sets.size() - 1; at-- > 0;) {
    if (!message_of(at, facts, now).passes()) return chain_.sets[at].instance + 1;
  }
  return 0;
}

Validated Validator::run(facts::Facts& facts, base::Time now) {
  Validated out;
  out.chain = chain_;
  if (chain_.absent()) return out;
  if (!chain_.fault.empty()) {
    out.result = Result::fail;
    out.why = chain_.fault;
    out.section = chain_.section;
    return out;
  }
  if (chain_.ended) {
    out.result = Result::fail;
    out.why = fmt::format("the seal i={} says that the chain had failed before", chain_.highest);
    out.section = "RFC 8617 section 5.2";
    return out;
  }
  for (const auto& set : chain_.sets) {
    (void)facts.ask(set.seal_signature.key_name, dns::RrType::txt);
    if (set.message_signature.fault.empty())
      (void)facts.ask(set.message_signature.key_name, dns::RrType::txt);
  }
  if (facts.pending()) return out;
  const auto newest = message_of(chain_.sets.size() - 1, facts, now);
  if (!newest.passes()) {
    set_broken(out, "message signature", chain_.highest, newest);
    return out;
  }
  for (auto at = chain_.sets.size(); at-- > 0;) {
    if (!seal_holds(at, facts, now, out)) return out;
  }
  out.result = Result::pass;
  out.oldest_pass = find_oldest(facts, now);
  out.added = dkim::added_field(*newest.signature, check_.index());
  const auto& last = chain_.sets.back().seal_signature;
  out.why = fmt::format("{} set{}, the newest sealed by {}", chain_.highest, chain_.highest == 1 ? "" : "s",
                        last.domain.text());
  if (!out.added.empty())
    out.why += fmt::format("; the field {} is there more often than it is signed", out.added);
  return out;
}

}  // namespace rampart::arc
