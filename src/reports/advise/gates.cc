#include "reports/advise/gates.h"

#include <algorithm>
#include <cmath>
#include <set>

#include <fmt/format.h>

#include "base/text.h"
#include "reports/show/show.h"

namespace rampart::reports::advice {
namespace {

using dmarc::Policy;

constexpr std::size_t kMostNamed = 20;  // sources or names in one gate's lines; our own
constexpr std::uint64_t kPerThousand = 1000;

std::string name_of(const Stream& stream) { return base::printable(stream.source.name); }

// 0.45, 12, 1,234: two figures are all that an interval is worth.
std::string figure(double number) {
  if (number >= 100) return grouped(static_cast<std::uint64_t>(std::llround(number)));
  return fmt::format("{:.2g}", number);
}

std::string_view label(Standing standing) {
  constexpr std::string_view kLabels[] = {"yours", "hands on", "forged", "not classified"};
  return kLabels[static_cast<std::size_t>(standing)];
}

// Lines for the first few, and how many are left.
void cut(std::vector<std::string>& lines) {
  if (lines.size() <= kMostNamed) return;
  const auto more = lines.size() - kMostNamed;
  lines.resize(kMostNamed);
  lines.push_back(fmt::format("and {} more", grouped(more)));
}

// The last sentence of a source's evidence: why it is of its kind.
std::string reason_of(const Stream& stream) {
  for (const auto& evidence : stream.source.evidence) {
    if (evidence.kind == EvidenceKind::reason) return evidence.text();
  }
  return {};
}

}  // namespace

std::string messages_text(std::uint64_t count) { return plural(count, "message", "messages"); }

std::string tally_text(const SourceTally& mail) {
  return fmt::format("{}: {} by DKIM, {} by SPF alone, {} fail", messages_text(mail.messages()),
                     grouped(mail.dkim), grouped(mail.spf), grouped(mail.fail));
}

std::string days_text(std::int32_t from, std::int32_t to) {
  return fmt::format("{} to {}", day_text(from), day_text(to));
}

std::string rate_text(const Rate& rate) {
  if (rate.mean == 0)
    return fmt::format("none a day (with {:.0f} % confidence fewer than {})", kConfidence * 100,
                       figure(rate.bounds.high));
  return fmt::format("{} a day (with {:.0f} % confidence between {} and {})", figure(rate.mean),
                     kConfidence * 100, figure(rate.bounds.low), figure(rate.bounds.high));
}

Mend mend_of(const Stream& stream, const std::string& domain) {
  const auto* provider = stream.source.provider;
  if (provider != nullptr && mail::names_sender(provider->kind) && !provider->enable.empty())
    return {fmt::format("At {}: {}", provider->name, provider->enable), provider->help};
  if (stream.source.kind == SourceKind::own)
    return {fmt::format("Have the servers sign with DKIM as d={}: rampart fix plan {} --dkim SELECTOR=FILE "
                        "publishes the key, the mail server's manual says how to sign",
                        domain, domain),
            {}};
  return {
      fmt::format("Ask who runs it to sign with DKIM as d={} with a key that you publish, or send that mail "
                  "by a service that does",
                  domain),
      {}};
}

void Gates::block(GateResult& gate, Blocker blocker) const {
  blocker.gate = gate.gate;
  blocker.accepted = blocker.acceptable && input.accept_risk;
  if (blocker.waits) {
    if (gate.state == GateState::pass) gate.state = GateState::wait;
  } else if (!blocker.accepted) {
    gate.state = GateState::block;
  }
  out.blockers.push_back(std::move(blocker));
}

namespace gates {
namespace {

struct Span {
  bool any = false;
  std::int32_t first = 0;
  std::int32_t last = 0;
  std::int32_t days = 0;    // from first to last, at most kDaysWanted
  std::int32_t spoken = 0;  // of the last kDaysWanted before `last`: with a row
};

Span span_of(const Daily& daily, std::int32_t yesterday) {
  Span out;
  std::set<std::int32_t> days;
  for (const auto& row : daily.rows) {
    if (row.day <= yesterday) days.insert(row.day);
  }
  if (days.empty()) return out;
  out.any = true;
  out.first = *days.begin();
  out.last = *days.rbegin();
  out.days = std::min(kDaysWanted, out.last - out.first + 1);
  out.spoken =
      static_cast<std::int32_t>(std::distance(days.lower_bound(out.last - kDaysWanted + 1), days.end()));
  return out;
}

void check_destinations(const Gates& gates, GateResult& gate) {
  const auto* dns = gates.dns();
  if (dns == nullptr || dns->policy == Dns::Policy::unknown) {
    gate.evidence.push_back(fmt::format("whether reports are authorised is not known: {}",
                                        dns == nullptr ? "DNS was not asked" : base::printable(dns->why)));
    return;
  }
  if (!gates.out.current.own) return;
  using Authorisation = dmarc::Destination::Authorisation;
  const auto& domain = gates.out.domain;
  if (std::ranges::none_of(dns->destinations, [](const auto& one) { return one.uri.valid; }))
    gates.block(gate, {.says = "the record asks for no reports (rua)",
                       .mend = fmt::format("rampart fix plan {} --report-to ADDRESS", domain)});
  for (const auto& one : dns->destinations) {
    const auto address = base::printable(one.uri.text);
    if (one.authorisation == Authorisation::unauthorised)
      gates.block(gate, {.says = fmt::format("{} has not agreed to take the reports", address),
                         .mend = fmt::format("publish there what `rampart reports authorise` prints for {}",
                                             domain)});
    if (one.receives == dmarc::Destination::Receives::no)
      gates.block(gate, {.says = fmt::format("{} cannot receive mail", address),
                         .mend = fmt::format("rampart fix plan {} --report-to ADDRESS", domain)});
    if (one.authorisation == Authorisation::same_organization ||
        one.authorisation == Authorisation::authorised)
      gate.evidence.push_back(fmt::format("reports go to {}, which takes them", address));
  }
}

void check_span(const Gates& gates, const Span& span, GateResult& gate) {
  const auto& input = gates.input;
  if (!span.any) {
    gates.block(
        gate,
        {.says = "no report that counts has come",
         .mend = "rampart reports import FILES, or rampart reports fetch for the mailbox of the reports",
         .until = input.today + kDaysWanted});
    return;
  }
  const bool stopped = span.last < gates.yesterday() - kSilentDays;
  if (stopped)
    gates.block(gate,
                {.says = fmt::format("no report speaks of a day after {}", day_text(span.last)),
                 .mend = "see whether the mailbox of the reports is read, and whether rua still names it",
                 .until = input.today + kLookAgain});
  const auto missing = std::max(kDaysWanted - span.days, std::min(kSpokenWanted - span.spoken, kDaysWanted));
  if (missing <= 0) return;
  const auto says = span.days < kDaysWanted
                        ? fmt::format("{} of {} days of reports", span.days, kDaysWanted)
                        : fmt::format("reports speak of {} of the last {} days, and {} are wanted",
                                      span.spoken, kDaysWanted, kSpokenWanted);
  gates.block(gate, {.says = says,
                     .mend = "wait: RFC 9989 section 7.4 asks for a month of reports",
                     .until = input.today + missing,
                     .waits = true});
}

}  // namespace

GateResult coverage(Gates& gates) {
  GateResult out{.gate = Gate::coverage};
  const auto& daily = *gates.input.daily;
  const auto span = span_of(daily, gates.yesterday());
  const auto reporters =
      static_cast<std::size_t>(std::ranges::count_if(daily.reporters, [&](const ReporterSeen& one) {
        return one.last_day >= gates.input.today - kDaysWanted;
      }));
  out.says =
      fmt::format("{} of {} days, {}, {}{}", span.days, kDaysWanted,
                  plural(reporters, "reporter", "reporters"), plural(daily.reports, "report", "reports"),
                  span.any ? ", the last of " + day_text(span.last) : std::string());
  if (daily.uncounted_reports != 0)
    out.evidence.push_back(fmt::format("not counted: {} of unknown origin, that speak of {} and {}",
                                       plural(daily.uncounted_reports, "report", "reports"),
                                       plural(daily.uncounted_days, "day", "days"),
                                       messages_text(daily.uncounted_messages)));
  check_span(gates, span, out);
  if (span.any && reporters < kReportersWanted)
    gates.block(out, {.says = fmt::format("only {}; {} are wanted, so that one alone does not decide",
                                          plural(reporters, "reporter", "reporters"), kReportersWanted),
                      .mend = "wait for others; see that every address of rua is read",
                      .until = gates.input.today + kLookAgain,
                      .waits = true});
  check_destinations(gates, out);
  return out;
}

namespace {

bool matters(const Stream& stream) {
  const auto& tally = stream.source.tally;
  return tally.dkim + tally.spf > 0 || tally.fail >= kFewMessages;
}

// What a mark of it names: the spoofing of a domain is no one source, so there an address.
std::string subject_of(const Stream& stream) {
  const auto& source = stream.source;
  if (source.kind == SourceKind::spoofing && !source.addresses.empty())
    return source.addresses.front().address.text();
  return base::printable(source.id);
}

}  // namespace

GateResult inventory(Gates& gates) {
  GateResult out{.gate = Gate::inventory};
  std::size_t by_standing[4] = {};
  std::size_t small = 0;
  std::uint64_t small_messages = 0;
  for (const auto& stream : gates.out.streams) {
    ++by_standing[static_cast<std::size_t>(stream.standing)];
    if (stream.standing != Standing::unclear) continue;
    if (!matters(stream)) {
      ++small;
      small_messages += stream.source.tally.messages();
      continue;
    }
    const auto mend = mend_of(stream, gates.out.domain);
    gates.block(out,
                {.source = stream.source.id,
                 .brief = name_of(stream) + " is not classified",
                 .says = fmt::format("{} is not classified ({}): {}", name_of(stream),
                                     tally_text(stream.source.tally), reason_of(stream)),
                 .mend = fmt::format("Say whose it is: rampart reports mark {} {} --as own|service|forwarder|"
                                     "spoofing --reason WHY. If it is yours: {}",
                                     gates.out.domain, subject_of(stream), mend.says),
                 .help = mend.help});
  }
  out.says = fmt::format("{} in {} days: {} yours, {} handing on, {} forged, {} not classified",
                         plural(gates.out.streams.size(), "source", "sources"), kInventoryDays,
                         by_standing[0], by_standing[1], by_standing[2], by_standing[3]);
  for (const auto& stream : gates.out.streams) {
    if (stream.standing == Standing::unclear && !matters(stream)) continue;
    out.evidence.push_back(fmt::format("{} ({}{}): {}, seen {}", name_of(stream), label(stream.standing),
                                       stream.by_owner() ? ", as you say" : "",
                                       tally_text(stream.source.tally),
                                       days_text(stream.source.first_day, stream.source.last_day)));
  }
  cut(out.evidence);
  if (small != 0)
    out.evidence.push_back(
        fmt::format("{} of fewer than {} messages, {} in all, none of which pass: left open",
                    plural(small, "source", "sources"), kFewMessages, messages_text(small_messages)));
  return out;
}

namespace {

// When a source that fails is worth another look.
std::int32_t look_again_at(const Stream& stream, const Health& health, std::int32_t today) {
  if (health.recent && health.since > 0) return std::max(today + 1, health.last_bad + kCleanDays + 1);
  if (const auto period = period_of(stream)) {
    auto next = stream.days.back().day + *period + 1;
    while (next <= today) next += *period;
    return next;
  }
  return today + kLookAgain;
}

std::string what_fails(const Health& health, Policy policy) {
  if (policy == Policy::reject && health.mail.spf != 0 && health.mail.fail == 0)
    return "pass by SPF alone, which is lost wherever they are forwarded (RFC 9989 section 7.4)";
  return policy == Policy::reject && health.mail.spf != 0 ? "fail DMARC or pass by SPF alone" : "fail DMARC";
}

std::string_view short_of(const Health& health, Policy policy) {
  return policy == Policy::reject && health.mail.spf != 0 ? "have no DKIM that passes" : "fail DMARC";
}

Blocker blocker_of(const Stream& stream, const Health& health, Policy policy, const Gates& gates) {
  const auto mend = mend_of(stream, gates.out.domain);
  Blocker out{.source = stream.source.id,
              .brief = fmt::format("{}: {} of {} {}", name_of(stream), grouped(health.bad),
                                   messages_text(health.messages()), short_of(health, policy)),
              .says = fmt::format("{}: {} of {} {} ({})", name_of(stream), grouped(health.bad),
                                  messages_text(health.messages()), what_fails(health, policy),
                                  days_text(health.from, health.to)),
              .mend = mend.says,
              .help = mend.help,
              .until = look_again_at(stream, health, gates.input.today)};
  if (health.recent && health.since > 0 && gates.yesterday() - health.last_bad > 1) {
    out.says += fmt::format("; clean since {}, {} of {} days", day_text(health.last_bad + 1),
                            gates.yesterday() - health.last_bad, kCleanDays);
    out.waits = health.since >= kFewMessages;
    if (out.waits) out.mend = "wait: it seems to be mended. Otherwise: " + out.mend;
  } else if (!health.recent) {
    const auto period = period_of(stream);
    out.says += period ? fmt::format("; it sends about every {} days, and next about {}", *period,
                                     day_text(*out.until - 1))
                       : "; it was not seen since";
  }
  return out;
}

struct Looked {
  std::size_t senders = 0;
  std::size_t ready = 0;
};

// Every legitimate source's mail of one part, against the policy that is tried.
Looked check_sources(Gates& gates, Part part, GateResult& gate, bool blocks) {
  Looked out;
  const auto policy = gates.out.target;
  for (const auto& stream : gates.out.streams) {
    if (stream.standing != Standing::legitimate) continue;
    const auto health = health_of(stream, part, policy, gates.input.today);
    if (health.messages() == 0) continue;
    ++out.senders;
    gate.evidence.push_back(fmt::format(
        "{}: {} ({}){}", name_of(stream), tally_text(health.mail), days_text(health.from, health.to),
        health.mended ? "; mended, clean since " + day_text(health.last_bad + 1) : std::string()));
    if (health.ok) {
      ++out.ready;
    } else if (blocks) {
      gates.block(gate, blocker_of(stream, health, policy, gates));
    } else {
      auto held = blocker_of(stream, health, policy, gates);
      gate.evidence.push_back(fmt::format("holds back sp: {}. {}", held.says, held.mend));
    }
  }
  cut(gate.evidence);
  return out;
}

}  // namespace

GateResult authentication(Gates& gates) {
  GateResult out{.gate = Gate::authentication};
  const auto looked = check_sources(gates, Part::domain, out, true);
  const auto wanted = gates.out.target == Policy::reject ? "aligned DKIM on their mail"
                                                         : "aligned DKIM, or SPF, on their mail";
  out.says = fmt::format("{}: {} of {} senders", wanted, looked.ready, looked.senders);
  if (gates.out.target == Policy::none)
    out.says =
        fmt::format("{} looked at; p=none asks nothing of them", plural(looked.senders, "sender", "senders"));
  return out;
}

GateResult blast_radius(Gates& gates) {
  GateResult out{.gate = Gate::blast_radius};
  const auto& blast = gates.out.blast;
  const auto policy = dmarc::to_string(blast.policy);
  out.says = fmt::format("p={} on {}: of your {} it stops {}, of others {} forged", policy,
                         days_text(blast.from, blast.to), messages_text(blast.messages), grouped(blast.real),
                         grouped(blast.forged));
  out.evidence.push_back(fmt::format("yours: {}", rate_text(blast.real_rate)));
  for (const auto& hit : blast.hits) {
    if (hit.stopped == 0 && hit.mended == 0) continue;
    auto line = fmt::format("{} ({}): {} of {} stopped", name_of(*hit.stream), label(hit.stream->standing),
                            grouped(hit.stopped), messages_text(hit.messages));
    if (hit.stopped != 0) line += ", " + rate_text(hit.rate);
    if (hit.mended != 0) line += fmt::format("; {} more before it was mended", grouped(hit.mended));
    out.evidence.push_back(std::move(line));
  }
  cut(out.evidence);
  if (blast.estimated != 0)
    out.evidence.push_back(fmt::format("the day of {} is an estimate, as their reports span several",
                                       messages_text(blast.estimated)));
  const bool many = blast.policy == Policy::reject ? blast.real * kPerThousand > blast.messages
                                                   : blast.real * 100 > blast.messages * kMaxBadPerHundred;
  if (!many) return out;
  out.state = GateState::block;
  const auto named = [&](const Blocker& blocker) { return blocker.gate == Gate::authentication; };
  if (std::ranges::any_of(gates.out.blockers, named)) return out;
  gates.block(out, {.says = fmt::format("{} of {} of yours would be stopped", grouped(blast.real),
                                        messages_text(blast.messages)),
                    .mend = "see the lines of the sources: each loses little, and together it is too much"});
  return out;
}

GateResult indirect(Gates& gates) {
  GateResult out{.gate = Gate::indirect};
  std::uint64_t lists = 0;
  std::int32_t last_list = 0;
  SourceTally handed;
  for (const auto& stream : gates.out.streams) {
    for (const auto& day : stream.days) {
      lists += day.lists;
      if (day.lists != 0) last_list = std::max(last_list, day.day);
    }
    if (stream.standing != Standing::handed_on) continue;
    const auto& tally = stream.source.tally;
    handed.dkim += tally.dkim;
    handed.spf += tally.spf;
    handed.fail += tally.fail;
    out.evidence.push_back(fmt::format("{}: {}; {}", name_of(stream), tally_text(tally), reason_of(stream)));
  }
  cut(out.evidence);
  out.says = fmt::format("handed on in {} days: {}; {} through mailing lists", kInventoryDays,
                         tally_text(handed), messages_text(lists));
  if (gates.out.target != Policy::reject) return out;
  if (lists != 0)
    gates.block(out,
                {.says = fmt::format("people post to mailing lists: {}, the last on {}", messages_text(lists),
                                     day_text(last_list)),
                 .mend = "RFC 9989 section 7.4: stay at quarantine, or tell your people that lists may drop "
                         "them, and go on with --accept-risk",
                 .acceptable = true});
  const auto& blast = gates.out.blast;
  const auto broken = blast.handed_on - blast.lists;
  if (broken * kPerThousand > blast.messages)
    gates.block(
        out,
        {.says = fmt::format("forwarders break the signature of {} in {} days, which would be refused",
                             messages_text(broken), blast.days()),
         .mend = "sign so that forwarding leaves it whole (relaxed/relaxed, no l=), ask whoever forwards "
                 "to keep the mail as it is, or go on with --accept-risk",
         .acceptable = true});
  return out;
}

GateResult subdomains(Gates& gates) {
  GateResult out{.gate = Gate::subdomains};
  std::map<std::string, SourceTally> names;
  for (const auto& stream : gates.out.streams) {
    if (stream.standing == Standing::forged) continue;
    for (const auto& [name, tally] : stream.names) {
      auto& sum = names[name];
      sum.dkim += tally.dkim;
      sum.spf += tally.spf;
      sum.fail += tally.fail;
    }
  }
  const auto looked = check_sources(gates, Part::below, out, false);
  for (const auto& [name, tally] : names)
    out.evidence.push_back(fmt::format("{}: {}", base::printable(name), tally_text(tally)));
  cut(out.evidence);
  gates.below_ready = looked.ready == looked.senders;
  out.says = names.empty()
                 ? "no mail of names below the domain, but for forged"
                 : fmt::format("{} below it with mail; {} of {} ready", plural(names.size(), "name", "names"),
                               looked.ready, plural(looked.senders, "sender", "senders"));
  if (!gates.below_ready) {
    out.state = GateState::block;
    out.says += ": sp stays as it is";
  }
  return out;
}

namespace {

std::int32_t days_wanted(const Current& current) {
  return current.soft() && current.p() != Policy::none ? kTestDays : kDaysWanted;
}

void check_stage(const Gates& gates, GateResult& gate) {
  const auto& current = gates.out.current;
  if (!current.own || gates.out.verdict == Verdict::done) return;
  const auto wanted = days_wanted(current);
  const auto record = fmt::format("p={}{}", dmarc::to_string(current.p()), current.soft() ? " in test" : "");
  gate.says = fmt::format("{} for {} of {} days", record, std::min(current.days, wanted), wanted);
  if (current.since) gate.says += ", since " + day_text(*current.since);
  // A month of p=none is what coverage asks for already.
  if (current.days >= wanted ||
      (current.p() == Policy::none && gates.out.gates.front().state != GateState::pass))
    return;
  gates.block(gate, {.says = fmt::format("{} has been seen for {} of {} days", record, current.days, wanted),
                     .mend = current.soft() ? "wait: what the test shows comes with the reports of these days"
                                            : "wait: RFC 9989 section 7.4 asks for a month at each policy",
                     .until = gates.input.today + wanted - current.days,
                     .waits = true});
}

}  // namespace

GateResult stability(Gates& gates) {
  GateResult out{.gate = Gate::stability, .says = "nothing has changed"};
  check_stage(gates, out);
  const auto& rows = gates.input.daily->rows;
  const auto begun = rows.empty() ? gates.input.today : rows.front().day;
  for (const auto& stream : gates.out.streams) {
    if (stream.standing != Standing::legitimate) continue;
    const auto first = stream.source.first_day;
    const bool fresh = first > gates.input.today - kNewSourceDays && begun <= gates.input.today - kDaysWanted;
    if (fresh && !stream.by_owner())
      gates.block(out, {.source = stream.source.id,
                        .says = fmt::format("{} is new: first seen on {}", name_of(stream), day_text(first)),
                        .mend = "wait, or say by a mark whose it is",
                        .until = first + kNewSourceDays,
                        .waits = true});
    if (stream.source.trend == Trend::falling || stream.source.trend == Trend::rising)
      out.evidence.push_back(fmt::format("{} is {}", name_of(stream), to_string(stream.source.trend)));
  }
  cut(out.evidence);
  if (const auto* dns = gates.dns(); dns != nullptr && dns->spf != Known::yes)
    out.evidence.push_back(base::printable(dns->spf_why));
  return out;
}

GateResult rollback(Gates& gates) {
  GateResult out{.gate = Gate::rollback};
  const auto* dns = gates.dns();
  if (gates.out.rollback.empty()) {
    out.state = GateState::unknown;
    out.says = "the record as it stands is not known, so look at it before you change it";
    return out;
  }
  out.says = fmt::format("the record as it stands is kept; its TTL is {} seconds", grouped(dns->ttl));
  if (dns->ttl > kLowTtl)
    out.evidence.push_back(
        fmt::format("lower the TTL to {} a day before: until it has run out, receivers go by "
                    "what they have",
                    kLowTtl));
  return out;
}

}  // namespace gates
}  // namespace rampart::reports::advice
