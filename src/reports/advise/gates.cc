#include "reports/advise/gates.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/saturate.h"
#include "base/text.h"
#include "dns/domain.h"
#include "reports/show/show.h"

namespace rampart::reports::advice {
namespace {

using dmarc::Policy;

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

// The last sentence of a source's evidence: why it is of its kind.
std::string reason_of(const Stream& stream) {
  for (const auto& evidence : stream.source.evidence) {
    if (evidence.kind == EvidenceKind::reason) return evidence.text();
  }
  return {};
}

}  // namespace

void cut(std::vector<std::string>& lines) {
  constexpr std::size_t kMostNamed = 20;  // sources or names in one gate's lines; our own
  if (lines.size() <= kMostNamed) return;
  const auto more = lines.size() - kMostNamed;
  lines.resize(kMostNamed);
  lines.push_back(fmt::format("and {} more", grouped(more)));
}

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
  if (blocker.accepted) {
    if (gate.state == GateState::pass) gate.state = GateState::accepted;
  } else if (blocker.waits) {
    if (gate.state != GateState::block) gate.state = GateState::wait;
  } else {
    gate.state = GateState::block;
  }
  out.blockers.push_back(std::move(blocker));
}

namespace gates {
namespace {

bool matters(const Stream& stream) {
  const auto& tally = stream.source.tally;
  return tally.dkim + tally.spf > 0 || tally.fail >= kFewMessages;
}

// Nothing is known of it but that DNS did not say whose it is.
bool only_unanswered(const Stream& stream) {
  return stream.standing == Standing::unclear && stream.source.unanswered != 0 &&
         stream.source.unanswered == stream.source.tally.messages();
}

// One blocker for all of them: they have one cause, and looking again may mend it.
void block_unanswered(const Gates& gates, const std::vector<const Stream*>& open, GateResult& gate) {
  constexpr std::size_t kShown = 5;
  std::uint64_t messages = 0;
  std::size_t addresses = 0;
  std::vector<std::string> shown;
  for (const auto* stream : open) {
    base::saturating_add(messages, stream->source.unanswered);
    addresses += stream->source.addresses.size();
    for (const auto& one : stream->source.addresses) {
      if (shown.size() < kShown) shown.push_back(one.address.text());
    }
  }
  if (open.empty()) return;
  gate.evidence.push_back(fmt::format("{}, {} that fail: DNS did not say whose",
                                      plural(addresses, "address", "addresses"), messages_text(messages)));
  if (messages < kFewMessages) return;
  const bool asked = gates.input.looked != nullptr;
  const auto whose = addresses == 1 && !shown.empty() ? shown.front() + " is"
                                                      : fmt::format("{} addresses are", grouped(addresses));
  const auto which = addresses == 1 ? std::string()
                                    : fmt::format(" ({}{})", fmt::join(shown, ", "),
                                                  addresses > shown.size() ? " and more" : "");
  gates.block(
      gate, {.brief = fmt::format("DNS did not say whose {}", whose),
             .says = fmt::format("DNS did not say whose {}{}, so {} from there that fail may be yours", whose,
                                 which, messages_text(messages)),
             .mend = fmt::format(
                 "{}. One that never answers: rampart reports mark {} ADDRESS --as "
                 "own|service|forwarder|spoofing --reason WHY",
                 !asked ? "look again without --no-dns"
                 : gates.out.left_out != 0
                     ? "look again when DNS answers, with more addresses (--lookups)"
                     : fmt::format("look again when DNS answers: rampart advise {}", gates.out.domain),
                 gates.out.domain),
             .until = gates.input.today + 1});
}

// What a mark of it names: the spoofing of a domain is no one source, so there an address.
std::string subject_of(const Stream& stream) {
  const auto& source = stream.source;
  if (source.kind == SourceKind::spoofing && !source.addresses.empty())
    return source.addresses.front().address.text();
  return base::printable(source.id);
}

// The domain that the reverse name of its address is in, where nobody is known there; empty: none.
std::string standing_in(const Stream& stream) {
  const auto& source = stream.source;
  if (source.provider != nullptr || source.addresses.empty()) return {};
  const auto name = dns::Name::try_parse(source.addresses.front().reverse_name);
  const auto domain = name ? dns::registered_domain(*name) : std::nullopt;
  return domain ? domain->text() : std::string();
}

// How the owner says whose it is, and what is left to do if it is his.
Mend classify(const Stream& stream, const std::string& domain) {
  const auto& tally = stream.source.tally;
  const auto mend = mend_of(stream, domain);
  Mend out{fmt::format("Say whose it is: rampart reports mark {} {} --as own|service|forwarder|spoofing "
                       "--reason WHY.",
                       domain, subject_of(stream)),
           mend.help};
  if (const auto where = standing_in(stream); !where.empty() && tally.dkim + tally.spf != 0)
    out.says += fmt::format(
        " If {0} is a domain of yours, too, write below [reports] of the configuration: "
        "own_domains = [\"{0}\"]; its servers are yours then.",
        base::printable(where));
  out.says += tally.dkim != 0 && tally.dkim == tally.messages()
                  ? " If it is yours, that is all: its mail is signed already"
                  : fmt::format(" If it is yours: {}", mend.says);
  return out;
}

}  // namespace

GateResult inventory(Gates& gates) {
  GateResult out{.gate = Gate::inventory};
  std::size_t by_standing[4] = {};
  std::size_t small = 0;
  std::uint64_t small_messages = 0;
  std::vector<const Stream*> open;
  for (const auto& stream : gates.out.streams) {
    ++by_standing[static_cast<std::size_t>(stream.standing)];
    if (stream.standing != Standing::unclear) continue;
    if (only_unanswered(stream)) {
      open.push_back(&stream);
      continue;
    }
    if (!matters(stream)) {
      ++small;
      small_messages += stream.source.tally.messages();
      continue;
    }
    const auto mend = classify(stream, gates.out.domain);
    gates.block(out, {.source = stream.source.id,
                      .brief = name_of(stream) + " is not classified",
                      .says = fmt::format("{} is not classified ({}): {}", name_of(stream),
                                          tally_text(stream.source.tally), reason_of(stream)),
                      .mend = mend.says,
                      .help = mend.help});
  }
  block_unanswered(gates, open, out);
  out.says = fmt::format("{} in {} days: {} yours, {} handing on, {} forged, {} not classified",
                         plural(gates.out.streams.size(), "source", "sources"), kInventoryDays,
                         by_standing[0], by_standing[1], by_standing[2], by_standing[3]);
  for (const auto& stream : gates.out.streams) {
    if (stream.standing == Standing::unclear && (only_unanswered(stream) || !matters(stream))) continue;
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
std::int32_t look_again_at(std::span<const StreamDay> days, const Last& health, std::int32_t today) {
  if (health.period) {
    auto next = health.last_bad + *health.period + 1;
    while (next <= today) next += *health.period;
    return next;
  }
  if (health.recent && health.since > 0) return std::max(today + 1, health.last_bad + health.clean + 1);
  if (const auto period = period_of(days)) {
    auto next = days.back().day + *period + 1;
    while (next <= today) next += *period;
    return next;
  }
  return today + kLookAgain;
}

std::string what_fails(const Last& health, Policy policy) {
  if (policy == Policy::reject && health.mail.spf != 0 && health.mail.fail == 0)
    return "pass by SPF alone, which is lost wherever they are forwarded (RFC 9989 section 7.4)";
  return policy == Policy::reject && health.mail.spf != 0 ? "fail DMARC or pass by SPF alone" : "fail DMARC";
}

std::string_view short_of(const Last& health, Policy policy) {
  return policy == Policy::reject && health.mail.spf != 0 ? "have no DKIM that passes" : "fail DMARC";
}

std::string counts_text(const Last& last, std::string_view what) {
  return fmt::format("{} of {} {}", grouped(last.bad), messages_text(last.messages()), what);
}

std::string rhythm_text(std::span<const StreamDay> days, const Last& last, std::int32_t today) {
  if (last.period && !days.empty() && days.back().day > last.last_bad)
    return fmt::format("; that comes about every {} days, and next about {}", *last.period,
                       day_text(look_again_at(days, last, today) - 1));
  if (last.recent) return {};
  const auto period = period_of(days);
  return period ? fmt::format("; it sends about every {} days, and next about {}", *period,
                              day_text(look_again_at(days, last, today) - 1))
                : "; it was not seen since";
}

// Servers of the owner's that the whole hides: one blocker for all of them, each by its address.
Blocker blocker_of_servers(const Stream& stream, const Health& health, Policy policy, const Gates& gates) {
  constexpr std::size_t kShown = 5;
  const auto mend = mend_of(stream, gates.out.domain);
  const auto today = gates.input.today;
  Blocker out{.source = stream.source.id, .help = mend.help};
  std::size_t shown = 0;
  for (const auto& server : health.servers) {
    const auto until = look_again_at(server.share->days, server.last, today);
    out.until = std::max(out.until.value_or(until), until);
    if (shown == kShown) continue;
    const auto name = base::printable(server.share->name);
    if (shown == 0)
      out.brief = fmt::format("{}: {} of {} {}", name, grouped(server.last.bad),
                              messages_text(server.last.messages()), short_of(server.last, policy));
    out.says += fmt::format("{}{}: {} ({}){}", shown == 0 ? "" : "; ", name,
                            counts_text(server.last, what_fails(server.last, policy)),
                            days_text(server.last.from, server.last.to),
                            rhythm_text(server.share->days, server.last, today));
    ++shown;
  }
  out.says = fmt::format("{}: {} {}, however much the others send: {}", name_of(stream),
                         plural(health.servers.size(), "address", "addresses"),
                         health.servers.size() == 1 ? "fails by itself" : "fail by themselves", out.says);
  if (health.servers.size() > kShown)
    out.says += fmt::format("; and {} more", health.servers.size() - kShown);
  out.mend =
      fmt::format("{}. One that sends no more: rampart reports mark {} ADDRESS --as spoofing --reason WHY",
                  mend.says, gates.out.domain);
  return out;
}

// What one reporter tells, and the others do not.
Blocker blocker_of_reporter(const Stream& stream, const Health& health, const Gates& gates) {
  const auto mend = mend_of(stream, gates.out.domain);
  const auto& told = health.reporter;
  const auto name = base::printable(told.share->name);
  const auto says = counts_text(told.last, "fail DMARC");
  return {.source = stream.source.id,
          .brief = fmt::format("{}: at {} {}", name_of(stream), name, says),
          .says = fmt::format(
              "{}: at {} {} ({}), and of all {} {}; the worst that a reporter that counts says is gone by",
              name_of(stream), name, says, days_text(told.last.from, told.last.to),
              messages_text(health.messages()), grouped(health.mail.fail)),
          .mend = mend.says,
          .help = mend.help,
          .until = look_again_at(told.share->days, told.last, gates.input.today)};
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
              .until = look_again_at(stream.days, health, gates.input.today)};
  if (!health.period && health.recent && health.since > 0 && gates.yesterday() - health.last_bad > 1) {
    out.says += fmt::format("; clean since {}, {} of {} days", day_text(health.last_bad + 1),
                            gates.yesterday() - health.last_bad, health.clean);
    out.waits = health.since >= kFewMessages;
    if (out.waits) out.mend = "wait: it seems to be mended. Otherwise: " + out.mend;
  } else {
    out.says += rhythm_text(stream.days, health, gates.input.today);
  }
  if (!health.over())
    out.says += "; that is too many where no reporter has more than nine tenths of the weight";
  return out;
}

// All that is in the way of one source.
std::vector<Blocker> blockers_of(const Stream& stream, const Health& health, Policy policy,
                                 const Gates& gates) {
  std::vector<Blocker> out;
  if (!health.servers.empty()) out.push_back(blocker_of_servers(stream, health, policy, gates));
  if (health.reporter.share != nullptr && !health.over())
    out.push_back(blocker_of_reporter(stream, health, gates));
  // The whole, where it is not told by its parts.
  const bool told = !health.servers.empty() && health.servers.front().last.recent &&
                    health.servers.size() == 1 && health.servers.front().last.bad == health.bad;
  const bool whole = !health.mended && health.over();
  if ((whole && !told) || out.empty()) out.push_back(blocker_of(stream, health, policy, gates));
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
    if (health.messages() == 0 && health.ok) continue;
    ++out.senders;
    gate.evidence.push_back(fmt::format(
        "{}: {} ({}){}", name_of(stream), tally_text(health.mail), days_text(health.from, health.to),
        health.mended ? "; mended, clean since " + day_text(health.last_bad + 1) : std::string()));
    for (const auto& one : health.few)
      gate.evidence.push_back(fmt::format(
          "{} of {}: all of {} ({}); too few to say that it is broken, so see for yourself",
          base::printable(one.share->name), name_of(stream),
          counts_text(one.last, what_fails(one.last, policy)), days_text(one.last.from, one.last.to)));
    if (health.ok) {
      ++out.ready;
    } else if (blocks) {
      for (auto& one : blockers_of(stream, health, policy, gates)) gates.block(gate, std::move(one));
    } else {
      for (const auto& held : blockers_of(stream, health, policy, gates))
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
  out.says = looked.senders == 0 ? "no sender is known to be yours yet"
                                 : fmt::format("{}: {} of {} senders", wanted, looked.ready, looked.senders);
  if (gates.out.target == Policy::none)
    out.says =
        fmt::format("{} looked at; p=none asks nothing of them", plural(looked.senders, "sender", "senders"));
  // Of whom nobody said whose he is it is not known that he is in order.
  else if (looked.senders == 0 && std::ranges::any_of(gates.out.streams, [](const Stream& stream) {
             return stream.standing == Standing::unclear;
           }))
    out.state = GateState::unknown;
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
  const bool many = blast.policy == Policy::reject ? too_many(blast.weights, 1, kPerThousand)
                                                   : too_many(blast.weights, kMaxBadPerHundred, 100);
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
        {.says = fmt::format("forwarders break the signature of {} in {}, which would be refused",
                             messages_text(broken),
                             plural(static_cast<std::uint64_t>(blast.days()), "day", "days")),
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
      base::saturating_add(sum.dkim, tally.dkim);
      base::saturating_add(sum.spf, tally.spf);
      base::saturating_add(sum.fail, tally.fail);
    }
  }
  const auto looked = check_sources(gates, Part::below, out, false);
  for (const auto& [name, tally] : names)
    out.evidence.push_back(fmt::format("{}: {}", base::printable(name), tally_text(tally)));
  cut(out.evidence);
  gates.below_ready = looked.ready == looked.senders;
  out.says = names.empty() ? "no mail of names below the domain, but for forged"
             : looked.senders == 0
                 ? fmt::format("{} below it with mail, none of it by a sender that is known to be yours",
                               plural(names.size(), "name", "names"))
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
  const auto& rows = gates.daily().rows;
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
