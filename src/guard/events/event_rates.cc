#include "guard/events/event_rates.h"

#include <algorithm>
#include <set>

#include "base/text.h"
#include "guard/events/event_keys.h"
#include "mail/domain_part.h"

namespace rampart::guard {
namespace {

using Number = long long;

Number seconds(base::Time time) { return time.time_since_epoch().count(); }
Number begin_of(Number at, Number span) { return at - (at % span + span) % span; }

// Whose it is; a role as Event has it.
std::set<std::string> domains_of(const Event& event) {
  std::set<std::string> out{std::string()};
  const auto add = [&](std::string_view domain) {
    for (const auto one : domain_and_above(domain))
      if (out.size() < kMaxKeyDomains && one.size() <= kMaxKeyBytes) out.emplace(one);
  };
  if (event.role == "inbound" || event.role == "gateway") {
    for (const auto& recipient : event.recipients) add(mail::domain_part(base::lower(recipient)));
  } else {
    for (const auto domain : author_domains(base::lower(event.author))) add(domain);
  }
  return out;
}

}  // namespace

void RateCounts::add(const Event& event) {
  const auto at = seconds(event.at);
  const std::string action(to_string(event.answered));
  for (const auto& domain : domains_of(event))
    for (const auto span : {kMinuteSpan.count(), kHourSpan.count()})
      ++counts_[{span, domain, begin_of(at, span), action}];
}

void RateCounts::write(soci::session& sql) const {
  for (const auto& [key, messages] : counts_) {
    const auto& [span, domain, begun, action] = key;
    const Number span_number = span;
    sql << "INSERT INTO guard_event_rate (span, domain, begun, action, messages) VALUES (:span, :domain, "
           ":begun, :action,"
           " :messages) ON CONFLICT (span, domain, begun, action) DO UPDATE SET messages = "
           "guard_event_rate.messages +"
           " excluded.messages",
        soci::use(span_number), soci::use(domain), soci::use(begun), soci::use(action), soci::use(messages);
  }
}

base::Result<std::vector<RateBucket>> read_rates(store::Database& database, const RateQuestion& question) {
  const Number span = question.span.count();
  const Number from = begin_of(seconds(question.from), span);
  const Number to = seconds(question.to);
  std::vector<RateBucket> out;
  for (auto at = from; at < to; at += span)
    out.push_back({.begun = base::Time(std::chrono::seconds(at)), .messages = {}});
  const std::vector<std::string> all{std::string()};
  const auto& domains = question.domains ? *question.domains : all;
  return database.run([&](soci::session& sql) {
    std::string domain;
    Number begun = 0;
    Number messages = 0;
    std::string action;
    soci::statement rows =
        (sql.prepare << "SELECT begun, action, messages FROM guard_event_rate WHERE span = :span AND domain ="
                        " :domain AND begun >= :from AND begun < :to",
         soci::use(span), soci::use(domain), soci::use(from), soci::use(to), soci::into(begun),
         soci::into(action), soci::into(messages));
    for (std::size_t i = 0; i < std::min(domains.size(), kMaxRateDomains); ++i) {
      domain = domains[i];
      rows.execute();
      while (rows.fetch()) {
        const auto done = parse_action(action);
        const auto place = static_cast<std::size_t>((begun - from) / span);
        if (done && place < out.size())
          out[place].messages[static_cast<std::size_t>(*done)] += static_cast<std::uint64_t>(messages);
      }
    }
    return std::move(out);
  });
}

}  // namespace rampart::guard
