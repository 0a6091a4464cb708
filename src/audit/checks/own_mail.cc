#include "audit/checks/own_mail.h"

#include <algorithm>

#include <fmt/format.h>

#include "audit/catalogue.h"
#include "audit/checks/transport_parts.h"
#include "audit/picture.h"
#include "auth/spf/evaluate.h"
#include "base/text.h"

namespace rampart::audit {
namespace {

Finding with(Finding finding, Evidence evidence) {
  finding.evidence.push_back(std::move(evidence));
  return finding;
}

void check_parked(const Picture& picture, std::vector<Finding>& out) {
  if (!picture.silent()) return;
  const auto domain = picture.domain.text();
  const auto& spf = picture.spf;
  if (spf.state == SpfState::usable && !spf.only_fail_all) {
    auto finding = with(make_finding("parked-spf-authorises", {domain, spf.texts.front()}),
                        spf.evidence(picture.domain));
    finding.remedies.push_back(
        {.action = Remedy::Action::replace, .name = picture.domain, .data = "v=spf1 -all"});
    out.push_back(std::move(finding));
  }
  if (!picture.dkim.all_revoked) {
    auto finding = make_finding("parked-keys-open", {domain});
    if (const auto name = picture.domain.prepend("*._domainkey"))
      finding.remedies.push_back({.action = Remedy::Action::add, .name = *name, .data = "v=DKIM1; p="});
    out.push_back(std::move(finding));
  }
}

void check_reverse(const std::string& domain, const base::IpAddress& address, facts::Facts& facts,
                   std::vector<Finding>& out) {
  const auto name = transport::reverse_name(address);
  if (!name) return;
  const auto& ptr = facts.ask(*name, dns::RrType::ptr);
  const auto text = address.text();
  if (ptr.open()) return;
  const auto seen = evidence_of(ptr, *name, dns::RrType::ptr);
  if (ptr.undetermined()) {
    out.push_back(make_unknown("sender-reverse-unknown", {domain, text}, seen));
  } else if (ptr.absent()) {
    out.push_back(with(make_finding("sender-reverse-missing", {domain, text}), seen));
  } else {
    const auto reverse = transport::look_reverse(address, ptr, facts);
    if (reverse.confirmed) return;
    if (reverse.unknown) {
      out.push_back(make_unknown("sender-reverse-unknown", {domain, text}, seen));
    } else {
      out.push_back(with(make_finding("sender-reverse-mismatch", {domain, text, reverse.names}), seen));
    }
  }
}

void check_spf_of(const Picture& picture, const base::IpAddress& address, facts::Facts& facts,
                  std::vector<Finding>& out) {
  const auto domain = picture.domain.text();
  const auto outcome = spf::check_host({.ip = address,
                                        .domain = picture.domain,
                                        .local_part = "postmaster",
                                        .helo = domain,
                                        .now = picture.input->now},
                                       facts);
  if (facts.pending() || outcome.result == spf::Result::pass) return;
  const auto seen = picture.spf.evidence(picture.domain);
  if (outcome.result == spf::Result::temperror) {
    out.push_back(make_unknown("sender-spf-unknown", {domain, address.text(), outcome.reason()}, seen));
  } else {
    out.push_back(with(make_finding("sender-spf-fails", {domain, address.text(), outcome.reason()}), seen));
  }
}

// Whether the key that a signature names is published.
void check_key(const Sample::Signature& signature, facts::Facts& facts, std::vector<Finding>& out,
               const std::string& domain) {
  const auto name = signature.domain.prepend(signature.selector + "._domainkey");
  if (!name) return;
  const auto& answer = facts.ask(*name, dns::RrType::txt);
  if (answer.open()) return;
  const auto seen = evidence_of(answer, *name, dns::RrType::txt);
  if (answer.undetermined()) {
    out.push_back(make_unknown("sample-key-unknown", {domain, name->text()}, seen));
  } else if (answer.absent()) {
    out.push_back(with(make_finding("sample-key-missing", {domain, name->text()}), seen));
  }
}

void check_sample(const Picture& picture, const Sample& sample, facts::Facts& facts,
                  std::vector<Finding>& out) {
  const auto domain = picture.domain.text();
  const auto& organization = picture.dmarc.organizational_domain;
  if (sample.signatures.empty()) {
    out.push_back(make_finding("sample-unsigned", {domain}));
  } else {
    std::vector<std::string> others;
    bool aligned = false;
    bool covered = false;
    for (const auto& signature : sample.signatures) {
      // Relaxed alignment: names of one organisation (RFC 9989 section 4.4.1).
      const bool own =
          signature.domain == sample.from || (organization && signature.domain.is_within(*organization));
      if (!own) {
        others.push_back(signature.domain.text());
        continue;
      }
      aligned = true;
      covered = covered || signature.covers_unsubscribe;
      check_key(signature, facts, out, domain);
    }
    if (!aligned) out.push_back(make_finding("sample-unaligned", {domain, base::join(others, ", ")}));
    if (sample.one_click && sample.has_unsubscribe_uri && !covered)
      out.push_back(make_finding("sample-one-click-unsigned", {domain}));
  }
  if (!sample.has_unsubscribe_uri) {
    out.push_back(
        make_finding("sample-no-one-click", {domain, "it has no List-Unsubscribe with an https URI"}));
  } else if (!sample.one_click) {
    out.push_back(make_finding("sample-no-one-click",
                               {domain, "List-Unsubscribe-Post is missing or says something else"}));
  } else if (sample.signatures.empty()) {
    out.push_back(make_finding("sample-one-click-unsigned", {domain}));
  }
}

}  // namespace

std::vector<Finding> check_own_mail(const Picture& picture, facts::Facts& facts) {
  std::vector<Finding> out;
  const auto& input = *picture.input;
  for (const auto& address : input.sending) {
    check_reverse(picture.domain.text(), address, facts, out);
    check_spf_of(picture, address, facts, out);
  }
  if (input.sample) check_sample(picture, *input.sample, facts, out);
  if (!facts.pending()) check_parked(picture, out);
  return out;
}

}  // namespace rampart::audit
