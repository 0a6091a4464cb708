#include "audit/fix/apply.h"

#include <algorithm>

#include <fmt/format.h>

#include "auth/dmarc/record.h"
#include "auth/spf/record.h"
#include "base/text.h"

namespace rampart::audit::fix {
namespace {

bool takes_something_away(const Step& step) {
  return std::ranges::any_of(step.sets, [](const RrSet& set) {
    return std::ranges::any_of(
        set.before, [&](const SetRecord& r) { return std::ranges::find(set.after, r) == set.after.end(); });
  });
}

// The one DMARC record of an RRset.
std::optional<dmarc::Record> dmarc_of(const std::vector<SetRecord>& records) {
  std::optional<dmarc::Record> out;
  for (const auto& record : records) {
    if (!dmarc::is_record(record.data)) continue;
    if (out) return std::nullopt;
    out = dmarc::parse(record.data);
  }
  return out;
}

// The step's DMARC record says of what fails just what it said before.
bool keeps_policy(const Step& step) {
  return std::ranges::all_of(step.sets, [](const RrSet& set) {
    const auto was = dmarc_of(set.before);
    const auto is = dmarc_of(set.after);
    return was && is && was->p.value == is->p.value && was->sp.value == is->sp.value &&
           was->np.value == is->np.value && was->test == is->test && was->pct == is->pct &&
           was->adkim == is->adkim && was->aspf == is->aspf && dmarc::usable(*was) == dmarc::usable(*is);
  });
}

bool is_none(const EffectivePolicy::Entry& entry) {
  const auto none = [](Policy policy) { return policy == Policy::none || policy == Policy::missing; };
  return none(entry.policy) && none(entry.rfc7489);
}

// A record of its own with p=none takes away what another one says of the domain, its subdomains and invented names
// (RFC 9989 section 4.10.1).
std::string why_not_watch(const EffectivePolicy& policy) {
  if (is_none(policy.domain) && is_none(policy.subdomain) && is_none(policy.invented)) return {};
  const auto known = [](const EffectivePolicy::Entry& e) { return e.policy != Policy::unknown; };
  if (!known(policy.domain) || !known(policy.subdomain) || !known(policy.invented))
    return "which policy is in effect is not known, and p=none may weaken it";
  return "a policy above none is in effect, which p=none would take away (RFC 9989 section 4.10.1)";
}

enum class Class : std::uint8_t { harmless, never, risky };

struct Ruling {
  Class how = Class::harmless;
  std::string why;
};

Ruling risky(std::string why) { return {Class::risky, std::move(why)}; }

// The rules of what may be published without a verdict.
Ruling rule(const Step& step, const Plan& plan) {
  const auto id = step.words->id;
  if (id == "publish-dkim-key")
    return takes_something_away(step) ? risky("it takes the place of another key") : Ruling();
  if (id == "watch") {
    auto why = why_not_watch(plan.before.effective_policy);
    return why.empty() ? Ruling() : Ruling{Class::never, std::move(why)};
  }
  if (id == "reports") return keeps_policy(step) ? Ruling() : risky("more than the report address changes");
  if (id == "tls-reports" || id == "mta-sts-testing") return {};
  if (id == "np-reject") return risky("mail from names that do not exist would be refused");
  if (id == "spf-record") return risky("receivers act on a new SPF record");
  if (id == "spf-dangling") return risky("it takes a term out of the SPF record");
  if (id == "remove-weak-key") return risky("it takes a key away");
  return risky("receivers would refuse more");
}

bool is_about_silence(const Step& step) {
  constexpr std::string_view kSilent[] = {"no-sender", "refuse-all", "null-mx", "no-keys"};
  return std::ranges::find(kSilent, step.words->id) != std::end(kSilent);
}

std::string failing_senders(const Step& step) {
  return fmt::format("it would fail mail of {}", base::join(step.breaks.failing, ", "));
}

void judge(Decision& decision, const Plan& plan, const Owner& owner, const Permission& permission) {
  const auto& step = *decision.step;
  auto ruling = rule(step, plan);
  // Of the domain itself alone: names below it may send.
  const bool marked = owner.sends == Sends::no && step.subject == plan.before.domain;
  if (marked && ruling.how == Class::risky) ruling = {};
  if (!marked && is_about_silence(step))
    ruling = risky("nobody marked the domain as sending nothing (--sends no)");
  const bool ready =
      permission.readiness != nullptr &&
      std::ranges::find(permission.readiness->steps, step.words->id) != permission.readiness->steps.end();
  if (ready && ruling.how == Class::risky && !is_about_silence(step)) ruling = {};
  if (step.closes.harms && ruling.how == Class::harmless)
    ruling = risky(fmt::format("it opens something else ({})", step.closes.why_not));
  // The verdict has weighed what reports say of it.
  const bool weighed = ready && step.breaks.by_reports;
  if (step.breaks.known && !step.breaks.failing.empty() && ruling.how != Class::never && !weighed)
    ruling = risky(fmt::format("{}: make them pass first", failing_senders(step)));
  decision.by_risk = ruling.how == Class::risky && permission.risk_accepted;
  decision.needs_risk = ruling.how == Class::risky && !permission.risk_accepted;
  if (ruling.how == Class::never || decision.needs_risk) decision.held = std::move(ruling.why);
}

bool touch_alike(const Step& a, const Step& b) {
  return std::ranges::any_of(a.sets, [&](const RrSet& set) {
    return std::ranges::any_of(
        b.sets, [&](const RrSet& other) { return set.name == other.name && set.type == other.type; });
  });
}

// The records that one of the two has and the other has not.
std::vector<std::string> difference(const dns::RecordSet& a, const dns::RecordSet& b) {
  std::vector<std::string> out;
  std::ranges::set_symmetric_difference(a.rdata, b.rdata, std::back_inserter(out));
  return out;
}

bool is_null_mx(const dns::RecordSet& set) {
  return set.rdata.size() == 1 && set.rdata.front() == dns::mx_rdata(0, dns::Name());
}

// "default._domainkey" of default._domainkey.shop.bank.example: the labels before the first one without an underscore
// that follows one with it.
bool is_txt_place(const dns::Name& domain, const dns::Name& name) {
  const auto labels = name.label_count() - domain.label_count();
  const auto label = [&](unsigned i) { return i < labels ? name.label(i) : std::string_view(); };
  if (label(0) == "_dmarc" || label(0) == "_mta-sts") return true;
  if (label(0) == "_smtp" && label(1) == "_tls") return true;
  for (unsigned i = 1; i < labels; ++i) {
    if (label(i) == "_domainkey") return true;
  }
  return false;
}

}  // namespace

std::vector<Decision> decide(const Plan& plan, const Owner& owner, const Permission& permission) {
  std::vector<Decision> out;
  for (const auto& step : plan.steps) {
    if (!step.changes()) continue;
    if (out.size() == permission.steps) break;
    auto& decision = out.emplace_back();
    decision.step = &step;
    decision.number = out.size();
    judge(decision, plan, owner, permission);
  }
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (!out[i].allowed()) hold_back(out, i, out[i].held);
  }
  return out;
}

