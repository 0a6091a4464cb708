// Any bytes as a message from a client: a decision to its end in a world where every answer is unknown, and the fields made
// of it, out of which nothing breaks.
#include <cstdint>
#include <cstdlib>

#include "auth/authenticate.h"
#include "auth/report.h"
#include "auth/results_field.h"
#include "auth/zone_test.h"

namespace {

void check_field(std::string_view field) {
  for (std::size_t at = 0; (at = field.find('\n', at)) != std::string_view::npos; ++at) {
    if (at + 1 != field.size() && field[at + 1] != '\t') std::abort();
  }
  for (const char c : field) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x7f || (byte < ' ' && c != '\r' && c != '\n' && c != '\t')) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace rampart;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto message = mail::Message::parse(bytes);
  if (!message) return 0;
  auth::TestZone zone;
  zone.fails_below(".", facts::Why::servfail);
  dkim::KeyCache keys;
  const auto line = std::string(bytes.substr(0, 80));
  const auth::Envelope envelope{.ip = base::IpAddress::parse("192.0.2.1"), .helo = line, .mail_from = line};
  auth::Authenticator work(*message, envelope, keys);
  const base::Time now{std::chrono::seconds(1'795'000'000)};
  const auto result = zone.run([&](facts::Facts& facts) { return work.run(facts, now); });
  if (result.dmarc == dmarc::Result::pass || result.dmarc == dmarc::Result::fail) std::abort();
  check_field(auth::results_field("mx.example", envelope, result));
  check_field(auth::received_spf("mx.example", envelope, *result.spf));
  if (auth::report_text(envelope, result, {}).empty()) std::abort();
  return 0;
}
