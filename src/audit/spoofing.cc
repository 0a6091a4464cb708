#include "audit/spoofing.h"

#include <algorithm>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "audit/picture.h"
#include "auth/dmarc/evaluate.h"
#include "auth/spf/evaluate.h"
#include "base/ip.h"
#include "base/text.h"

namespace rampart::audit {
namespace {

using Identity = SpoofRow::Identity;
using Origin = SpoofRow::Origin;

// SPF for one MAIL FROM domain and one address.
struct Sender {
  dns::Name domain;
  spf::Outcome outcome;
};

dmarc::Check check_of(spf::Result result) {
  if (result == spf::Result::pass) return dmarc::Check::pass;
  return result == spf::Result::temperror ? dmarc::Check::temperror : dmarc::Check::fail;
}

Disposition disposition_of(Policy policy) {
  switch (policy) {
    case Policy::none:
    case Policy::missing:
      return Disposition::deliver;
    case Policy::quarantine:
      return Disposition::quarantine;
    case Policy::reject:
      return Disposition::reject;
    case Policy::unknown:
      return Disposition::unknown;
  }
  return Disposition::unknown;
}

// What a result and the policy for failures lead to.
Disposition outcome_of(dmarc::Result result, Policy policy) {
  switch (result) {
    case dmarc::Result::pass:
    case dmarc::Result::none:
    case dmarc::Result::permerror:  // the record switches itself off (RFC 9989 section 4.10.1)
      return Disposition::deliver;
    case dmarc::Result::fail:
      return disposition_of(policy);
    case dmarc::Result::temperror:
      // Whether it passes or fails, a policy of none lets it through.
      return policy == Policy::none ? Disposition::deliver : Disposition::unknown;
  }
  return Disposition::unknown;
}

class Table {
 public:
  Table(const Picture& picture, facts::Facts& facts) : picture_(picture), facts_(facts) {}

  std::vector<SpoofRow> rows() {
    add_rows(Origin::stranger, stranger(), {});
    if (picture_.spf.shared) add_rows(Origin::shared, picture_.spf.shared->ip, picture_.spf.shared->owner);
    return std::move(rows_);
  }

 private:
  [[nodiscard]] spf::Outcome check(const base::IpAddress& address, const dns::Name& domain) const {
    spf::Input input;
    input.ip = address;
    input.domain = domain;
    input.now = picture_.input->now;
    return spf::check_host(input, facts_);
  }

  [[nodiscard]] bool passes(const base::IpAddress& address) const {
    return check(address, picture_.domain).result == spf::Result::pass;
  }

  // See the header: an address that SPF does not let pass, unless it lets in so many that a stranger has one
  // that passes.
  [[nodiscard]] base::IpAddress stranger() const {
    std::vector<base::IpAddress> outside;
    std::vector<base::IpAddress> inside;
    for (const auto text : kStrangers) {
      const auto address = *base::IpAddress::parse(text);
      (passes(address) ? inside : outside).push_back(address);
    }
    if (lets_in_anyone()) {
      if (!inside.empty()) return inside.front();
      auto networks = picture_.spf.analysis.authorised.networks();
      std::ranges::sort(networks, {}, [](const spf::Network& network) {
        return std::pair(network.length, network.address);
      });
      for (const auto& network : networks) {
        if (network.length > kWideNetwork) break;
        if (passes(network.address)) return network.address;
      }
    }
    return outside.empty() ? inside.front() : outside.front();
  }

  [[nodiscard]] bool lets_in_anyone() const {
    const auto& analysis = picture_.spf.analysis;
    return analysis.has(spf::Issue::Kind::pass_all) ||
           analysis.authorised.ipv4_count() >= spf::AnalysisOptions{}.wide_ipv4_count ||
           analysis.authorised.ipv6_count() >= kAnyoneIpv6;
  }

