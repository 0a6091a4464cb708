#include "reports/write/handled.h"

#include <algorithm>

#include "base/text.h"
#include "mail/domain_part.h"

namespace rampart::reports {
namespace {

using Method = dmarc::Alignment::Method;

Aligned aligned_by(const dmarc::Verdict& verdict, Method method) {
  const bool passes = std::ranges::any_of(
      verdict.alignments, [&](const auto& one) { return one.method == method && one.passes(); });
  return passes ? Aligned::pass : Aligned::fail;
}

AuthResult word_of(dkim::Result result) {
  switch (result) {
    case dkim::Result::none:
      return AuthResult::none;
    case dkim::Result::pass:
      return AuthResult::pass;
    case dkim::Result::fail:
      return AuthResult::fail;
    case dkim::Result::policy:
      return AuthResult::policy;
    case dkim::Result::neutral:
      return AuthResult::neutral;
    case dkim::Result::temperror:
      return AuthResult::temperror;
    case dkim::Result::permerror:
      return AuthResult::permerror;
  }
  return AuthResult::unknown;
}

AuthResult word_of(spf::Result result) {
  switch (result) {
    case spf::Result::none:
      return AuthResult::none;
    case spf::Result::neutral:
      return AuthResult::neutral;
    case spf::Result::pass:
      return AuthResult::pass;
    case spf::Result::fail:
      return AuthResult::fail;
    case spf::Result::softfail:
      return AuthResult::softfail;
    case spf::Result::temperror:
      return AuthResult::temperror;
    case spf::Result::permerror:
      return AuthResult::permerror;
  }
  return AuthResult::unknown;
}

std::string word_of(const dmarc::PolicyTag& tag) {
  return tag.value ? std::string(dmarc::to_string(*tag.value)) : std::string();
}

std::string fo_of(const dmarc::FailureOptions& fo) {
  std::string out;
  const auto add = [&](bool set, char letter) {
    if (!set) return;
    if (!out.empty()) out += ':';
    out += letter;
  };
  add(fo.all_fail, '0');
  add(fo.any_fails, '1');
  add(fo.dkim, 'd');
  add(fo.spf, 's');
  return out;
}

Published published(const dmarc::Discovery& found) {
  const auto& record = *found.record;
  Published out{.domain = found.record_name.text(),
                .p = found.as_none ? "none" : word_of(record.p),
                .sp = found.as_none ? "" : word_of(record.sp),
                .np = found.as_none ? "" : word_of(record.np),
                .adkim = record.adkim == dmarc::Mode::strict ? "s" : "r",
                .aspf = record.aspf == dmarc::Mode::strict ? "s" : "r",
                .testing = record.test ? "y" : "n",
                .discovery_method = "treewalk"};
  if (record.fo_published) out.fo = fo_of(record.fo);
  return out;
}

Disposition disposition_of(const Handled& handled, const auth::DmarcChecked& checked) {
  if (handled.done == Disposition::quarantine || handled.done == Disposition::reject) return handled.done;
  const bool enforced = checked.verdict.discovery.policy != dmarc::Policy::none;
  return checked.verdict.result == dmarc::Result::pass && enforced ? Disposition::pass : Disposition::none;
}

MessageResult line_of(const Handled& handled, const auth::DmarcChecked& checked) {
  const auto& verdict = checked.verdict;
  const auto& record = *verdict.discovery.record;
  MessageResult out{.time = handled.time,
                    .source = *handled.envelope.ip,
                    .header_from = checked.author.text(),
                    .envelope_from = {},
                    .envelope_to = handled.envelope_to,
                    .policy = published(verdict.discovery),
                    .errors = {},
                    .disposition = disposition_of(handled, checked),
                    .dkim = aligned_by(verdict, Method::dkim),
                    .spf = aligned_by(verdict, Method::spf),
                    .signatures = {},
                    .spf_seen = {},
                    .reasons = {},
                    .rua = {}};
  if (handled.envelope.mail_from)
    out.envelope_from = base::lower(base::printable(mail::domain_part(*handled.envelope.mail_from)));
  for (const auto& fault : record.faults) {
    if (fault.gravity < auth::Gravity::error || out.errors.size() == kMaxResultErrors) continue;
    out.errors.push_back(fault.text);
  }
  for (const auto& uri : record.rua) {
    if (out.rua.size() < kMaxResultUris) out.rua.push_back(uri.text);
  }
  for (const auto& one : handled.result.dkim) {
    if (out.signatures.size() == kMaxDkimSeen) break;
    const auto& name = one.signature->domain;
    auto& signature = out.signatures.emplace_back();
    signature.seen = {.domain = name.text(),
                      .selector = base::printable(one.signature->selector),
                      .result = word_of(one.result)};
    const auto known = std::ranges::find_if(verdict.alignments, [&](const auto& alignment) {
      return alignment.method == Method::dkim && alignment.domain == name;
    });
    if (known != verdict.alignments.end() && known->aligned != dmarc::Aligned::unknown)
      signature.aligned = known->aligned == dmarc::Aligned::yes;
  }
  if (const auto& spf = handled.result.spf)
    out.spf_seen = SpfSeen{.domain = spf->domain.text(), .result = word_of(spf->outcome.result)};
  if (handled.reason) out.reasons.push_back(*handled.reason);
  return out;
}

}  // namespace

std::vector<MessageResult> results_of(const Handled& handled) {
  std::vector<MessageResult> out;
  if (!handled.envelope.ip) return out;
  for (const auto& checked : handled.result.domains) {
    if (checked.verdict.discovery.status == dmarc::Discovery::Status::found)
      out.push_back(line_of(handled, checked));
  }
  return out;
}

}  // namespace rampart::reports
