// What a message pays for its names: an ordinary header, one that lies, and ones at the limits.
#include <string>

#include <benchmark/benchmark.h>

#include "guard/inspect/names/names.h"

namespace rampart::guard::names {
namespace {

dns::Name name(std::string_view text) { return *dns::Name::try_parse(text); }

const NameRules& rules() {
  static const auto out = [] {
    NameSettings settings{.own_domains = {name("ministry.gov.pk"), name("ministry.example")},
                          .own_names = {"Ministry of Examples"}};
    for (int i = 0; i < 500; ++i) {
      settings.partner_domains.push_back(name("partner" + std::to_string(i * 7919) + ".example"));
      settings.people.push_back(
          {.name = "Sana Malik" + std::to_string(i), .addresses = {"sana@ministry.example"}});
    }
    return *NameRules::make(std::move(settings));
  }();
  return out;
}

constexpr std::string_view kReceived =
    "Received: from mx1.shop.example (mx1.shop.example [192.0.2.1])\r\n\tby mx.ministry.example (Postfix) "
    "with ESMTPS id 4ABCDEF\r\n"
    "\tfor <bilal@ministry.example>; Thu, 26 Nov 2026 09:00:00 +0000 (UTC)\r\n";

std::string header(std::string_view from, std::string_view subject) {
  std::string out;
  for (int i = 0; i < 5; ++i) out += kReceived;
  return out +
         "DKIM-Signature: v=1; a=rsa-sha256; d=shop.example; s=s1; h=from:to:subject; bh=abc; "
         "b=def\r\nFrom: " +
         std::string(from) +
         "\r\nTo: Bilal Qureshi <bilal@ministry.example>\r\nReply-To: answers@shop.example\r\nSubject: " +
         std::string(subject) +
         "\r\nDate: Thu, 26 Nov 2026 09:00:00 +0000\r\nMessage-ID: <a@shop.example>\r\nMIME-Version: 1.0\r\n"
         "Content-Type: text/html; charset=utf-8\r\nList-Unsubscribe: <https://shop.example/u>\r\n\r\n";
}

void names(benchmark::State& state, const std::string& text) {
  const auto read = mail::read_header(text);
  const std::vector<std::string> recipients{"bilal@ministry.example"};
  for (auto _ : state)
    benchmark::DoNotOptimize(read_names(
        {.header = &*read, .mail_from = "bounce@mail.shop.example", .recipients = recipients}, rules()));
}
BENCHMARK_CAPTURE(names, ordinary,
                  header("Amna Siddiqui <amna@shop.example>",
                         "The minutes of our meeting on Tuesday, and what comes next"));
BENCHMARK_CAPTURE(names, encoded,
                  header("=?utf-8?B?2LnZhNuMINiu2KfZhg==?= <ali@shop.example>",
                         "=?utf-8?B?2YXbjNm52YbaryDaqduMINix2YjYr9in2K8=?="));
BENCHMARK_CAPTURE(names, lies,
                  header("\"PayPaI Security (service@paypal.com)\" <x@paypal-secure-login.example>",
                         "Re: Your PayPal account bilal@ministry.example"));
BENCHMARK_CAPTURE(names, long_label, header("x <x@" + std::string(60, 'a') + ".example>", "x"));
BENCHMARK_CAPTURE(names, large,
                  header("\"" + std::string(60'000, 'i') + "\" <x@shop.example>", std::string(60'000, '@')));
BENCHMARK_CAPTURE(names, hyphens,
                  header("x <a@a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a.example>", "x"));

void rules_made(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(NameRules::make({}));
}
BENCHMARK(rules_made);

}  // namespace
}  // namespace rampart::guard::names

BENCHMARK_MAIN();
