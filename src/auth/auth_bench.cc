// Verifying a message, over the floor: OpenSSL's RSA-2048 verify with a cached key and SHA-256 of the same bytes.
#include <algorithm>
#include <cstdlib>
#include <new>

#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <malloc.h>

#include "auth/authenticate.h"
#include "auth/dkim/sign.h"
#include "auth/zone_test.h"
#include "base/text.h"

namespace {

// While `counting`: bytes that operator new has given out, and the most there were since `peak` was set back.
bool counting = false;
std::size_t held = 0;
std::size_t peak = 0;

}  // namespace

void* operator new(std::size_t size) {
  void* memory = std::malloc(size);
  if (memory == nullptr) throw std::bad_alloc();
  if (counting) {
    held += malloc_usable_size(memory);
    peak = std::max(peak, held);
  }
  return memory;
}
void operator delete(void* memory) noexcept {
  if (counting && memory != nullptr) held -= malloc_usable_size(memory);
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept { operator delete(memory); }

namespace rampart::auth {
namespace {

const base::Time kNow{std::chrono::seconds(1'795'000'000)};

const crypto::SignKey& key() {
  static const auto kKey = *crypto::SignKey::make(crypto::SignKey::Type::rsa);
  return kKey;
}

// Ordinary lines, or lines with runs of spaces.
std::string body(std::size_t size, bool messy) {
  std::string out;
  for (std::size_t line = 0; out.size() < size; ++line) {
    out += messy && line % 3 != 0
               ? "Rates  of   the day:  7.25 %   for  deposits \t of a year,  8 %  \r\n"
               : "The rates of the day for deposits of a year and more are as they were.\r\n";
    if (line % 9 == 8) out += "\r\n";
  }
  return out;
}

std::string mail(std::size_t size, bool messy) {
  const auto text =
      "Received: from mail.bank.example (mail.bank.example [192.0.2.1])\r\n\tby mx.post.example; Thu, 26 Nov "
      "2026 08:00:00 +0000\r\n"
      "From: News of the Bank <news@bank.example>\r\nTo: Somebody <somebody@post.example>\r\nSubject: The "
      "rates of the day\r\n"
      "Date: Thu, 26 Nov 2026 08:00:00 +0000\r\nMessage-ID: <20261126080000.1@bank.example>\r\nMIME-Version: "
      "1.0\r\n"
      "Content-Type: text/plain; charset=UTF-8\r\nContent-Transfer-Encoding: 7bit\r\n\r\n" +
      body(size, messy);
  const auto message = mail::Message::parse(text);
  const mail::FieldIndex index(message->header);
  dkim::SignOptions options;
  options.domain = TestZone::name("bank.example");
  options.selector = "s1";
  options.now = kNow;
  return *dkim::sign(*message, index, key(), options) + text;
}

TestZone zone() {
  TestZone out;
  out.txt("bank.example", "v=spf1 ip4:192.0.2.0/28 -all")
      .txt("_dmarc.bank.example", "v=DMARC1; p=reject; rua=mailto:d@bank.example")
      .txt("s1._domainkey.bank.example",
           fmt::format("v=DKIM1; k=rsa; p={}", base::encode_base64(key().public_key())))
      .target("1.2.0.192.in-addr.arpa", dns::RrType::ptr, "mail.bank.example")
      .address("mail.bank.example", "192.0.2.1");
  return out;
}

void floor(benchmark::State& state) {
  const auto text = mail(static_cast<std::size_t>(state.range(0)), state.range(1) != 0);
  const auto ready = *crypto::VerifyKey::rsa(key().public_key());
  const auto digest = crypto::sha256(text);
  const auto signature = key().sign(digest);
  for (auto _ : state) {
    benchmark::DoNotOptimize(crypto::sha256(text));
    benchmark::DoNotOptimize(ready->check(digest, signature));
  }
}

void verify(benchmark::State& state) {
  const auto text = mail(static_cast<std::size_t>(state.range(0)), state.range(1) != 0);
  auto answers = zone();
  dkim::KeyCache keys;
  facts::Book book;
  // All answers at hand.
  const auto message = mail::Message::parse(text);
  const mail::FieldIndex index(message->header);
  dkim::SignatureCheck first_check(*message, index, keys);
  dkim::Verifier first(first_check);
  (void)answers.run([&](facts::Facts& facts) { return first.results(facts, kNow); });
  book = answers.book();
  for (auto _ : state) {
    const auto parsed = mail::Message::parse(text);
    const mail::FieldIndex fields(parsed->header);
    dkim::SignatureCheck check(*parsed, fields, keys);
    dkim::Verifier verifier(check);
    facts::Facts facts(book);
    const auto results = verifier.results(facts, kNow);
    if (results.size() != 1 || !results.front().passes()) state.SkipWithError("it does not verify");
  }
}

void authenticate(benchmark::State& state) {
  const auto text = mail(static_cast<std::size_t>(state.range(0)), state.range(1) != 0);
  const Envelope envelope{.ip = base::IpAddress::parse("192.0.2.1"),
                          .helo = "mail.bank.example",
                          .mail_from = "news@bank.example"};
  auto answers = zone();
  dkim::KeyCache keys;
  const auto message = mail::Message::parse(text);
  Authenticator first(*message, envelope, keys);
  (void)answers.run([&](facts::Facts& facts) { return first.run(facts, kNow); });
  const auto book = answers.book();
  const auto once = [&] {
    const auto parsed = mail::Message::parse(text);
    Authenticator work(*parsed, envelope, keys);
    facts::Facts facts(book);
    if (work.run(facts, kNow).dmarc != dmarc::Result::pass) state.SkipWithError("it does not pass");
  };
  for (auto _ : state) once();
  held = peak = 0;
  counting = true;  // outside of what is timed: to count costs more than to allocate
  once();
  counting = false;
  state.counters["bytes"] = static_cast<double>(peak);  // of a message in flight, beyond its own
}

void sign(benchmark::State& state) {
  const auto text = mail(static_cast<std::size_t>(state.range(0)), false);
  const auto message = mail::Message::parse(text);
  const mail::FieldIndex index(message->header);
  dkim::SignOptions options;
  options.domain = TestZone::name("bank.example");
  options.selector = "s1";
  options.now = kNow;
  for (auto _ : state) benchmark::DoNotOptimize(dkim::sign(*message, index, key(), options));
}

void sign_floor(benchmark::State& state) {
  const auto digest = crypto::sha256("x");
  for (auto _ : state) benchmark::DoNotOptimize(key().sign(digest));
}

BENCHMARK(floor)
    ->Args({5'000, 0})
    ->Args({47'000, 0})
    ->Args({5'000, 1})
    ->Args({47'000, 1})
    ->Unit(benchmark::kMicrosecond);
BENCHMARK(verify)
    ->Args({5'000, 0})
    ->Args({47'000, 0})
    ->Args({5'000, 1})
    ->Args({47'000, 1})
    ->Unit(benchmark::kMicrosecond);
BENCHMARK(authenticate)->Args({5'000, 0})->Args({47'000, 0})->Unit(benchmark::kMicrosecond);
BENCHMARK(sign_floor)->Unit(benchmark::kMicrosecond);
BENCHMARK(sign)->Args({5'000, 0})->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace rampart::auth

BENCHMARK_MAIN();
