// The rungs of DMARC: watch, reports, np, subdomains, sp, p.
#include <algorithm>

#include <fmt/format.h>

#include "audit/fix/rungs.h"
#include "auth/spf/record.h"
#include "base/text.h"

namespace rampart::audit::fix::rungs {
namespace {

using dmarc::Discovery;
using dmarc::Lookup;

bool is_dmarc(std::string_view text) { return dmarc::is_record(text) || dmarc::is_near_record(text); }

std::optional<dns::Name> place(const dns::Name& domain) { return domain.prepend_label("_dmarc"); }

// The domain's own record counts as it is published.
bool counts(const Picture& picture) {
  return picture.dmarc.has_own() && dmarc::usable(*picture.dmarc.own.record) == dmarc::Use::as_published;
}
bool governs(const Picture& picture) { return counts(picture) && picture.dmarc.governs(picture.domain); }

std::string rua_of(const dmarc::Record& record) {
  std::string out;
  for (const auto& uri : record.rua) {
    if (uri.valid) out += (out.empty() ? "" : ",") + uri.text;
  }
  return out;
}

std::optional<Step> put(Ladder& ladder, Step step, std::string record) {
  return ladder.set_text(std::move(step), place(ladder.picture.domain), std::move(record), is_dmarc);
}

std::optional<Step> set_tag(Ladder& ladder, const StepWords& words, std::string_view tag,
                            std::string_view value) {
  return put(ladder, ladder.step(words), with_tag(ladder.picture.dmarc.own.record->text, tag, value));
}

// A record of a name above decides. One of our own would take its place.
bool inherits(Ladder& ladder, const Step& step) {
  const auto& found = ladder.picture.dmarc.domain.found;
  if (found.status != Discovery::Status::found || found.record_name == ladder.picture.domain) return false;
  const auto above = found.record_name.text();
  if (found.policy == dmarc::Policy::none) {
    ladder.refuse(step, fmt::format("the DMARC record of {} decides here; plan that domain", above));
  } else {
    ladder.refuse(
        step, fmt::format("{}={} of {} applies here already; a record of p=none would take its place and let "
                          "mail through that is refused today (RFC 9989 section 4.10.1)",
                          found.tag, dmarc::to_string(found.policy), above));
  }
  return true;
}

// Nothing that the domain sends can pass DMARC, as far as can be seen: whatever refuses what fails would refuse all of it.
bool stops(Ladder& ladder, const Step& step) {
  const auto& picture = ladder.picture;
  if (picture.spf.state == SpfState::usable || picture.dkim.state == DkimState::present) return false;
  ladder.refuse(step,
                "no SPF and no DKIM key is seen, so all mail of the domain would fail; they come first");
  return true;
}

}  // namespace

std::optional<Step> watch(Ladder& ladder) {
  const auto& dmarc = ladder.picture.dmarc;
  if (counts(ladder.picture)) return std::nullopt;
  auto step = ladder.step(step_words("watch"));
  if (dmarc.domain.found.status == Discovery::Status::temperror ||
      dmarc.own.state == Lookup::State::unknown) {
    ladder.refuse(std::move(step),
                  fmt::format("the DMARC records could not be looked up: {}", dmarc.domain.found.why));
    return std::nullopt;
  }
  if (inherits(ladder, step)) return std::nullopt;
  std::string record = "v=DMARC1; p=none";
  if (dmarc.has_own()) record = with_policy(dmarc.own.record->text, "p=none");
  const bool reported = dmarc.has_own() && dmarc::any_valid(dmarc.own.record->rua);
  if (!reported && !ladder.owner.report_to.empty()) {
    record = with_policy(record, "p=none", {"rua"});
    record = with_tag(record, "rua", "mailto:" + ladder.owner.report_to);
  }
  return put(ladder, std::move(step), std::move(record));
}

std::optional<Step> reports(Ladder& ladder) {
  const bool lacking = ladder.found("dmarc-no-rua") || ladder.found("dmarc-rua-unauthorised") ||
                       ladder.found("dmarc-rua-invalid") || ladder.found("dmarc-rua-no-mail");
  // A record above asks for reports where it decides; one that is wanting is mended there.
  if (!lacking || !counts(ladder.picture)) return std::nullopt;
  auto step = ladder.step(step_words("reports"));
  const auto wanted = "mailto:" + ladder.owner.report_to;
  if (ladder.owner.report_to.empty()) {
    ladder.ask(std::move(step), question_words("report-address"));
    return std::nullopt;
  }
  const auto& record = *ladder.picture.dmarc.own.record;
  if (rua_of(record) == wanted) {
    ladder.refuse(std::move(step),
                  fmt::format("{} is asked for already; its domain has to agree to take the reports "
                              "(RFC 9990 section 4) and to have a mail server",
                              ladder.owner.report_to));
    return std::nullopt;
  }
  return put(ladder, std::move(step), with_tag(record.text, "rua", wanted));
}

std::optional<Step> advised(Ladder& ladder) {
  const auto& advised = ladder.owner.advised;
  // What was found for another record says nothing of this one.
  if (advised.to.empty() || !counts(ladder.picture) || ladder.picture.dmarc.own.record->text != advised.from)
    return std::nullopt;
  return put(ladder, ladder.step(step_words("advised-policy")), advised.to);
}

std::optional<Step> np(Ladder& ladder) {
  if (!governs(ladder.picture)) return std::nullopt;
  if (!ladder.found("dmarc-no-np") && !ladder.found("dmarc-invented-open")) return std::nullopt;
  return set_tag(ladder, step_words("np-reject"), "np", "reject");
}

namespace {

// What a name below the domain says of itself.
struct Below {
  dns::Name name;
  Lookup own;
  Discovery found;
  bool sends_nothing = false;  // its SPF record is -all alone
};

std::vector<dns::Name> names_below(const Input& input) {
  std::vector<dns::Name> names;
  const auto add = [&](const dns::Name& name) {
    const bool fits = name != input.domain && name.is_within(input.domain) && name.label(0) != "*" &&
                      !name.label(0).starts_with('_');
    if (fits && std::ranges::find(names, name) == names.end()) names.push_back(name);
  };
  std::ranges::for_each(input.dmarc_subdomains, add);
  std::ranges::for_each(input.spf_subdomains, add);
  return names;
}

bool only_fails(const facts::Answer& txt) {
  const auto selected = spf::select_record(txt);
  if (selected.why != spf::Reason::matched) return false;
  const auto record = spf::parse(selected.text);
  return record.terms.size() == 1 && record.terms.front().kind == spf::TermKind::all &&
         record.terms.front().qualifier == spf::Qualifier::fail;
}

std::optional<Step> raise(Ladder& ladder, const Below& below) {
  const auto name = below.name.text();
  const bool own = below.own.state == Lookup::State::record;
  const auto now =
      below.found.status == Discovery::Status::found ? below.found.published : dmarc::Policy::none;
  if (now == dmarc::Policy::reject) return std::nullopt;
  const bool reject = now == dmarc::Policy::quarantine || below.sends_nothing;
  auto step = ladder.step(reject ? step_words("subdomain-reject") : step_words("subdomain-quarantine"), name);
  step.subject = below.name;
  step.by_word = false;
  const auto failed =
      below.found.status == Discovery::Status::temperror || below.own.state == Lookup::State::unknown;
  if (failed || below.own.state == Lookup::State::multiple ||
      (own && dmarc::usable(*below.own.record) != dmarc::Use::as_published)) {
    ladder.refuse(std::move(step), fmt::format("its DMARC record {}; plan {} as a domain of its own",
                                               failed ? "could not be looked up" : "does not count", name));
    return std::nullopt;
  }
  std::string record;
  if (own) {
    record = with_tag(below.own.record->text, "p", reject ? "reject" : "quarantine");
  } else {
    record = fmt::format("v=DMARC1; p={}", reject ? "reject" : "quarantine");
    // A record of its own does not inherit where reports go.
    const auto& above = ladder.picture.dmarc.own.record;
    if (const auto rua = above == nullptr ? std::string() : rua_of(*above); !rua.empty())
      record += "; rua=" + rua;
  }
  return ladder.set_text(std::move(step), place(below.name), std::move(record), is_dmarc);
}

}  // namespace

std::optional<Step> subdomains(Ladder& ladder) {
  // All at once, so that their questions share a round.
  std::vector<Below> all;
  for (const auto& name : names_below(*ladder.picture.input)) {
    Below below{name, dmarc::look_up(name, ladder.facts), dmarc::discover_policy(name, ladder.facts)};
    below.sends_nothing = only_fails(ladder.facts.ask(name, dns::RrType::txt));
    all.push_back(std::move(below));
  }
  if (ladder.facts.pending()) return std::nullopt;
  for (const auto& below : all) {
    if (auto step = raise(ladder, below)) return step;
  }
  return std::nullopt;
}

std::optional<Step> sp(Ladder& ladder) {
  if (!governs(ladder.picture)) return std::nullopt;
  const auto& record = *ladder.picture.dmarc.own.record;
  const auto now = record.sp.value.value_or(record.p.value.value_or(dmarc::Policy::none));
  if (record.sp.published && now == dmarc::Policy::reject) return std::nullopt;
  if (now != dmarc::Policy::reject && stops(ladder, ladder.step(step_words("sp-quarantine"))))
    return std::nullopt;
  if (now == dmarc::Policy::none) return set_tag(ladder, step_words("sp-quarantine"), "sp", "quarantine");
  return set_tag(ladder, step_words("sp-reject"), "sp", "reject");
}

std::optional<Step> p(Ladder& ladder) {
  if (!counts(ladder.picture)) return std::nullopt;
  const auto& record = *ladder.picture.dmarc.own.record;
  const bool climbs = record.test || record.p.value.value_or(dmarc::Policy::none) != dmarc::Policy::reject;
  if (climbs && stops(ladder, ladder.step(step_words("p-quarantine")))) return std::nullopt;
  if (record.test || record.pct.value_or(100) < 100) {
    std::string policy;
    const auto add = [&](std::string_view tag, const dmarc::PolicyTag& value) {
      if (value.value)
        policy += fmt::format("{}{}={}", policy.empty() ? "" : "; ", tag, dmarc::to_string(*value.value));
    };
    add("p", record.p);
    add("sp", record.sp);
    add("np", record.np);
    return put(ladder, ladder.step(step_words("end-testing")), with_policy(record.text, policy));
  }
  switch (record.p.value.value_or(dmarc::Policy::none)) {
    case dmarc::Policy::none:
      return set_tag(ladder, step_words("p-quarantine"), "p", "quarantine");
    case dmarc::Policy::quarantine:
      return set_tag(ladder, step_words("p-reject"), "p", "reject");
    case dmarc::Policy::reject:
      break;
  }
  return std::nullopt;
}

std::optional<Step> refuse_all(Ladder& ladder) {
  const auto& dmarc = ladder.picture.dmarc;
  auto step = ladder.step(step_words("refuse-all"));
  if (dmarc.domain.found.status == Discovery::Status::temperror ||
      dmarc.own.state == Lookup::State::unknown) {
    ladder.refuse(std::move(step),
                  fmt::format("the DMARC records could not be looked up: {}", dmarc.domain.found.why));
    return std::nullopt;
  }
  const bool refused = dmarc.domain.found.status == Discovery::Status::found &&
                       dmarc.domain.found.policy == dmarc::Policy::reject;
  const bool covered =
      dmarc.governs(ladder.picture.domain)
          ? dmarc.own.record->sp.value == dmarc::Policy::reject &&
                dmarc.own.record->np.value.value_or(dmarc::Policy::reject) == dmarc::Policy::reject
          : true;
  if (refused && covered) return std::nullopt;
  // sp and np count at the Organizational Domain alone (RFC 9989 section 4.7).
  const bool top = dmarc.organizational_domain == ladder.picture.domain;
  const std::string_view policy = top ? "p=reject; sp=reject; np=reject" : "p=reject";
  auto record = with_policy(dmarc.has_own() ? dmarc.own.record->text : "v=DMARC1", policy);
  const bool reported = dmarc.has_own() && dmarc.own.record->rua_published;
  if (!reported && !ladder.owner.report_to.empty()) record += "; rua=mailto:" + ladder.owner.report_to;
  return put(ladder, std::move(step), std::move(record));
}

}  // namespace rampart::audit::fix::rungs
