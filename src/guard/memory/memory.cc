#include "guard/memory/memory.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/text.h"
#include "crypto/digest.h"
#include "guard/memory/tables.h"

namespace rampart::guard {
namespace {

using base::Result;
using Number = long long;  // as SOCI has it

constexpr std::size_t kDigest = 16;  // octets
constexpr unsigned kNetwork4 = 24;
constexpr unsigned kNetwork6 = 48;

std::int64_t seconds_of(base::Time time) {
  return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}
base::Time time_of(std::int64_t seconds) { return base::Time(std::chrono::seconds(seconds)); }

}  // namespace

base::IpAddress network_of(const base::IpAddress& client) {
  const auto address = client.unmapped();
  return address.masked(address.is_v4() ? kNetwork4 : kNetwork6);
}

std::string network_text(const base::IpAddress& client) {
  const auto network = network_of(client);
  return fmt::format("{}/{}", network.text(), network.is_v4() ? kNetwork4 : kNetwork6);
}

SenderMemory::Key SenderMemory::key_of(std::string_view one, std::string_view other) {
  return crypto::sha256(base::lower(fmt::format("{}\n{}", one, other))).substr(0, kDigest);
}

Result<> SenderMemory::load(store::Database& database, base::Time now) {
  TRY(database.migrate("guard-memory", kMemoryMigrations));
  const std::scoped_lock lock(mutex_);
  return database.transact([&](soci::session& sql) {
    Number begun = 0;
    sql << "SELECT begun FROM guard_memory ORDER BY begun LIMIT 1", soci::into(begun);
    if (!sql.got_data()) {
      begun = seconds_of(now);
      sql << "INSERT INTO guard_memory (begun) VALUES (:begun)", soci::use(begun);
    }
    begun_ = time_of(begun);
    std::string domain;
    std::string network;
    Number last = 0;
    const auto most = static_cast<Number>(limits_.senders) + 1;
    soci::statement all =
        (sql.prepare << "SELECT domain, network, last FROM guard_sender ORDER BY last DESC LIMIT :most",
         soci::use(most), soci::into(domain), soci::into(network), soci::into(last));
    all.execute();
    while (all.fetch()) {
      if (senders_.size() == limits_.senders) {
        complete_ = false;
        break;
      }
      senders_.emplace(key_of(domain, network), last);
    }
    std::string pair;
    Number since = 0;
    soci::statement put_off =
        (sql.prepare << "SELECT pair, since FROM guard_deferral", soci::into(pair), soci::into(since));
    put_off.execute();
    while (put_off.fetch() && deferrals_.size() < limits_.deferrals) deferrals_.emplace(pair, since);
  });
}

Memory SenderMemory::recall(const Asked& asked, base::Time now) const {
  Memory out;
  const std::scoped_lock lock(mutex_);
  if (asked.author != nullptr && asked.client) {
    if (senders_.contains(key_of(asked.author->text(), network_text(*asked.client)))) {
      out.passed_from_here = true;
    } else if (complete_ && begun_ != base::Time() && now - begun_ >= kMemoryAge) {
      out.passed_from_here = false;
    }
  }
  out.deferred_since = deferred_since(asked, now);
  return out;
}

// Since when messages to all of them are; nothing when to one of them they are not.
std::optional<base::Time> SenderMemory::deferred_since(const Asked& asked, base::Time now) const {
  std::optional<base::Time> newest;
  for (const auto& recipient : asked.recipients) {
    const auto found = deferrals_.find(base::hex(key_of(asked.sender, recipient)));
    if (found == deferrals_.end() || now - time_of(found->second) >= kDeferralForgotten) return std::nullopt;
    newest = std::max(newest.value_or(base::Time()), time_of(found->second));
  }
  return newest;
}

void SenderMemory::note_pass(const dns::Name& author, const base::IpAddress& client, base::Time now) {
  auto network = network_text(client);
  auto domain = author.text();
  const auto key = key_of(domain, network);
  const auto second = seconds_of(now);
  const std::scoped_lock lock(mutex_);
  if (const auto known = senders_.find(key); known != senders_.end()) {
    known->second = second;
  } else if (senders_.size() < limits_.senders) {
    senders_.emplace(key, second);
  } else {
    complete_ = false;
    return;
  }
  auto& learnt = learnt_[key];
  if (learnt.messages == 0)
    learnt = {.domain = std::move(domain), .network = std::move(network), .first = second};
  learnt.last = second;
  ++learnt.messages;
}

void SenderMemory::note_deferral(std::string_view sender, std::span<const std::string> recipients,
                                 base::Time now) {
  const auto second = seconds_of(now);
  const auto over = seconds_of(now - kDeferralForgotten);
  const std::scoped_lock lock(mutex_);
  for (const auto& recipient : recipients) {
    const auto pair = base::hex(key_of(sender, recipient));
    const auto known = deferrals_.find(pair);
    if (known == deferrals_.end() ? deferrals_.size() >= limits_.deferrals : known->second > over) continue;
    deferrals_[pair] = new_deferrals_[pair] = second;
  }
}

Result<> SenderMemory::save(store::Database& database, base::Time now) {
  decltype(learnt_) learnt;
  decltype(new_deferrals_) deferrals;
  const auto old = seconds_of(now - limits_.keep);
  const auto over = seconds_of(now - kDeferralForgotten);
  {
    const std::scoped_lock lock(mutex_);
    learnt.swap(learnt_);
    deferrals.swap(new_deferrals_);
    boost::unordered::erase_if(deferrals_, [&](const auto& item) { return item.second < over; });
    boost::unordered::erase_if(senders_, [&](const auto& item) { return item.second < old; });
  }
  auto done = database.transact([&](soci::session& sql) {
    for (const auto& [key, one] : learnt) {
      const Number first = one.first;
      const Number last = one.last;
      const Number messages = one.messages;
      sql << "INSERT INTO guard_sender (domain, network, first, last, messages)"
             " VALUES (:domain, :network, :first, :last, :messages) ON CONFLICT (domain, network) DO UPDATE"
             " SET last = excluded.last, messages = guard_sender.messages + excluded.messages",
          soci::use(one.domain), soci::use(one.network), soci::use(first), soci::use(last),
          soci::use(messages);
    }
    for (const auto& [pair, since] : deferrals) {
      const Number second = since;
      sql << "INSERT INTO guard_deferral (pair, since) VALUES (:pair, :since)"
             " ON CONFLICT (pair) DO UPDATE SET since = excluded.since",
          soci::use(pair), soci::use(second);
    }
    const Number before = old;
    const Number ended = over;
    sql << "DELETE FROM guard_sender WHERE last < :old", soci::use(before);
    sql << "DELETE FROM guard_deferral WHERE since <= :over", soci::use(ended);
  });
  if (done) return {};
  const std::scoped_lock lock(mutex_);
  for (auto& [key, one] : learnt) {
    auto& now_learnt = learnt_[key];
    if (now_learnt.messages == 0) {
      now_learnt = std::move(one);
    } else {
      now_learnt.first = one.first;
      now_learnt.messages += one.messages;
    }
  }
  for (const auto& [pair, since] : deferrals) new_deferrals_.emplace(pair, since);
  return done;
}

std::size_t SenderMemory::senders() const {
  const std::scoped_lock lock(mutex_);
  return senders_.size();
}

}  // namespace rampart::guard
