#include "reports/archive/seen_names.h"

#include <algorithm>
#include <map>
#include <unordered_map>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/text.h"
#include "reports/archive/numbers.h"
#include "store/bulk.h"

namespace rampart::reports {
namespace {

// Keys by their messages, most first; of equal ones by name.
template <class K>
std::vector<K> ranked(const std::map<K, std::int64_t>& messages) {
  std::vector<std::pair<std::int64_t, const K*>> order;
  order.reserve(messages.size());
  for (const auto& [key, count] : messages) order.emplace_back(-count, &key);
  std::ranges::sort(order, [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first < b.first : *a.second < *b.second;
  });
  std::vector<K> out;
  out.reserve(order.size());
  for (const auto& [count, key] : order) out.push_back(*key);
  return out;
}

std::unordered_map<std::int64_t, std::int64_t> messages_by_outcome(soci::session& sql, store::Backend backend,
                                                                   std::int64_t domain, std::int64_t from,
                                                                   const HeedReporter& heed) {
  std::unordered_map<std::int64_t, std::int64_t> out;
  std::vector<std::int64_t> heard;
  store::each_row(
      sql, backend,
      fmt::format("SELECT DISTINCT reporter FROM report_total WHERE domain = {} AND day >= {}", domain, from),
      1, [&](std::span<const std::int64_t> row) { heard.push_back(row[0]); });
  const auto names = names_of(sql, "report_reporter", heard);
  std::erase_if(heard, [&](std::int64_t id) { return !heed(parse_reporter(names.at(id))); });
  if (heard.empty()) return out;
  store::each_row(sql, backend,
                  fmt::format("SELECT outcome, SUM(messages) FROM report_day WHERE domain = {} AND day >= {}"
                              " AND reporter IN ({}) GROUP BY outcome",
                              domain, from, fmt::join(heard, ", ")),
                  2, [&](std::span<const std::int64_t> row) { out[row[0]] = row[1]; });
  return out;
}

}  // namespace

base::Result<SeenNames> read_seen_names(store::Database& database, const dns::Name& domain, std::int64_t from,
                                        const HeedReporter& heed) {
  return database.transact([&](soci::session& sql) {
    SeenNames out;
    const auto id = number_of(sql, "report_domain", domain.text());
    if (!id) return out;
    const auto messages = messages_by_outcome(sql, database.backend(), *id, from, heed);
    std::map<std::pair<std::string, std::string>, std::int64_t> keys;
    std::map<dns::Name, std::int64_t> senders;
    std::map<dns::Name, std::int64_t> envelopes;
    const auto note = [&](std::string_view text, std::int64_t count, std::map<dns::Name, std::int64_t>& to) {
      const auto name = dns::Name::try_parse(text);
      if (name && *name != domain && name->is_within(domain)) to[*name] += count;
    };
    for (const auto& [number, text] :
         names_of(sql, "report_outcome", numbers_of(messages, [](const auto& item) { return item.first; }))) {
      const auto outcome = parse_stored_outcome(text);
      const auto count = messages.at(number);
      for (const auto& seen : outcome.dkim_seen) {
        if (seen.result == AuthResult::pass && !seen.selector.empty())
          keys[{seen.domain, base::lower(seen.selector)}] += count;
      }
      for (const auto& seen : outcome.spf_seen) {
        if (!seen.helo && seen.result == AuthResult::pass) note(seen.domain, count, envelopes);
      }
      if (outcome.dkim == Aligned::pass || outcome.spf == Aligned::pass)
        note(outcome.header_from, count, senders);
    }
    for (const auto& [text, selector] : ranked(keys)) {
      if (const auto name = dns::Name::try_parse(text)) out.keys.push_back({*name, selector});
    }
    out.senders = ranked(senders);
    out.envelopes = ranked(envelopes);
    return out;
  });
}

}  // namespace rampart::reports
