#include "audit/checks/spf.h"

#include <algorithm>

#include <fmt/format.h>

#include "audit/catalogue.h"
#include "audit/known.h"
#include "audit/picture.h"
#include "base/text.h"
#include "dns/domain.h"

namespace rampart::audit {
namespace {

using Kind = spf::Issue::Kind;

constexpr int kLookupLimit = 10;     // RFC 7208 section 4.6.4
constexpr int kNearLookupLimit = 9;  // our own: one more include of a provider's would break the record
constexpr std::uint64_t kAllIpv4 = std::uint64_t{1} << 32;
constexpr std::size_t kShown = 80;  // bytes of a record in a title; our own

SpfState state_of(spf::RecordState state) {
  switch (state) {
    case spf::RecordState::record:
      return SpfState::usable;
    case spf::RecordState::faulty:
      return SpfState::broken;
    case spf::RecordState::several:
      return SpfState::several;
    case spf::RecordState::none:
    case spf::RecordState::no_name:
      return SpfState::absent;
    case spf::RecordState::unknown:
      return SpfState::unknown;
  }
  return SpfState::unknown;
}

// What the terms themselves say, beside the analysis.
void read_terms(SpfPicture& picture) {
  const auto record = spf::parse(picture.texts.front());
  std::size_t mechanisms = 0;
  for (const auto& term : record.terms) mechanisms += term.is_modifier() ? 0 : 1;
  const auto* all = record.find(spf::TermKind::all);
  picture.only_fail_all = all != nullptr && all->qualifier == spf::Qualifier::fail && mechanisms == 1;
  if (all == nullptr || all->qualifier == spf::Qualifier::fail) return;
  auto text = picture.texts.front();
  // Without a qualifier the term is "all" and means "+all".
  const bool bare = base::is_alpha(text[all->span.offset]);
  text.replace(all->span.offset, bare ? 0 : 1, "-");
  picture.hard_fail = std::move(text);
}

class Check {
 public:
  Check(const Picture& picture, std::vector<Finding>& findings)
      : picture_(picture),
        spf_(picture.spf),
        domain_(picture.domain.text()),
        policy_(policy_of(picture.dmarc.domain.found)),
        findings_(findings) {}

  void run() {
    if (spf_.state == SpfState::absent) missing();
    for (const auto& issue : spf_.analysis.issues) {
      if (issue.node == 0) {
        own(issue);
      } else {
        included(issue);
      }
    }
    const auto lookups = spf_.analysis.lookups();
    if (lookups >= kNearLookupLimit && lookups <= kLookupLimit) {
      note(make_finding("spf-near-lookup-limit", {domain_, std::to_string(lookups)}));
    }
    // Who lets in everyone should not be shown a shorter way of doing so.
    const bool open = spf_.analysis.has(Kind::near_all) || spf_.analysis.has(Kind::wide) ||
                      spf_.analysis.has(Kind::pass_all);
    if (spf_.analysis.simpler && spf_.state == SpfState::usable && !open) {
      note(make_finding("spf-simpler", {domain_})).remedies.push_back(replacement(*spf_.analysis.simpler));
    }
    shared();
    subdomains_cut();
    for (const auto& candidate : picture_.candidates) {
      for (const auto& takeover : candidate.takeovers) taken_over(takeover);
    }
  }

 private:
  [[nodiscard]] Remedy replacement(std::string data) const {
    return {Remedy::Action::replace, picture_.domain, dns::RrType::txt, Remedy{}.ttl, std::move(data)};
  }

  Finding& note(Finding finding) {
    auto& added = findings_.emplace_back(std::move(finding));
    added.evidence.push_back(spf_.evidence(picture_.domain));
    return added;
  }

  // Where DMARC refuses or sets aside what fails, a weak SPF record lets nobody in.
  Finding& note_behind_dmarc(Finding finding, Severity behind) {
    auto& added = note(std::move(finding));
    if (policy_ == Policy::reject || policy_ == Policy::quarantine) added.effective = behind;
    return added;
  }