void hold_back(std::vector<Decision>& decisions, std::size_t at, std::string why) {
  decisions[at].held = std::move(why);
  decisions[at].by_risk = false;
  for (std::size_t i = at + 1; i < decisions.size(); ++i) {
    if (!decisions[i].allowed() || !touch_alike(*decisions[at].step, *decisions[i].step)) continue;
    hold_back(decisions, i,
              fmt::format("it changes what step {} publishes, which is held back", decisions[at].number));
  }
}

std::string forbidden(const dns::Name& domain, const dns::RecordSet& before, const dns::RecordSet& after) {
  const auto& name = before.name;
  const auto set = fmt::format("{} {}", name.text(), dns::to_string(before.type));
  if (name != after.name || before.type != after.type || !name.is_within(domain))
    return fmt::format("{} is not of {}", set, domain.text());
  bool allowed = false;
  switch (before.type) {
    case dns::RrType::txt:
      allowed = is_txt_place(domain, name) ||
                std::ranges::all_of(difference(before, after),
                                    [](const std::string& rdata) { return spf::is_spf(dns::txt_of(rdata)); });
      break;
    case dns::RrType::mx:
      allowed = is_null_mx(before) || is_null_mx(after);
      break;
    case dns::RrType::cname:
    case dns::RrType::a:
    case dns::RrType::aaaa:
      allowed = name != domain && name.label(0) == "mta-sts";
      break;
    default:
      break;
  }
  return allowed ? std::string() : fmt::format("{} holds nothing that Rampart may change", set);
}

}  // namespace rampart::audit::fix
