// What is wrong with it: the findings.
#include "audit/checks/dmarc.h"

#include <algorithm>

#include <fmt/format.h>

#include "audit/catalogue.h"
#include "audit/picture.h"
#include "auth/tags.h"
#include "base/text.h"
#include "dns/domain.h"

namespace rampart::audit {
namespace {

using Status = dmarc::Discovery::Status;
using State = dmarc::Lookup::State;

// Lower than `unknown` and `missing` never compare: only policies that a record states.
bool weaker(Policy a, Policy b) { return a <= Policy::reject && b <= Policy::reject && a < b; }

// "v=DMARC1 p=reject" with the semicolon that was forgotten; empty where none was.
std::string with_semicolon(std::string_view record) {
  constexpr std::string_view kVersion = "DMARC1";
  const auto at = record.find(kVersion);
  if (at == std::string_view::npos) return {};
  const auto rest = base::trim(record.substr(at + kVersion.size()));
  if (rest.empty() || rest.starts_with(';')) return {};
  return fmt::format("v=DMARC1; {}", rest);
}

class Check {
 public:
  Check(const Picture& picture, std::vector<Finding>& findings)
      : picture_(picture), dmarc_(picture.dmarc), domain_(picture.domain.text()), findings_(findings) {}

  void run() {
    unknown();
    no_record();
    switched_off();
    const auto status = dmarc_.domain.found.status;
    if (status == Status::found) applied();
    suffix();
    subdomains_cut();
    if (dmarc_.has_own()) {
      own_record(*dmarc_.own.record);
      destinations();
    }
    receivers_differ();
  }

 private:
  Finding& add(Finding finding) { return findings_.emplace_back(std::move(finding)); }

  [[nodiscard]] Evidence record_evidence(const dmarc::Discovery& found) const {
    return {.text = fmt::format("_dmarc.{} TXT", found.record_name.text()),
            .record = found.record ? found.record->text : std::string(),
            .server = found.record_name == picture_.domain ? dmarc_.own_server : std::string(),
            .why = {}};
  }
  [[nodiscard]] Evidence own_evidence() const {
    return {.text = fmt::format("_dmarc.{} TXT", domain_),
            .record = dmarc_.own.record ? dmarc_.own.record->text : std::string(),
            .server = dmarc_.own_server,
            .why = {}};
  }
  static Evidence note(std::string text) {
    return {.text = std::move(text), .record = {}, .server = {}, .why = {}};
  }

  void offer(Finding& finding, const dns::Name& domain, std::string data) const {
    const auto name = domain.prepend_label("_dmarc");
    if (!name) return;
    finding.remedies.push_back(
        {Remedy::Action::replace, *name, dns::RrType::txt, Remedy{}.ttl, std::move(data)});
  }

  void unknown() {
    const auto& found = dmarc_.domain.found;
    if (found.status != Status::temperror) return;
    Evidence evidence = note(fmt::format("the records that apply to {}", domain_));
    evidence.why = found.why;
    add(make_unknown("dmarc-unknown", {domain_}, std::move(evidence)));
  }

  // What stands where a record should be, and is none.
  void no_record() {
    if (dmarc_.own.state == State::multiple) {
      const auto is_one = [](const std::string& text) { return dmarc::is_record(text); };
      const auto count = std::count_if(dmarc_.own_texts.begin(), dmarc_.own_texts.end(), is_one);
      auto& finding = add(make_finding("dmarc-several-records", {domain_, std::to_string(count)}));
      for (const auto& text : dmarc_.own_texts) {
        if (!is_one(text)) continue;
        finding.evidence.push_back(own_evidence());
        finding.evidence.back().record = text;
      }
    }
    if (dmarc_.own.state == State::none) {
      for (const auto& text : dmarc_.own_texts) {
        if (!dmarc::is_near_record(text)) continue;
        auto& finding = add(make_finding("dmarc-malformed", {domain_, base::excerpt(text, kShown)}));
        finding.evidence.push_back(own_evidence());
        finding.evidence.back().record = text;
      }
      if (!dmarc_.own_aliases.empty()) {
        const auto target = dmarc_.own_aliases.back().text();
        auto& finding = add(make_finding("dmarc-alias-dangling", {domain_, target}));
        finding.effective = dmarc_.domain.found.status == Status::found ? Severity::low : Severity::high;
        finding.evidence.push_back(own_evidence());
      }
    }
    for (const auto& text : dmarc_.apex_records) {
      auto& finding = add(make_finding("dmarc-wrong-place", {domain_}));
      // Beside a record in the right place it harms nobody.
      if (dmarc_.has_own()) finding.effective = Severity::info;
      finding.evidence.push_back({fmt::format("{} TXT", domain_), text, {}, {}});
      if (dmarc_.own.state == State::none) {
        offer(finding, picture_.domain, text);
        finding.remedies.back().action = Remedy::Action::add;
      }
    }
  }

