#include "guard/quarantine/kept_list.h"

#include <algorithm>
#include <array>
#include <set>
#include <tuple>
#include <unordered_set>

#include "base/text.h"
#include "guard/events/event_keys.h"
#include "guard/quarantine/kept_head.h"
#include "mail/domain_part.h"

namespace rampart::guard {
namespace {

using base::ErrorKind;
using base::Result;
using Number = long long;

constexpr std::size_t kBatch = 128;  // entries that are asked for at once, of each range
constexpr std::array kStates{KeptState::kept, KeptState::releasing, KeptState::released, KeptState::deleted};

Number seconds(base::Time time) {
  return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}
base::Time time_of(Number number) { return base::Time(std::chrono::seconds(number)); }

bool is_at(std::string_view address, std::string_view wanted) {
  if (wanted.starts_with('@')) return mail::domain_part(address) == wanted.substr(1);
  return address == wanted;
}

bool fits(const KeptMessage& message, const KeptQuestion& question) {
  if (question.state && message.state != *question.state) return false;
  if (!question.text.empty() && base::lower(message.subject).find(question.text) == std::string::npos)
    return false;
  if (!question.cause.empty() &&
      std::ranges::find(message.causes, question.cause, &Cause::code) == message.causes.end())
    return false;
  if (!question.author.empty()) {
    const auto author = base::lower(message.author);
    const auto domains = author_domains(author);
    if (std::ranges::find(domains, std::string_view(question.author)) == domains.end()) return false;
  }
  return question.recipient.empty() || std::ranges::any_of(message.recipients, [&](const std::string& one) {
           return is_at(one, question.recipient);
         });
}

std::vector<std::string> ranges_of(const KeptQuestion& question) {
  if (!question.recipient.empty() && !question.recipient.starts_with('@'))
    return {"to " + question.recipient};
  if (!question.author.empty()) return {"of " + question.author};
  if (!question.cause.empty()) return {"why " + question.cause};
  if (!question.recipient.empty()) return {"to " + question.recipient};
  std::vector<std::string> out;
  const auto domains = question.scope.domains();
  if (domains.size() > kMaxRanges) return out;
  for (const auto& domain : domains) out.push_back("in " + domain);
  return out;
}

bool is_newer(const KeptPlace& a, const KeptPlace& b) {
  return std::tie(a.received, a.id) > std::tie(b.received, b.id);
}

struct Bounds {
  KeptPlace behind;
  Number from = std::numeric_limits<Number>::min();
};

void read_range(soci::session& sql, const std::string& word, const Bounds& reach,
                std::vector<KeptPlace>& out) {
  const Number received = seconds(reach.behind.received);
  const auto most = static_cast<Number>(kBatch);
  Number at = 0;
  std::string id;
  soci::statement rows =
      (sql.prepare << "SELECT received, kept FROM guard_kept_key WHERE word = :word AND received <= :top AND "
                      "received >= :from AND"
                      " (received < :at OR kept < :id) ORDER BY received DESC, kept DESC LIMIT :most",
       soci::use(word), soci::use(received), soci::use(reach.from), soci::use(received),
       soci::use(reach.behind.id), soci::use(most), soci::into(at), soci::into(id));
  rows.execute();
  while (rows.fetch()) out.push_back({.received = time_of(at), .id = id});
}

void read_state(soci::session& sql, KeptState state, const Bounds& reach, std::vector<KeptPlace>& out) {
  const std::string word(to_string(state));
  const Number received = seconds(reach.behind.received);
  const auto most = static_cast<Number>(kBatch);
  Number at = 0;
  std::string id;
  soci::statement rows =
      (sql.prepare << "SELECT received, id FROM guard_kept WHERE state = :state AND received <= :top AND "
                      "received >= :from AND"
                      " (received < :at OR id < :id) ORDER BY received DESC, id DESC LIMIT :most",
       soci::use(word), soci::use(received), soci::use(reach.from), soci::use(received),
       soci::use(reach.behind.id), soci::use(most), soci::into(at), soci::into(id));
  rows.execute();
  while (rows.fetch()) out.push_back({.received = time_of(at), .id = id});
}

std::vector<KeptPlace> merge(soci::session& sql, const std::vector<std::string>& words,
                             const KeptQuestion& question, const Bounds& reach) {
  std::vector<KeptPlace> out;
  for (const auto& word : words) read_range(sql, word, reach, out);
  if (words.empty())
    for (const auto state : kStates)
      if (!question.state || *question.state == state) read_state(sql, state, reach, out);
  std::ranges::sort(out, is_newer);
  out.erase(std::unique(out.begin(), out.end(),
                        [](const KeptPlace& a, const KeptPlace& b) { return a.id == b.id; }),
            out.end());
  if (out.size() > kBatch) out.resize(kBatch);
  return out;
}

}  // namespace

std::optional<KeptState> parse_kept_state(std::string_view text) {
  const auto* const state = std::ranges::find(kStates, text, [](KeptState one) { return to_string(one); });
  return state == kStates.end() ? std::nullopt : std::optional(*state);
}

Result<KeptMessage> read_row(soci::session& sql, const KeptRow& row) {
  KeptMessage out;
  TRY(parse_head(row.head, out));
  out.id = row.id;
  out.received = time_of(row.received);
  out.changed = time_of(row.changed);
  out.by = row.by;
  out.size = static_cast<std::uint64_t>(row.size);
  const auto state = parse_kept_state(row.state);
  if (!state) return base::fail(ErrorKind::internal, "a row of the quarantine is damaged");
  out.state = *state;
  const soci::rowset<std::string> addresses =
      (sql.prepare << "SELECT address FROM guard_kept_recipient WHERE kept = :kept ORDER BY address",
       soci::use(row.id));
  out.recipients.assign(addresses.begin(), addresses.end());
  return out;
}

Result<std::optional<KeptMessage>> find_row(soci::session& sql, const std::string& id) {
  KeptRow row;
  sql << std::string(kKeptColumns) + " WHERE k.id = :id", soci::use(id), soci::into(row.id),
      soci::into(row.received), soci::into(row.state), soci::into(row.changed), soci::into(row.by),
      soci::into(row.size), soci::into(row.head);
  if (!sql.got_data()) return std::nullopt;
  return TRY(read_row(sql, row));
}

std::vector<std::string> kept_keys(const KeptMessage& message) {
  std::set<std::string> out;
  const auto add = [&](std::string_view kind, std::string_view word) {
    if (!word.empty() && word.size() <= kMaxKeyBytes) out.insert(std::string(kind).append(word));
  };
  std::size_t addresses = 0;
  for (const auto& recipient : message.recipients) {
    if (addresses++ == kMaxKeyAddresses) break;
    const auto address = base::lower(recipient);
    add("to ", address);
    const auto domain = mail::domain_part(address);
    if (!domain.empty()) add("to @", domain);
    for (const auto one : domain_and_above(domain)) add("in ", one);
  }
  const auto author = base::lower(message.author);
  std::size_t authors = 0;
  for (const auto domain : author_domains(author))
    if (authors++ < kMaxKeyDomains) add("of ", domain);
  std::size_t causes = 0;
  for (const auto& cause : message.causes)
    if (causes++ < kMaxKeyCauses) add("why ", cause.code);
  return {out.begin(), out.end()};
}

std::optional<KeptMessage> seen_by(KeptMessage message, const Scope& scope) {
  if (scope.is_everything()) return message;
  std::erase_if(message.recipients, [&](const std::string& one) { return !scope.covers_address(one); });
  if (message.recipients.empty()) return std::nullopt;
  return message;
}

Result<KeptPage> list_kept(store::Database& database, const KeptQuestion& wanted) {
  auto question = wanted;
  for (auto* text : {&question.recipient, &question.author, &question.cause, &question.text})
    *text = base::lower(*text);
  KeptPage out;
  if (!question.scope.is_everything() && question.scope.domains().empty()) return out;
  const auto words = ranges_of(question);
  Bounds reach{.behind = {.received = time_of(std::numeric_limits<Number>::max() / 2), .id = {}}};
  if (question.from) reach.from = seconds(*question.from);
  if (question.to) reach.behind = {.received = *question.to, .id = {}};
  if (question.behind && is_newer(reach.behind, *question.behind)) reach.behind = *question.behind;
  return database.run([&](soci::session& sql) -> Result<KeptPage> {
    std::size_t looked = 0;
    for (;;) {
      const auto places = merge(sql, words, question, reach);
      for (const auto& place : places) {
        if (out.messages.size() == question.most || looked == kMaxLookedThrough) {
          out.next = reach.behind;
          return std::move(out);
        }
        ++looked;
        reach.behind = place;
        auto found = TRY(find_row(sql, place.id));
        if (!found) continue;
        auto seen = seen_by(*std::move(found), question.scope);
        if (seen && fits(*seen, question)) out.messages.push_back(*std::move(seen));
      }
      if (places.size() < kBatch) return std::move(out);
    }
  });
}

Result<std::optional<std::uint64_t>> count_kept(store::Database& database, KeptState state,
                                                const Scope& scope) {
  const std::string word(to_string(state));
  return database.run([&](soci::session& sql) -> std::optional<std::uint64_t> {
    if (scope.is_everything()) {
      Number count = 0;
      sql << "SELECT COUNT(*) FROM guard_kept WHERE state = :state", soci::use(word), soci::into(count);
      return static_cast<std::uint64_t>(count);
    }
    const auto domains = scope.domains();
    if (domains.size() > kMaxRanges) return std::nullopt;
    std::unordered_set<std::string> ids;
    const auto most = static_cast<Number>(kMaxKeptCounted + 1);
    for (const auto& domain : domains) {
      const auto key = "in " + domain;
      const soci::rowset<std::string> rows =
          (sql.prepare << "SELECT k.id FROM guard_kept_key y JOIN guard_kept k ON k.id = y.kept WHERE y.word "
                          "= :word AND k.state ="
                          " :state LIMIT :most",
           soci::use(key), soci::use(word), soci::use(most));
      for (const auto& id : rows) ids.insert(id);
      if (ids.size() > kMaxKeptCounted) return std::nullopt;
    }
    return ids.size();
  });
}

}  // namespace rampart::guard
