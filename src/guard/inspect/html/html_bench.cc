// What a message pays for its HTML: tokens alone, and all facts, over a newsletter made for it and over pages at the limits.
#include <benchmark/benchmark.h>

#include "guard/inspect/html/html_facts.h"
#include "guard/inspect/html/tokenizer.h"

namespace rampart::guard::html {
namespace {

// Tables, inline styles, tracked links: what mail of this time is made of.
std::string newsletter(std::size_t size) {
  std::string out =
      "<!DOCTYPE html><html><head><meta "
      "charset=\"utf-8\"><title>News</title><style>body{margin:0;padding:0}.hide{display:none}"
      "@media only screen and (max-width:600px){.w{width:100%!important}}</style></head><body "
      "bgcolor=\"#f4f4f4\">"
      "<div class=\"hide\">What is new this week&nbsp;&zwnj;&nbsp;&zwnj;</div><table role=\"presentation\" "
      "width=\"100%\">";
  for (int i = 0; out.size() < size; ++i)
    out +=
        "<tr><td align=\"center\" style=\"padding:20px 30px 20px "
        "30px;font-family:Arial,Helvetica,sans-serif;font-size:14px;"
        "line-height:20px;color:#333333\">\n  <table role=\"presentation\" border=\"0\" cellpadding=\"0\" "
        "cellspacing=\"0\" "
        "width=\"600\" style=\"border-collapse:collapse;max-width:600px\">\n   <tr><td class=\"w\"><a "
        "href=\"https://click.news.example/"
        "ls/click?upn=u001.AbCdEfGh" +
        std::to_string(i) +
        "&amp;utm_source=mail&amp;utm_medium=weekly\" target=\"_blank\" "
        "style=\"color:#1a73e8;text-decoration:none\">Read the whole "
        "story</a><br><img src=\"https://img.news.example/a/" +
        std::to_string(i) +
        ".png\" alt=\"A picture\" width=\"280\" height=\"140\" "
        "style=\"display:block;border:0\"></td></tr></table>\n"
        "<p style=\"margin:0 0 10px 0\">The committee met on Tuesday &mdash; and decided, after a long "
        "debate, that the road to the "
        "station will be open to cyclists from spring on. Shops &amp; offices there welcome "
        "it.</p></td></tr>\n";
  return out + "</table></body></html>";
}

void tokens(benchmark::State& state) {
  const auto html = newsletter(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) {
    TokenSink sink;
    Tokenizer tokenizer(sink);
    tokenizer.feed(html);
    tokenizer.finish();
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(html.size()));
}
BENCHMARK(tokens)->Arg(5'000)->Arg(47'000)->Arg(1'000'000);

void facts(benchmark::State& state) {
  const auto html = newsletter(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(read_html(html));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(html.size()));
}
BENCHMARK(facts)->Arg(5'000)->Arg(47'000)->Arg(1'000'000);

void facts_of(benchmark::State& state, const std::string& html) {
  for (auto _ : state) benchmark::DoNotOptimize(read_html(html));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(html.size()));
}
BENCHMARK_CAPTURE(facts_of, one_attribute, "<a href=\"" + std::string(10'000'000, 'x') + "\">");
BENCHMARK_CAPTURE(facts_of, unclosed, [] {
  std::string out;
  for (int i = 0; i < 1'000'000; ++i) out += "<b>";
  return out;
}());
BENCHMARK_CAPTURE(facts_of, script, "<script>var a=\"" + std::string(5'000'000, 'A') + "\"</script>");

}  // namespace
}  // namespace rampart::guard::html

BENCHMARK_MAIN();