  void missing() {
    auto& finding = note_behind_dmarc(make_finding("spf-missing", {domain_}), Severity::low);
    const bool no_mail = picture_.null_mx == Known::yes && picture_.input->sends != Sends::yes;
    if (picture_.silent() || no_mail) {  // RFC 7505 section 4.2: who takes no mail sends none
      finding.remedies.push_back(replacement("v=spf1 -all"));
      finding.remedies.back().action = Remedy::Action::add;
    }
  }

  void unknown() {
    auto evidence = spf_.evidence(picture_.domain);
    evidence.why = spf_.why;
    findings_.push_back(make_unknown("spf-unknown", {domain_}, std::move(evidence)));
  }

  [[nodiscard]] std::string where(const spf::Issue& issue) const {
    const auto& node = spf_.analysis.nodes[issue.node];
    return fmt::format("{} TXT", node.name.text());
  }

  [[nodiscard]] Evidence evidence_of(const spf::Issue& issue) const {
    const auto& node = spf_.analysis.nodes[issue.node];
    return {where(issue), node.text, node.txt ? std::string(node.txt->server()) : std::string(), {}};
  }

  [[nodiscard]] std::string term(const spf::Issue& issue) const {
    return base::excerpt(spf_.analysis.term_text(issue), kShown);
  }
  [[nodiscard]] std::string fault(const spf::Issue& issue) const {
    return fmt::format("{}: {}", term(issue), spf::describe(issue.fault));
  }

  // Issues of the domain's own record.
  void own(const spf::Issue& issue) {
    switch (issue.kind) {
      case Kind::record_unknown:
        return unknown();
      case Kind::several_records:
        for (auto& finding = several(); const auto& text : spf_.texts) {
          finding.evidence.push_back({fmt::format("{} TXT", domain_), text, spf_.server, {}});
        }
        return;
      case Kind::syntax:
        note_behind_dmarc(make_finding("spf-syntax", {domain_, fault(issue)}), Severity::low);
        return;
      case Kind::misplaced_version:
        note_behind_dmarc(make_finding("spf-malformed", {domain_, issue.detail}), Severity::low);
        return;
      case Kind::sender_id:
        note(make_finding("spf-sender-id", {domain_}));
        return;
      case Kind::large:
        note(make_finding("spf-large", {domain_, std::to_string(issue.number)}));
        return;
      case Kind::pass_all:
        note(make_finding("spf-pass-all", {domain_})).remedies = hard_fail();
        return;
      case Kind::neutral_all:
        note_behind_dmarc(make_finding("spf-neutral", {domain_}), Severity::info).remedies = hard_fail();
        return;
      case Kind::no_all:
        note_behind_dmarc(make_finding("spf-no-all", {domain_}), Severity::info);
        return;
      case Kind::after_all:
        return listed("spf-all-not-last", issue);
      case Kind::redirect_ignored:
        note(make_finding("spf-redirect-ignored", {domain_}));
        return;
      case Kind::ptr:
        if (spf::is_ptr_suffix(issue)) return anywhere(issue);
        note(make_finding("spf-ptr", {domain_}));
        return;
      case Kind::repeated:
        return listed("spf-duplicate-term", issue);
      case Kind::shadowed:
        return listed("spf-shadowed-term", issue);
      case Kind::unknown_modifier:
        return listed("spf-unknown-modifier", issue);
      case Kind::exp_target:
        note(make_finding("spf-explanation", {domain_, issue.detail}));
        return;
      case Kind::dynamic:
        return listed("spf-dynamic", issue);
      default:
        return anywhere(issue);
    }
  }

