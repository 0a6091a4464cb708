// Fills a store with invented domains, as audits would leave it: for benches and end-to-end tests.
//
//   roster_fixture STORE DOMAINS [ORGANISATIONS [AUDITED]]
//
// The domains are spread over organisations o1, o2, …; the first AUDITED of them (at most 2,000, unless it is said) are really
// audited, against zones that are made up here, so that each has a report, facts and a history; the others stand as one of
// those does, without a report.
#include <array>
#include <cstdio>
#include <cstdlib>
#include <random>

#include "audit/roster/roster.h"
#include "audit/state/state.h"
#include "audit/zone_audit_test.h"
#include "base/time.h"

namespace rampart::audit::roster {
namespace {

using base::Result;

constexpr std::size_t kBatch = 500;
constexpr std::size_t kUsuallyAudited = 2'000;
constexpr std::array<std::string_view, 12> kWords{"bank",   "post",    "water", "health", "school", "road",
                                                  "energy", "customs", "court", "press",  "rail",   "port"};

std::string name_of(std::size_t number) {
  return fmt::format("{}{}.example", kWords[number % kWords.size()], number);
}

// From what is entirely right to what publishes nothing.
Domain kind_of(std::size_t number) {
  Domain out{.domain = name_of(number)};
  const auto reports = fmt::format("rua=mailto:dmarc@{}", out.domain);
  out.dmarc = fmt::format("v=DMARC1; p=reject; sp=reject; np=reject; {}", reports);
  switch (number % 8) {
    case 0:
      break;
    case 1:
      out.dmarc = "";
      break;
    case 2:
      out.dmarc = "";
      out.spf = "";
      break;
    case 3:
      out.dmarc = fmt::format("v=DMARC1; p=none; {}", reports);
      break;
    case 4:
      out.dmarc = fmt::format("v=DMARC1; p=quarantine; {}", reports);
      break;
    case 5:
      out.spf = "v=spf1 ip4:192.0.2.21 ~all";
      break;
    case 6:
      out.dmarc = "v=DMARC1; p=reject; sp=none";
      break;
    default:
      out.more = [name = out.domain](Zone& zone) { zone.fails("_dmarc." + name, facts::Why::servfail); };
  }
  return out;
}

state::Recorded audited(std::size_t number, base::Time at) {
  const auto what = kind_of(number);
  auto zone = zone_of(what);
  auto input = input_of(what.domain);
  input.now = at;
  state::Recorded out;
  facts::drive<DomainReport>([&](facts::Facts& facts) { return assess(input, facts); }, zone,
                             {.only_used = false},
                             [&](facts::Driven<DomainReport> driven) {
                               out.report = std::move(driven.decision);
                               out.book = std::move(driven.book);
                             });
  out.input = std::make_shared<const Input>(std::move(input));
  return out;
}

Result<> put_all(Roster& roster, std::size_t count, std::size_t organisations, base::Time now) {
  std::vector<Listed> some;
  for (std::size_t number = 0; number < count; ++number) {
    some.push_back({.entry = {.domain = *dns::Name::try_parse(name_of(number)),
                              .organisation = fmt::format("o{}", 1 + number * 7 % organisations),
                              .sends = static_cast<Sends>(number % 3)},
                    .watched = true,
                    .added = now,
                    .by = "fixture"});
    if (some.size() < 10 * kBatch && number + 1 < count) continue;
    TRY(roster.put(some, Existing::replace));
    some.clear();
  }
  return {};
}

// How the domain stands and which findings are open, as its like was found.
Result<> copy(store::Database& database, std::span<const state::Recorded> kinds, std::size_t from,
              std::size_t to, base::Time now) {
  return database.transact([&](soci::session& sql) {
    StandingWriter standings(sql);
    std::string domain, owner, code, effective, title, status, grade;
    const std::string facts = "fixture";
    long long at = 0;
    soci::statement state =
        (sql.prepare << "INSERT INTO audit_domain (domain, first, last, status, grade, facts)"
                        " VALUES (:domain, :first, :last, :status, :grade, :facts)",
         soci::use(domain), soci::use(at), soci::use(at), soci::use(status), soci::use(grade),
         soci::use(facts));
    soci::statement finding =
        (sql.prepare << "INSERT INTO audit_finding (domain, code, since, effective, title, organisation)"
                        " VALUES (:domain, :code, :since, :effective, :title, :owner)",
         soci::use(domain), soci::use(code), soci::use(at), soci::use(effective), soci::use(title),
         soci::use(owner));
    for (auto number = from; number < to; ++number) {
      auto report = kinds[number % kinds.size()].report;
      domain = name_of(number);
      report.domain = *dns::Name::try_parse(domain);
      const auto when = now - std::chrono::seconds(number * 977 % 86'400);
      at = when.time_since_epoch().count();
      status = to_string(report.status);
      grade = report.grade;
      state.execute(true);
      standings.take(domain);
      standings.audited(report, when);
      owner = standings.now().organisation;
      for (const auto& one : report.findings) {
        if (one.status != FindingStatus::present || one.effective == Severity::info) continue;
        code = one.code;
        effective = to_string(one.effective);
        title = one.title;
        finding.execute(true);
      }
    }
    standings.finish();
  });
}

Result<> fill(const char* store, std::size_t count, std::size_t organisations, std::size_t real) {
  auto database = TRY(store::Database::open(store));
  auto roster = TRY(Roster::open(database));
  auto state = TRY(state::State::open(database));
  const auto now = base::now();
  TRY(put_all(roster, count, std::max<std::size_t>(organisations, 1), now));
  real = std::min(real, count);
  std::vector<state::Recorded> some;
  std::vector<state::Recorded> kinds;
  for (std::size_t number = 0; number < real; ++number) {
    some.push_back(audited(number, now - std::chrono::seconds(number * 977 % 86'400)));
    if (kinds.size() < 8) kinds.push_back(some.back());
    if (some.size() < kBatch && number + 1 < real) continue;
    TRY(state.record(some, 30));
    some.clear();
  }
  for (std::size_t from = real; from < count && !kinds.empty(); from += 10 * kBatch)
    TRY(copy(database, kinds, from, std::min(count, from + 10 * kBatch), now));
  return {};
}

}  // namespace
}  // namespace rampart::audit::roster

int main(int argc, char** argv) {
  if (argc < 3 || argc > 5) {
    std::fputs("usage: roster_fixture STORE DOMAINS [ORGANISATIONS [AUDITED]]\n", stderr);
    return 2;
  }
  const auto number = [&](int place, std::size_t otherwise) {
    return place < argc ? static_cast<std::size_t>(std::strtoull(argv[place], nullptr, 10)) : otherwise;
  };
  const auto done = rampart::audit::roster::fill(argv[1], number(2, 0), number(3, 20),
                                                 number(4, rampart::audit::roster::kUsuallyAudited));
  if (done) return 0;
  std::fprintf(stderr, "roster_fixture: %s\n", done.error().message().c_str());
  return 1;
}
