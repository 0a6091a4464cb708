#include "reports/write/authorise.h"

#include <algorithm>
#include <array>
#include <map>
#include <memory>

#include <fmt/format.h>

#include "auth/dmarc/external.h"
#include "base/json.h"
#include "base/text.h"

namespace rampart::reports {
namespace {

using State = Authorisation::State;

constexpr std::array<std::string_view, 6> kStates{"not needed", "present", "missing",
                                                  "elsewhere",  "unknown", "impossible"};
constexpr std::string_view kTxt = "v=DMARC1";  // all that the record has to say
constexpr int kTtl = 3600;                     // seconds

State state_of(const dmarc::Destination& destination) {
  using Found = dmarc::Destination::Authorisation;
  switch (destination.authorisation) {
    case Found::same_organization:
      return State::not_needed;
    case Found::authorised:
      return State::present;
    case Found::unauthorised:
      return destination.asked ? State::missing : State::impossible;
    case Found::overridden_away:
      return State::elsewhere;
    case Found::unknown:
    case Found::not_applicable:
      break;
  }
  return State::unknown;
}

std::string record_line(const dns::Name& name) {
  return fmt::format("{}. {} IN TXT \"{}\"\n", name.text(), kTtl, kTxt);
}

std::string plural(std::size_t number, std::string_view word) {
  return fmt::format("{} {}{}", number, word, number == 1 ? "" : "s");
}

std::vector<const Authorisation*> those(const std::vector<Authorisation>& all, State state) {
  std::vector<const Authorisation*> out;
  for (const auto& one : all) {
    if (one.state == state) out.push_back(&one);
  }
  return out;
}

std::string wildcard_note(const dns::Name& host) {
  const auto name = host.prepend("*._report._dmarc");
  if (!name) return {};
  return fmt::format(
      "\n; One record instead of all of them:\n; {}"
      "; Anybody may then have reports sent to {}, also of domains that nobody here knows. It does not "
      "stand\n"
      "; beside single records: those of bank.example hide it from every other domain below example (RFC "
      "4592).\n",
      record_line(*name), host.text());
}

}  // namespace

Authorisation authorisation(const dns::Name& domain, const dns::Name& host, facts::Facts& facts) {
  Authorisation out;
  out.domain = out.policy = domain;
  const auto discovery = dmarc::discover_policy(domain, facts);
  using Status = dmarc::Discovery::Status;
  // A record that is inherited is the one that receivers ask about.
  if (discovery.record) {
    out.policy = discovery.record_name;
    out.asks = std::ranges::any_of(discovery.record->rua,
                                   [&](const dmarc::Uri& uri) { return uri.valid && uri.host == host; });
  } else if (discovery.status != Status::temperror) {
    out.asks = false;
  }
  auto record = std::make_shared<dmarc::Record>();
  std::vector<auth::Fault> faults;
  record->rua.push_back(dmarc::parse_uri("mailto:dmarc@" + host.text(), 0, faults));
  const auto destinations =
      dmarc::check_destinations({out.policy, record}, dmarc::ReportKind::aggregate, facts);
  const auto& found = destinations.front();
  out.state = state_of(found);
  out.record = found.asked;
  out.why = found.why;
  if (discovery.status == Status::temperror && out.state != State::present) {
    out.state = State::unknown;
    out.why = fmt::format("where the DMARC record of {} stands is unknown: {}", domain.text(), discovery.why);
  }
  return out;
}

std::string_view to_string(State state) { return kStates[static_cast<std::size_t>(state)]; }

std::vector<Authorisation> each_once(std::vector<Authorisation> all) {
  std::map<std::string, Authorisation> found;  // by the Policy Domain as its labels are read, from the right
  for (auto& one : all) {
    std::string key;
    for (auto i = one.policy.label_count(); i > 0; --i) key += std::string(one.policy.label(i - 1)) + '\0';
    found.try_emplace(std::move(key), std::move(one));
  }
  std::vector<Authorisation> out;
  out.reserve(found.size());
  for (auto& [key, one] : found) out.push_back(std::move(one));
  return out;
}

std::string format_authorisations(const dns::Name& host, const std::vector<Authorisation>& all) {
  const auto missing = those(all, State::missing);
  const auto present = those(all, State::present);
  const auto elsewhere = those(all, State::elsewhere);
  const auto unknown = those(all, State::unknown);
  const auto same = those(all, State::not_needed);
  const auto impossible = those(all, State::impossible);
  std::string out = fmt::format(
      "; So that {} is sent the reports of {} (RFC 9990 section 4):\n; {} missing, {} there, {} unknown, {} "
      "not "
      "needed\n",
      host.text(), plural(all.size(), "policy domain"), missing.size(), present.size(),
      unknown.size() + elsewhere.size(), same.size());
  for (const auto* one : missing) {
    if (one == missing.front()) out += "\n; missing\n";
    if (one->asks == false) out += fmt::format("; (rua of {} does not name it yet)\n", one->policy.text());
    out += record_line(*one->record);
  }
  for (const auto* one : present) {
    if (one == present.front()) out += "\n; there already\n";
    out += "; " + record_line(*one->record);
  }
  for (const auto* one : elsewhere) {
    if (one == elsewhere.front()) out += "\n; there, and in the way\n";
    out += fmt::format("; {}: {}\n", one->policy.text(), base::printable(one->why));
  }
  for (const auto* one : unknown) {
    if (one == unknown.front()) out += "\n; not known\n";
    out += fmt::format("; {}: {}\n", one->policy.text(), base::printable(one->why));
    if (one->record) out += "; " + record_line(*one->record);
  }
  for (const auto* one : impossible)
    out += fmt::format("\n; {}: {}\n", one->policy.text(), base::printable(one->why));
  for (const auto* one : same) {
    if (one == same.front()) out += "\n; none is needed, as these belong to the same organisation\n";
    out += fmt::format("; {}\n", one->policy.text());
  }
  if (missing.size() + present.size() > 1) out += wildcard_note(host);
  return out;
}

std::string format_authorisations_json(const dns::Name& host, const std::vector<Authorisation>& all) {
  std::string out;
  base::JsonWriter json(out, base::JsonStyle::pretty);
  json.begin_object()
      .member("schema", "rampart.reports-authorise/1")
      .member("host", host.text())
      .key("domains")
      .begin_array();
  for (const auto& one : all) {
    json.begin_object().member("domain", one.policy.text()).member("state", to_string(one.state));
    if (one.record && one.state != State::not_needed)
      json.member("record", one.record->text()).member("text", kTxt);
    if (one.asks) json.member("asks", *one.asks);
    if (!one.why.empty()) json.member("why", one.why);
    json.end_object();
  }
  json.end_array().end_object();
  return out + "\n";
}

}  // namespace rampart::reports