  // RFC 9989 section 4.10.1: a policy tag that is wrong, and what that does to the rest.
  void switched_off() {
    const auto& found = dmarc_.domain.found;
    if (!found.record || !(found.as_none || found.status == Status::unusable)) return;
    const auto& record = *found.record;
    const auto where = found.record_name.text();
    if (!record.p.published && !record.sp.invalid() && !record.np.invalid()) {
      auto& finding = add(make_finding("dmarc-policy-absent", {where}));
      finding.evidence.push_back(record_evidence(found));
      const auto mended = with_semicolon(record.text);
      if (!mended.empty() && dmarc::usable(dmarc::parse(mended)) == dmarc::Use::as_published) {
        finding.advice =
            "The semicolon behind v=DMARC1 is missing, so what follows it does not count. Put it in.";
        offer(finding, found.record_name, mended);
      }
      return;
    }
    std::string wrong;
    auto mended = record.text;
    bool all_mended = record.p.published;
    for (const auto& piece : auth::split_tags(record.text)) {
      const auto name = base::lower(piece.name);
      if (name != "p" && name != "sp" && name != "np") continue;
      if (dmarc::parse_policy(piece.value)) continue;
      wrong += fmt::format("{}{}={}", wrong.empty() ? "" : ", ", name, base::excerpt(piece.value, kShown));
      static constexpr std::array<std::string_view, 3> kPolicies = {"none", "quarantine", "reject"};
      const auto meant = base::nearest(base::lower(piece.value), kPolicies);
      if (meant.empty()) all_mended = false;
      if (!meant.empty()) mended = with_tag(mended, name, meant);
    }
    auto& finding = add(make_finding("dmarc-policy-invalid", {where, wrong}));
    finding.evidence.push_back(record_evidence(found));
    // Only a typing mistake whose meaning is plain is put right.
    if (all_mended && dmarc::usable(dmarc::parse(mended)) == dmarc::Use::as_published) {
      offer(finding, found.record_name, mended);
    }
  }

  // The policy that applies to the domain, from its own record or from above.
  void applied() {
    const auto& found = dmarc_.domain.found;
    if (found.as_none) return;
    if (found.published == dmarc::Policy::quarantine) {
      auto& finding = add(make_finding("dmarc-policy-quarantine", {domain_}));
      finding.evidence.push_back(record_evidence(found));
    }
    if (found.testing()) {
      auto& finding = add(make_finding("dmarc-testing", {domain_, dmarc::to_string(found.policy)}));
      finding.effective = found.policy == dmarc::Policy::none ? Severity::high : Severity::low;
      finding.evidence.push_back(record_evidence(found));
    }
    if (found.published == dmarc::Policy::reject && picture_.dkim.state == DkimState::absent &&
        !picture_.silent() && picture_.spf.state == SpfState::usable) {
      auto policy = fmt::format("{}={}", found.tag, dmarc::to_string(found.published));
      if (found.record_name != picture_.domain) policy += fmt::format(" of {}", found.record_name.text());
      add(make_finding("dmarc-spf-only", {domain_, policy})).evidence.push_back(record_evidence(found));
    }
  }

  // RFC 9989 section 4.10.2 rule 3: the record with the fewest labels makes the Organizational Domain. A public
  // suffix that publishes one without psd=y so becomes that of everybody who registers there.
  void suffix() {
    const auto& found = dmarc_.domain.found;
    const auto& organization = dmarc_.organizational_domain;
    if (!organization || *organization == picture_.domain || dns::registered_domain(*organization)) return;
    if (found.status != Status::found) return;
    if (found.record->aspf == dmarc::Mode::strict && found.record->adkim == dmarc::Mode::strict) return;
    auto& finding = add(make_finding("dmarc-suffix-organizational", {domain_, organization->text()}));
    if (policy_of(found) == Policy::none) finding.effective = Severity::info;  // it is delivered anyhow
    finding.evidence.push_back(record_evidence(found));
    for (const auto& other : found.walk.records) {
      if (other.name == *organization && other.name != found.record_name)
        finding.evidence.push_back(
            {fmt::format("_dmarc.{} TXT", other.name.text()), other.record->text, {}, {}});
    }
    if (dmarc_.has_own()) offer(finding, picture_.domain, with_tag(dmarc_.own.record->text, "psd", "n"));
  }

