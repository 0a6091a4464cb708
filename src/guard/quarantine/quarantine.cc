#include "guard/quarantine/quarantine.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <set>
#include <system_error>

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "crypto/ids.h"
#include "crypto/sealed_file.h"
#include "guard/quarantine/kept_head.h"
#include "guard/quarantine/kept_list.h"
#include "guard/quarantine/tables.h"
#include "mail/domain_part.h"

namespace rampart::guard {
namespace {

using base::ErrorKind;
using base::Result;
using Number = long long;  // of a column

constexpr std::chrono::hours kStray{1};  // a file without a row that is older is nobody's any more
constexpr std::string_view kEnding = ".eml.kept";

Number seconds(base::Time time) {
  return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}
base::Time time_of(Number number) { return base::Time(std::chrono::seconds(number)); }

// No id of a stranger's leads out of the folder.
Result<> check_id(const std::string& id) {
  if (crypto::is_id(id)) return {};
  return base::fail(ErrorKind::usage,
                    fmt::format("\"{}\" is no id of a quarantined message", base::printable(id)), {},
                    "rampart quarantine list shows them");
}

std::unexpected<base::Error> unknown(const std::string& id) {
  return base::fail(ErrorKind::usage, fmt::format("no message {} is in quarantine", id), {},
                    "rampart quarantine list shows them");
}

std::string domain_of(std::string_view address) { return base::lower(mail::domain_part(address)); }

// By what a message that is tried again is known, for one recipient: everything that is kept of it but what an attempt brings anew
// (queue id, client, HELO, time). Postfix passes no Received field of its own to a milter, so that all octets are the same.
std::string copy_of(const KeptMessage& entry, const std::string& address) {
  auto text =
      fmt::format("{}\n{}\n{}\n{}\n", entry.content, entry.mail_from, entry.author, to_string(entry.action));
  for (const auto& cause : entry.causes) text += cause.code + ' ';
  return base::hex(crypto::sha256(text + '\n' + address));
}

// Of what is split off an entry for one recipient: the same whenever it is asked for.
std::string split_identity(const std::string& whole, const std::string& address) {
  return base::hex(crypto::sha256(fmt::format("{} {}", whole, address)));
}

// What a block list names, what its content is kept for, or what nobody could look into.
bool is_listed(const KeptMessage& entry) {
  return std::ranges::any_of(entry.causes, [](const Cause& cause) {
    return cause.code == "blocked" || cause.code == "content" || cause.code == "inspection-failed";
  });
}

std::string seal_name(const std::string& id) { return "quarantine/" + id; }

}  // namespace

std::string_view to_string(KeptState state) {
  constexpr std::array<std::string_view, 4> kWords{"kept", "releasing", "released", "deleted"};
  return kWords[static_cast<std::size_t>(state)];
}

Result<Quarantine> Quarantine::open(store::Database& database, QuarantineOptions options) {
  TRY(database.migrate("guard-quarantine", kQuarantineMigrations));
  std::error_code error;
  std::filesystem::create_directories(std::filesystem::path(options.folder).parent_path(), error);
  if (::mkdir(options.folder.c_str(), 0700) != 0 && errno != EEXIST)
    return base::fail(ErrorKind::io,
                      fmt::format("cannot be made: {}", std::generic_category().message(errno)),
                      base::printable(options.folder),
                      "let the user who runs rampart write there, or choose another place");
  struct stat status{};
  if (::stat(options.folder.c_str(), &status) != 0 || !S_ISDIR(status.st_mode) ||
      (status.st_mode & 077U) != 0)
    return base::fail(ErrorKind::input, "others may look into it, or it is no folder",
                      base::printable(options.folder), "chmod 700 it");
  return Quarantine(database, std::move(options));
}

std::string Quarantine::path_of(const std::string& id) const {
  return fmt::format("{}/{}{}", options_.folder, id, kEnding);
}

Result<std::vector<std::string>> Quarantine::kept_files(store::Database& database) {
  TRY(database.migrate("guard-quarantine", kQuarantineMigrations));
  return database.run([&](soci::session& sql) {
    std::vector<std::string> out;
    std::string id;
    const std::string kept(to_string(KeptState::kept));
    const std::string releasing(to_string(KeptState::releasing));
    soci::statement rows =
        (sql.prepare << "SELECT id FROM guard_kept WHERE state IN (:kept, :releasing) ORDER BY id",
         soci::use(kept), soci::use(releasing), soci::into(id));
    rows.execute();
    while (rows.fetch()) out.push_back(id + std::string(kEnding));
    return out;
  });
}

Result<Quarantine::Totals> Quarantine::totals() {
  return database_->run([&](soci::session& sql) {
    const std::string kept(to_string(KeptState::kept));
    Number messages = 0;
    Number bytes = 0;
    sql << "SELECT COUNT(*), COALESCE(SUM(size), 0) FROM guard_kept WHERE state = :state", soci::use(kept),
        soci::into(messages), soci::into(bytes);
    return Totals{.messages = static_cast<std::uint64_t>(messages),
                  .bytes = static_cast<std::uint64_t>(bytes)};
  });
}

Result<> Quarantine::check_room(const KeptMessage& entry) {
  const bool listed = is_listed(entry);
  const auto& limits = options_.limits;
  const auto most_bytes = listed ? limits.bytes / 2 : limits.bytes;
  const auto most_entries = listed ? (limits.entries_of_domain + 1) / 2 : limits.entries_of_domain;
  const std::string_view what = listed ? " that a list blocks or nobody could look into" : "";
  return database_->run([&](soci::session& sql) -> Result<> {
    const std::string kept(to_string(KeptState::kept));
    const Number least = listed ? 1 : 0;  // of `listed` of those that count
    Number bytes = 0;
    sql << "SELECT COALESCE(SUM(size), 0) FROM guard_kept WHERE state = :state AND listed >= :least",
        soci::use(kept), soci::use(least), soci::into(bytes);
    if (static_cast<std::uint64_t>(bytes) + entry.size > most_bytes)
      return base::fail(
          ErrorKind::unavailable,
          fmt::format("the quarantine holds {} octets{}, and may hold {}", bytes, what, most_bytes), {},
          "delete what nobody needs, or raise guard.quarantine_size");
    std::set<std::string> domains;
    for (const auto& recipient : entry.recipients) domains.insert(domain_of(recipient));
    for (const auto& domain : domains) {
      Number entries = 0;
      sql << "SELECT COUNT(DISTINCT k.id) FROM guard_kept k JOIN guard_kept_recipient r ON r.kept = k.id"
             " WHERE k.state = :state AND r.domain = :domain AND k.listed >= :least",
          soci::use(kept), soci::use(domain), soci::use(least), soci::into(entries);
      if (static_cast<std::uint64_t>(entries) >= most_entries)
        return base::fail(ErrorKind::unavailable,
                          fmt::format("the quarantine holds {} messages of {}{}, as many as it may", entries,
                                      base::printable(domain), what),
                          {}, "delete what nobody needs, or raise guard.quarantine_entries");
    }
    return {};
  });
}

Result<std::string> Quarantine::id_of_identity(const std::string& identity) {
  return database_->run([&](soci::session& sql) {
    std::string id;
    sql << "SELECT id FROM guard_kept WHERE identity = :identity", soci::use(identity), soci::into(id);
    return sql.got_data() ? id : std::string();
  });
}

namespace {

void put_keys(soci::session& sql, const KeptMessage& entry) {
  const Number received = seconds(entry.received);
  for (const auto& word : kept_keys(entry))
    sql << "INSERT INTO guard_kept_key (word, received, kept) VALUES (:word, :received, :kept)",
        soci::use(word), soci::use(received), soci::use(entry.id);
}

void insert_kept(soci::session& sql, const KeptMessage& entry, const std::string& identity, base::Time now) {
  const std::string state(to_string(KeptState::kept));
  const auto head = format_head(entry);
  const Number received = seconds(entry.received);
  const Number changed = seconds(now);
  const auto size = static_cast<Number>(entry.size);
  const Number listed = is_listed(entry) ? 1 : 0;
  const std::string nobody;
  sql << "INSERT INTO guard_kept (id, identity, received, state, changed, by_whom, size, author, head, "
         "listed)"
         " VALUES (:id, :identity, :received, :state, :changed, :by, :size, :author, :head, :listed)",
      soci::use(entry.id), soci::use(identity), soci::use(received), soci::use(state), soci::use(changed),
      soci::use(nobody), soci::use(size), soci::use(entry.author), soci::use(head), soci::use(listed);
  put_keys(sql, entry);
}

}  // namespace

namespace {

std::vector<std::string> addresses_of(const KeptMessage& entry) {
  std::set<std::string> out;
  for (const auto& recipient : entry.recipients) out.insert(base::lower(recipient));
  return {out.begin(), out.end()};
}

// Takes those recipients off from whom it is kept already. The entry that keeps it from most of them; empty: none does.
std::string take_off_known(soci::session& sql, KeptMessage& entry, base::Time now) {
  const std::string kept(to_string(KeptState::kept));
  const Number since = seconds(now - kRetryTime);
  std::map<std::string, std::size_t> found;
  std::vector<std::string> left;
  for (const auto& address : entry.recipients) {
    const auto copy = copy_of(entry, address);
    std::string id;
    sql << "SELECT k.id FROM guard_kept_recipient r JOIN guard_kept k ON k.id = r.kept"
           " WHERE r.copy = :copy AND k.state = :state AND k.received >= :since ORDER BY k.received DESC "
           "LIMIT 1",
        soci::use(copy), soci::use(kept), soci::use(since), soci::into(id);
    if (!sql.got_data())
      left.push_back(address);
    else
      ++found[id];
  }
  entry.recipients = std::move(left);
  const auto most = std::ranges::max_element(found, {}, [](const auto& one) { return one.second; });
  return most == found.end() ? std::string() : most->first;
}

}  // namespace

Result<std::string> Quarantine::keep(KeptMessage entry, std::string_view message, base::Time now) {
  entry.content = base::hex(crypto::sha256(message));
  entry.size = message.size();
  entry.recipients = addresses_of(entry);
  auto known = TRY(database_->run([&](soci::session& sql) { return take_off_known(sql, entry, now); }));
  if (!known.empty() && entry.recipients.empty()) return known;
  TRY(check_room(entry));
  auto id = crypto::new_id();
  if (id.empty()) return base::fail(ErrorKind::internal, "OpenSSL gave no random numbers");
  auto file = TRY(
      crypto::SealedWriter::create(path_of(id), options_.seal ? &*options_.seal : nullptr, seal_name(id)));
  TRY(file.write(message));
  TRY(file.commit());
  entry.id = id;
  const auto kept = database_->transact([&](soci::session& sql) {
    // Another thread may have kept the same meanwhile: a sender that did not wait for its answer.
    if (auto meanwhile = take_off_known(sql, entry, now); !meanwhile.empty()) known = std::move(meanwhile);
    if (!known.empty() && entry.recipients.empty()) return;
    insert_kept(sql, entry, id, now);
    for (const auto& address : entry.recipients) {
      const auto domain = domain_of(address);
      const auto copy = copy_of(entry, address);
      sql << "INSERT INTO guard_kept_recipient (kept, address, domain, copy) VALUES (:kept, :address, "
             ":domain, :copy)",
          soci::use(id), soci::use(address), soci::use(domain), soci::use(copy);
    }
  });
  if (kept && (known.empty() || !entry.recipients.empty())) return id;
  ::unlink(path_of(id).c_str());
  if (kept) return known;
  return std::unexpected(kept.error());
}

Result<std::vector<KeptMessage>> Quarantine::list(const KeptFilter& filter) {
  return database_->run([&](soci::session& sql) -> Result<std::vector<KeptMessage>> {
    // Every condition is there always, so that no statement is put together of what somebody asks for.
    const auto recipient = base::lower(filter.recipient);
    const std::string domain = recipient.starts_with('@') ? recipient.substr(1) : std::string();
    const std::string address = recipient.starts_with('@') ? std::string() : recipient;
    const std::string author = base::lower(filter.author);
    const std::string state(filter.state ? to_string(*filter.state) : std::string_view());
    const Number before = filter.before ? seconds(*filter.before) : std::numeric_limits<Number>::max();
    const auto most = static_cast<Number>(filter.most);
    KeptRow row;
    soci::statement found =
        (sql.prepare << std::string(kKeptColumns) +
                            " WHERE k.received < :before AND (:state = '' OR k.state = :state2) AND (:author "
                            "= '' OR k.author = :author2)"
                            " AND (:address = '' OR EXISTS (SELECT 1 FROM guard_kept_recipient r WHERE "
                            "r.kept = k.id AND r.address = :address2))"
                            " AND (:domain = '' OR EXISTS (SELECT 1 FROM guard_kept_recipient r WHERE r.kept "
                            "= k.id AND r.domain = :domain2))"
                            " ORDER BY k.received DESC, k.id LIMIT :most",
         soci::use(before), soci::use(state), soci::use(state), soci::use(author), soci::use(author),
         soci::use(address), soci::use(address), soci::use(domain), soci::use(domain), soci::use(most),
         soci::into(row.id), soci::into(row.received), soci::into(row.state), soci::into(row.changed),
         soci::into(row.by), soci::into(row.size), soci::into(row.head));
    found.execute();
    std::vector<KeptRow> rows;
    while (found.fetch()) rows.push_back(row);
    std::vector<KeptMessage> out;
    out.reserve(rows.size());
    for (const auto& one : rows) out.push_back(TRY(read_row(sql, one)));
    return out;
  });
}

Result<KeptMessage> Quarantine::find(const std::string& id) {
  TRY(check_id(id));
  return database_->run([&](soci::session& sql) -> Result<KeptMessage> {
    auto found = TRY(find_row(sql, id));
    if (!found) return unknown(id);
    return *std::move(found);
  });
}

Result<> Quarantine::read(const std::string& id, const std::function<Result<>(std::string_view)>& take) {
  const auto entry = TRY(find(id));
  if (entry.state == KeptState::deleted)
    return base::fail(ErrorKind::usage,
                      fmt::format("the message {} was deleted on {}", id, base::format_time(entry.changed)));
  crypto::Hasher hasher;
  TRY(crypto::read_sealed(path_of(id), options_.seal, seal_name(id), [&](std::string_view piece) {
    hasher.update(piece);
    return take(piece);
  }));
  if (base::hex(hasher.finish()) == entry.content) return {};
  return base::fail(ErrorKind::input, "is not the message that was kept", base::printable(path_of(id)),
                    "put it back from a copy");
}

Result<> Quarantine::set_state(const std::string& id, std::initializer_list<KeptState> from, KeptState to,
                               const std::string& by, base::Time now) {
  return database_->transact([&](soci::session& sql) -> Result<> {
    // The change is made by whoever finds the state as it was, so that of two at once one is told so.
    for (const auto state : from) {
      const std::string before(to_string(state));
      const std::string after(to_string(to));
      const Number changed = seconds(now);
      soci::statement update =
          (sql.prepare << "UPDATE guard_kept SET state = :after, changed = :changed, by_whom = :by WHERE id "
                          "= :id AND state = :before",
           soci::use(after), soci::use(changed), soci::use(by), soci::use(id), soci::use(before));
      update.execute(true);
      if (update.get_affected_rows() == 1) return {};
    }
    std::string state;
    sql << "SELECT state FROM guard_kept WHERE id = :id", soci::use(id), soci::into(state);
    if (!sql.got_data()) return unknown(id);
    return base::fail(
        ErrorKind::usage, fmt::format("the message {} is {}", id, state), {},
        state == to_string(KeptState::releasing)
            ? "a release was begun and not finished: it may have been delivered; --again releases it all the "
              "same"
            : fmt::format("when, and by whom: rampart quarantine show {}", id));
  });
}

Result<KeptMessage> Quarantine::begin_release(const std::string& id, const std::string& by, bool again,
                                              base::Time now) {
  TRY(check_id(id));
  if (again) {
    TRY(set_state(id, {KeptState::kept, KeptState::releasing}, KeptState::releasing, by, now));
  } else {
    TRY(set_state(id, {KeptState::kept}, KeptState::releasing, by, now));
  }
  return find(id);
}

Result<> Quarantine::finish_release(const std::string& id, base::Time now) {
  const auto entry = TRY(find(id));
  return set_state(id, {KeptState::releasing}, KeptState::released, entry.by, now);
}

Result<> Quarantine::undo_release(const std::string& id, base::Time now) {
  const auto entry = TRY(find(id));
  return set_state(id, {KeptState::releasing}, KeptState::kept, entry.by, now);
}

Result<KeptMessage> Quarantine::find_for(const std::string& id, const std::string& recipient) {
  auto entry = TRY(find(id));
  const auto address = base::lower(recipient);
  if (std::ranges::find(entry.recipients, address) != entry.recipients.end()) return entry;
  const auto own = TRY(id_of_identity(split_identity(id, address)));
  if (!own.empty()) return find(own);
  return base::fail(ErrorKind::usage,
                    fmt::format("the message {} is not kept from {}", id, base::printable(recipient)));
}

Result<std::string> Quarantine::split(const std::string& id, const std::string& recipient, base::Time now) {
  auto entry = TRY(find_for(id, recipient));
  if (entry.recipients.size() == 1) return entry.id;
  const auto whole = entry.id;
  auto rest = entry;
  std::erase(rest.recipients, base::lower(recipient));
  entry.recipients = {base::lower(recipient)};
  entry.id = crypto::new_id();
  if (entry.id.empty()) return base::fail(ErrorKind::internal, "OpenSSL gave no random numbers");
  auto file = TRY(crypto::SealedWriter::create(path_of(entry.id), options_.seal ? &*options_.seal : nullptr,
                                               seal_name(entry.id)));
  TRY(read(whole, [&](std::string_view piece) { return file.write(piece); }));
  TRY(file.commit());
  const auto done = database_->transact([&](soci::session& sql) -> Result<> {
    // Only while nobody releases or deletes the whole, and only once.
    const std::string kept(to_string(KeptState::kept));
    soci::statement still =
        (sql.prepare << "UPDATE guard_kept SET state = state WHERE id = :id AND state = :kept",
         soci::use(whole), soci::use(kept));
    still.execute(true);
    if (still.get_affected_rows() != 1)
      return base::fail(ErrorKind::usage, fmt::format("the message {} is not kept any more", whole));
    insert_kept(sql, entry, split_identity(whole, entry.recipients.front()), now);
    soci::statement move = (sql.prepare << "UPDATE guard_kept_recipient SET kept = :own WHERE kept = :whole "
                                           "AND address = :address",
                            soci::use(entry.id), soci::use(whole), soci::use(entry.recipients.front()));
    move.execute(true);
    if (move.get_affected_rows() != 1)
      return base::fail(ErrorKind::usage, fmt::format("the message {} was split meanwhile", whole));
    // What the whole is not listed by any more.
    sql << "DELETE FROM guard_kept_key WHERE kept = :kept", soci::use(whole);
    put_keys(sql, rest);
    return {};
  });
  if (done) return entry.id;
  ::unlink(path_of(entry.id).c_str());
  return std::unexpected(done.error());
}

Result<std::vector<Quarantine::Untold>> Quarantine::untold(std::optional<base::Time> since) {
  return database_->run([&](soci::session& sql) {
    const std::string state(to_string(KeptState::kept));
    const Number from = since ? seconds(*since) : std::numeric_limits<Number>::min();
    std::string address;
    std::string id;
    soci::statement found = (sql.prepare << "SELECT r.address, k.id FROM guard_kept_recipient r JOIN "
                                            "guard_kept k ON k.id = r.kept"
                                            " WHERE r.told = 0 AND k.state = :state AND k.received >= :since"
                                            " ORDER BY r.address, k.received DESC, k.id",
                             soci::use(state), soci::use(from), soci::into(address), soci::into(id));
    found.execute();
    std::vector<Untold> out;
    while (found.fetch()) {
      if (out.empty() || out.back().recipient != address) out.push_back({.recipient = address, .ids = {}});
      out.back().ids.push_back(id);
    }
    return out;
  });
}

Result<> Quarantine::note_told(const Untold& told, base::Time now) {
  return database_->transact([&](soci::session& sql) {
    const Number at = seconds(now);
    std::string id;
    soci::statement update =
        (sql.prepare
             << "UPDATE guard_kept_recipient SET told = :at WHERE kept = :kept AND address = :address",
         soci::use(at), soci::use(id), soci::use(told.recipient));
    for (const auto& one : told.ids) {
      id = one;
      update.execute(true);
    }
  });
}

Result<> Quarantine::drop_file(const std::string& id) const {
  if (::unlink(path_of(id).c_str()) == 0 || errno == ENOENT) return {};
  return base::fail(ErrorKind::io,
                    fmt::format("cannot be removed: {}", std::generic_category().message(errno)),
                    base::printable(path_of(id)));
}

Result<> Quarantine::remove(const std::string& id, const std::string& by, base::Time now) {
  TRY(check_id(id));
  // The row first: a file that is left is taken away by the next sweep.
  TRY(set_state(id, {KeptState::kept, KeptState::releasing, KeptState::released}, KeptState::deleted, by,
                now));
  return drop_file(id);
}

Result<std::size_t> Quarantine::sweep(base::Time now) {
  const auto old = TRY(database_->run([&](soci::session& sql) {
    const std::string deleted(to_string(KeptState::deleted));
    const Number before = seconds(now - options_.limits.keep);
    const soci::rowset<std::string> ids =
        (sql.prepare << "SELECT id FROM guard_kept WHERE state <> :deleted AND received < :before",
         soci::use(deleted), soci::use(before));
    return std::vector<std::string>(ids.begin(), ids.end());
  }));
  for (const auto& id : old) TRY(remove(id, "retention", now));
  return old.size() + TRY(drop_strays(now));
}

Result<std::size_t> Quarantine::drop_strays(base::Time now) {
  std::size_t out = 0;
  std::error_code error;
  for (std::filesystem::directory_iterator at(options_.folder, error), end; !error && at != end;
       at.increment(error)) {
    const auto name = at->path().filename().string();
    struct stat status{};
    if (!name.ends_with(kEnding) || ::lstat(at->path().c_str(), &status) != 0) continue;
    if (now - time_of(status.st_mtime) < kStray) continue;
    const auto entry = find(name.substr(0, name.size() - kEnding.size()));
    if (entry ? entry->state != KeptState::deleted : entry.error().kind != ErrorKind::usage) continue;
    if (::unlink(at->path().c_str()) == 0) ++out;
  }
  if (error)
    return base::fail(ErrorKind::io, fmt::format("cannot be read: {}", error.message()),
                      base::printable(options_.folder));
  return out;
}

}  // namespace rampart::guard
