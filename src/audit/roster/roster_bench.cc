// Pages of 100,000 domains: RAMPART_ROSTER names a store that roster_fixture has filled.
#include <cstdlib>

#include <benchmark/benchmark.h>

#include "audit/roster/listing.h"

namespace rampart::audit::roster {
namespace {

store::Database& filled() {
  static auto database = [] {
    const char* url = std::getenv("RAMPART_ROSTER");
    auto out = store::Database::open(url == nullptr ? "sqlite:roster.db" : url);
    if (!out || !Roster::open(*out)) std::abort();
    return std::move(*out);
  }();
  return database;
}

void page(benchmark::State& state, const Query& query) {
  auto& database = filled();
  std::size_t rows = 0;
  for (auto step : state) {
    const auto found = list(database, query);
    if (!found) state.SkipWithError(found.error().message().c_str());
    rows = found ? found->rows.size() : 0;
    benchmark::DoNotOptimize(rows);
  }
  state.counters["rows"] = static_cast<double>(rows);
}

const Whose kAll{.everything = true};
const Whose kOne{.organisations = {"o3"}};
const Whose kSome{.organisations = {"o1", "o2", "o3", "o4", "o5", "o6", "o7", "o8"}};

void name_first(benchmark::State& state) { page(state, {.whose = kAll}); }
void name_middle(benchmark::State& state) {
  page(state, {.whose = kAll, .after = Cursor{.domain = "post50005.example"}});
}
void grade_worst(benchmark::State& state) { page(state, {.whose = kAll, .sort = Sort::grade}); }
void grade_best(benchmark::State& state) {
  page(state, {.whose = kAll, .sort = Sort::grade, .descending = true});
}
void status_then(benchmark::State& state) { page(state, {.whose = kAll, .sort = Sort::status}); }
void last_audit(benchmark::State& state) {
  page(state, {.whose = kAll, .sort = Sort::last_audit, .descending = true});
}
void open_findings(benchmark::State& state) {
  page(state, {.whose = kAll, .sort = Sort::open_findings, .descending = true});
}
void filtered_last(benchmark::State& state) {
  page(state,
       {.whose = kAll, .statuses = {Status::spoofable}, .sends = {Sends::no}, .sort = Sort::last_audit});
}
void of_one_by_last(benchmark::State& state) { page(state, {.whose = kOne, .sort = Sort::last_audit}); }
void of_eight_by_open(benchmark::State& state) {
  page(state,
       {.whose = kSome, .statuses = {Status::spoofable}, .sort = Sort::open_findings, .descending = true});
}
void finding(benchmark::State& state) { page(state, {.whose = kAll, .finding = "dmarc-missing"}); }
void finding_of_one(benchmark::State& state) { page(state, {.whose = kOne, .finding = "dmarc-missing"}); }
void text_often(benchmark::State& state) { page(state, {.whose = kAll, .text = "ank"}); }
void text_never(benchmark::State& state) { page(state, {.whose = kAll, .text = "nothing-has-this"}); }
void find_prefix(benchmark::State& state) {
  for (auto step : state) benchmark::DoNotOptimize(search(filled(), kAll, "bank9", 10));
}
void counts(benchmark::State& state) {
  auto roster = Roster::open(filled());
  for (auto step : state) benchmark::DoNotOptimize(roster->counts(kAll));
}

BENCHMARK(name_first);
BENCHMARK(name_middle);
BENCHMARK(grade_worst);
BENCHMARK(grade_best);
BENCHMARK(status_then);
BENCHMARK(last_audit);
BENCHMARK(open_findings);
BENCHMARK(filtered_last);
BENCHMARK(of_one_by_last);
BENCHMARK(of_eight_by_open);
BENCHMARK(finding);
BENCHMARK(finding_of_one);
BENCHMARK(text_often);
BENCHMARK(text_never);
BENCHMARK(find_prefix);
BENCHMARK(counts);

}  // namespace
}  // namespace rampart::audit::roster

BENCHMARK_MAIN();
