#include "store/lease.h"

#include <array>
#include <charconv>
#include <csignal>
#include <fstream>
#include <iterator>

#include <fmt/format.h>
#include <unistd.h>

#include "base/text.h"

namespace rampart::store {
namespace {

using base::ErrorKind;

constexpr std::array kMigrations{
    Migration{"CREATE TABLE store_lease (name TEXT PRIMARY KEY, holder TEXT NOT NULL, since BIGINT NOT NULL,"
              " seen BIGINT NOT NULL);"},
};
constexpr std::chrono::seconds kRenewAfter = kLeaseTime / 10;

long long number(base::Time time) { return time.time_since_epoch().count(); }

std::string host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "localhost";
}

// When a process began, in the kernel's ticks (proc(5), field 22 of stat); empty when there is no such process. It
// tells a process from a later one that has its number.
std::string beginning(long pid) {
  std::ifstream file(fmt::format("/proc/{}/stat", pid));
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const auto name_end = text.rfind(')');  // the name may hold anything
  if (name_end == std::string::npos) return {};
  const auto fields = base::split(std::string_view(text).substr(name_end + 1), ' ');
  constexpr std::size_t kStart = 20;
  return fields.size() > kStart ? std::string(fields[kStart]) : std::string();
}

std::string ourselves() { return fmt::format("{}@{}/{}", ::getpid(), host_name(), beginning(::getpid())); }

// Whether a holder is a process of this machine that is no more.
bool is_gone(std::string_view holder) {
  const auto at = holder.find('@');
  const auto slash = holder.rfind('/');
  if (at == std::string_view::npos || slash == std::string_view::npos || slash < at) return false;
  if (holder.substr(at + 1, slash - at - 1) != host_name()) return false;
  long pid = 0;
  const auto digits = holder.substr(0, at);
  if (std::from_chars(digits.data(), digits.data() + digits.size(), pid).ec != std::errc()) return false;
  return beginning(pid) != holder.substr(slash + 1);
}

}  // namespace

base::Result<Lease> Lease::take(Database& database, std::string name, base::Time now) {
  TRY(database.migrate("store", kMigrations));
  auto holder = ourselves();
  TRY(database.transact([&](soci::session& sql) -> base::Result<> {
    std::string other;
    long long since = 0;
    long long seen = 0;
    sql << "SELECT holder, since, seen FROM store_lease WHERE name = :name", soci::use(name),
        soci::into(other), soci::into(since), soci::into(seen);
    // A sign of life from the future is one of a clock that has been set back since.
    const bool silent = seen + kLeaseTime.count() <= number(now) || seen > number(now) + kLeaseTime.count();
    if (sql.got_data() && other != holder && !silent && !is_gone(other)) {
      return base::fail(ErrorKind::unavailable,
                        fmt::format("{} is at work on this store since {}",
                                    base::printable(other.substr(0, other.rfind('/'))),
                                    base::format_time(base::Time(std::chrono::seconds(since)))),
                        database.where(),
                        fmt::format("end that process, or wait until it has given no sign for {} seconds",
                                    kLeaseTime.count()));
    }
    const auto at = number(now);
    sql << "DELETE FROM store_lease WHERE name = :name", soci::use(name);
    sql << "INSERT INTO store_lease (name, holder, since, seen) VALUES (:name, :holder, :since, :seen)",
        soci::use(name), soci::use(holder), soci::use(at), soci::use(at);
    return {};
  }));
  return Lease(database, std::move(name), std::move(holder), now);
}

Lease::Lease(Lease&& other) noexcept
    : database_(std::exchange(other.database_, nullptr)),
      name_(std::move(other.name_)),
      holder_(std::move(other.holder_)),
      renewed_(other.renewed_) {}

// If it cannot be given back, the next one finds that this process is gone.
Lease::~Lease() {
  if (database_ == nullptr) return;
  // When that fails, too.
  [[maybe_unused]] const auto given_back = database_->run([&](soci::session& sql) {
    sql << "DELETE FROM store_lease WHERE name = :name AND holder = :holder", soci::use(name_),
        soci::use(holder_);
  });
}

base::Result<> Lease::renew(base::Time now) {
  if (now >= renewed_ && now < renewed_ + kRenewAfter) return {};
  const auto rows = TRY(database_->run([&](soci::session& sql) {
    const auto at = number(now);
    soci::statement update =
        (sql.prepare << "UPDATE store_lease SET seen = :seen WHERE name = :name AND holder = :holder",
         soci::use(at), soci::use(name_), soci::use(holder_));
    update.execute(true);
    return update.get_affected_rows();
  }));
  if (rows == 0) {
    return base::fail(ErrorKind::unavailable, "another process has taken over the work on this store",
                      database_->where(),
                      "this one gave no sign of life for too long; see that the machine was not asleep");
  }
  renewed_ = now;
  return {};
}

}  // namespace rampart::store
