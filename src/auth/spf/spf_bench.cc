// What SPF costs when every answer is at hand. `allocations` counts calls of operator new per evaluation.
#include <atomic>
#include <cstdlib>
#include <new>

#include <benchmark/benchmark.h>

#include "auth/spf/analyse.h"
#include "auth/spf/evaluate.h"

#if __has_include(<spf2/spf.h>)  // a peer beside us, on the same five answers; `./dev bench` installs it
#include <arpa/nameser.h>
#include <netdb.h>
extern "C" {  // its headers are C's
#include <spf2/spf.h>
#include <spf2/spf_dns_zone.h>
}
#define RAMPART_HAS_LIBSPF2
#endif

namespace {

std::atomic<std::size_t> allocations{0};

}  // namespace

void* operator new(std::size_t size) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  void* memory = std::malloc(size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace rampart::spf {
namespace {

dns::Name name_of(std::string_view text) { return *dns::Name::parse(text); }

void add_txt(facts::Book& book, std::string_view name, std::string_view text) {
  book.add(facts::AnswerBuilder(name_of(name), dns::RrType::txt).add_record(text, 300).build());
}
void add_a(facts::Book& book, std::string_view name, std::string_view ip) {
  const auto bytes = base::IpAddress::parse(ip)->bytes();
  const std::string data(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  book.add(facts::AnswerBuilder(name_of(name), dns::RrType::a).add_record(data, 300).build());
}

// Three TXT, one MX, one A: a match at `mx`.
facts::Book five_answers() {
  facts::Book book;
  add_txt(book, "bench.example",
          "v=spf1 include:_spf.bench.example include:_spf2.bench.example mx a:mx1.bench.example -all");
  add_txt(book, "_spf.bench.example", "v=spf1 ip4:198.51.100.0/24 ip4:203.0.113.0/25 ip6:2001:db8::/32 ~all");
  add_txt(book, "_spf2.bench.example", "v=spf1 ip4:198.51.100.7 ip4:203.0.113.128/26 ~all");
  book.add(facts::AnswerBuilder(name_of("bench.example"), dns::RrType::mx)
               .add_target(name_of("mx1.bench.example"), 300, 10)
               .build());
  add_a(book, "mx1.bench.example", "192.0.2.10");
  return book;
}

void count_allocations(benchmark::State& state, std::size_t before) {
  state.counters["allocations"] = benchmark::Counter(static_cast<double>(allocations.load() - before) /
                                                     static_cast<double>(state.iterations()));
}

void check_host_five_answers(benchmark::State& state) {
  const facts::Book book = five_answers();
  const Input input{.ip = *base::IpAddress::parse("192.0.2.10"),
                    .domain = name_of("bench.example"),
                    .local_part = "alice",
                    .helo = "mx1.bench.example"};
  const std::size_t before = allocations.load();
  for (auto _ : state) {
    facts::Facts facts(book);
    const Outcome outcome = check_host(input, facts);
    if (outcome.result != Result::pass) state.SkipWithError("not pass");
    benchmark::DoNotOptimize(outcome.lookups);
  }
  count_allocations(state, before);
}
BENCHMARK(check_host_five_answers);

#ifdef RAMPART_HAS_LIBSPF2
// Its zone is a table in memory; a cache over it makes it no faster.
void libspf2_five_answers(benchmark::State& state) {
  auto* zone = SPF_dns_zone_new(nullptr, "zone", 0);
  const auto add = [&](const char* name, ns_type type, const char* data) {
    SPF_dns_zone_add_str(zone, name, type, NETDB_SUCCESS, data);
  };
  add("bench.example", ns_t_txt,
      "v=spf1 include:_spf.bench.example include:_spf2.bench.example mx a:mx1.bench.example -all");
  add("_spf.bench.example", ns_t_txt, "v=spf1 ip4:198.51.100.0/24 ip4:203.0.113.0/25 ip6:2001:db8::/32 ~all");
  add("_spf2.bench.example", ns_t_txt, "v=spf1 ip4:198.51.100.7 ip4:203.0.113.128/26 ~all");
  add("bench.example", ns_t_mx, "mx1.bench.example");
  add("mx1.bench.example", ns_t_a, "192.0.2.10");
  auto* server = SPF_server_new_dns(zone, 0);
  for (auto _ : state) {
    auto* request = SPF_request_new(server);
    SPF_request_set_ipv4_str(request, "192.0.2.10");
    SPF_request_set_helo_dom(request, "mx1.bench.example");
    SPF_request_set_env_from(request, "alice@bench.example");
    SPF_response_t* response = nullptr;
    SPF_request_query_mailfrom(request, &response);
    if (SPF_response_result(response) != SPF_RESULT_PASS) state.SkipWithError("not pass");
    SPF_response_free(response);
    SPF_request_free(request);
  }
  SPF_server_free(server);
}
BENCHMARK(libspf2_five_answers);
#endif

void check_host_macros(benchmark::State& state) {
  facts::Book book;
  add_txt(book, "bench.example", "v=spf1 exists:%{ir}.%{l1r-}.%{d2}.list.example -all");
  add_a(book, "10.2.0.192.alice.bench.example.list.example", "127.0.0.2");
  const Input input{
      .ip = *base::IpAddress::parse("192.0.2.10"), .domain = name_of("bench.example"), .local_part = "alice"};
  const std::size_t before = allocations.load();
  for (auto _ : state) {
    facts::Facts facts(book);
    const Outcome outcome = check_host(input, facts);
    if (outcome.result != Result::pass) state.SkipWithError("not pass");
  }
  count_allocations(state, before);
}
BENCHMARK(check_host_macros);

void parse_record(benchmark::State& state) {
  constexpr std::string_view kText =
      "v=spf1 ip4:192.0.2.0/24 ip4:198.51.100.0/25 include:_spf.post.example a:mail.example mx -all";
  const std::size_t before = allocations.load();
  for (auto _ : state) benchmark::DoNotOptimize(parse(kText).terms.size());
  count_allocations(state, before);
}
BENCHMARK(parse_record);

void analyse_five_answers(benchmark::State& state) {
  facts::Book book = five_answers();
  book.add(facts::AnswerBuilder(name_of("mx1.bench.example"), dns::RrType::aaaa).build());
  const std::size_t before = allocations.load();
  for (auto _ : state) {
    facts::Facts facts(book);
    const auto analysis = analyse(name_of("bench.example"), facts);
    if (!facts.open().empty()) state.SkipWithError("open questions");
    benchmark::DoNotOptimize(analysis.nodes.size());
  }
  count_allocations(state, before);
}
BENCHMARK(analyse_five_answers);

}  // namespace
}  // namespace rampart::spf

BENCHMARK_MAIN();
