#include "guard/events/event_store.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/text.h"
#include "crypto/ids.h"
#include "guard/events/event_keys.h"
#include "guard/events/event_rates.h"
#include "guard/events/tables.h"

namespace rampart::guard {
namespace {

using base::Result;
using Number = long long;             // of a column
constexpr std::size_t kPage = 1'000;  // events that are read at once

Number seconds(base::Time time) { return time.time_since_epoch().count(); }

std::string_view without_brackets(std::string_view id) {
  if (id.starts_with('<')) id.remove_prefix(1);
  if (id.ends_with('>')) id.remove_suffix(1);
  return id;
}

// False: it was there already.
bool insert(soci::session& sql, const Event& event) {
  const Number at = seconds(event.at);
  const std::string message(without_brackets(event.message_id));
  const auto sender = base::lower(event.mail_from);
  const std::string action(to_string(event.answered));
  const auto json = event_json(event);
  soci::statement put =
      (sql.prepare
           << "INSERT INTO guard_event (id, at, queue_id, message_id, author, mail_from, client, action, "
              "event,"
              " number) VALUES (:id, :at, :queue, :message, :author, :sender, :client, :action, :event,"
              " (SELECT COALESCE(MAX(number), 0) + 1 FROM guard_event WHERE at = :same)) ON CONFLICT DO "
              "NOTHING",
       soci::use(event.id), soci::use(at), soci::use(event.queue_id), soci::use(message),
       soci::use(event.author), soci::use(sender), soci::use(event.client), soci::use(action),
       soci::use(json), soci::use(at));
  put.execute(true);
  if (put.get_affected_rows() == 0) return false;
  std::set<std::string> addresses;
  for (const auto& recipient : event.recipients) {
    if (addresses.size() == kMaxFoundBy) break;
    addresses.insert(base::lower(recipient));
  }
  for (const auto& address : addresses)
    sql << "INSERT INTO guard_event_recipient (event, address) VALUES (:event, :address) ON CONFLICT DO "
           "NOTHING",
        soci::use(event.id), soci::use(address);
  const auto keep = [&](const std::string& kept) {
    if (!kept.empty())
      sql << "INSERT INTO guard_event_kept (kept, event) VALUES (:kept, :event) ON CONFLICT DO NOTHING",
          soci::use(kept), soci::use(event.id);
  };
  keep(event.kept);
  for (const auto& outcome : event.outcomes) keep(outcome.kept);
  for (const auto& word : keys_of(event))
    sql << "INSERT INTO guard_event_key (word, at, number, event) SELECT :word, at, number, id FROM "
           "guard_event WHERE id = :id",
        soci::use(word), soci::use(event.id);
  return true;
}

// "'" and "%" are in no id of ours; what is none names nothing.
std::string names_kept(const std::string& id) {
  return crypto::is_id(id) ? fmt::format("%\"kept\":\"{}\"%", id) : std::string();
}

}  // namespace

Result<EventStore> EventStore::open(store::Database& database) {
  TRY(database.migrate("guard-events", kEventMigrations));
  return EventStore(database);
}

Result<> EventStore::record(std::span<const Event> events) {
  return database_->transact([&](soci::session& sql) {
    RateCounts counts;
    for (const auto& event : events)
      if (insert(sql, event)) counts.add(event);
    counts.write(sql);
  });
}

Result<std::vector<std::string>> EventStore::find(std::string_view word, std::size_t most) {
  return database_->run([&](soci::session& sql) {
    const std::string as_is(word);
    const std::string message(without_brackets(word));
    const auto address = base::lower(message);
    const auto limit = static_cast<Number>(most);
    std::vector<std::string> out;
    const soci::rowset<std::string> rows =
        (sql.prepare
             << "SELECT event FROM guard_event WHERE id = :id OR queue_id = :queue OR message_id = "
                ":message OR mail_from = :sender OR id IN (SELECT event FROM guard_event_recipient"
                " WHERE address = :address) OR id IN (SELECT event FROM guard_event_kept WHERE kept = :kept)"
                " ORDER BY at DESC, number DESC, id DESC LIMIT :limit",
         soci::use(as_is), soci::use(as_is), soci::use(message), soci::use(address), soci::use(address),
         soci::use(as_is), soci::use(limit));
    for (const auto& row : rows) out.push_back(row);
    std::ranges::reverse(out);
    return out;
  });
}

Result<std::vector<std::string>> EventStore::of_kept(const KeptName& kept) {
  return database_->run([&](soci::session& sql) {
    const std::string message(without_brackets(kept.message_id));
    const auto pattern = names_kept(kept.id);
    std::vector<std::string> out;
    const soci::rowset<std::string> rows =
        // Of what was written before there was that table its JSON alone says it.
        (sql.prepare << "SELECT event FROM guard_event WHERE id IN (SELECT event FROM guard_event_kept WHERE "
                        "kept = :kept) OR (queue_id = :queue AND queue_id <> '' AND event LIKE :pattern) OR "
                        "(message_id = :message AND message_id <> '' AND event LIKE :same)"
                        " ORDER BY at, number, id",
         soci::use(kept.id), soci::use(kept.queue_id), soci::use(pattern), soci::use(message),
         soci::use(pattern));
    for (const auto& row : rows) out.push_back(row);
    return out;
  });
}

Result<std::vector<std::string>> EventStore::since(base::Time from, std::size_t most) {
  return database_->run([&](soci::session& sql) {
    const Number begin = seconds(from);
    const auto limit = static_cast<Number>(most);
    std::vector<std::string> out;
    const soci::rowset<std::string> rows =
        (sql.prepare
             << "SELECT event FROM guard_event WHERE at >= :begin ORDER BY at DESC, number DESC, id DESC"
                " LIMIT :limit",
         soci::use(begin), soci::use(limit));
    for (const auto& row : rows) out.push_back(row);
    std::ranges::reverse(out);
    return out;
  });
}

Result<EventStore::Page> EventStore::page(const Place& behind, std::size_t most) {
  return database_->run([&](soci::session& sql) {
    const auto limit = static_cast<Number>(most);
    const Number last = seconds(behind.at);
    const Number place = behind.number;
    Number at = last;
    Number number = 0;
    Page out{.events = {}, .next = behind};
    std::size_t bytes = 0;
    std::string event;
    std::string id;
    soci::statement rows =
        // In this form a page is a range of the index; as "at > … OR (at = … AND …)" each is all that is left, sorted.
        (sql.prepare << "SELECT at, number, id, event FROM guard_event WHERE at >= :from AND (at > :at OR "
                        "number > :number OR (number = :same AND id > :id)) ORDER BY at, number, id LIMIT "
                        ":limit",
         soci::use(last), soci::use(last), soci::use(place), soci::use(place), soci::use(behind.id),
         soci::use(limit), soci::into(at), soci::into(number), soci::into(id), soci::into(event));
    rows.execute();
    while (bytes < kPageBytes && rows.fetch()) {
      bytes += event.size();
      out.events.push_back(event);
    }
    if (!out.events.empty())
      out.next = {.at = base::Time(std::chrono::seconds(at)), .number = number, .id = id};
    out.more = out.events.size() == most || bytes >= kPageBytes;
    return out;
  });
}

Result<> EventStore::each(base::Time from, const std::function<void(std::string_view)>& see) {
  Page page{.events = {}, .next = {.at = from}, .more = false};
  do {
    page = TRY(this->page(page.next, kPage));
    for (const auto& event : page.events) see(event);
  } while (page.more);
  return {};
}

Result<std::optional<base::Time>> EventStore::time_of(const std::string& id) {
  return database_->run([&](soci::session& sql) -> std::optional<base::Time> {
    Number at = 0;
    sql << "SELECT at FROM guard_event WHERE id = :id", soci::use(id), soci::into(at);
    if (!sql.got_data()) return std::nullopt;
    return base::Time(std::chrono::seconds(at));
  });
}

Result<EventStore::Start> EventStore::start(base::Time from, std::size_t most) {
  return database_->run([&](soci::session& sql) {
    const Number begin = seconds(from);
    const auto skip = static_cast<Number>(most);
    Start out{.behind = {.at = from}, .left_out = 0};
    Number at = 0;
    Number number = 0;
    std::string id;
    sql << "SELECT at, number, id FROM guard_event WHERE at >= :begin ORDER BY at DESC, number DESC, id DESC"
           " LIMIT 1 OFFSET :skip",
        soci::use(begin), soci::use(skip), soci::into(at), soci::into(number), soci::into(id);
    if (!sql.got_data()) return out;
    Number all = 0;
    sql << "SELECT COUNT(*) FROM guard_event WHERE at >= :begin", soci::use(begin), soci::into(all);
    out.behind = {.at = base::Time(std::chrono::seconds(at)), .number = number, .id = std::move(id)};
    out.left_out = static_cast<std::uint64_t>(std::max(all - skip, Number{1}));
    return out;
  });
}

Result<std::size_t> EventStore::prune(base::Time before) {
  return database_->transact([&](soci::session& sql) {
    const Number limit = seconds(before);
    Number count = 0;
    sql << "SELECT COUNT(*) FROM guard_event WHERE at < :limit", soci::use(limit), soci::into(count);
    if (count == 0) return std::size_t{0};
    sql << "DELETE FROM guard_event_recipient WHERE event IN (SELECT id FROM guard_event WHERE at < :limit)",
        soci::use(limit);
    sql << "DELETE FROM guard_event_kept WHERE event IN (SELECT id FROM guard_event WHERE at < :limit)",
        soci::use(limit);
    sql << "DELETE FROM guard_event_key WHERE at < :limit", soci::use(limit);
    sql << "DELETE FROM guard_event_rate WHERE begun < :limit", soci::use(limit);
    sql << "DELETE FROM guard_event WHERE at < :limit", soci::use(limit);
    return static_cast<std::size_t>(count);
  });
}

}  // namespace rampart::guard