  // Issues of a record that somebody else may keep: only what bears on this domain.
  void included(const spf::Issue& issue) {
    switch (issue.kind) {
      case Kind::syntax: {
        const auto text = fmt::format("{}: {}", where(issue), fault(issue));
        auto& finding =
            note_behind_dmarc(make_finding("spf-included-syntax", {domain_, text}), Severity::low);
        finding.evidence.push_back(evidence_of(issue));
        return;
      }
      case Kind::several_records: {
        const auto text = fmt::format("{}: several SPF records", where(issue));
        note_behind_dmarc(make_finding("spf-included-syntax", {domain_, text}), Severity::low);
        return;
      }
      case Kind::pass_all:
        if (!spf_.analysis.nodes[issue.node].authorises) return;
        note(make_finding("spf-pass-all", {domain_})).evidence.push_back(evidence_of(issue));
        return;
      default:
        return anywhere(issue);
    }
  }

  // Issues that bear on the domain wherever in its tree they stand.
  void anywhere(const spf::Issue& issue) {
    const auto number = std::to_string(issue.number);
    const auto target = issue.target.text();
    switch (issue.kind) {
      case Kind::over_lookup_limit:
        return limit(make_finding("spf-too-many-lookups", {domain_, number}), issue);
      case Kind::over_void_limit:
        return limit(make_finding("spf-too-many-voids", {domain_, number}), issue);
      case Kind::over_mx_limit:
        return limit(make_finding("spf-too-many-mx", {domain_, number}), issue);
      case Kind::no_target_record:
        if (speaks_of(issue, Kind::unregistered)) return;  // the worse finding says it
        return limit(make_finding("spf-include-none", {domain_, target}), issue);
      case Kind::target_record_unknown:
      case Kind::host_unknown:
        return unknown_target(issue);
      case Kind::void_host:
        if (issue.node == 0 && !speaks_of(issue, Kind::unregistered)) listed("spf-void-lookup", issue);
        return;
      case Kind::unregistered:
        return takeover(issue);
      case Kind::ptr: {
        if (!spf::is_ptr_suffix(issue) || !lets_in(spf_.analysis, issue)) return;
        auto& finding = note(make_finding("spf-ptr-suffix", {domain_, term(issue), target}));
        if (issue.node != 0) finding.evidence.push_back(evidence_of(issue));
        return;
      }
      case Kind::loop:
        return limit(make_finding("spf-loop", {domain_, target}), issue);
      case Kind::too_much:
        if (!said_too_much_) note(make_finding("spf-too-much", {domain_}));
        said_too_much_ = true;
        return;
      case Kind::near_all:
      case Kind::wide:
        return wide(issue);
      default:
        return;
    }
  }

  // What ends in a permanent error.
  void limit(Finding finding, const spf::Issue& issue) {
    auto& added = note_behind_dmarc(std::move(finding), Severity::low);
    if (issue.node != 0) added.evidence.push_back(evidence_of(issue));
  }

  Finding& several() {
    auto& finding = note_behind_dmarc(
        make_finding("spf-several-records", {domain_, std::to_string(spf_.texts.size())}), Severity::low);
    finding.evidence.clear();
    return finding;
  }

  // One finding for all issues of a kind, naming their terms.
  void listed(Code code, const spf::Issue& issue) {
    const auto known = [&](const Finding& finding) { return finding.code == code.entry().code; };
    if (std::any_of(findings_.begin(), findings_.end(), known)) return;
    std::string terms;
    for (const auto& other : spf_.analysis.issues) {
      if (other.kind != issue.kind || other.node != issue.node) continue;
      terms += (terms.empty() ? "" : ", ") + term(other);
    }
    note(make_finding(code, {domain_, base::excerpt(terms, 2 * kShown)}));
  }

  // Whether another issue of that kind speaks of the same term.
  [[nodiscard]] bool speaks_of(const spf::Issue& issue, Kind kind) const {
    return std::any_of(spf_.analysis.issues.begin(), spf_.analysis.issues.end(),
                       [&](const spf::Issue& other) {
                         return other.kind == kind && other.node == issue.node && other.term == issue.term;
                       });
  }

