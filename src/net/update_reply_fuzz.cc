// Any bytes as the reply to an update: the reading must end and stay in bounds, and never believe that the update was
// done, as nobody can sign for the key.
#include <cstdint>
#include <cstdlib>

#include "net/dns_tcp.h"
#include "net/dns_update.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace rampart;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto name = *dns::Name::try_parse("_dmarc.bank.example");
  static const net::TsigKey kKey(*dns::Name::try_parse("update.bank.example"), "hmac-sha256",
                                 "c2VjcmV0IG9mIDMyIGJ5dGVzIGZvciBhIHRlc3QhISE=");
  net::ZoneChange change{.zone = *dns::Name::try_parse("bank.example"),
                         .before = {.name = name, .type = dns::RrType::txt, .ttl = 0, .rdata = {}},
                         .after = {.name = name, .type = dns::RrType::txt, .ttl = 60, .rdata = {}}};
  change.after.put(dns::txt_rdata("v=DMARC1; p=none"));
  constexpr std::uint16_t kId = 7;
  static const auto kUpdate = *net::build_update(change, kKey, kId);
  if (net::read_update_reply(kUpdate, change, kKey, bytes, {}).kind == net::UpdateOutcome::Kind::done)
    std::abort();
  for (const auto type : {dns::RrType::txt, dns::RrType::mx, dns::RrType::soa}) {
    const auto says = net::read_reply(bytes, kId, name, type);
    if (says && says->zone && !name.is_within(*says->zone)) std::abort();
  }
  return 0;
}
