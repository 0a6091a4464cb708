#include "auth/dmarc/external.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"

namespace rampart::dmarc {
namespace {

using Authorisation = Destination::Authorisation;
using Receives = Destination::Receives;

// Whether the destination belongs to the policy domain's organisation; nothing when unknown.
std::optional<bool> same_organization(const dns::Name& policy_domain, const Walk& own, const dns::Name& host,
                                      facts::Facts& facts) {
  if (host == policy_domain) return true;
  const auto theirs = organizational_domain(walk(host, facts));
  const auto ours = organizational_domain(own);
  // An Organizational Domain is a suffix of its name, so these two cannot have the same one.
  if (host.suffix(1) != policy_domain.suffix(1)) return false;
  if (ours && !host.is_within(*ours)) return false;
  if (theirs && !policy_domain.is_within(*theirs)) return false;
  if (!ours || !theirs) return std::nullopt;
  return *ours == *theirs;
}

// RFC 9990 section 4 steps 2 to 4.
std::optional<dns::Name> authorisation_name(const dns::Name& policy_domain, const dns::Name& host) {
  auto name = host.prepend("_report._dmarc");
  for (auto i = policy_domain.label_count(); name && i > 0; --i)
    name = name->prepend_label(policy_domain.label(i - 1));
  return name;
}

// Steps 6 to 9.
void read_authorisation(Destination& destination, const facts::Answer& answer, ReportKind kind) {
  if (answer.undetermined()) {
    destination.authorisation = Authorisation::unknown;
    destination.why = fmt::format("{}: {}", destination.asked->text(), facts::describe(answer.why()));
    return;
  }
  std::size_t valid = 0;
  bool elsewhere = false;
  for (const auto& txt : answer.records()) {
    if (!is_record(answer.data(txt))) continue;
    ++valid;
    const auto record = parse(answer.data(txt));
    for (const auto& uri : kind == ReportKind::aggregate ? record.rua : record.ruf) {
      if (!uri.valid) continue;
      elsewhere = elsewhere || uri.host != destination.uri.host;
      destination.override_uris.push_back(uri);
    }
  }
  if (elsewhere) {
    destination.override_uris.clear();
    destination.authorisation = Authorisation::overridden_away;
    destination.why =
        fmt::format("{} sends the reports to another host, so nobody gets them", destination.asked->text());
    return;
  }
  destination.authorisation = valid > 0 ? Authorisation::authorised : Authorisation::unauthorised;
  destination.why =
      fmt::format("{} {}", destination.asked->text(),
                  valid > 0 ? "agrees" : "holds no DMARC record, so receivers ignore the address");
}

}  // namespace

Receives receives_mail(const dns::Name& host, facts::Facts& facts, std::string& why) {
  const auto& mx = facts.ask(host, dns::RrType::mx);
  // Asked at once, although needed only without an MX: the two answers cost one round together.
  const auto& a = facts.ask(host, dns::RrType::a);
  const auto& aaaa = facts.ask(host, dns::RrType::aaaa);
  if (mx.present()) {
    const auto& records = mx.records();
    if (records.size() == 1 && mx.target(records.front()).is_root()) {  // RFC 7505 section 3
      why = fmt::format("{} publishes the null MX: it receives no mail", host.text());
      return Receives::no;
    }
    why = fmt::format("{} has an MX", host.text());
    return Receives::yes;
  }
  if (mx.presence() == facts::Presence::no_name) {
    why = fmt::format("{} does not exist", host.text());
    return Receives::no;
  }
  if (mx.absent() && (a.present() || aaaa.present())) {
    why = fmt::format("{} has no MX but an address", host.text());
    return Receives::yes;
  }
  if (mx.absent() && a.absent() && aaaa.absent()) {
    why = fmt::format("{} has neither an MX nor an address", host.text());
    return Receives::no;
  }
  const auto& failed = mx.undetermined() ? mx : a.undetermined() ? a : aaaa;
  why = fmt::format("{}: {}", host.text(), facts::describe(failed.why()));
  return Receives::unknown;
}

std::vector<Destination> check_destinations(const Found& policy, ReportKind kind, facts::Facts& facts) {
  std::vector<Destination> destinations;
  const auto& uris = kind == ReportKind::aggregate ? policy.record->rua : policy.record->ruf;
  if (!any_valid(uris)) {
    for (const auto& uri : uris) destinations.push_back({.uri = uri});
    return destinations;
  }
  const auto own = walk(policy.name, facts);
  for (const auto& uri : uris) {
    Destination destination{.uri = uri};
    if (uri.valid && uri.host) {
      const auto same = same_organization(policy.name, own, *uri.host, facts);
      if (uri.scheme == "mailto")
        destination.receives = receives_mail(*uri.host, facts, destination.receives_why);
      const bool own_house = same && *same;
      if (!own_house) destination.asked = authorisation_name(policy.name, *uri.host);
      if (own_house) {
        destination.authorisation = Authorisation::same_organization;
      } else if (destination.asked) {
        read_authorisation(destination, facts.ask(*destination.asked, dns::RrType::txt), kind);
        if (!same && destination.authorisation != Authorisation::authorised) {
          destination.authorisation = Authorisation::unknown;
          destination.why =
              fmt::format("whether {} belongs to the same organisation is unknown", uri.host->text());
        }
      } else {
        destination.authorisation = Authorisation::unauthorised;  // step 4
        destination.why = "the name of the authorisation record would be too long";
      }
    }
    destinations.push_back(std::move(destination));
  }
  return destinations;
}

}  // namespace rampart::dmarc
