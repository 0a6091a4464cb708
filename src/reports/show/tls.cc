#include "reports/show/tls.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/columns.h"
#include "base/json.h"
#include "base/text.h"
#include "reports/show/show.h"

namespace rampart::reports {
namespace {

constexpr std::string_view kNotSaid = "(not said)";

struct Ends {
  std::uint64_t successful = 0;
  std::uint64_t failed = 0;

  void add(const TlsSeen& seen) { (seen.failed ? failed : successful) += seen.sessions; }
};

// What failed alike at one server, on all days.
struct Failing {
  std::string result;
  std::string host;
  std::uint64_t sessions = 0;
  std::set<std::string> reporters;
  std::set<TlsPolicyType> types;
  std::int64_t first_day = 0;
  std::int64_t last_day = 0;
};

struct Sums {
  Ends all;
  bool estimated = false;
  std::map<std::int64_t, Ends> days;
  std::map<std::string, Ends> reporters;
  std::vector<Failing> failing;  // most sessions first
};

Sums sums_of(const TlsHistory& history) {
  Sums out;
  std::map<std::pair<std::string, std::string>, Failing> failing;
  for (const auto& seen : history.seen) {
    out.all.add(seen);
    out.days[seen.day].add(seen);
    out.reporters[seen.reporter].add(seen);
    out.estimated = out.estimated || seen.estimated;
    if (!seen.failed) continue;
    auto& one = failing[{seen.result, seen.host}];
    if (one.sessions == 0) one.first_day = seen.day;
    one.result = seen.result;
    one.host = seen.host;
    one.sessions += seen.sessions;
    one.reporters.insert(seen.reporter);
    one.types.insert(seen.type);
    one.first_day = std::min(one.first_day, seen.day);
    one.last_day = std::max(one.last_day, seen.day);
  }
  for (auto& [key, one] : failing) out.failing.push_back(std::move(one));
  std::ranges::sort(out.failing, [](const Failing& a, const Failing& b) {
    return std::tie(b.sessions, a.result, a.host) < std::tie(a.sessions, b.result, b.host);
  });
  return out;
}

// "99.9 %", and 100 or 0 only where it is.
std::string per_cent(std::uint64_t part, std::uint64_t whole) {
  if (whole == 0) return "-";
  const auto tenths = static_cast<std::uint64_t>(static_cast<unsigned __int128>(part) * 1000 / whole);
  if (tenths == 0 && part != 0) return "<0.1 %";
  return fmt::format("{}.{} %", tenths / 10, tenths % 10);
}

std::string counted(std::uint64_t count, std::string_view what) {
  return fmt::format("{} {}{}", grouped(count), what, count == 1 ? "" : "s");
}

std::string shown(const std::string& text) {
  return text.empty() ? std::string(kNotSaid) : base::printable(text);
}

// "certificate-expired at mx1.bank.example".
std::string what_failed(const std::string& result, const std::string& host) {
  return fmt::format("{}{}", result.empty() ? "no reason given" : base::printable(result),
                     host.empty() ? "" : " at " + base::printable(host));
}

std::string_view meaning(const std::string& result) {
  return describe(parse_tls_result(result).value_or(TlsResult::unknown));
}

// What failed on a day: "certificate-expired at mx1.bank.example (3, google.com)".
std::string failures_of(const TlsHistory& history, std::int64_t day) {
  constexpr std::size_t kMost = 3;
  std::vector<const TlsSeen*> failures;
  for (const auto& seen : history.seen) {
    if (seen.day == day && seen.failed) failures.push_back(&seen);
  }
  std::ranges::sort(failures, [](const TlsSeen* a, const TlsSeen* b) {
    return std::tie(b->sessions, a->result, a->host, a->reporter) <
           std::tie(a->sessions, b->result, b->host, b->reporter);
  });
  std::string out;
  for (std::size_t i = 0; i < std::min(failures.size(), kMost); ++i)
    out +=
        fmt::format("{}{} ({}, {})", i == 0 ? "" : "; ", what_failed(failures[i]->result, failures[i]->host),
                    grouped(failures[i]->sessions), shown(failures[i]->reporter));
  if (failures.size() > kMost) out += fmt::format("; and {} more", failures.size() - kMost);
  return out;
}

void add_failing(const Sums& sums, std::string& out) {
  out += "\n  what failed\n";
  for (const auto& one : sums.failing) {
    out += fmt::format("    {}: {}, {}{}\n", what_failed(one.result, one.host),
                       counted(one.sessions, "session"), day_text(one.first_day),
                       one.last_day == one.first_day ? "" : " to " + day_text(one.last_day));
    out += fmt::format("      {}\n", meaning(one.result));
    std::vector<std::string> reporters;
    for (const auto& reporter : one.reporters) reporters.push_back(shown(reporter));
    out += fmt::format("      told by {}\n", fmt::join(reporters, ", "));
  }
}

void write_ends(base::JsonWriter& json, const Ends& ends) {
  json.member("successful", ends.successful).member("failed", ends.failed);
}

}  // namespace

std::string format_tls(std::string_view domain, const TlsHistory& history) {
  const auto sums = sums_of(history);
  const auto all = sums.all.successful + sums.all.failed;
  auto out = fmt::format("{}  TLS to its mail servers, {} to {}\n", domain.empty() ? kNotSaid : domain,
                         day_text(history.from), day_text(history.to));
  out += fmt::format("  {} by {}, {}{}\n", counted(history.reports, "report"),
                     counted(sums.reporters.size(), "reporter"), sums.estimated ? "about " : "",
                     counted(all, "session"));
  if (history.uncounted != 0)
    out += fmt::format("  not counted: {} of unknown origin\n", counted(history.uncounted, "report"));
  if (all == 0) return out;
  out += fmt::format("\n  succeeded  {:>14}  {:>7}\n  failed     {:>14}  {:>7}\n",
                     grouped(sums.all.successful), per_cent(sums.all.successful, all),
                     grouped(sums.all.failed), per_cent(sums.all.failed, all));
  if (!sums.failing.empty()) add_failing(sums, out);
  out += fmt::format("\n  {:<10}  {:>12}  {:>12}  {}\n", "day", "succeeded", "failed",
                     "what failed, who says so");
  for (const auto& [day, ends] : sums.days) {
    const auto failures = failures_of(history, day);
    out += fmt::format("  {}  {:>12}  {:>12}{}{}\n", day_text(day), grouped(ends.successful),
                       grouped(ends.failed), failures.empty() ? "" : "  ", failures);
  }
  return out;
}

std::string format_tls_json(std::string_view domain, const TlsHistory& history) {
  const auto sums = sums_of(history);
  std::string out;
  base::JsonWriter json(out, base::JsonStyle::pretty);
  json.begin_object().member("schema", "rampart.reports-tls/1").member("domain", domain);
  json.member("from", day_text(history.from)).member("to", day_text(history.to));
  json.member("reports", history.reports).member("uncounted_reports", history.uncounted);
  write_ends(json, sums.all);
  json.key("reporters").begin_array();
  for (const auto& [name, ends] : sums.reporters) {
    json.begin_object().member("reporter", name);
    write_ends(json, ends);
    json.end_object();
  }
  json.end_array().key("failures").begin_array();
  for (const auto& one : sums.failing) {
    json.begin_object().member("result", one.result).member("mx", one.host).member("sessions", one.sessions);
    json.member_array("reporters", one.reporters).key("policy_types").begin_array();
    for (const auto type : one.types) json.value(to_string(type));
    json.end_array().member("first_day", day_text(one.first_day)).member("last_day", day_text(one.last_day));
    json.member("meaning", meaning(one.result)).end_object();
  }
  json.end_array().key("days").begin_array();
  for (const auto& [day, ends] : sums.days) {
    json.begin_object().member("day", day_text(day));
    write_ends(json, ends);
    json.key("failures").begin_array();
    bool estimated = false;
    for (const auto& seen : history.seen) {
      if (seen.day != day) continue;
      estimated = estimated || seen.estimated;
      if (!seen.failed) continue;
      json.begin_object().member("result", seen.result).member("mx", seen.host);
      json.member("reporter", seen.reporter).member("policy_type", to_string(seen.type));
      json.member("sessions", seen.sessions).end_object();
    }
    json.end_array().member("estimated", estimated).end_object();
  }
  json.end_array().end_object();
  return out + "\n";
}

std::string format_tls_csv(std::string_view domain, const TlsHistory& history) {
  std::string out = "day,domain,reporter,policy_type,outcome,result,mx,sessions,estimated\r\n";
  for (const auto& seen : history.seen)
    out +=
        fmt::format("{},{},{},{},{},{},{},{},{}\r\n", day_text(seen.day), csv_cell(domain),
                    csv_cell(seen.reporter), to_string(seen.type), seen.failed ? "failed" : "successful",
                    csv_cell(seen.result), csv_cell(seen.host), seen.sessions, seen.estimated ? "yes" : "no");
  return out;
}

std::string format_tls_domains(const std::vector<TlsDomain>& domains) {
  std::size_t width = 6;
  for (const auto& one : domains) width = std::max(width, base::display_width(shown(one.domain)));
  auto out = fmt::format("{}  {:>8}  {:>14}  {:>12}  {:>7}  {}\n", base::pad_right("domain", width),
                         "reports", "succeeded", "failed", "", "last day");
  for (const auto& one : domains)
    out += fmt::format("{}  {:>8}  {:>14}  {:>12}  {:>7}  {}\n", base::pad_right(shown(one.domain), width),
                       grouped(one.reports), grouped(one.successful), grouped(one.failed),
                       per_cent(one.failed, one.successful + one.failed), day_text(one.last_day));
  return out;
}

std::string format_tls_domains_json(const std::vector<TlsDomain>& domains) {
  std::string out;
  base::JsonWriter json(out, base::JsonStyle::pretty);
  json.begin_object().member("schema", "rampart.reports-tls-domains/1").key("domains").begin_array();
  for (const auto& one : domains) {
    json.begin_object().member("domain", one.domain).member("reports", one.reports);
    json.member("successful", one.successful).member("failed", one.failed);
    json.member("last_day", day_text(one.last_day)).end_object();
  }
  json.end_array().end_object();
  return out + "\n";
}

std::string format_tls_domains_csv(const std::vector<TlsDomain>& domains) {
  std::string out = "domain,reports,successful,failed,last_day\r\n";
  for (const auto& one : domains)
    out += fmt::format("{},{},{},{},{}\r\n", csv_cell(one.domain), one.reports, one.successful, one.failed,
                       day_text(one.last_day));
  return out;
}

}  // namespace rampart::reports
