// The rungs of keys, SPF, TLS reports, MTA-STS and the null MX.
#include "audit/fix/rungs.h"

#include <algorithm>

#include <fmt/format.h>

#include "auth/mta_sts/record.h"
#include "auth/spf/record.h"
#include "auth/tls_rpt/record.h"
#include "base/text.h"
#include "dns/record_set.h"

namespace rampart::audit::fix {

std::string full_text(const dns::Name& name) { return dns::zone_text(name); }

namespace rungs {
namespace {

using Kind = spf::Issue::Kind;

constexpr std::uint64_t kPolicyAge =
    604'800;  // seconds: a week, so that a mistake in testing is soon forgotten

bool is_spf(std::string_view text) { return spf::is_spf(text); }
bool is_any(std::string_view) { return true; }
bool is_none(std::string_view) { return false; }

// The one mechanism of the record is `all`, so that with -all it lets nobody in.
bool lets_nobody_in(const std::string& text) {
  const auto record = spf::parse(text);
  return std::ranges::all_of(record.terms,
                             [](const spf::Term& term) { return term.kind == spf::TermKind::all; });
}

// The owner's own record lets in a wide range of addresses.
bool is_wide(const SpfPicture& spf) {
  return std::ranges::any_of(spf.analysis.issues, [](const spf::Issue& issue) {
    return issue.node == 0 && (issue.kind == Kind::wide || issue.kind == Kind::near_all);
  });
}

std::string record_of(const std::vector<LegitimateSender>& senders) {
  std::string out = "v=spf1";
  for (const auto& sender : senders) {
    if (!sender.address) {
      out += fmt::format(" a:{}", sender.name.text());
    } else {
      out += fmt::format(" {}:{}", sender.address->is_v4() ? "ip4" : "ip6", sender.address->text());
    }
  }
  return out + " ~all";
}

std::optional<Step> put_spf(Ladder& ladder, Step step, std::string record) {
  step.touches_spf = true;
  return ladder.set_text(std::move(step), ladder.picture.domain, std::move(record), is_spf);
}

}  // namespace

std::optional<Step> keys(Ladder& ladder) {
  for (const auto& key : ladder.owner.keys) {
    const auto name = ladder.picture.domain.prepend(key.selector + "._domainkey");
    auto step =
        ladder.set_text(ladder.step(step_words("publish-dkim-key"), key.selector), name, key.record, is_any);
    if (step) return step;
  }
  constexpr std::string_view kWanting[] = {"dkim-missing", "dkim-unknown", "dkim-key-weak", "dkim-key-short",
                                           "dkim-ed25519-only"};
  const bool wanting =
      std::ranges::any_of(kWanting, [&](std::string_view code) { return ladder.found(code); });
  if (wanting && ladder.owner.keys.empty())
    ladder.ask(ladder.step(step_words("publish-dkim-key"), "of each system"), question_words("public-key"));
  return std::nullopt;
}

std::optional<Step> spf(Ladder& ladder) {
  const auto& spf = ladder.picture.spf;
  for (const auto& finding : ladder.report.findings) {
    if (finding.code != "spf-dangling-include" || finding.remedies.empty()) continue;
    return put_spf(ladder, ladder.step(step_words("spf-dangling")), finding.remedies.front().data);
  }
  const bool wanting = spf.state != SpfState::usable || is_wide(spf);
  if (!wanting) return std::nullopt;
  auto step = ladder.step(step_words("spf-record"));
  if (spf.state == SpfState::unknown) {
    ladder.refuse(std::move(step), fmt::format("the SPF record could not be looked up: {}", spf.why));
    return std::nullopt;
  }
  if (!ladder.owner.senders) {
    ladder.ask(std::move(step), question_words("who-sends"));
    return std::nullopt;
  }
  return put_spf(ladder, std::move(step), record_of(*ladder.owner.senders));
}

std::optional<Step> tls_reports(Ladder& ladder) {
  if (!ladder.found("tls-rpt-missing") && !ladder.found("tls-rpt-invalid")) return std::nullopt;
  auto step = ladder.step(step_words("tls-reports"));
  if (ladder.owner.report_to.empty()) {
    ladder.ask(std::move(step), question_words("report-address"));
    return std::nullopt;
  }
  return ladder.set_text(std::move(step), ladder.picture.domain.prepend("_smtp._tls"),
                         fmt::format("v=TLSRPTv1; rua=mailto:{}", ladder.owner.report_to),
                         tls_rpt::is_record);
}

namespace {

// What stands at https://mta-sts.<domain>/.well-known/mta-sts.txt.
std::string policy_text(Ladder& ladder) {
  mta_sts::Policy policy;
  policy.mode = mta_sts::Mode::testing;
  policy.max_age = kPolicyAge;
  policy.version_ok = true;
  const auto& mx = ladder.facts.ask(ladder.picture.domain, dns::RrType::mx);
  for (const auto& record : mx.records()) policy.mx.push_back(mx.target(record).text());
  if (policy.mx.empty()) policy.mx.push_back(ladder.picture.domain.text());  // RFC 5321 section 5.1
  return mta_sts::format(policy);
}

// 20261126T091500: letters and digits, and another one at each change (RFC 8461 section 3.1).
std::string policy_id(base::Time now) {
  std::string out;
  for (const char c : base::format_time(now)) {
    if (base::is_digit(c) || c == 'T') out += c;
  }
  return out;
}

}  // namespace

std::optional<Step> mta_sts(Ladder& ladder) {
  if (!ladder.found("mta-sts-missing")) return std::nullopt;
  auto step = ladder.step(step_words("mta-sts-testing"));
  const auto& host = ladder.owner.policy_host;
  if (host.empty()) {
    ladder.ask(std::move(step), question_words("policy-host"));
    return std::nullopt;
  }
  const auto name = ladder.picture.domain.prepend("mta-sts");
  auto found = ladder.set_text(std::move(step), ladder.picture.domain.prepend("_mta-sts"),
                               fmt::format("v=STSv1; id={}", policy_id(ladder.picture.input->now)), is_any);
  if (!found || !name) return std::nullopt;
  found->serve = policy_text(ladder);
  const auto address = base::IpAddress::parse(host);
  const auto type = !address ? dns::RrType::cname : address->is_v4() ? dns::RrType::a : dns::RrType::aaaa;
  bool there = false;
  for (const auto asked : {dns::RrType::a, dns::RrType::aaaa}) {
    const auto& answer = ladder.facts.ask(*name, asked);
    there = there || !answer.absent() || answer.has_aliases();
  }
  if (there) return found;  // it leads somewhere already; where is for the owner to see
  const auto data = address ? host : full_text(*dns::Name::try_parse(host));
  found->sets.push_back({*name, type, {}, {{data, 1}}});
  return found;
}

std::optional<Step> old_keys(Ladder& ladder) {
  if (ladder.owner.keys.empty() || ladder.picture.dkim.wildcard) return std::nullopt;
  for (const auto& selector : ladder.picture.dkim.selectors) {
    const auto weak = [](const dkim::KeyRecord& key) {
      return key.type == dkim::KeyType::rsa && !key.revoked && key.bits != 0 &&
             key.bits < dkim::kRecommendedRsaBits;
    };
    const auto given = [&](const Key& key) { return base::iequals(key.selector, selector.selector); };
    if (std::ranges::none_of(selector.found.keys, weak) || std::ranges::any_of(ladder.owner.keys, given))
      continue;
    auto step = ladder.step(step_words("remove-weak-key"), selector.selector);
    auto set = ladder.current(selector.name, dns::RrType::txt, step);
    if (!set || set->before.empty()) continue;
    std::erase_if(set->after, [](const SetRecord& record) { return dkim::is_key_record(record.data); });
    step.sets.push_back(std::move(*set));
    return step;
  }
  return std::nullopt;
}

std::optional<Step> hard_fail(Ladder& ladder) {
  const auto& spf = ladder.picture.spf;
  if (spf.state != SpfState::usable || spf.all == spf::Qualifier::fail) return std::nullopt;
  auto step = ladder.step(step_words("spf-hard-fail"));
  auto text = spf.hard_fail;
  if (!text && spf.analysis.has(Kind::no_all)) text = spf.texts.front() + " -all";
  if (!text) {
    ladder.refuse(std::move(step),
                  "the record that ends it stands at another name, to which it redirects: change that one");
    return std::nullopt;
  }
  if (lets_nobody_in(*text)) {  // whoever sends would be shut out, with an MX or without
    ladder.ask(std::move(step), question_words("who-sends"));
    return std::nullopt;
  }
  return put_spf(ladder, std::move(step), std::move(*text));
}

std::optional<Step> no_sender(Ladder& ladder) {
  const auto& spf = ladder.picture.spf;
  auto step = ladder.step(step_words("no-sender"));
  if (spf.state == SpfState::unknown) {
    ladder.refuse(std::move(step), fmt::format("the SPF record could not be looked up: {}", spf.why));
    return std::nullopt;
  }
  if (spf.state == SpfState::usable && spf.only_fail_all) return std::nullopt;
  return put_spf(ladder, std::move(step), "v=spf1 -all");
}

std::optional<Step> park(Ladder& ladder) {
  const auto& domain = ladder.picture.domain;
  if (ladder.owner.parked && ladder.picture.null_mx != Known::yes) {
    auto step = ladder.step(step_words("null-mx"));
    step.by_word = false;  // who writes to the domain is another question
    if (auto set = ladder.current(domain, dns::RrType::mx, step)) {
      set->after = {{"0 .", 1}};
      step.sets.push_back(std::move(*set));
      return step;
    }
    return std::nullopt;
  }
  if (ladder.picture.dkim.all_revoked) return std::nullopt;
  return ladder.set_text(ladder.step(step_words("no-keys")), domain.prepend("*._domainkey"),
                         "v=DKIM1; p=", is_none);
}

}  // namespace rungs
}  // namespace rampart::audit::fix