  void subdomains_cut() {
    const auto& input = *picture_.input;
    if (input.dmarc_subdomains_left_out == 0) return;
    const auto tried = input.dmarc_subdomains.size();
    findings_.push_back(make_finding(
        "dmarc-subdomains-cut",
        {domain_, std::to_string(tried + input.dmarc_subdomains_left_out), std::to_string(tried)}));
  }

  void own_record(const dmarc::Record& record) {
    tags(record);
    if (dmarc_.governs(picture_.domain)) {
      subdomains(record);
    } else if (dmarc_.organizational_domain) {
      below(record, dmarc_.organizational_domain->text());
    }
    // RFC 9989 section 4.10.2 rule 2: psd=y moves the Organizational Domain one label down.
    if (record.psd == dmarc::Psd::y && dns::registered_domain(picture_.domain)) {
      add(make_finding("dmarc-psd-misuse", {domain_})).evidence.push_back(own_evidence());
    }
  }

  void tags(const dmarc::Record& record) {
    if (record.pct && *record.pct < 100 && !(*record.pct == 0 && record.test)) {  // appendix A.6
      auto& finding = add(make_finding("dmarc-pct", {domain_, std::to_string(*record.pct)}));
      finding.evidence.push_back(own_evidence());
    }
    std::vector<std::string> historic;
    for (const auto& tag : record.removed_tags) {
      if (tag != "pct" || record.pct.value_or(0) == 100) historic.push_back(tag);
    }
    if (!historic.empty()) {
      auto& finding = add(make_finding("dmarc-historic-tag", {domain_, base::join(historic, ", ")}));
      finding.evidence.push_back(own_evidence());
    }
    for (const auto& fault : record.faults) {
      if (fault.code == "fo-without-ruf") {
        add(make_finding("dmarc-fo-unused", {domain_})).evidence.push_back(own_evidence());
      } else if (fault.code.starts_with("uri-")) {
        if (fault.gravity < auth::Gravity::error) continue;
        add(make_finding("dmarc-rua-invalid", {domain_, fault.text})).evidence.push_back(own_evidence());
      } else if (fault.gravity != auth::Gravity::note && fault.code != "policy-invalid" &&
                 fault.code != "policy-missing" && fault.code != "tag-removed") {
        add(make_finding("dmarc-syntax", {domain_, fault.text})).evidence.push_back(own_evidence());
      }
    }
    if (!record.rua_published) {
      add(make_finding("dmarc-no-rua", {domain_})).evidence.push_back(own_evidence());
    }
  }

  // sp and np of a record that governs subdomains.
  void subdomains(const dmarc::Record& record) {
    const auto own = policy_of(dmarc_.domain.found);
    const auto existing = policy_of(dmarc_.existing.found);
    const auto invented = policy_of(dmarc_.invented.found);
    const bool inherits_own = dmarc_.existing.found.record_name == picture_.domain;
    if (inherits_own && weaker(existing, own)) {
      auto& finding =
          existing == Policy::none
              ? add(make_finding("dmarc-subdomains-open", {domain_, dmarc_.existing.found.why}))
              : add(make_finding("dmarc-subdomains-weaker", {domain_, dmarc_.existing.found.why}));
      finding.evidence.push_back(own_evidence());
    }
    const bool wildcard = picture_.identities.invented_exists == Known::yes;
    if (invented == Policy::none && own != Policy::none && !wildcard && dmarc_.invented.found.tag == "np") {
      auto& finding = add(make_finding("dmarc-invented-open", {domain_, dmarc_.invented.found.why}));
      finding.evidence.push_back(own_evidence());
      offer(finding, picture_.domain, with_tag(record.text, "np", "reject"));
    }
    if (wildcard && record.np.value && record.np.value != record.sp.value) {
      auto& finding = add(make_finding("dmarc-wildcard", {domain_}));
      if (invented == Policy::none) finding.effective = Severity::high;
      finding.evidence.push_back(own_evidence());
    }
    if (!record.np.published && existing != Policy::reject && dmarc_.invented.found.status == Status::found) {
      auto& finding = add(make_finding(
          "dmarc-no-np", {domain_, fmt::format("{}={}", dmarc_.existing.found.tag, to_string(existing))}));
      finding.evidence.push_back(own_evidence());
      if (dmarc::usable(record) == dmarc::Use::as_published) {
        offer(finding, picture_.domain, with_tag(record.text, "np", "reject"));
      }
    }
  }

