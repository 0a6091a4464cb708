#include "reports/show/show.h"

#include <algorithm>
#include <map>
#include <span>
#include <tuple>

#include <fmt/format.h>

#include "base/columns.h"
#include "base/json.h"
#include "base/text.h"
#include "base/time.h"
#include "reports/archive/days.h"

namespace rampart::reports {
namespace {

// What happened to the messages of an address, of all reporters that count.
struct AddressTotal {
  std::uint32_t address = 0;  // its place in History::addresses
  DayTotal total;
  std::uint64_t delivered = 0;  // of those that failed
  std::uint64_t quarantined = 0;
  std::uint64_t rejected = 0;
  std::int64_t first_day = 0;
  std::int64_t last_day = 0;
};

void add(AddressTotal& to, const Seen& seen, EndKind end) {
  if (to.total.messages() == 0) to.first_day = seen.first_day;
  to.first_day = std::min(to.first_day, seen.first_day);
  to.last_day = std::max(to.last_day, seen.last_day);
  switch (end) {
    case EndKind::dkim:
      to.total.dkim += seen.messages;
      return;
    case EndKind::spf_only:
      to.total.spf_only += seen.messages;
      return;
    case EndKind::delivered:
      to.delivered += seen.messages;
      break;
    case EndKind::quarantined:
      to.quarantined += seen.messages;
      break;
    case EndKind::rejected:
      to.rejected += seen.messages;
      break;
  }
  to.total.fail += seen.messages;
}

struct Sums {
  AddressTotal all;
  std::vector<AddressTotal> addresses;  // most messages first
  std::map<std::string, std::uint64_t> reporters;
  std::uint64_t uncounted = 0;  // messages of reports that do not count
  bool estimated = false;       // some of them may be of another day
};

Sums sums_of(const History& history) {
  Sums out;
  std::vector<EndKind> ends;  // by outcome
  ends.reserve(history.outcomes.size());
  for (const auto& outcome : history.outcomes) ends.push_back(end_of(outcome));
  std::vector<AddressTotal> by_address(history.addresses.size());
  for (const auto& seen : history.seen) {
    const auto& reporter = history.reporters[seen.reporter];
    if (!counts(reporter.trust)) {
      out.uncounted += seen.messages;
      continue;
    }
    out.estimated = out.estimated || seen.estimated != 0;
    add(out.all, seen, ends[seen.outcome]);
    add(by_address[seen.address], seen, ends[seen.outcome]);
    out.reporters[reporter.name] += seen.messages;
  }
  for (std::size_t i = 0; i < by_address.size(); ++i) {
    if (by_address[i].total.messages() == 0) continue;  // of reports that do not count
    by_address[i].address = static_cast<std::uint32_t>(i);
    out.addresses.push_back(by_address[i]);
  }
  std::ranges::sort(out.addresses, [](const AddressTotal& a, const AddressTotal& b) {
    return std::pair(b.total.messages(), a.address) < std::pair(a.total.messages(), b.address);
  });
  return out;
}

std::string line(std::string_view what, std::uint64_t part, std::uint64_t whole, std::string_view more = {}) {
  return fmt::format("  {}  {:>14}  {:>7}{}{}\n", base::pad_right(what, 28), grouped(part),
                     share(part, whole), more.empty() ? "" : "  ", more);
}

std::string address_text(const std::string& address) { return address.empty() ? "(not said)" : address; }

std::string where_failed_went(const AddressTotal& total) {
  return fmt::format("{} delivered, {} quarantined, {} rejected", grouped(total.delivered),
                     grouped(total.quarantined), grouped(total.rejected));
}

// Who reported most, with their messages.
std::string reporters_text(const Sums& sums) {
  constexpr std::size_t kNamed = 5;
  std::vector<std::pair<std::uint64_t, std::string_view>> all;
  all.reserve(sums.reporters.size());
  for (const auto& [name, messages] : sums.reporters) all.emplace_back(messages, name);
  std::ranges::sort(all, [](const auto& a, const auto& b) {
    return std::tie(b.first, a.second) < std::tie(a.first, b.second);
  });
  std::string out;
  for (const auto& [messages, name] : std::span(all).first(std::min(kNamed, all.size())))
    out += fmt::format("{}{} ({})", out.empty() ? "" : ", ",
                       name.empty() ? "(not said)" : base::printable(name), grouped(messages));
  if (all.size() > kNamed) out += fmt::format(" and {} more: --format json", all.size() - kNamed);
  return out;
}

void add_table(const Page& page, const Sums& sums, std::string& out) {
  std::size_t width = 7;
  const auto most = page.most == 0 ? sums.addresses.size() : std::min(page.most, sums.addresses.size());
  const auto address = [&](std::size_t i) {
    return address_text(page.history->addresses[sums.addresses[i].address]);
  };
  for (std::size_t i = 0; i < most; ++i) width = std::max(width, address(i).size());
  out += fmt::format("\n  {}  {:>12}  {:>12}  {:>12}  {:<10}  {}\n", base::pad_right("address", width),
                     "DKIM", "SPF only", "fail", "first seen", "last seen");
  for (std::size_t i = 0; i < most; ++i) {
    const auto& one = sums.addresses[i];
    out += fmt::format("  {}  {:>12}  {:>12}  {:>12}  {}  {}\n", base::pad_right(address(i), width),
                       grouped(one.total.dkim), grouped(one.total.spf_only), grouped(one.total.fail),
                       day_text(one.first_day), day_text(one.last_day));
  }
  if (most < sums.addresses.size())
    out += fmt::format("  and {} more: --all, or --format csv\n", grouped(sums.addresses.size() - most));
}

// What spreadsheets take for the start of a formula; the full-width forms are folded by some.
bool starts_formula(std::string_view text) {
  constexpr std::string_view kStarts[] = {"=", "+", "-", "@", "＝", "＋", "－", "＠"};
  return std::ranges::any_of(kStarts, [&](std::string_view start) { return text.starts_with(start); });
}

void add_total(base::JsonWriter& json, const DayTotal& total) {
  json.member("messages", total.messages()).member("dkim", total.dkim).member("spf_only", total.spf_only);
  json.member("fail", total.fail);
}

}  // namespace

std::string day_text(std::int64_t day) {
  return base::format_time(base::Time(std::chrono::seconds(day * kDay))).substr(0, 10);
}

std::string grouped(std::uint64_t number) {
  auto out = std::to_string(number);
  for (auto at = out.size(); at > 3; at -= 3) out.insert(at - 3, ",");
  return out;
}

std::string share(std::uint64_t part, std::uint64_t whole) {
  if (whole == 0) return "-";
  const auto per_mille = static_cast<std::uint64_t>(static_cast<unsigned __int128>(part) * 1000 / whole);
  if (per_mille == 0 && part != 0) return "<0.1 %";
  return fmt::format("{}.{} %", per_mille / 10, per_mille % 10);
}

std::string plural(std::uint64_t count, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", grouped(count), count == 1 ? one : many);
}

std::string csv_cell(std::string_view text) {
  const auto shown = base::printable(text);  // no control, and nothing that turns what follows around
  std::string out;
  out.reserve(shown.size() + 2);
  // At the begin, and behind what some spreadsheets take for the end of a cell, even within quotes that begin elsewhere.
  bool begins = true;
  for (std::string_view rest = shown; !rest.empty(); rest.remove_prefix(1)) {
    const char c = rest.front();
    if (begins && starts_formula(rest)) out += '\'';
    begins = c == ';' || (begins && (c == ' ' || c == ',' || c == '"' || c == '|'));
    out += c;
  }
  if (out.find_first_of(",;\"\r\n") == std::string::npos) return out;
  std::string quoted = "\"";
  for (const char c : out) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

std::string format_history(const Page& page) {
  const auto& history = *page.history;
  const auto sums = sums_of(history);
  const auto& total = sums.all.total;
  auto out = fmt::format("{}  {} to {}\n", base::printable(page.domain), day_text(history.from),
                         day_text(history.to));
  out += fmt::format("  {} by {}, {}{}\n", plural(history.reports, "report", "reports"),
                     plural(sums.reporters.size(), "reporter", "reporters"), sums.estimated ? "about " : "",
                     plural(total.messages(), "message", "messages"));
  if (!sums.reporters.empty()) out += fmt::format("  told by {}\n", reporters_text(sums));
  if (history.uncounted != 0)
    out += fmt::format("  not counted: {} of unknown origin, {}\n",
                       plural(history.uncounted, "report", "reports"),
                       plural(sums.uncounted, "message", "messages"));
  if (total.messages() == 0) return out;
  out += "\n";
  out += line("pass by aligned DKIM", total.dkim, total.messages());
  out += line("pass by aligned SPF alone", total.spf_only, total.messages());
  out += line("fail DMARC", total.fail, total.messages(), total.fail == 0 ? "" : where_failed_went(sums.all));
  add_table(page, sums, out);
  return out;
}

std::string format_history_json(const Page& page) {
  const auto& history = *page.history;
  const auto sums = sums_of(history);
  std::string out;
  base::JsonWriter json(out, base::JsonStyle::pretty);
  json.begin_object().member("schema", "rampart.reports-show/1").member("domain", page.domain);
  json.member("from", day_text(history.from)).member("to", day_text(history.to));
  json.member("reports", history.reports).member("uncounted_reports", history.uncounted);
  json.member("uncounted_messages", sums.uncounted);
  add_total(json, sums.all.total);
  json.key("failed").begin_object().member("delivered", sums.all.delivered);
  json.member("quarantined", sums.all.quarantined).member("rejected", sums.all.rejected).end_object();
  json.key("reporters").begin_array();
  for (const auto& [name, messages] : sums.reporters)
    json.begin_object().member("reporter", name).member("messages", messages).end_object();
  json.end_array().key("days").begin_array();
  for (const auto& day : history.days) {
    json.begin_object().member("day", day_text(day.day));
    add_total(json, day);
    json.member("estimated", day.estimated).end_object();
  }
  json.end_array().key("addresses").begin_array();
  for (const auto& one : sums.addresses) {
    json.begin_object().member("address", history.addresses[one.address]);
    add_total(json, one.total);
    json.member("first_day", day_text(one.first_day)).member("last_day", day_text(one.last_day)).end_object();
  }
  json.end_array().end_object();
  return out + "\n";
}

std::string format_history_csv(const Page& page) {
  std::string out =
      "address,header_from,envelope_from,envelope_to,disposition,dmarc_dkim,dmarc_spf,reasons,dkim,spf,"
      "reporter,trust,"
      "messages,first_day,last_day\r\n";
  const auto& history = *page.history;
  for (const auto& seen : history.seen) {
    const auto& outcome = history.outcomes[seen.outcome];
    const auto& reporter = history.reporters[seen.reporter];
    std::string reasons;
    for (const auto& reason : outcome.reasons)
      reasons += fmt::format("{}{}{}{}", reasons.empty() ? "" : "; ", to_string(reason.type),
                             reason.comment.empty() ? "" : ": ", reason.comment);
    std::string dkim;
    for (const auto& one : outcome.dkim_seen)
      dkim += fmt::format("{}{}={} ({})", dkim.empty() ? "" : "; ", one.domain, to_string(one.result),
                          one.selector);
    std::string spf;
    for (const auto& one : outcome.spf_seen)
      spf += fmt::format("{}{}={}", spf.empty() ? "" : "; ", one.domain, to_string(one.result));
    out += fmt::format("{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}\r\n", history.addresses[seen.address],
                       csv_cell(outcome.header_from), csv_cell(outcome.envelope_from),
                       csv_cell(outcome.envelope_to), to_string(outcome.disposition), to_string(outcome.dkim),
                       to_string(outcome.spf), csv_cell(reasons), csv_cell(dkim), csv_cell(spf),
                       csv_cell(reporter.name), to_string(reporter.trust), seen.messages,
                       day_text(seen.first_day), day_text(seen.last_day));
  }
  return out;
}

std::string format_domains(const std::vector<DomainTotal>& domains, std::size_t most) {
  const auto counted = [](const DomainTotal& one) { return one.total.messages() != 0; };
  const auto first = static_cast<std::size_t>(std::ranges::count_if(domains, counted));  // they come first
  const auto others = domains.size() - first;
  const auto shown = std::span(domains).first(most == 0 ? domains.size() : first + std::min(most, others));
  const bool uncounted = std::ranges::any_of(domains, [](const auto& one) { return one.uncounted != 0; });
  std::size_t width = 6;
  for (const auto& one : shown) width = std::max(width, base::display_width(base::printable(one.domain)));
  auto out =
      fmt::format("{}  {:>14}  {:>8}  {:>8}  {:>12}  {}{}\n", base::pad_right("domain", width), "messages",
                  "DKIM", "SPF only", "fail", "last day", uncounted ? "       not counted" : "");
  for (const auto& one : shown) {
    const auto messages = one.total.messages();
    out += fmt::format("{}  {:>14}  {:>8}  {:>8}  {:>12}  {}{}\n",
                       base::pad_right(base::printable(one.domain), width), grouped(messages),
                       share(one.total.dkim, messages), share(one.total.spf_only, messages),
                       grouped(one.total.fail), day_text(one.last_day),
                       uncounted ? fmt::format("  {:>14}", grouped(one.uncounted)) : "");
  }
  if (shown.size() < domains.size())
    out += fmt::format("and {} of which only reports of unknown origin speak: --all\n",
                       grouped(domains.size() - shown.size()));
  return out;
}

std::string format_domains_json(const std::vector<DomainTotal>& domains) {
  std::string out;
  base::JsonWriter json(out, base::JsonStyle::pretty);
  json.begin_object().member("schema", "rampart.reports-domains/1").key("domains").begin_array();
  for (const auto& one : domains) {
    json.begin_object().member("domain", one.domain);
    add_total(json, one.total);
    json.member("uncounted_messages", one.uncounted);
    json.member("last_day", day_text(one.last_day)).end_object();
  }
  json.end_array().end_object();
  return out + "\n";
}

}  // namespace rampart::reports
