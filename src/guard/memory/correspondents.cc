#include "guard/memory/correspondents.h"

#include <algorithm>
#include <array>
#include <limits>

#include <fmt/format.h>

#include "base/text.h"
#include "dns/domain.h"
#include "guard/memory/tables.h"
#include "mail/compose.h"

namespace rampart::guard {
namespace {

using base::Result;
using Number = long long;  // as SOCI has it

constexpr std::size_t kLockedAtATime = 65'536;  // entries that are looked through before others get the lock
constexpr double kRoomKept =
    0.95;  // of the rows that stay when there are too many, so that it is not each time

std::int64_t seconds_of(base::Time time) {
  return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}
std::uint32_t short_time(std::int64_t seconds) {
  return static_cast<std::uint32_t>(
      std::clamp<std::int64_t>(seconds, 0, std::numeric_limits<std::uint32_t>::max()));
}

// Of an author and a recipient as correspondent() gives them; without one, of the author to anybody. Never 0.
std::uint64_t fingerprint(std::string_view author, std::string_view recipient) {
  std::array<char, 2 * mail::kMaxMailbox + 1>
      text;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled below
  auto* end = std::ranges::copy(author.substr(0, mail::kMaxMailbox), text.data()).out;
  *end++ = '\n';
  end = std::ranges::copy(recipient.substr(0, mail::kMaxMailbox), end).out;
  return std::max<std::uint64_t>(dns::hash_bytes({text.data(), static_cast<std::size_t>(end - text.data())}),
                                 1);
}

// What is worth more stays longer, as in PairTable.
constexpr std::string_view kWorth = "CASE WHEN replied > 0 THEN 2 WHEN messages > 1 THEN 1 ELSE 0 END";

}  // namespace

std::string correspondent(std::string_view address) {
  const auto at = address.rfind('@');
  if (address.size() > mail::kMaxMailbox || at == std::string_view::npos || at == 0 ||
      at + 1 == address.size())
    return {};
  const auto visible = [](unsigned char c) { return c > ' ' && c != 0x7f; };
  if (!std::ranges::all_of(address, visible)) return {};
  if (base::is_ascii(address)) return base::lower(address);
  const auto domain = dns::parse_domain(address.substr(at + 1));
  if (!domain || !base::is_utf8(address)) return {};
  auto out = base::lower(address.substr(0, at + 1)) + domain->text();
  return out.size() > mail::kMaxMailbox ? std::string() : out;
}

std::string author_address(const mail::Author& author) {
  if (!author.fault.empty() || author.addresses.size() != 1 || author.domains.size() != 1) return {};
  const auto& address = author.addresses.front();
  return correspondent(address.substr(0, address.rfind('@') + 1) + author.domains.front().text());
}

Correspondence unknown_sender(NotKnown why, std::size_t recipients) {
  const Acquaintance nothing{.known = Known::unknown, .why = why};
  return {.anybody = nothing, .recipients = std::vector(std::min(recipients, kMostCorrespondents), nothing)};
}

Result<> Correspondents::load(store::Database& database, base::Time now) {
  TRY(database.migrate("guard-memory", kMemoryMigrations));
  const std::scoped_lock lock(mutex_);
  table_.emplace(limits_.slots);
  return database.transact([&](soci::session& sql) {
    Number begun = 0;
    Number lost = 0;
    sql << "SELECT begun, lost FROM guard_correspondence ORDER BY begun LIMIT 1", soci::into(begun),
        soci::into(lost);
    if (!sql.got_data()) {
      begun = seconds_of(now);
      sql << "INSERT INTO guard_correspondence (begun, lost) VALUES (:begun, 0)", soci::use(begun);
    }
    begun_ = begun;
    lost_ = lost;
    why_not_ = NotKnown::none;
    load_rows(sql, now);
  });
}

void Correspondents::load_rows(soci::session& sql, base::Time now) {
  Row row;
  Number first = 0;
  Number last = 0;
  Number messages = 0;
  Number replied = 0;
  Number wide = 0;
  const auto most = static_cast<Number>(limits_.rows) + 1;
  soci::statement all =
      (sql.prepare << fmt::format("SELECT author, recipient, first, last, messages, replied, wide"
                                  " FROM guard_correspondent ORDER BY {} DESC, seen DESC LIMIT :most",
                                  kWorth),
       soci::use(most), soci::into(row.author), soci::into(row.recipient), soci::into(first),
       soci::into(last), soci::into(messages), soci::into(replied), soci::into(wide));
  all.execute();
  for (std::size_t rows = 0; all.fetch(); ++rows) {
    if (rows == limits_.rows) {
      lost_ = seconds_of(now);
      break;
    }
    row.first = first;
    row.last = last;
    row.messages = messages;
    row.replied = replied;
    row.wide = wide;
    take(row, fingerprint(row.author, row.recipient), seconds_of(now));
  }
}

// Into memory, beside what is there of it.
void Correspondents::take(const Row& row, std::uint64_t fingerprint, std::int64_t second) {
  const auto place = table_->put(fingerprint, row.replied != 0, short_time(second - keep_seconds()));
  if (place.lost) lost_ = std::max(lost_, second);
  if (place.entry == nullptr) return;
  auto& entry = *place.entry;
  if (entry.first == 0) entry.first = short_time(row.first);
  entry.last = std::max(entry.last, short_time(row.last));
  entry.replied = std::max(entry.replied, short_time(row.replied));
  const auto messages = std::int64_t{entry.messages} + row.messages;
  entry.messages = static_cast<std::uint32_t>(std::min<std::int64_t>(messages, kMostCounted)) & kMostCounted;
  if (row.wide != 0) entry.wide = 1;
}

std::int64_t Correspondents::keep_seconds() const {
  return std::chrono::duration_cast<std::chrono::seconds>(limits_.keep).count();
}

Result<> Correspondents::switch_off(store::Database& database) {
  TRY(database.migrate("guard-memory", kMemoryMigrations));
  {
    const std::scoped_lock lock(mutex_);
    why_not_ = NotKnown::off;
    table_.reset();
    learnt_.clear();
  }
  return database.transact([](soci::session& sql) {
    sql << "DELETE FROM guard_correspondent";
    sql << "DELETE FROM guard_correspondence";
  });
}

std::optional<Seen> Correspondents::seen(std::uint64_t fingerprint) const {
  const auto* entry = table_->find(fingerprint);
  if (entry == nullptr) return std::nullopt;
  return Seen{.first = entry->first,
              .last = entry->last,
              .messages = entry->messages,
              .replied = entry->replied,
              .wide = entry->wide != 0};
}

Reach Correspondents::reach() const { return {.begun = begun_, .lost = lost_, .keep = keep_seconds()}; }

Correspondence Correspondents::recall(std::string_view author, std::span<const std::string> recipients,
                                      base::Time now) const {
  const auto looked_at = recipients.first(std::min(recipients.size(), kMostCorrespondents));
  // Hashed before the lock is taken; 0: its address is none that is remembered.
  std::array<std::uint64_t, kMostCorrespondents> pairs{};
  if (!author.empty())
    for (std::size_t i = 0; i < looked_at.size(); ++i)
      if (const auto recipient = correspondent(looked_at[i]); !recipient.empty())
        pairs[i] = fingerprint(author, recipient);
  const std::scoped_lock lock(mutex_);
  if (why_not_ != NotKnown::none) return unknown_sender(why_not_, looked_at.size());
  if (author.empty()) return unknown_sender(NotKnown::no_author, looked_at.size());
  const auto believed = reach();
  const auto anybody = seen(fingerprint(author, {}));
  const auto* total = anybody ? &*anybody : nullptr;
  Correspondence out{.anybody = acquaintance(total, nullptr, believed, now), .recipients = {}};
  out.recipients.reserve(looked_at.size());
  for (std::size_t i = 0; i < looked_at.size(); ++i) {
    if (pairs[i] == 0) {
      out.recipients.push_back({.known = Known::unknown, .why = NotKnown::no_address});
      continue;
    }
    const auto pair = seen(pairs[i]);
    out.recipients.push_back(acquaintance(pair ? &*pair : nullptr, total, believed, now));
  }
  return out;
}

// Into memory, and among what is to be written. What cannot wait to be written is lost with the next start.
void Correspondents::learn(const Note& note, std::int64_t second) {
  const Row change{.author = {},
                   .recipient = std::string(note.recipient),
                   .first = note.replied ? 0 : second,
                   .last = note.replied ? 0 : second,
                   .messages = note.replied ? 0 : 1,
                   .replied = note.replied ? second : 0,
                   .wide = note.wide ? second : 0};
  take(change, note.fingerprint, second);
  const auto room = note.replied ? 2 * limits_.unsaved : limits_.unsaved;
  auto found = learnt_.find(note.fingerprint);
  if (found == learnt_.end()) {
    if (learnt_.size() >= room) {
      lost_ = std::max(lost_, second);
      return;
    }
    found = learnt_
                .emplace(note.fingerprint,
                         Row{.author = std::string(note.author), .recipient = std::string(note.recipient)})
                .first;
  }
  auto& row = found->second;
  if (row.first == 0) row.first = change.first;
  row.last = std::max(row.last, change.last);
  row.messages += change.messages;
  row.replied = std::max(row.replied, change.replied);
  row.wide = std::max(row.wide, change.wide);
}

void Correspondents::note_received(std::string_view author, std::span<const std::string> recipients,
                                   base::Time now) {
  if (author.empty() || recipients.empty()) return;
  const bool wide = recipients.size() > kMostCorrespondents;
  std::array<std::string, kMostCorrespondents> addresses;
  std::array<Note, kMostCorrespondents + 1> notes;
  std::size_t many = 0;
  notes[many++] = {.fingerprint = fingerprint(author, {}), .author = author, .recipient = {}, .wide = wide};
  for (const auto& recipient : recipients.first(std::min(recipients.size(), kMostCorrespondents))) {
    auto& address = addresses[many - 1] = correspondent(recipient);
    if (address.empty()) continue;
    notes[many++] = {.fingerprint = fingerprint(author, address), .author = author, .recipient = address};
  }
  const std::scoped_lock lock(mutex_);
  if (!table_) return;
  for (const auto& note : std::span(notes).first(many)) learn(note, seconds_of(now));
}

void Correspondents::note_written(std::string_view writer, std::span<const std::string> recipients,
                                  base::Time now) {
  if (writer.empty()) return;
  const std::scoped_lock lock(mutex_);
  if (!table_) return;
  if (recipients.size() > kMostWritten) lost_ = std::max(lost_, seconds_of(now));
  for (const auto& recipient : recipients.first(std::min(recipients.size(), kMostWritten))) {
    const auto address = correspondent(recipient);
    if (address.empty()) continue;
    learn({.fingerprint = fingerprint(address, {}), .author = address, .recipient = {}, .replied = true},
          seconds_of(now));
    learn({.fingerprint = fingerprint(address, writer),
           .author = address,
           .recipient = writer,
           .replied = true},
          seconds_of(now));
  }
}

// What was learnt meanwhile takes room as well: however often the store fails, no more waits for it than may.
void Correspondents::give_back(Rows rows, std::int64_t second) {
  for (auto& [fingerprint, row] : rows) {
    const auto found = learnt_.find(fingerprint);
    if (found == learnt_.end()) {
      if (learnt_.size() < 2 * limits_.unsaved)
        learnt_.emplace(fingerprint, std::move(row));
      else
        lost_ = std::max(lost_, second);
      continue;
    }
    auto& later = found->second;
    if (row.first != 0) later.first = row.first;
    later.last = std::max(later.last, row.last);
    later.messages += row.messages;
    later.replied = std::max(later.replied, row.replied);
    later.wide = std::max(later.wide, row.wide);
  }
}

Result<> Correspondents::save(store::Database& database, base::Time now) {
  const auto old = seconds_of(now - limits_.keep);
  Rows rows;
  Number lost = 0;
  {
    const std::scoped_lock lock(mutex_);
    if (!table_) return {};
    rows.swap(learnt_);
    lost = lost_;
  }
  std::size_t from = 0;
  do {
    const std::scoped_lock lock(mutex_);
    from = table_->forget(short_time(old), from, kLockedAtATime);
  } while (from != 0);
  auto done = database.transact([&](soci::session& sql) {
    Row row;
    Number first = 0;
    Number last = 0;
    Number messages = 0;
    Number replied = 0;
    Number wide = 0;
    Number active = 0;
    soci::statement put =
        (sql.prepare << "INSERT INTO guard_correspondent AS was (author, recipient, first, last, messages, "
                        "replied, wide, seen)"
                        " VALUES (:author, :recipient, :first, :last, :messages, :replied, :wide, :seen)"
                        " ON CONFLICT (author, recipient) DO UPDATE SET"
                        " first = CASE WHEN was.first > 0 THEN was.first ELSE excluded.first END,"
                        " last = CASE WHEN excluded.last > was.last THEN excluded.last ELSE was.last END,"
                        " messages = was.messages + excluded.messages,"
                        " replied = CASE WHEN excluded.replied > was.replied THEN excluded.replied ELSE "
                        "was.replied END,"
                        " wide = CASE WHEN excluded.wide > was.wide THEN excluded.wide ELSE was.wide END,"
                        " seen = CASE WHEN excluded.seen > was.seen THEN excluded.seen ELSE was.seen END",
         soci::use(row.author), soci::use(row.recipient), soci::use(first), soci::use(last),
         soci::use(messages), soci::use(replied), soci::use(wide), soci::use(active));
    for (const auto& [fingerprint, learnt] : rows) {
      row.author = learnt.author;
      row.recipient = learnt.recipient;
      first = learnt.first;
      last = learnt.last;
      messages = learnt.messages;
      replied = learnt.replied;
      wide = learnt.wide;
      active = std::max(last, replied);
      put.execute(true);
    }
    const Number before = old;
    sql << "DELETE FROM guard_correspondent WHERE seen < :old", soci::use(before);
    Number count = 0;
    if (!rows.empty()) sql << "SELECT COUNT(*) FROM guard_correspondent", soci::into(count);
    if (count > static_cast<Number>(limits_.rows)) {
      const auto beyond = count - static_cast<Number>(static_cast<double>(limits_.rows) * kRoomKept);
      lost = seconds_of(now);
      sql << fmt::format(
          "DELETE FROM guard_correspondent WHERE (author, recipient) IN"
          " (SELECT author, recipient FROM guard_correspondent ORDER BY {}, seen LIMIT :beyond)",
          kWorth),
          soci::use(beyond);
    }
    sql << "UPDATE guard_correspondence SET lost = :lost", soci::use(lost);
  });
  const std::scoped_lock lock(mutex_);
  if (!done) {
    give_back(std::move(rows), seconds_of(now));
    return done;
  }
  lost_ = std::max<std::int64_t>(lost_, lost);
  return {};
}

std::size_t Correspondents::size() const {
  const std::scoped_lock lock(mutex_);
  return table_ ? table_->size() : 0;
}

}  // namespace rampart::guard