  void unknown_target(const spf::Issue& issue) {
    auto evidence = evidence_of(issue);
    evidence.why = issue.detail.empty() ? "it could not be looked up" : issue.detail;
    const auto target = issue.target.text();
    const bool dangling = speaks_of(issue, Kind::no_target_record) || speaks_of(issue, Kind::void_host);
    if (dangling &&
        lets_in(spf_.analysis, issue)) {  // it leads nowhere, and who could take the place is open
      const auto why = evidence.why;
      findings_.push_back(
          make_unknown("spf-dangling-include", {domain_, term(issue), why}, std::move(evidence)));
    } else {
      findings_.push_back(make_unknown("spf-include-unknown", {domain_, target}, std::move(evidence)));
    }
  }

  void takeover(const spf::Issue& issue) {
    if (!lets_in(spf_.analysis, issue)) return listed("spf-void-lookup", issue);
    const auto registrable = issue.target.text();
    auto& finding = note(make_finding("spf-dangling-include", {domain_, term(issue), registrable}));
    finding.evidence.push_back({fmt::format("{} SOA, NS: NXDOMAIN", registrable), {}, {}, {}});
    if (issue.node != 0) return finding.evidence.push_back(evidence_of(issue));
    auto text = spf_.texts.front();
    if (spf_.state != SpfState::usable || issue.term.offset == 0) return;
    text.erase(issue.term.offset - 1, issue.term.length + 1);  // the term goes with the space before it
    finding.remedies.push_back(replacement(text));
  }

  // Of another name that is aligned. What the domain's own record trusts too has been said.
  void taken_over(const Takeover& takeover) {
    const auto name = takeover.name.text();
    const auto registrable = takeover.registrable.text();
    const auto known = std::ranges::any_of(spf_.analysis.issues, [&](const spf::Issue& issue) {
      return (issue.kind == Kind::unregistered || spf::is_ptr_suffix(issue)) &&
             issue.target == takeover.registrable && lets_in(spf_.analysis, issue);
    });
    if (known) return;
    if (takeover.by == Takeover::By::ptr_suffix) {
      findings_.push_back(make_finding("spf-ptr-suffix", {name, takeover.trusts, registrable}));
      findings_.back().evidence.push_back(takeover.evidence);
      return;
    }
    const auto code =
        takeover.by == Takeover::By::alias ? Code("subdomain-takeover") : Code("spf-dangling-include");
    if (takeover.open == Known::unknown) {
      const auto why = takeover.evidence.why;
      findings_.push_back(make_unknown(code, {name, takeover.trusts, why}, takeover.evidence));
      return;
    }
    auto& finding = findings_.emplace_back(make_finding(code, {name, takeover.trusts, registrable}));
    finding.evidence.push_back(takeover.evidence);
    finding.evidence.push_back({fmt::format("{} SOA, NS: NXDOMAIN", registrable), {}, {}, {}});
  }

  void wide(const spf::Issue& issue) {
    // Half of all addresses says more than the terms that make it up.
    if (issue.kind == Kind::wide && spf_.analysis.has(Kind::near_all)) return;
    const auto addresses = issue.number >= kAllIpv4 ? std::string("every IPv4 address")
                                                    : fmt::format("{} IPv4 addresses", issue.number);
    const auto what = issue.term.length == 0 || issue.kind == Kind::near_all
                          ? addresses
                          : fmt::format("{}, {}", term(issue), addresses);
    auto& finding = note(make_finding("spf-wide", {domain_, what}));
    if (issue.kind == Kind::near_all) finding.effective = Severity::critical;
    if (issue.node != 0) {  // a large provider's own ranges
      finding.effective = Severity::medium;
      finding.evidence.push_back(evidence_of(issue));
    }
  }

