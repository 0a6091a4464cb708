#include "audit/picture.h"

#include <algorithm>

#include <fmt/format.h>

#include "audit/catalogue.h"

namespace rampart::audit {
namespace {

using dns::RrType;
using facts::Presence;

constexpr std::size_t kMaxServersTried =
    10;  // mail servers below the domain, as its existing subdomain; ours
constexpr std::string_view kHypotheticalLabel = "any-existing-name";

// RFC 8020; a CNAME exists whatever its target does (RFC 6604 section 3).
Known exists(const facts::Answer& answer) {
  if (answer.undetermined()) return Known::unknown;
  return answer.presence() == Presence::no_name && !answer.has_aliases() ? Known::no : Known::yes;
}

// RFC 7505 section 3: the only MX, its exchange the root.
Known null_mx(const facts::Answer& mx) {
  if (mx.undetermined()) return Known::unknown;
  return mx.records().size() == 1 && mx.target(mx.records()[0]).is_root() ? Known::yes : Known::no;
}

bool is_host_name(const dns::Name& name) {
  for (unsigned i = 0; i < name.label_count(); ++i) {
    if (name.label(i).starts_with('_') || name.label(i) == "*") return false;
  }
  return true;
}

// The existing subdomain of the spoofing table: one that is known, www, a mail server of the domain's own,
// or, when there is none, any. www is asked about in the first round with the rest; the others need no
// question.
void choose_existing(const Input& input, const facts::Answer& mx, Identities& names, facts::Facts& facts) {
  const auto below = [&](const dns::Name& name) {
    return name != input.domain && name.is_within(input.domain) && is_host_name(name) &&
           name != names.invented;
  };
  // A name that leads out of the zones that were given cannot be looked at, which is no failure: the next one
  // is taken. One that is open or failed is kept: it may be the weak one.
  const auto take = [&](const dns::Name& name) {
    if (!below(name)) return false;
    const auto& answer = facts.ask(name, RrType::txt);
    if (answer.why() == facts::Why::outside || exists(answer) == Known::no) return false;
    names.existing = name;
    return true;
  };
  for (const auto& name : input.known_subdomains) {
    if (take(name)) return;
  }
  if (const auto www = input.domain.prepend("www"); www && take(*www)) return;
  // All at once: one after another they would use up the rounds of the audit.
  std::vector<dns::Name> servers;
  for (const auto& record : mx.records()) {
    if (servers.size() == kMaxServersTried) break;
    if (const auto host = mx.target(record); below(host)) servers.push_back(host);
  }
  for (const auto& host : servers) facts.ask(host, RrType::txt);
  for (const auto& host : servers) {
    if (take(host)) return;
  }
  names.hypothetical = true;
  names.existing = input.domain.prepend(kHypotheticalLabel).value_or(input.domain);
}

std::vector<dns::Name> mail_hosts(const facts::Answer& mx) {
  std::vector<dns::Name> hosts;
  for (const auto& record : mx.records()) hosts.push_back(mx.target(record));
  return hosts;
}

const Identities& identities_of(const Input& input, facts::Facts& facts) {
  return facts.part<Identities>([&] {
    Identities names;
    names.domain = input.domain;
    // A domain of 250 characters leaves no room below it; then the domain itself stands in.
    names.invented = input.domain.prepend(kInventedLabel).value_or(input.domain);
    choose_existing(input, facts.ask(input.domain, RrType::mx), names, facts);
    names.invented_exists = exists(facts.ask(names.invented, RrType::txt));
    return names;
  });
}

}  // namespace

Picture look(const Input& input, facts::Facts& facts, Keys keys) {
  // Each part asks for what it depends on, so that it is settled no sooner than that (facts.h).
  const auto& names = identities_of(input, facts);
  const auto look_at_spf = [&]() -> const SpfPicture& {
    return facts.part<SpfPicture>([&] { return look_spf(input.domain, facts); });
  };
  const auto& spf = look_at_spf();
  const auto look_at_dmarc = [&]() -> const DmarcPicture& {
    return facts.part<DmarcPicture>([&] { return look_dmarc(identities_of(input, facts), facts); });
  };
  const auto& dmarc = look_at_dmarc();
  const auto& dkim = facts.part<DkimPicture>([&] {
    if (keys == Keys::leave) return DkimPicture();
    const auto& targets = look_at_spf().targets;
    return look_dkim(input, mail_hosts(facts.ask(input.domain, RrType::mx)), targets, facts);
  });
  const auto& candidates = facts.part<Candidates>(
      [&] { return look_candidates(input, identities_of(input, facts), look_at_dmarc(), facts); });

  Picture picture;
  picture.input = &input;
  picture.domain = input.domain;
  if (facts.pending()) return picture;
  picture.exists = exists(facts.ask(input.domain, RrType::txt));
  picture.null_mx = null_mx(facts.ask(input.domain, RrType::mx));
  picture.identities = names;
  picture.spf = spf;
  picture.dmarc = dmarc;
  picture.dkim = dkim;
  picture.candidates = candidates;
  return picture;
}

void check_domain(const Picture& picture, std::vector<Finding>& findings) {
  const auto domain = picture.domain.text();
  if (picture.exists == Known::no) {
    auto& finding = findings.emplace_back(make_finding("domain-missing", {domain}));
    finding.evidence.push_back({fmt::format("{} TXT: NXDOMAIN", domain), {}, picture.spf.server, {}});
  }
  if (picture.non_sending()) {
    auto& finding = findings.emplace_back(make_finding("domain-parked", {domain}));
    finding.evidence.push_back({fmt::format("{} MX", domain), "0 .", {}, {}});
    finding.evidence.push_back(picture.spf.evidence(picture.domain));
  }
}

}  // namespace rampart::audit