  // A pass term whose name ends in what the sender fills: his HELO, his local part, a name of his address
  // (RFC 7208 sections 7.2 and 11.1). He names a host or a record of his own there. Empty when there is none.
  [[nodiscard]] std::string steered_term() const {
    const auto& analysis = picture_.spf.analysis;
    for (const auto& issue : analysis.issues) {
      if (issue.kind != spf::Issue::Kind::dynamic || !analysis.nodes[issue.node].authorises) continue;
      const auto term = base::lower(analysis.term_text(issue));
      const auto macro = term.rfind("%{");
      if (macro == std::string::npos || !term.ends_with('}') || std::string_view("-~?").contains(term[0]))
        continue;
      if (std::string_view("hlp").contains(term[macro + 2])) return term;
    }
    return {};
  }

  void add_rows(Origin origin, const base::IpAddress& address, const std::string& via) {
    const auto& names = picture_.identities;
    std::vector<Sender> senders;
    senders.push_back({names.domain, check(address, names.domain)});
    steered_ = senders[0].outcome.result == spf::Result::pass ? std::string() : steered_term();
    if (!steered_.empty()) senders[0].outcome.result = spf::Result::pass;
    if (!names.hypothetical) senders.push_back({names.existing, check(address, names.existing)});
    senders.push_back({names.invented, check(address, names.invented)});
    const auto add = [&](Identity identity, const dns::Name& from, const PolicyPicture& policy) {
      SpoofRow row;
      row.identity = identity;
      row.origin = origin;
      row.from = from;
      row.address = address.text();
      row.via = via;
      fill(row, policy, senders);
      rows_.push_back(std::move(row));
    };
    add(Identity::domain, names.domain, picture_.dmarc.domain);
    add(Identity::subdomain, names.existing, picture_.dmarc.existing);
    add(Identity::invented, names.invented, picture_.dmarc.invented);
  }

  void fill(SpoofRow& row, const PolicyPicture& policy, const std::vector<Sender>& senders) {
    const auto own = std::find_if(senders.begin(), senders.end(),
                                  [&](const Sender& sender) { return sender.domain == row.from; });
    // Of a subdomain that stands for any existing one nothing is known of its SPF.
    row.spf = own == senders.end() ? "none" : spf::to_string(own->outcome.result);
    row.policy = policy_of(policy.found);
    if (try_passing(row, policy, senders)) return;

    const auto check = own == senders.end() ? dmarc::Check::fail : check_of(own->outcome.result);
    const dmarc::Input input{row.from, dmarc::Identity{row.from, check}, {}};
    // A subdomain that stands for any existing one has no SPF result of its own.
    const bool real = !(row.identity == Identity::subdomain && picture_.identities.hypothetical);
    const auto result =
        real ? dmarc::evaluate(input, policy.found, facts_) : result_without_pass(policy.found);
    const auto legacy = dmarc::evaluate_7489(input, policy.legacy);
    row.dmarc = dmarc::to_string(result);
    row.rfc9989 = outcome_of(result, row.policy);
    row.rfc7489 = passes_7489(row.from, policy, senders) ? Disposition::deliver
                                                         : outcome_of(legacy, policy_of(policy.legacy));
    explain(row, policy, result, check);
  }

  static dmarc::Result result_without_pass(const dmarc::Discovery& found) {
    switch (found.status) {
      case dmarc::Discovery::Status::found:
        return dmarc::Result::fail;
      case dmarc::Discovery::Status::none:
        return dmarc::Result::none;
      case dmarc::Discovery::Status::unusable:
        return dmarc::Result::permerror;
      case dmarc::Discovery::Status::temperror:
        return dmarc::Result::temperror;
    }
    return dmarc::Result::temperror;
  }

