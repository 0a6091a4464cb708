// What tests say that was seen, in short.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "reports/sources/source.h"

namespace rampart::reports {

inline constexpr std::int32_t kToday = 20'000;

struct SeenMail {
  std::vector<Outcome> outcomes;
  std::vector<SeenAddress> addresses;
  std::vector<dns::Name> own_domains;
  std::vector<Mark> marks;
  mail::Registry registry = mail::built_in_registry();

  SeenAddress& at(std::string_view address, std::string_view confirmed = {}) {
    auto& out = addresses.emplace_back();
    const auto parsed = base::IpAddress::parse(address);
    if (!parsed) throw std::runtime_error("no address");
    out.address = *parsed;
    out.reverse_name = confirmed;
    out.confirmed = !confirmed.empty();
    return out;
  }
  void row(SeenAddress& address, const Outcome& outcome, std::uint64_t count = 1, std::int32_t first = kToday,
           std::int32_t last = 0) {
    address.rows.push_back({.outcome = static_cast<std::uint32_t>(outcomes.size()),
                            .count = count,
                            .first_day = first,
                            .last_day = last == 0 ? first : last});
    outcomes.push_back(outcome);
  }
  std::vector<MailSource> find() {
    return find_sources({.domain = *dns::Name::parse("bank.example"),
                         .own_domains = own_domains,
                         .outcomes = outcomes,
                         .addresses = addresses,
                         .registry = &registry,
                         .marks = marks,
                         .today = kToday});
  }
};

// "d=selector" passes, "d!selector" fails; MAIL FROM as "domain" with its result.
inline DkimSeen signature(std::string_view domain, std::string_view selector,
                          AuthResult result = AuthResult::pass) {
  return {.domain = std::string(domain), .selector = std::string(selector), .result = result};
}

inline Outcome outcome(std::vector<DkimSeen> signatures, std::string_view mail_from, AuthResult spf,
                       std::vector<Reason> reasons = {}) {
  Outcome out{.header_from = "bank.example", .reasons = std::move(reasons)};
  const auto own = [](std::string_view name) {
    return name == "bank.example" || name.ends_with(".bank.example");
  };
  out.dkim = Aligned::fail;
  for (auto& seen : signatures) {
    if (own(seen.domain) && seen.result == AuthResult::pass) out.dkim = Aligned::pass;
  }
  out.dkim_seen = std::move(signatures);
  out.spf = own(mail_from) && spf == AuthResult::pass ? Aligned::pass : Aligned::fail;
  if (!mail_from.empty()) out.spf_seen.push_back({.domain = std::string(mail_from), .result = spf});
  return out;
}

}  // namespace rampart::reports
