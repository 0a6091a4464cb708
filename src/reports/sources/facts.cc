#include "reports/sources/facts.h"

#include <algorithm>

#include "base/text.h"
#include "dns/domain.h"

namespace rampart::reports {
namespace {

// "arc=pass" of a comment such as Google's, as a word.
bool says_arc(std::string_view comment) {
  constexpr std::string_view kPass = "arc=pass";
  const auto text = base::lower(comment);
  const auto at = text.find(kPass);
  return at != std::string::npos && (at == 0 || !base::is_alnum(text[at - 1])) &&
         (at + kPass.size() == text.size() || !base::is_alnum(text[at + kPass.size()]));
}

void add(std::vector<std::string>& all, std::string one) {
  if (!one.empty() && std::ranges::find(all, one) == all.end()) all.push_back(std::move(one));
}

}  // namespace

Owned::Owned(const dns::Name& domain, std::span<const dns::Name> more) {
  domains_.push_back(dns::registered_domain(domain).value_or(domain));
  for (const auto& name : more) {
    if (!name.is_root()) domains_.push_back(name);
  }
}

bool Owned::holds(std::string_view name) const {
  const auto parsed = dns::Name::try_parse(name);
  return parsed && std::ranges::any_of(domains_, [&](const auto& own) { return parsed->is_within(own); });
}

std::string organisation_of(std::string_view name) {
  const auto parsed = dns::Name::try_parse(name);
  if (!parsed || parsed->is_root()) return {};
  const auto registered = dns::registered_domain(*parsed);
  return registered ? registered->text() : std::string();
}

KeyId Keys::add(std::string_view domain, std::string_view selector) {
  std::string both(selector);
  both.append(1, '\0').append(domain);
  const auto [place, added] = ids_.emplace(std::move(both), static_cast<KeyId>(keys_.size()));
  if (added) keys_.push_back({std::string(domain), std::string(selector)});
  return place->second;
}

OutcomeFacts read_outcome(const Outcome& outcome, const Owned& owned, const mail::Registry& registry,
                          Keys& keys) {
  using mail::MarkKind;
  OutcomeFacts out;
  bool own_signature = false;
  for (const auto& seen : outcome.dkim_seen) {
    if (seen.domain.empty()) continue;
    const bool own = owned.holds(seen.domain);
    if (seen.result == AuthResult::pass) {
      if (own) {
        own_signature = true;
        out.keys.push_back(keys.add(seen.domain, seen.selector));
        continue;
      }
      add(out.strangers, organisation_of(seen.domain));
      if (out.signer) continue;
      out.signer = registry.find(MarkKind::dkim, seen.domain);
      if (out.signer) out.signature = &seen;
    } else if (own && seen.result != AuthResult::none) {
      out.broken.push_back(keys.add(seen.domain, seen.selector));
    }
  }
  bool own_pass = false;
  for (const auto& seen : outcome.spf_seen) {
    if (seen.result != AuthResult::unknown && seen.result != AuthResult::none) out.spf_said = true;
    // DMARC goes by MAIL FROM (RFC 9989 section 4.4.2); who is greeted as proves nothing of who sends.
    if (seen.helo || seen.domain.empty()) continue;
    const bool own = owned.holds(seen.domain);
    if (own && (seen.result == AuthResult::fail || seen.result == AuthResult::softfail))
      out.own_failed = true;
    if (seen.result != AuthResult::pass) continue;
    if (own) {
      own_pass = true;
      continue;
    }
    out.passing = organisation_of(seen.domain);
    add(out.strangers, out.passing);
    if (!out.bounce) out.bounce = registry.find(MarkKind::envelope, seen.domain);
  }
  // What the receiver decided counts; where it does not say, what it saw.
  out.dkim_ok = outcome.dkim == Aligned::pass || (outcome.dkim == Aligned::unknown && own_signature);
  out.spf_ok = outcome.spf == Aligned::pass || (outcome.spf == Aligned::unknown && own_pass);
  out.unaligned = !out.dkim_ok && !out.spf_ok && (own_signature || own_pass);
  if (!out.dkim_ok) out.keys.clear();
  for (const auto& reason : outcome.reasons) {
    if (reason.type == Override::mailing_list || reason.type == Override::forwarded ||
        reason.type == Override::trusted_forwarder)
      out.said = reason.type;
    out.arc = out.arc || says_arc(reason.comment);
  }
  return out;
}

}  // namespace rampart::reports