  // Aligned by the public suffix list where it is not by the tree walk.
  [[nodiscard]] static bool passes_7489(const dns::Name& from, const PolicyPicture& policy,
                                        const std::vector<Sender>& senders) {
    return std::any_of(senders.begin(), senders.end(), [&](const Sender& sender) {
      if (sender.outcome.result != spf::Result::pass) return false;
      const dmarc::Input input{from, dmarc::Identity{sender.domain, dmarc::Check::pass}, {}};
      return dmarc::evaluate_7489(input, policy.legacy) == dmarc::Result::pass;
    });
  }

  // A MAIL FROM that SPF lets pass and that is aligned. For a receiver of the other generation it may be
  // aligned or not; then the row shows for each what it does.
  bool try_passing(SpoofRow& row, const PolicyPicture& policy, const std::vector<Sender>& senders) {
    for (const auto& sender : senders) {
      if (sender.outcome.result != spf::Result::pass) continue;
      const dmarc::Input input{row.from, dmarc::Identity{sender.domain, dmarc::Check::pass}, {}};
      if (dmarc::evaluate(input, policy.found, facts_) != dmarc::Result::pass) continue;
      row.dmarc = "pass";
      row.rfc9989 = Disposition::deliver;
      row.rfc7489 = outcome_of(dmarc::evaluate_7489(input, policy.legacy), policy_of(policy.legacy));
      row.decided_by = fmt::format("{} {}", sender.outcome.record_name().text(), sender.outcome.term_text());
      row.why =
          fmt::format("SPF lets {} send as {}, and that passes DMARC", row.address, sender.domain.text());
      if (!steered_.empty() && sender.domain == picture_.domain) {
        row.decided_by = fmt::format("{} {}", picture_.domain.text(), steered_);
        row.why = fmt::format("the sender fills the macro in {} with a name of his own, which passes as {}",
                              steered_, sender.domain.text());
      } else if (row.origin == Origin::shared) {
        row.why += fmt::format(", unless {} stops its other customers from using the domain", row.via);
      }
      return true;
    }
    return false;
  }

  static void explain(SpoofRow& row, const PolicyPicture& policy, dmarc::Result result, dmarc::Check check) {
    const auto& found = policy.found;
    const auto record = found.record
                            ? fmt::format("_dmarc.{} {}={}{}", found.record_name.text(), found.tag,
                                          dmarc::to_string(found.published), found.testing() ? " t=y" : "")
                            : std::string("no DMARC record");
    row.decided_by = record;
    if (row.rfc9989 == Disposition::unknown) {
      row.decided_by.clear();
      row.why = check == dmarc::Check::temperror && found.status != dmarc::Discovery::Status::temperror
                    ? fmt::format("the SPF record of {} could not be looked up", row.from.text())
                    : found.why;
      return;
    }
    switch (result) {
      case dmarc::Result::none:
        row.why =
            row.spf == "fail"
                ? "no DMARC record applies; SPF -all is judged on the envelope sender, which the stranger "
                  "chooses at a domain of his own"
                : "no DMARC record applies, so nothing ties the From field to a sender";
        return;
      case dmarc::Result::permerror:
        row.why = found.why;
        return;
      default:
        break;
    }
    row.why = row.rfc9989 == Disposition::deliver
                  ? fmt::format("{}: what fails is delivered", found.why)
                  : fmt::format("nothing that passes is aligned with the From field; {}", found.why);
  }

  const Picture& picture_;
  facts::Facts& facts_;
  std::string steered_;  // of the address at hand: the term that lets the sender name what passes
  std::vector<SpoofRow> rows_;
};

}  // namespace

std::vector<SpoofRow> spoofing_table(const Picture& picture, facts::Facts& facts) {
  return Table(picture, facts).rows();
}

const SpoofRow& stranger_row(const std::vector<SpoofRow>& rows, SpoofRow::Identity identity) {
  return *std::find_if(rows.begin(), rows.end(), [&](const SpoofRow& row) {
    return row.identity == identity && row.origin == SpoofRow::Origin::stranger;
  });
}

}  // namespace rampart::audit
