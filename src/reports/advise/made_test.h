// For tests only: histories made of a few words, in the form in which the archive gives them.
#pragma once

#include <algorithm>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "reports/advise/advise.h"
#include "reports/sources/seen_test.h"

namespace rampart::reports::advice {

inline constexpr std::int32_t kNow = 20'783;  // 2026-11-26

// "bank.example" with a server of its own that signs, a newsletter at SendGrid, and a forger.
class MadeHistory {
 public:
  MadeHistory() {
    daily.from = kNow - kInventoryDays;
    daily.to = kNow;
    dns("v=DMARC1; p=none; rua=mailto:dmarc@bank.example");
    own = address("192.0.2.1", "mx1.bank.example");
    sendgrid = address("167.89.1.1", "o1.ptr1.sendgrid.net");
    forger = address("203.0.113.66", "dynamic-66.isp.example");
    seen.addresses[forger].authorised = false;
  }

  std::uint32_t address(std::string_view text, std::string_view reverse_name = {}) {
    daily.addresses.emplace_back(text);
    auto& out = seen.addresses.emplace_back();
    out.address = *base::IpAddress::parse(text);
    out.reverse_name = reverse_name;
    out.confirmed = !reverse_name.empty();
    return static_cast<std::uint32_t>(daily.addresses.size() - 1);
  }
  // Listed by the SPF record by way of an include.
  std::uint32_t included(std::string_view text, std::string_view include) {
    const auto out = address(text);
    seen.addresses[out].authorised = true;
    seen.addresses[out].through = {std::string(include)};
    return out;
  }

  void dns(std::string_view record) {
    seen.dns.policy = Dns::Policy::own;
    seen.dns.record = record;
    seen.dns.holder = "bank.example";
    seen.dns.ttl = 3600;
    seen.dns.top = Known::yes;
    seen.dns.spf = Known::yes;
    seen.dns.destinations = {{.uri = {.text = "mailto:dmarc@bank.example", .valid = true},
                              .authorisation = dmarc::Destination::Authorisation::same_organization,
                              .receives = dmarc::Destination::Receives::yes}};
  }

  // Days are counted back from today: 30 to 1 are the last 30 whole days.
  void add(std::uint32_t from, const Outcome& what, std::int32_t first, std::int32_t last,
           std::uint64_t a_day, std::int32_t step = 1, std::uint32_t reporter = 0) {
    daily.outcomes.push_back(what);
    for (auto back = first; back >= last; back -= step)
      daily.rows.push_back({.day = kNow - back,
                            .address = from,
                            .outcome = static_cast<std::uint32_t>(daily.outcomes.size() - 1),
                            .reporter = reporter,
                            .messages = a_day});
  }
  // What is well: the own server and the newsletter sign, the forger fails.
  void well(std::int32_t first, std::int32_t last = 1) {
    add(own, signed_mail(), first, last, 100);
    add(sendgrid, newsletter(), first, last, 20);
    add(forger, forged(), first, last, 40);
  }
  void reported(std::int32_t first, std::string_view p = "none", bool soft = false) {
    daily.policies.clear();
    for (auto back = first; back >= 1; --back)
      daily.policies.push_back({.day = kNow - back, .p = std::string(p), .testing = soft ? "y" : ""});
    daily.reports = static_cast<std::uint64_t>(first) * 3;
    daily.reporters.clear();
    for (const auto* name : {"google.com", "microsoft.com", "mx.isp.example"})
      daily.reporters.push_back({.name = name,
                                 .trust = Trust::verified,
                                 .messages = 5000,
                                 .recent = 1000,
                                 .first_day = kNow - first,
                                 .last_day = kNow - 1});
    daily.reporters[0].rfc9990 = true;
    daily.reporters[1].says_pct = true;
  }
  // Whose mail is verified, and no more than that; after reported(). Its place.
  std::uint32_t stranger(std::string_view name, std::int32_t first = 1) {
    daily.reporters.push_back({.name = std::string(name),
                               .trust = Trust::verified,
                               .messages = 1,
                               .recent = 1,
                               .first_day = kNow - first,
                               .last_day = kNow - 1});
    return static_cast<std::uint32_t>(daily.reporters.size() - 1);
  }

  static Outcome signed_mail() {
    return outcome({signature("bank.example", "s1")}, "bank.example", AuthResult::pass);
  }
  static Outcome newsletter() {
    return outcome({signature("bank.example", "sg1")}, "bounces.sendgrid.net", AuthResult::pass);
  }
  static Outcome unsigned_newsletter() { return outcome({}, "bounces.sendgrid.net", AuthResult::pass); }
  static Outcome forged() { return outcome({}, "bank.example", AuthResult::fail); }

  Advice advice(std::optional<dmarc::Policy> rehearse = {}, bool accept_risk = false) {
    std::ranges::sort(daily.rows, {},
                      [](const DailyRow& row) { return std::tuple(row.day, row.address, row.outcome); });
    auto all = daily;
    if (all.reporters.empty()) all.reporters.push_back({.name = "given.example"});
    if (all.spans.empty()) {
      for (const auto& row : all.rows) all.spans.push_back({row.reporter, row.day, row.day});
    }
    const auto heard = weigh(std::move(all), {.listed = listed, .today = kNow});
    return advise({.domain = *dns::Name::parse("bank.example"),
                   .heard = &heard,
                   .looked = without_dns ? nullptr : &seen,
                   .marks = marks,
                   .today = kNow,
                   .rehearse = rehearse,
                   .accept_risk = accept_risk});
  }

  Daily daily;
  DnsSeen seen;
  std::vector<Mark> marks;
  std::vector<std::string> listed = {"mx.isp.example"};
  bool without_dns = false;
  std::uint32_t own = 0;
  std::uint32_t sendgrid = 0;
  std::uint32_t forger = 0;
};

inline const GateResult& gate_of(const Advice& advice, Gate gate) {
  return *std::ranges::find(advice.gates, gate, &GateResult::gate);
}
inline const Forecast& step_of(const Advice& advice, std::string_view step) {
  return *std::ranges::find(advice.forecasts, step, &Forecast::step);
}
inline std::vector<std::string> says(const Advice& advice) {
  std::vector<std::string> out;
  out.reserve(advice.blockers.size());
  for (const auto& blocker : advice.blockers) out.push_back(blocker.says);
  return out;
}

}  // namespace rampart::reports::advice
