// What a message pays for being looked into: the look alone, and with the process that is made for it, in processor time of all
// processes (cpu_us).
#include <cstdlib>

#include <benchmark/benchmark.h>
#include <sys/resource.h>

#include "base/text.h"
#include "guard/inspect/seen/look.h"

namespace rampart::guard {
namespace {

// Text and HTML of a newsletter, and from 20 KB on a file in base64, as ordinary mail has them.
std::string message(std::size_t size) {
  std::string html = "<html><body><table>";
  for (int i = 0; html.size() < std::min<std::size_t>(size * 3 / 5, 20'000); ++i)
    html +=
        "<tr><td style=\"padding:20px 30px;font-family:Arial;color:#333333\"><a "
        "href=\"https://click.news.example/ls?u=" +
        std::to_string(i) +
        "&amp;s=mail\" style=\"color:#1a73e8\">Read the whole story</a><p>The committee met on Tuesday "
        "and decided, after a long debate, that the road to the station will be open.</p></td></tr>\n";
  html += "</table></body></html>";
  std::string out =
      "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: "
      "multipart/alternative; "
      "boundary=y\r\n\r\n--y\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n";
  while (out.size() < size / 5) out += "The committee met on Tuesday and decided. https://news.example/a\r\n";
  out += "--y\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + html + "\r\n--y--\r\n";
  if (out.size() < size)
    out +=
        "--x\r\nContent-Type: application/octet-stream; name=a.bin\r\nContent-Transfer-Encoding: "
        "base64\r\n\r\n" +
        base::encode_base64(std::string((size - out.size()) * 3 / 4, 'x')) + "\r\n";
  return out + "--x--\r\n";
}

void looks(benchmark::State& state) {
  prepare_to_look();
  const auto text = message(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(look(text));
}
BENCHMARK(looks)->Arg(5'000)->Arg(47'000);

double cpu(int who) {
  rusage used{};
  ::getrusage(who, &used);
  const auto us = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_usec);
  };
  return us(used.ru_utime) + us(used.ru_stime);
}

std::string nothing(std::string_view /*request*/) { return {}; }

void in_process(benchmark::State& state, base::Worker::Function function) {
  prepare_to_look();
  const auto text = message(static_cast<std::size_t>(state.range(0)));
  const auto before = cpu(RUSAGE_SELF) + cpu(RUSAGE_CHILDREN);
  {
    // Its end brings in what it and its children used; killed, it would not.
    auto worker = base::Worker::start(function, kLookLimits).value();
    for (auto _ : state) benchmark::DoNotOptimize(worker.call(text));
  }
  state.counters["cpu_us"] =
      (cpu(RUSAGE_SELF) + cpu(RUSAGE_CHILDREN) - before) / static_cast<double>(state.iterations());
}
// rampart-worker beside this program's tree: RAMPART_WORKER names it.
void in_program(benchmark::State& state) {
  const auto* program = std::getenv("RAMPART_WORKER");
  if (program == nullptr) return state.SkipWithError("RAMPART_WORKER is not set");
  const auto text = message(static_cast<std::size_t>(state.range(0)));
  auto worker = base::Worker::start(program, {"look"}).value();
  benchmark::DoNotOptimize(worker.call(text));
  for (auto _ : state) benchmark::DoNotOptimize(worker.call(text));
}
BENCHMARK(in_program)->Arg(5'000)->Arg(47'000);
BENCHMARK_CAPTURE(in_process, nothing, &nothing)->Arg(5'000)->Arg(47'000);
BENCHMARK_CAPTURE(in_process, look, &look)->Arg(5'000)->Arg(47'000);

}  // namespace
}  // namespace rampart::guard

BENCHMARK_MAIN();