  // Services that anyone can join, and records of other organisations, which may be one's own under another
  // name.
  void shared() {
    std::vector<std::string> names;
    bool anyone = false;
    for (const auto& include : spf_.analysis.shared) {
      anyone |= include.sender != nullptr;
      const auto name = include.sender == nullptr ? spf_.analysis.nodes[include.node].name.text()
                                                  : std::string(include.sender->name);
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    }
    if (names.empty()) return;
    auto& finding = note(make_finding("spf-shared-provider", {domain_, base::join(names, ", ")}));
    if (!anyone) finding.effective = Severity::info;
    for (const auto& include : spf_.analysis.shared) {
      const auto& node = spf_.analysis.nodes[include.node];
      const auto who = include.sender == nullptr ? "a record of another organisation" : include.sender->note;
      finding.evidence.push_back({fmt::format("{} TXT: {}", node.name.text(), who),
                                  node.text,
                                  node.txt ? std::string(node.txt->server()) : std::string(),
                                  {}});
    }
  }

  // The spoofing table tries so many names below the domain as envelope senders and no more.
  void subdomains_cut() {
    const auto& input = *picture_.input;
    const auto say = [&](const dns::Name& above, std::size_t tried, std::size_t left_out) {
      findings_.push_back(make_finding(
          "spf-subdomains-cut", {above.text(), std::to_string(tried + left_out), std::to_string(tried)}));
    };
    const auto below = input.spf_subdomains.size();
    if (input.spf_siblings_left_out > 0) {
      say(dns::registered_domain(picture_.domain).value_or(picture_.domain),
          below + input.spf_siblings.size(), input.spf_subdomains_left_out + input.spf_siblings_left_out);
    } else if (input.spf_subdomains_left_out > 0) {
      say(picture_.domain, below, input.spf_subdomains_left_out);
    }
  }

  [[nodiscard]] std::vector<Remedy> hard_fail() const {
    if (!spf_.hard_fail) return {};
    return {replacement(picture_.silent() ? "v=spf1 -all" : *spf_.hard_fail)};
  }

  const Picture& picture_;
  const SpfPicture& spf_;
  std::string domain_;
  Policy policy_;
  std::vector<Finding>& findings_;
  bool said_too_much_ = false;
};

}  // namespace

bool lets_in(const spf::Analysis& analysis, const spf::Issue& issue) {
  const auto term = analysis.term_text(issue);
  const bool passes = !term.empty() && (term.front() == '+' || base::is_alpha(term.front()));
  return passes && analysis.nodes[issue.node].authorises;
}

bool may_dangle(const spf::Analysis& analysis, const spf::Issue& issue) {
  if (issue.kind != Kind::host_unknown) return false;
  return std::ranges::any_of(analysis.issues, [&](const spf::Issue& other) {
    return (other.kind == Kind::no_target_record || other.kind == Kind::void_host) &&
           other.node == issue.node && other.term == issue.term;
  });
}

SpfPicture look_spf(const dns::Name& domain, facts::Facts& facts) {
  SpfPicture picture;
  picture.analysis = spf::analyse(domain, facts);
  picture.state = state_of(picture.analysis.root().state);
  const auto& apex = facts.ask(domain, dns::RrType::txt);
  if (!apex.open()) picture.server = apex.server();
  if (apex.unknown()) picture.why = why_unknown(apex);
  for (const auto& record : apex.records()) {
    if (spf::is_spf(apex.data(record))) picture.texts.emplace_back(apex.data(record));
  }
  picture.all = picture.analysis.all;
  if (picture.state == SpfState::usable) read_terms(picture);
  picture.shared = spf::shared_address(picture.analysis);
  for (std::size_t i = 1; i < picture.analysis.nodes.size(); ++i) {
    picture.targets.push_back(picture.analysis.nodes[i].name);
  }
  for (const auto& issue : picture.analysis.issues) {
    if (issue.kind == Kind::unregistered && lets_in(picture.analysis, issue))
      picture.takeover = issue.target.text();
  }
  return picture;
}

void check_spf(const Picture& picture, std::vector<Finding>& findings) { Check(picture, findings).run(); }

}  // namespace rampart::audit
