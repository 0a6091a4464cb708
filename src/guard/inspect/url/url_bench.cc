// What a link costs: parsed, examined, unwrapped, compared with its text; and looking for links in plain text.
#include <benchmark/benchmark.h>

#include "guard/inspect/url/find.h"
#include "guard/inspect/url/url_facts.h"

namespace rampart::guard::url {
namespace {

constexpr std::string_view kPlain =
    "https://click.news.example.com/ls/click?upn=u001.AbCdEfGh&utm_source=mail&utm_medium=weekly";
constexpr std::string_view kForeign = "https://www.bücher.example/straße";
constexpr std::string_view kWrapped =
    "https://nam01.safelinks.protection.outlook.com/"
    "?url=https%3A%2F%2Fwww.example.com%2Fa%2Fb&data=05%7C02&reserved=0";

void parse_url(benchmark::State& state, std::string_view text) {
  for (auto _ : state) benchmark::DoNotOptimize(parse(text));
}
BENCHMARK_CAPTURE(parse_url, plain, kPlain);
BENCHMARK_CAPTURE(parse_url, foreign, kForeign);

void examine_url(benchmark::State& state, std::string_view text) {
  const auto url = *parse(text);
  for (auto _ : state) benchmark::DoNotOptimize(examine(url, built_in_services()));
}
BENCHMARK_CAPTURE(examine_url, plain, kPlain);
BENCHMARK_CAPTURE(examine_url, foreign, kForeign);

void unwrap_url(benchmark::State& state, std::string_view text) {
  const auto url = *parse(text);
  for (auto _ : state) benchmark::DoNotOptimize(unwrap(url, built_in_services()));
}
BENCHMARK_CAPTURE(unwrap_url, plain, kPlain);
BENCHMARK_CAPTURE(unwrap_url, wrapped, kWrapped);

void compare_text(benchmark::State& state) {
  const auto url = *parse(kPlain);
  for (auto _ : state)
    benchmark::DoNotOptimize(compare_shown("www.example.com/news", url, built_in_services()));
}
BENCHMARK(compare_text);

void find_in_text(benchmark::State& state) {
  std::string text;
  while (text.size() < 100'000)
    text +=
        "The committee met on Tuesday and decided, after a long debate, that the road (see "
        "https://city.example/roads) will be "
        "open to cyclists from spring on; and/or later. More at www.city.example.\n";
  for (auto _ : state) benchmark::DoNotOptimize(find_urls(text));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}
BENCHMARK(find_in_text);

}  // namespace
}  // namespace rampart::guard::url

BENCHMARK_MAIN();
