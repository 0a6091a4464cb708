#include "auth/dmarc/evaluate.h"

#include <algorithm>

#include <fmt/format.h>

#include "dns/domain.h"

namespace rampart::dmarc {
namespace {

// How many labels two names share at their right ends.
unsigned shared_labels(const dns::Name& a, const dns::Name& b) {
  const auto most = std::min(a.label_count(), b.label_count());
  unsigned shared = 0;
  while (shared < most && a.suffix(shared + 1) == b.suffix(shared + 1)) ++shared;
  return shared;
}

// The identifiers to look at, SPF first, at most kMaxIdentities.
std::vector<Alignment> identifiers(const Input& input, Mode spf_mode, Mode dkim_mode) {
  std::vector<Alignment> all;
  const auto add = [&](Alignment::Method method, const Identity& identity, Mode mode) {
    if (all.size() == kMaxIdentities) return;
    all.push_back({.method = method, .domain = identity.domain, .check = identity.check, .mode = mode});
  };
  if (input.spf) add(Alignment::Method::spf, *input.spf, spf_mode);
  for (const auto& identity : input.dkim) add(Alignment::Method::dkim, identity, dkim_mode);
  return all;
}

void set(Alignment& alignment, Aligned aligned, std::string why) {
  alignment.aligned = aligned;
  alignment.why = std::move(why);
}

// What needs no look at any tree. True when it settled the matter.
bool align_by_name(Alignment& alignment, const dns::Name& author) {
  if (alignment.domain == author) {  // section 4.10.2, the note: identical names need no walk
    set(alignment, Aligned::yes, "the same domain");
    return true;
  }
  if (alignment.mode == Mode::strict) {
    set(alignment, Aligned::no, "not the same domain, and the record asks for strict alignment");
    return true;
  }
  if (shared_labels(alignment.domain, author) == 0) {  // an Organizational Domain is a suffix of both
    set(alignment, Aligned::no, "no part of the name is shared");
    return true;
  }
  return false;
}

void compare(Alignment& alignment, const dns::Name& organization) {
  const bool same = *alignment.organizational_domain == organization;
  set(alignment, same ? Aligned::yes : Aligned::no,
      fmt::format("Organizational Domain {}, {} {}", alignment.organizational_domain->text(),
                  same ? "the same as the author's" : "the author's is", same ? "" : organization.text()));
  while (alignment.why.ends_with(' ')) alignment.why.pop_back();
}

// Relaxed alignment by RFC 9989: the Organizational Domains are the same, each found by a walk of its own.
void align(Alignment& alignment, const dns::Name& author, const std::optional<dns::Name>& organization,
           facts::Facts& facts) {
  if (align_by_name(alignment, author)) return;
  if (alignment.check == Check::fail) {  // it cannot pass, so no walk is spent on it
    set(alignment, Aligned::no, "not authenticated");
    return;
  }
  if (organization && !alignment.domain.is_within(*organization)) {
    set(alignment, Aligned::no, fmt::format("outside {}", organization->text()));
    return;
  }
  // The author's own walk may still be open: two labels in common make it likely that this one will be
  // needed.
  if (!organization && shared_labels(alignment.domain, author) < 2) {
    set(alignment, Aligned::unknown, "the author's Organizational Domain is unknown");
    return;
  }
  const auto walked = walk(alignment.domain, facts);
  alignment.organizational_domain = organizational_domain(walked);
  if (!organization || !alignment.organizational_domain) {
    set(alignment, Aligned::unknown,
        walked.undetermined() ? walked.unknown.front().why : "the author's Organizational Domain is unknown");
    return;
  }
  compare(alignment, *organization);
}

void align_7489(Alignment& alignment, const dns::Name& author, const dns::Name& organization) {
  if (align_by_name(alignment, author)) return;
  alignment.organizational_domain = dns::registered_domain(alignment.domain).value_or(alignment.domain);
  compare(alignment, organization);
}

// Sections 5.3.5 and 5.3.6, once a record applies.
Result judge(const std::vector<Alignment>& alignments, std::string& why) {
  const Alignment* first = nullptr;
  for (const auto& alignment : alignments) {
    if (!alignment.passes()) continue;
    if (first == nullptr) {
      first = &alignment;
      why = fmt::format("{} authenticated {}: {}", to_string(alignment.method), alignment.domain.text(),
                        alignment.why);
    } else if (alignment.method != first->method) {
      why += fmt::format("; {} authenticated {}, too", to_string(alignment.method), alignment.domain.text());
      break;
    }
  }
  if (first != nullptr) return Result::pass;
  for (const auto& alignment : alignments) {
    // Unknown whether it is authenticated, or whether it is aligned: it might yet pass.
    const bool open = alignment.check == Check::temperror
                          ? alignment.aligned != Aligned::no
                          : alignment.check == Check::pass && alignment.aligned == Aligned::unknown;
    if (!open) continue;
    why =
        fmt::format("{} for {} is undecided: {}", to_string(alignment.method), alignment.domain.text(),
                    alignment.check == Check::temperror ? "the check met a temporary error" : alignment.why);
    return Result::temperror;
  }
  const bool any = std::any_of(alignments.begin(), alignments.end(),
                               [](const Alignment& alignment) { return alignment.check == Check::pass; });
  why =
      any ? "nothing that was authenticated is aligned with the author domain" : "nothing was authenticated";
  return Result::fail;
}

Result without_policy(Discovery::Status status) {
  switch (status) {
    case Discovery::Status::temperror:
      return Result::temperror;
    case Discovery::Status::unusable:
      return Result::permerror;
    default:
      return Result::none;
  }
}

// Fills everything of a verdict but its discovery.
void judge_by(const Input& input, const Discovery& discovery, facts::Facts& facts, Verdict& verdict) {
  verdict.organizational_domain = organizational_domain(discovery.walk);
  const auto& record = discovery.record;
  verdict.alignments =
      identifiers(input, record ? record->aspf : Mode::relaxed, record ? record->adkim : Mode::relaxed);
  for (auto& alignment : verdict.alignments) {
    align(alignment, input.author, verdict.organizational_domain, facts);
  }
  const auto status = discovery.status;
  // An unknown np leaves the policy open, not whether the message passes.
  const bool decidable =
      status == Discovery::Status::found || (status == Discovery::Status::temperror && record);
  if (!decidable) {
    verdict.result = without_policy(status);
    verdict.why = discovery.why;
    return;
  }
  verdict.result = judge(verdict.alignments, verdict.why);
  if (status == Discovery::Status::temperror && verdict.result == Result::fail) {
    verdict.result = Result::temperror;
    verdict.why = discovery.why;
  }
}

void judge_by(const Input& input, const LegacyDiscovery& discovery, LegacyVerdict& verdict) {
  const auto& record = discovery.record;
  verdict.alignments =
      identifiers(input, record ? record->aspf : Mode::relaxed, record ? record->adkim : Mode::relaxed);
  for (auto& alignment : verdict.alignments) {
    align_7489(alignment, input.author, discovery.organizational_domain);
  }
  if (discovery.status != Discovery::Status::found) {
    verdict.result = without_policy(discovery.status);
    verdict.why = discovery.why;
    return;
  }
  verdict.result = judge(verdict.alignments, verdict.why);
}

}  // namespace

Verdict evaluate(const Input& input, facts::Facts& facts) {
  Verdict verdict;
  verdict.discovery = discover_policy(input.author, facts);
  judge_by(input, verdict.discovery, facts, verdict);
  return verdict;
}

Judgement evaluate(const Input& input, const Discovery& discovery, facts::Facts& facts) {
  Verdict verdict;
  judge_by(input, discovery, facts, verdict);
  return {verdict.result, std::move(verdict.why)};
}

LegacyVerdict evaluate_7489(const Input& input, facts::Facts& facts) {
  LegacyVerdict verdict;
  verdict.discovery = discover_policy_7489(input.author, facts);
  judge_by(input, verdict.discovery, verdict);
  return verdict;
}

Judgement evaluate_7489(const Input& input, const LegacyDiscovery& discovery) {
  LegacyVerdict verdict;
  judge_by(input, discovery, verdict);
  return {verdict.result, std::move(verdict.why)};
}

std::string_view to_string(Result result) {
  switch (result) {
    case Result::none:
      return "none";
    case Result::pass:
      return "pass";
    case Result::fail:
      return "fail";
    case Result::temperror:
      return "temperror";
    case Result::permerror:
      return "permerror";
  }
  return "none";
}

std::string_view to_string(Alignment::Method method) {
  return method == Alignment::Method::spf ? "SPF" : "DKIM";
}

}  // namespace rampart::dmarc
