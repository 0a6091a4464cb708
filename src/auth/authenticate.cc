#include "auth/authenticate.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"

namespace rampart::auth {
namespace {

using dmarc::Check;

Check check_of(spf::Result result) {
  if (result == spf::Result::pass) return Check::pass;
  return result == spf::Result::temperror ? Check::temperror : Check::fail;
}

Check check_of(dkim::Result result) {
  if (result == dkim::Result::pass) return Check::pass;
  return result == dkim::Result::temperror ? Check::temperror : Check::fail;
}

std::string reversed(const base::IpAddress& address) {
  std::string out;
  const auto bytes = address.bytes();
  for (auto it = bytes.rbegin(); it != bytes.rend(); ++it) {
    out += address.is_v4() ? fmt::format("{}.", *it) : fmt::format("{:x}.{:x}.", *it & 15U, *it >> 4U);
  }
  return out + (address.is_v4() ? "in-addr.arpa" : "ip6.arpa");
}

Iprev check_reverse(const base::IpAddress& client, facts::Facts& facts) {
  Iprev out;
  const auto address = client.unmapped();
  const auto name = dns::Name::try_parse(reversed(address));
  if (!name) return out;
  const auto& ptr = facts.ask(*name, dns::RrType::ptr);
  if (ptr.open()) return out;
  if (ptr.undetermined())
    return {Iprev::Result::temperror,
            {},
            fmt::format("the address's name could not be looked up: {}", facts::describe(ptr.why()))};
  if (ptr.absent()) return {Iprev::Result::permerror, {}, "the address has no name"};
  bool unknown = false;
  std::size_t tried = 0;
  for (const auto& record : ptr.records()) {
    if (++tried > kMaxReverseNames) break;
    const auto host = ptr.target(record);
    const auto& forward = facts.ask(host, address.is_v4() ? dns::RrType::a : dns::RrType::aaaa);
    unknown = unknown || forward.undetermined();
    for (const auto& back : forward.records()) {
      if (base::IpAddress::from_bytes(forward.data(back)) == address)
        return {Iprev::Result::pass, host, "the name leads back"};
    }
  }
  if (unknown) return {Iprev::Result::temperror, {}, "where its name leads could not be looked up"};
  return {Iprev::Result::fail, {}, "its name does not lead back to it"};
}

int strictness(dmarc::Policy policy) { return static_cast<int>(policy); }

// The worse, the further to the front: what a message of several domains is. A domain whose owner asks for nothing hides no
// other that could not be looked up.
int rank(const dmarc::Verdict& verdict) {
  switch (verdict.result) {
    case dmarc::Result::fail:
      return verdict.policy() == dmarc::Policy::none ? 2 : 0;
    case dmarc::Result::temperror:
      return 1;
    case dmarc::Result::permerror:
      return 3;
    case dmarc::Result::pass:
      return 4;
    case dmarc::Result::none:
      break;
  }
  return 5;
}

// Of the domains of a From field that cannot be trusted to name its author: what the strictest asks for.
void judge_malformed(Authentication& out) {
  out.dmarc = dmarc::Result::permerror;
  out.why = out.author.fault;
  for (std::size_t i = 0; i < out.domains.size(); ++i) {
    const auto& found = out.domains[i].verdict.discovery;
    if (found.status != dmarc::Discovery::Status::found || strictness(found.policy) <= strictness(out.policy))
      continue;
    out.policy = found.policy;
    out.decided_by = i;
  }
}

void judge(Authentication& out) {
  if (!out.author.fault.empty()) return judge_malformed(out);
  for (std::size_t i = 0; i < out.domains.size(); ++i) {
    const auto& verdict = out.domains[i].verdict;
    const auto& best = out.domains[out.decided_by].verdict;
    const bool stricter =
        verdict.result == best.result && strictness(verdict.policy()) > strictness(best.policy());
    if (rank(verdict) < rank(best) || stricter) out.decided_by = i;
  }
  const auto& verdict = out.domains[out.decided_by].verdict;
  out.dmarc = verdict.result;
  out.policy = verdict.policy();
  out.why = verdict.why;
  if (out.author.domains.size() > kMaxAuthorDomains && out.dmarc != dmarc::Result::fail) {
    out.dmarc = dmarc::Result::permerror;
    out.why = fmt::format("the From field has {} domains, and {} are evaluated", out.author.domains.size(),
                          kMaxAuthorDomains);
  }
}

}  // namespace

std::string_view to_string(Iprev::Result result) {
  constexpr std::string_view kWords[] = {"pass", "fail", "temperror", "permerror"};
  return kWords[static_cast<std::size_t>(result)];
}

Authenticator::Authenticator(const mail::Message& message, Envelope envelope, dkim::KeyCache& keys)
    : message_(message),
      envelope_(std::move(envelope)),
      index_(message.header),
      signatures_(message_, index_, keys),
      verifier_(signatures_),
      validator_(signatures_),
      author_(mail::read_author(message.header)) {}

SpfChecked Authenticator::check_spf(facts::Facts& facts, base::Time now) const {
  SpfChecked out;
  const auto& sender = envelope_.mail_from;
  auto input = spf::input_for(*envelope_.ip, sender.value_or(std::string()), envelope_.helo);
  input.now = now;
  out.by_helo = !sender || sender->empty();
  out.domain = input.domain;
  out.outcome = spf::check_host(input, facts);
  return out;
}

Authentication Authenticator::run(facts::Facts& facts, base::Time now) {
  Authentication out;
  out.author = author_;
  if (envelope_.ip) {
    out.spf = check_spf(facts, now);
    out.iprev = check_reverse(*envelope_.ip, facts);
  }
  out.dkim = verifier_.results(facts, now);
  out.arc = validator_.run(facts, now);
  const bool open = facts.pending();

  dmarc::Input input;
  // While answers are open everything counts as a pass, so that what alignment would need is asked at once.
  // HELO stands for a MAIL FROM that is empty, never for one that is not known (RFC 9989 section 4.4.2).
  if (out.spf && envelope_.mail_from && !out.spf->domain.is_root())
    input.spf = dmarc::Identity{out.spf->domain, open ? Check::pass : check_of(out.spf->outcome.result)};
  if (open) {
    for (const auto& domain : verifier_.domains()) input.dkim.push_back({domain, Check::pass});
  } else {
    for (const auto& checked : out.dkim) {
      if (!checked.signature->domain.is_root())
        input.dkim.push_back({checked.signature->domain, check_of(checked.result)});
    }
  }
  for (const auto& domain : author_.domains) {
    if (out.domains.size() == kMaxAuthorDomains) break;
    input.author = domain;
    out.domains.push_back({domain, dmarc::evaluate(input, facts), dmarc::evaluate_7489(input, facts)});
  }
  if (facts.pending()) return out;
  if (out.domains.empty()) {
    out.dmarc = dmarc::Result::permerror;
    out.why = author_.fault;
  } else {
    judge(out);
  }
  return out;
}

}  // namespace rampart::auth
