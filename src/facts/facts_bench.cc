// What a decision pays for its facts: reading a name, building an answer, finding one in a book, an answer
// from a zone, a saved book.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "facts/book_file.h"
#include "facts/facts.h"
#include "facts/overlay.h"
#include "facts/zones.h"

namespace rampart::facts {
namespace {

using dns::Name;
using dns::RrType;

constexpr std::string_view kSpf = "v=spf1 ip4:192.0.2.0/24 include:_spf.mail.example mx -all";

AnswerPtr answer(const Name& name) {
  return AnswerBuilder(name, RrType::txt)
      .set_ttl(300)
      .set_server("127.0.0.1:53")
      .add_record(kSpf, 300)
      .build();
}

Book book_of(int size) {
  Book book;
  for (int i = 0; i < size; ++i)
    book.add(answer(*Name::parse(fmt::format("s{}._domainkey.ministry.example", i))));
  return book;
}

void parse_name(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(Name::try_parse("s1._domainkey.ministry.example"));
}
BENCHMARK(parse_name);

void build_answer(benchmark::State& state) {
  const auto name = *Name::parse("ministry.example");
  for (auto _ : state) benchmark::DoNotOptimize(answer(name));
}
BENCHMARK(build_answer);

void find_in_book(benchmark::State& state) {
  const auto book = book_of(static_cast<int>(state.range(0)));
  const auto name = *Name::parse("s3._domainkey.ministry.example");
  for (auto _ : state) benchmark::DoNotOptimize(book.find(name, RrType::txt));
}
BENCHMARK(find_in_book)->Arg(12)->Arg(43)->Arg(100'000);

void fill_and_drop_book(benchmark::State& state) {
  std::vector<AnswerPtr> answers;
  for (int i = 0; i < 12; ++i) answers.push_back(answer(*Name::parse(fmt::format("n{}.example", i))));
  for (auto _ : state) {
    Book book;
    for (const auto& shared : answers) book.add(shared);
    benchmark::DoNotOptimize(book);
  }
}
BENCHMARK(fill_and_drop_book);

Zones zones_of(int names) {
  std::string text = "$TTL 300\n@ SOA ns hm 1 2 3 4 5\n@ NS ns\n* TXT star\n";
  for (int i = 0; i < names; ++i) text += fmt::format("n{} TXT \"{}\"\n", i, kSpf);
  Zones zones;
  if (!zones.add_text(text, "bench", Name::try_parse("ministry.example"))) std::abort();
  return zones;
}

void load_zone(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(zones_of(static_cast<int>(state.range(0))));
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(load_zone)->Arg(1000)->Arg(1'000'000)->Unit(benchmark::kMillisecond);

void answer_from_zone(benchmark::State& state) {
  const auto zones = zones_of(100'000);
  const auto present = *Name::parse("n77.ministry.example");
  const auto starred = *Name::parse("invented.ministry.example");
  for (auto _ : state) {
    benchmark::DoNotOptimize(zones.resolve(present, RrType::txt));
    benchmark::DoNotOptimize(zones.resolve(starred, RrType::txt));
  }
  state.SetItemsProcessed(state.iterations() * 2);
}
BENCHMARK(answer_from_zone);

void answer_through_overlay(benchmark::State& state) {
  const ZoneOverlay overlay(
      *ZoneEdit::parse("_dmarc TXT \"v=DMARC1; p=reject\"\n", "fix", Name::try_parse("ministry.example")));
  Book book = book_of(12);
  const auto put = *Name::parse("_dmarc.ministry.example");
  const auto far = *Name::parse("_spf.mail.test");
  book.add(answer(far));
  for (auto _ : state) {
    Facts facts(book, &overlay);
    benchmark::DoNotOptimize(&facts.ask(put, RrType::txt));
    benchmark::DoNotOptimize(&facts.ask(far, RrType::txt));
  }
  state.SetItemsProcessed(state.iterations() * 2);
}
BENCHMARK(answer_through_overlay);

void format_book_of_43(benchmark::State& state) {
  const auto book = book_of(43);
  for (auto _ : state) benchmark::DoNotOptimize(format_book({}, book));
}
BENCHMARK(format_book_of_43);

void parse_book_of_43(benchmark::State& state) {
  const auto text = format_book({}, book_of(43));
  for (auto _ : state) benchmark::DoNotOptimize(parse_book(text, "bench"));
}
BENCHMARK(parse_book_of_43);

}  // namespace
}  // namespace rampart::facts

BENCHMARK_MAIN();
