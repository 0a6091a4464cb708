#include "audit/profile/judge.h"

#include <algorithm>

#include <fmt/format.h>

namespace rampart::audit {
namespace {

// A finding that leaves open what others of these names would have shown, beside those that begin as it does before
// "unknown" (spf-unknown: spf-…).
struct Leaves {
  std::string_view code;
  std::string_view open;  // codes that begin so
};
constexpr Leaves kLeaves[] = {
    {"spf-unknown", "no-authentication"},
    {"spf-unknown", "domain-parked"},
    {"spf-unknown", "dmarc-without-authentication"},
    {"spf-unknown", "dmarc-spf-only"},
    {"spf-unknown", "spoof-"},
    {"spf-unknown", "parked-spf-"},
    {"spf-unknown", "sender-spf-"},
    {"spf-include-unknown", "spf-included-syntax"},
    {"spf-include-unknown", "spf-too-many-"},
    {"spf-include-unknown", "spf-void-lookup"},
    {"spf-include-unknown", "spf-loop"},
    {"spf-include-unknown", "spf-include-none"},
    {"spf-include-unknown", "spf-dangling-include"},
    {"spf-include-unknown", "spf-pass-all"},
    {"spf-include-unknown", "spf-wide"},
    {"spf-include-unknown", "spf-ptr"},
    {"spf-include-unknown", "spf-shared-provider"},
    {"spf-include-unknown", "spf-no-all"},
    {"spf-include-unknown", "spf-softfail"},
    {"spf-include-unknown", "spf-neutral"},
    {"spf-include-unknown", "spoof-"},
    {"spf-too-much", "spf-pass-all"},
    {"spf-too-much", "spf-wide"},
    {"spf-too-much", "spf-dangling-include"},
    {"dkim-unknown", "no-authentication"},
    {"dkim-unknown", "dmarc-without-authentication"},
    {"dkim-unknown", "dmarc-spf-only"},
    {"dkim-selector-unknown", "dkim-"},
    {"dmarc-unknown", "no-authentication"},
    {"dmarc-unknown", "spoof-"},
    {"mx-unknown", "domain-parked"},
    {"mx-unknown", "mta-sts-mx-mismatch"},
    {"mx-unknown", "smtp-"},
    {"mx-unknown", "dane-"},
    {"mx-unknown", "block-list-"},
    {"mx-host-unknown", "mx-"},
    {"mx-host-unknown", "smtp-"},
    {"mx-host-unknown", "block-list-"},
    {"mta-sts-unknown", "mta-sts-"},
    {"mta-sts-policy-unknown", "mta-sts-mx-mismatch"},
    {"mta-sts-policy-unknown", "mta-sts-not-enforced"},
    {"mta-sts-policy-unavailable", "mta-sts-mx-mismatch"},
    {"mta-sts-policy-unavailable", "mta-sts-not-enforced"},
    {"smtp-port-blocked", "smtp-"},
    {"smtp-unreachable", "smtp-"},
    {"dnssec-unknown", "dane-"},
    {"dnssec-unvalidated", "dane-"},
};

constexpr std::string_view kUnknown = "unknown";

bool leaves_open(const Finding& finding, std::string_view code) {
  const std::string_view from = finding.code;
  const bool of_that_kind = finding.status == FindingStatus::unknown || from == "spf-too-much" ||
                            from == "smtp-port-blocked" || from == "smtp-unreachable" ||
                            from == "mta-sts-policy-unavailable" || from == "dnssec-unvalidated";
  if (!of_that_kind || finding.status == FindingStatus::absent) return false;
  if (from == code) return finding.status == FindingStatus::unknown;
  if (from.ends_with(kUnknown) && code.starts_with(from.substr(0, from.size() - kUnknown.size())))
    return true;
  return std::ranges::any_of(
      kLeaves, [&](const Leaves& entry) { return entry.code == from && code.starts_with(entry.open); });
}

// Why the finding cannot show: nobody looked. Empty when somebody did.
std::string_view not_asked(std::string_view code, const Input& input) {
  constexpr std::string_view kPolicy[] = {"mta-sts-policy-unavailable", "mta-sts-policy-unknown",
                                          "mta-sts-policy-invalid", "mta-sts-mx-mismatch",
                                          "mta-sts-not-enforced"};
  if (code.starts_with("smtp-") && !input.probe_smtp) return "mail servers are probed only with --probe smtp";
  if (code == "dane-mismatch" && !input.probe_smtp) return "certificates are seen only with --probe smtp";
  if (std::ranges::find(kPolicy, code) != std::end(kPolicy) && !input.probe_https)
    return "the MTA-STS policy is fetched only with --probe https";
  if (code.starts_with("block-list-") && input.block_lists.empty())
    return "no block list was named (--block-list)";
  if (code == "dkim-key-old" && (input.known_keys.empty() || input.max_key_age.count() == 0))
    return "how old a key is shows from the second recorded audit on (--store)";
  if (code.starts_with("sample-") && !input.sample) return "no message of the domain was given (--sample)";
  if (code.starts_with("sender-") && input.sending.empty())
    return "no address that the domain sends from was given (--sending-ip)";
  return {};
}

// Whether the domain sends nothing; nothing when that is not known.
std::optional<bool> is_parked(const Input& input, const DomainReport& report) {
  if (input.sends != Sends::unsaid) return input.sends == Sends::no;
  for (const auto& finding : report.findings) {
    if (finding.code == "domain-parked" && finding.status == FindingStatus::present) return true;
    if (leaves_open(finding, "domain-parked")) return std::nullopt;
  }
  return false;
}

// Sets the verdict where it follows from the kind of domain alone.
bool judge_kind(const Requirement& requirement, std::optional<bool> parked, RequirementResult& out) {
  if (requirement.applies == Applies::all) return false;
  const bool wants_parked = requirement.applies == Applies::parked;
  if (!parked) {
    out.verdict = Verdict::unknown;
    out.why = "whether the domain sends mail could not be found out";
    return true;
  }
  if (*parked == wants_parked) return false;
  out.verdict = Verdict::inapplicable;
  out.why = wants_parked ? "nothing says that the domain sends no mail" : "the domain sends no mail";
  return true;
}

void judge_findings(const Requirement& requirement, const Input& input, const DomainReport& report,
                    RequirementResult& out) {
  out.accepted = true;
  const Finding* open = nullptr;
  for (const auto& finding : report.findings) {
    const bool named = std::ranges::find(requirement.findings, finding.code) != requirement.findings.end();
    if (named && finding.status == FindingStatus::present) {
      if (out.findings.empty() || out.findings.back() != finding.code) out.findings.push_back(finding.code);
      out.accepted = out.accepted && finding.accepted.has_value();
    }
    if (open == nullptr && std::ranges::any_of(requirement.findings, [&](const std::string& code) {
          return leaves_open(finding, code);
        })) {
      open = &finding;
    }
  }
  if (!out.findings.empty()) {
    out.verdict = Verdict::broken;
    return;
  }
  out.accepted = false;
  if (open != nullptr) {
    out.verdict = Verdict::unknown;
    out.why = open->title;
    return;
  }
  for (const auto& code : requirement.findings) {
    if (code.starts_with("spoof-") && report.status == Status::unknown) {
      out.verdict = Verdict::unknown;
      out.why = "what a stranger can do could not be found out";
      return;
    }
    if (const auto why = not_asked(code, input); !why.empty()) {
      out.verdict = Verdict::unjudged;
      out.why = why;
      return;
    }
  }
  out.verdict = Verdict::met;
}

}  // namespace

ProfileResult judge(const Profile& profile, const Input& input, const DomainReport& report) {
  ProfileResult out{.id = profile.id, .title = profile.title, .requirements = {}};
  const auto parked = is_parked(input, report);
  out.requirements.reserve(profile.requirements.size());
  for (const auto& requirement : profile.requirements) {
    auto& result = out.requirements.emplace_back();
    result.id = requirement.id;
    result.title = requirement.title;
    if (!requirement.by_hand.empty()) {
      result.verdict = Verdict::unjudged;
      result.why = requirement.by_hand;
    } else if (!judge_kind(requirement, parked, result)) {
      judge_findings(requirement, input, report, result);
    }
  }
  return out;
}

void judge_all(const Profiles& profiles, const Input& input, DomainReport& report) {
  for (const auto& profile : profiles) report.profiles.push_back(judge(*profile, input, report));
  for (const auto& result : report.profiles) {
    for (const auto& requirement : result.requirements) {
      for (const auto& code : requirement.findings) {
        for (auto& finding : report.findings) {
          if (finding.code == code && finding.status == FindingStatus::present)
            finding.requirements.push_back(fmt::format("{} {}", result.id, requirement.id));
        }
      }
    }
  }
}

std::chrono::seconds max_key_age(const Profiles& profiles) {
  std::chrono::seconds out{0};
  for (const auto& profile : profiles) {
    if (profile->max_key_age.count() != 0 && (out.count() == 0 || profile->max_key_age < out))
      out = profile->max_key_age;
  }
  return out;
}

}  // namespace rampart::audit
