#include "guard/gate/verdict.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "guard/gate/other_filter.h"
#include "guard/memory/correspondents.h"

namespace rampart::guard {
namespace {

auth::Envelope envelope_of(const Standing& standing, const Situation& situation) {
  auth::Envelope out{.ip = standing.ip, .helo = standing.helo, .mail_from = situation.mail_from};
  if (!out.ip) out.helo.clear();
  return out;
}

// What fails under p=none carries no weight (RFC 9989 section 5.4).
void add_signals(Verdict& verdict) {
  const auto& result = verdict.authentication;
  const auto add = [&](std::string code, double strength, std::string evidence, std::string part) {
    verdict.signals.push_back({std::move(code), strength, std::move(evidence), std::move(part)});
  };
  const auto& causes = verdict.ruling.causes;
  if (const auto blocked = std::ranges::find(causes, "blocked", &Cause::code); blocked != causes.end())
    add("blocked", verdict.ruling.action == Action::accept ? 0 : 100, blocked->text, "message");
  if (!result.author.fault.empty()) add("from-malformed", 50, result.author.fault, "header");
  const bool has_failed = result.dmarc == dmarc::Result::fail;
  if (has_failed && result.policy == dmarc::Policy::none) add("dmarc-fail-none", 0, result.why, "header");
  if (has_failed && result.policy == dmarc::Policy::quarantine)
    add("dmarc-fail-quarantine", 50, result.why, "header");
  if (has_failed && result.policy == dmarc::Policy::reject)
    add("dmarc-fail-reject", 80, result.why, "header");
  if (verdict.content)
    for (const auto& [signal, points] : verdict.content->signals)
      if (points > 0)
        add(std::string(signal::kind_of(signal.code).code), std::min(std::round(points * 10) / 10, 100.0),
            signal.evidence, signal.part);
}

void add_unchecked(Verdict& verdict) {
  if (!verdict.envelope.ip)
    verdict.unchecked.emplace_back("SPF and the client's name: its address is not known");
  else if (!verdict.authentication.spf)
    verdict.unchecked.emplace_back("SPF: neither the envelope sender nor HELO is known");
}

}  // namespace

double Verdict::score() const {
  double out = 0;
  for (const auto& signal : signals) out += signal.strength;
  return std::min(std::round(out * 10) / 10, 100.0);
}

Scan::Scan(const mail::Message& message, Situation situation, const RoleRules& roles, const LocalRules& local,
           const InspectionRules& inspection, dkim::KeyCache& keys)
    : message_(message),
      situation_(std::move(situation)),
      local_(local),
      inspection_(inspection),
      standing_(stand(situation_.peer, message.header, roles)),
      envelope_(envelope_of(standing_, situation_)),
      authenticator_(message, envelope_, keys) {}

Verdict Scan::of_ours() const {
  Verdict out{.standing = standing_, .envelope = envelope_, .authentication = {}, .ruling = {}};
  out.authentication.author = mail::read_author(message_.header);
  out.other_results = read_other_results(message_.header, local_.trusted_milters);
  out.ruling.causes.push_back(
      {.code = fmt::format("role-{}", to_string(standing_.role)), .text = standing_.why, .section = {}});
  return out;
}

Verdict Scan::came_back(std::string_view id) const {
  Verdict out{.standing = standing_, .envelope = envelope_, .authentication = {}, .ruling = {}};
  out.standing.role = Role::local;
  out.standing.proof = Proof::none;
  out.standing.why = fmt::format("it was let through before, as {}, and is put back", id);
  out.authentication.author = mail::read_author(message_.header);
  out.ruling.causes.push_back({.code = "came-back", .text = out.standing.why, .section = {}});
  return out;
}

std::optional<ContentJudged> Scan::judge(const auth::Authentication& authentication,
                                         const Correspondence& sender) {
  if (!situation_.inspected || !inspection_.judges()) return std::nullopt;
  if (!names_)
    names_ = names::read_names(
        {.header = &message_.header,
         .mail_from = situation_.mail_from ? std::string_view(*situation_.mail_from) : std::string_view(),
         .has_envelope = situation_.mail_from.has_value(),
         .recipients = situation_.peer.recipients},
        *inspection_.names);
  return judge_content({.seen = *situation_.inspected,
                        .names = *names_,
                        .header = message_.header,
                        .recipients = situation_.peer.recipients,
                        .authentication = &authentication,
                        .sender = &sender,
                        .malware = situation_.clamd && situation_.clamd->said == ClamdSaid::found
                                       ? std::string_view(situation_.clamd->name)
                                       : std::string_view()},
                       inspection_);
}

Verdict Scan::run(facts::Facts& facts, base::Time now) {
  Verdict out{.standing = standing_,
              .envelope = envelope_,
              .authentication = authenticator_.run(facts, now),
              .ruling = {}};
  if (is_from_outside(standing_.role)) {
    out.sender = situation_.sender;
    out.sender->proven =
        out.authentication.dmarc == dmarc::Result::pass && !author_address(out.authentication.author).empty();
    out.content = judge(out.authentication, *out.sender);
    out.ruling = decide({.authentication = &out.authentication,
                         .header = &message_.header,
                         .local = &local_,
                         .client = standing_.ip,
                         .mail_from = situation_.mail_from.value_or(std::string()),
                         .memory = situation_.memory,
                         .now = now,
                         .inspected = situation_.inspected ? &*situation_.inspected : nullptr,
                         .content = out.content ? &*out.content : nullptr,
                         .clamd = situation_.clamd ? &*situation_.clamd : nullptr,
                         .clamd_must_say = inspection_.clamd_must_say});
    add_signals(out);
  } else {
    out.ruling.causes.push_back(
        {.code = fmt::format("role-{}", to_string(standing_.role)), .text = standing_.why, .section = {}});
  }
  add_unchecked(out);
  if (situation_.inspected && !situation_.inspected->fault.empty())
    out.unchecked.push_back(fmt::format("{} what it holds: {}",
                                        situation_.inspected->extent == Extent::part ? "a part of" : "all of",
                                        situation_.inspected->fault));
  if (situation_.clamd && situation_.clamd->said == ClamdSaid::unknown)
    out.unchecked.push_back("whether it is malware: " + situation_.clamd->text());
  out.other_results = read_other_results(message_.header, local_.trusted_milters);
  return out;
}

}  // namespace rampart::guard
