// What a shown text pays for its words: ordinary prose, prose of fraud, Urdu, and what is made to be slow.
#include <string>

#include <benchmark/benchmark.h>

#include "guard/inspect/words/built_in.h"
#include "guard/inspect/words/phrases.h"

namespace rampart::guard::words {
namespace {

std::string repeated(std::string_view text, std::size_t size) {
  std::string out;
  out.reserve(size + text.size());
  while (out.size() < size) out += text;
  return out;
}

void find(benchmark::State& state, std::string_view text) {
  const auto whole = repeated(text, 47'000);
  benchmark::DoNotOptimize(find_phrases("warm"));
  for (auto _ : state) benchmark::DoNotOptimize(find_phrases(whole));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(whole.size()));
}
BENCHMARK_CAPTURE(find, prose,
                  "The committee met on Tuesday and decided, after a long debate, that the road to the "
                  "station will be open to cyclists "
                  "from spring on. Shops and offices there welcome it. Your comments are due before the end "
                  "of the month.\n");
BENCHMARK_CAPTURE(find, fraud,
                  "Dear customer, your account has been suspended. Please verify your account information "
                  "within 24 hours, or you will "
                  "lose access to your mailbox. Click the link below to confirm your identity.\n");
BENCHMARK_CAPTURE(find, urdu,
                  "کمیٹی کا اجلاس منگل کو ہوا اور طویل بحث کے بعد فیصلہ کیا گیا کہ اسٹیشن جانے والی سڑک بہار "
                  "سے سائیکل سواروں کے لیے کھلی رہے گی۔ ");
BENCHMARK_CAPTURE(find, starts, "your the you to if we (the your you have please click your ");
BENCHMARK_CAPTURE(find, digits, "y0ur a1b2c3 acc0unt ");
BENCHMARK_CAPTURE(find, one_word, "aaaaaaaaaaaaaaaa");

void read_data(benchmark::State& state) {
  std::vector<Phrases::Written> files;
  for (const auto& file : built_in_phrase_files()) files.push_back({.file = file.file, .text = file.text});
  for (auto _ : state) {
    Phrases phrases;
    benchmark::DoNotOptimize(phrases.add(files).has_value());
  }
}
BENCHMARK(read_data);

}  // namespace
}  // namespace rampart::guard::words

BENCHMARK_MAIN();
