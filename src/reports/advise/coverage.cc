// The gate `coverage` (gates.h): whether enough is reported, by enough of those who count.
#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/saturate.h"
#include "base/text.h"
#include "reports/advise/gates.h"
#include "reports/show/show.h"

namespace rampart::reports::advice::gates {
namespace {

struct Span {
  bool any = false;
  std::int32_t first = 0;
  std::int32_t last = 0;
  std::int32_t days = 0;         // from first to last, at most kDaysWanted
  std::int32_t spoken = 0;       // of the last kDaysWanted before `last`: of which a report speaks
  std::size_t long_reports = 0;  // of more than kLongReport days
};

// A report of a month says of no day what was sent on it, so it speaks of the day on which it ends.
Span span_of(const Daily& daily, std::int32_t yesterday) {
  Span out;
  std::set<std::int32_t> days;
  for (const auto& one : daily.spans) {
    const bool is_long = one.last_day - one.first_day >= kLongReport;
    if (is_long) ++out.long_reports;
    for (auto day = is_long ? one.last_day : one.first_day; day <= one.last_day; ++day) {
      if (day <= yesterday && day >= daily.from) days.insert(day);
    }
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

// How those count that are heard and do not yet; empty when nobody is to be proposed.
std::string how_to_count(const Gates& gates) {
  const auto& heard = *gates.input.heard;
  const auto names = candidates(heard, gates.input.today - kDaysWanted);
  if (names.empty()) return {};
  std::vector<std::string> shown;
  shown.reserve(names.size());
  for (const auto& name : names) shown.push_back(base::printable(name));
  return fmt::format("if you know {} as {} of your mail, write below [reports] of the configuration: {}",
                     fmt::join(shown, ", "), names.size() == 1 ? "a receiver" : "receivers",
                     line_to_add(heard, names));
}

void check_span(const Gates& gates, const Span& span, GateResult& gate) {
  const auto& input = gates.input;
  if (!span.any) {
    const auto how = how_to_count(gates);
    gates.block(
        gate,
        {.says = "no report that counts has come",
         .mend = !how.empty() ? how
                 : gates.input.heard->others.empty()
                     ? "rampart reports import FILES, or rampart reports fetch for the mailbox of the reports"
                     : "wait for one who counts; a receiver that reports on its own behalf is proposed here "
                       "when it has "
                       "told of some days",
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
  gates.block(
      gate,
      {.says = says,
       .mend = span.long_reports == 0
                   ? "wait: RFC 9989 section 7.4 asks for a month of reports"
                   : fmt::format("wait for reports of single days (RFC 9989 section 7.4 asks for a month): "
                                 "one of more than {} days counts for a day, as it says of none what was "
                                 "sent on it",
                                 kLongReport),
       .until = input.today + missing,
       .waits = true});
}

// What is heard and not gone by.
void tell_aside(const Gates& gates, GateResult& gate) {
  const auto& heard = *gates.input.heard;
  const auto& daily = heard.daily;
  if (daily.uncounted_reports != 0)
    gate.evidence.push_back(fmt::format("not counted: {} of unknown origin, that speak of {} and {}",
                                        plural(daily.uncounted_reports, "report", "reports"),
                                        plural(daily.uncounted_days, "day", "days"),
                                        messages_text(daily.uncounted_messages)));
  if (heard.others.empty()) return;
  std::uint64_t messages = 0;
  for (const auto& other : heard.others) base::saturating_add(messages, other.seen.messages);
  std::vector<std::string> names;
  for (const auto& other : heard.others) {
    if (names.size() == kMaxCandidates) break;
    names.push_back(base::printable(other.seen.name));
  }
  gate.evidence.push_back(fmt::format(
      "not gone by: {} that nobody vouches for ({}{}), with {}",
      plural(heard.others.size(), "reporter", "reporters"), fmt::join(names, ", "),
      heard.others.size() > names.size() ? fmt::format(" and {} more", heard.others.size() - names.size())
                                         : "",
      messages_text(messages)));
  for (const auto& other : heard.others) {
    if (other.open_to_all && other.seen.last_day >= gates.input.today - kDaysWanted)
      gate.evidence.push_back(
          fmt::format("{}: strangers have addresses there and could report in its name; import its "
                      "reports as files if you know them to be its own",
                      base::printable(other.seen.name)));
  }
  for (const auto& said : gates.out.aside)
    gate.evidence.push_back(
        said.source.empty() ? fmt::format("said only by {}, and not gone by: {} from {}, {} of which fail",
                                          named(said), messages_text(said.messages),
                                          plural(said.addresses, "address of which nobody else speaks",
                                                 "addresses of which nobody else speaks"),
                                          grouped(said.failing))
                            : fmt::format("said only by {}, and not gone by: {} of {} that fail", named(said),
                                          messages_text(said.failing), base::printable(said.name)));
  cut(gate.evidence);
}

void check_reporters(const Gates& gates, std::size_t counted, std::size_t by_history, GateResult& gate) {
  if (counted + by_history >= kReportersWanted) return;
  const auto how = how_to_count(gates);
  gates.block(gate, {.says = fmt::format("only {}{}; {} are wanted, so that one alone does not decide",
                                         plural(counted + by_history, "reporter", "reporters"),
                                         gates.input.heard->others.empty() ? ""
                                         : counted + by_history == 1       ? " that counts"
                                                                           : " that count",
                                         kReportersWanted),
                     .mend = how.empty() ? "wait for others; see that every address of rua is read" : how,
                     .until = gates.input.today + kLookAgain,
                     .waits = how.empty()});
}

}  // namespace

GateResult coverage(Gates& gates) {
  GateResult out{.gate = Gate::coverage};
  const auto& daily = gates.daily();
  const auto span = span_of(daily, gates.yesterday());
  const auto recent = [&](const ReporterSeen& one) {
    return one.last_day >= gates.input.today - kDaysWanted;
  };
  const auto counted = static_cast<std::size_t>(std::ranges::count_if(daily.reporters, recent));
  // What one by its history says is not gone by, so it stands for nobody alone.
  const auto histories = static_cast<std::size_t>(std::ranges::count_if(
      gates.input.heard->others,
      [&](const OtherReporter& other) { return other.ground == Ground::history && recent(other.seen); }));
  const auto by_history = counted == 0 ? 0 : std::min(histories, kMaxByHistory);
  out.says = fmt::format("{} of {} days, {}{}, {}{}", span.days, kDaysWanted,
                         plural(counted + by_history, "reporter", "reporters"),
                         by_history == 0 ? "" : fmt::format(" ({} of them by its history)", by_history),
                         plural(daily.reports, "report", "reports"),
                         span.any ? ", the last of " + day_text(span.last) : std::string());
  tell_aside(gates, out);
  if (span.long_reports != 0)
    out.evidence.push_back(fmt::format("{} of more than {} days: each counts for the day on which it ends",
                                       plural(span.long_reports, "report", "reports"), kLongReport));
  check_span(gates, span, out);
  if (span.any) check_reporters(gates, counted, by_history, out);
  check_destinations(gates, out);
  return out;
}

}  // namespace rampart::reports::advice::gates
