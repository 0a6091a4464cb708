#include "accounts/limits.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/ip.h"
#include "base/text.h"
#include "crypto/digest.h"

namespace rampart::accounts {
namespace {

constexpr int kMostDoublings = 20;

// What was typed as a name may be a password.
std::string name_of(std::string_view kind, std::string_view a, std::string_view b = {}) {
  return fmt::format("{} {}", kind,
                     base::hex(crypto::sha256(fmt::format("{}\n{}\n{}", kind, a, b))).substr(0, 40));
}

void lower_by_one(soci::session& sql, const std::string& name) {
  change(sql, "UPDATE accounts_limit SET tries = tries - 1, until = 0 WHERE name = :name AND tries > 0",
         name);
}

}  // namespace

std::string network_of(std::string_view address) {
  const auto parsed = base::IpAddress::parse(address);
  if (!parsed) return std::string(address);
  const auto plain = parsed->unmapped();
  const auto bits = plain.is_v4() ? kNetworkBits4 : kNetworkBits6;
  return fmt::format("{}/{}", plain.masked(bits).text(), bits);
}

Try try_of(Guess guess, std::string_view who, std::string_view address, std::string_view device) {
  const auto word = guess == Guess::password ? "password" : "code";
  const auto named = [&](std::string_view kind) { return fmt::format("{}-{}", word, kind); };
  if (!device.empty())
    return {{{.name = name_of(named("browser"), who, device), .budget = kKnownBrowser, .own = true}}};
  const auto network = network_of(address);
  Try out{
      {{.name = name_of(named("account-network"), who, network), .budget = kAccountFromNetwork, .own = true},
       {.name = name_of(named("network"), network), .budget = kNetwork, .own = false},
       {.name = name_of(named("account"), who), .budget = kAccountFromStrangers, .own = false}}};
  // Rows are locked in one order, whoever comes.
  std::ranges::sort(out.counts, {}, &Try::Count::name);
  return out;
}

std::chrono::seconds pause_after(const Budget& budget, long long tries) {
  if (tries < budget.free) return std::chrono::seconds(0);
  const auto doublings = std::min<long long>(tries - budget.free, kMostDoublings);
  return std::min(budget.most, std::chrono::seconds(budget.first.count() << doublings));
}

Outcome<> take(soci::session& sql, const Try& one, base::Time now) {
  const auto at = seconds(now);
  std::vector<long long> tries;
  std::chrono::seconds wait{0};
  for (const auto& count : one.counts) {
    // Makes the row, or locks the one that is there (PostgreSQL; SQLite has one writer).
    change(sql,
           "INSERT INTO accounts_limit (name, tries, last, until) VALUES (:name, 0, :last, 0)"
           " ON CONFLICT (name) DO UPDATE SET tries = accounts_limit.tries",
           count.name, at);
    long long had = 0;
    long long last = 0;
    long long until = 0;
    first(sql, "SELECT tries, last, until FROM accounts_limit WHERE name = :name", std::tie(had, last, until),
          count.name);
    // A time that lies ahead by more than any pause is one of a clock that was set back.
    if (at - last >= std::chrono::seconds(kForgetTries).count() || until - at > count.budget.most.count())
      had = until = 0;
    if (until > at) wait = std::max(wait, std::chrono::seconds(until - at));
    tries.push_back(had + 1);
  }
  if (wait.count() > 0) {
    auto refused = Refused{.why = Why::limited,
                           .text = "there were too many wrong tries",
                           .where = {},
                           .hint = "wait, or use the browser in which you have signed in before",
                           .retry_after = wait};
    return refuse(std::move(refused));
  }
  for (std::size_t i = 0; i < one.counts.size(); ++i) {
    const auto pause = pause_after(one.counts[i].budget, tries[i]).count();
    const auto until = pause == 0 ? 0 : at + pause;
    change(sql, "UPDATE accounts_limit SET tries = :tries, last = :last, until = :until WHERE name = :name",
           tries[i], at, until, one.counts[i].name);
  }
  return {};
}

void give_back(soci::session& sql, const Try& one) {
  for (const auto& count : one.counts) {
    if (count.own) {
      change(sql, "DELETE FROM accounts_limit WHERE name = :name", count.name);
    } else {
      lower_by_one(sql, count.name);
    }
  }
}

void undo(soci::session& sql, const Try& one) {
  for (const auto& count : one.counts) lower_by_one(sql, count.name);
}

}  // namespace rampart::accounts