  // A record below the Organizational Domain speaks for its own name alone (RFC 9989 section 4.10.1).
  void below(const dmarc::Record& record, const std::string& organization) {
    std::string ignored;
    if (record.sp.published) ignored = "sp";
    if (record.np.published) ignored += ignored.empty() ? "np" : " and np";
    if (!ignored.empty()) {
      auto& finding = add(make_finding("dmarc-sp-ignored", {domain_, ignored, organization}));
      finding.evidence.push_back(own_evidence());
    }
    const auto& found = dmarc_.invented.found;
    if (found.status != Status::found || found.record_name == picture_.domain) return;
    if (!weaker(policy_of(found), policy_of(dmarc_.domain.found))) return;
    auto& finding = add(make_finding("dmarc-below-not-covered",
                                     {domain_, found.record_name.text(), dmarc::to_string(found.policy)}));
    if (found.policy == dmarc::Policy::none) finding.effective = Severity::high;  // as for a missing sp
    finding.evidence.push_back(record_evidence(found));
  }

  void destinations() {
    using Authorisation = dmarc::Destination::Authorisation;
    using Receives = dmarc::Destination::Receives;
    for (const auto& destination : dmarc_.destinations) {
      const auto host = destination.uri.host ? destination.uri.host->text() : destination.uri.text;
      const auto asked = destination.asked ? destination.asked->text() : std::string();
      if (destination.authorisation == Authorisation::unauthorised ||
          destination.authorisation == Authorisation::overridden_away) {
        auto& finding = add(make_finding("dmarc-rua-unauthorised", {domain_, host, asked}));
        finding.evidence.push_back(own_evidence());
        finding.evidence.push_back(note(destination.why));
      }
      if (destination.receives == Receives::no) {
        auto& finding = add(make_finding("dmarc-rua-no-mail", {domain_, host}));
        finding.evidence.push_back(own_evidence());
        finding.evidence.push_back(note(destination.receives_why));
      }
      if (destination.authorisation == Authorisation::unknown || destination.receives == Receives::unknown) {
        Evidence evidence = note(destination.uri.text);
        evidence.why =
            destination.authorisation == Authorisation::unknown ? destination.why : destination.receives_why;
        add(make_unknown("dmarc-rua-unknown", {domain_, host}, std::move(evidence)));
      }
    }
  }

  // Where the two generations of receivers disagree for another reason than t, pct and np, which have
  // findings of their own.
  void receivers_differ() {
    std::vector<std::string> differences;
    const auto compare = [&](const PolicyPicture& policy, std::string_view who) {
      const auto now = policy_of(policy.found);
      const auto before = policy_of(policy.legacy);
      if (now == before || now == Policy::unknown || before == Policy::unknown) return;
      const bool explained =
          policy.found.testing() || policy.legacy.percent < 100 || policy.found.tag == "np";
      const bool same_record = policy.found.record_name == policy.legacy.record_name;
      if (explained && same_record) return;
      differences.push_back(
          fmt::format("{}: {} by RFC 7489, {} by RFC 9989", who, to_string(before), to_string(now)));
    };
    compare(dmarc_.domain, "the domain");
    compare(dmarc_.existing, "existing subdomains");
    compare(dmarc_.invented, "invented subdomains");
    if (differences.empty()) return;
    auto& finding = add(make_finding("dmarc-rfc7489-differs", {domain_, base::join(differences, "; ")}));
    finding.evidence.push_back(note(dmarc_.domain.legacy.why));
  }

  static constexpr std::size_t kShown = 80;  // bytes of a record in a title; our own

  const Picture& picture_;
  const DmarcPicture& dmarc_;
  std::string domain_;
  std::vector<Finding>& findings_;
};

}  // namespace

void check_dmarc(const Picture& picture, std::vector<Finding>& findings) { Check(picture, findings).run(); }

}  // namespace rampart::audit
