// Any bytes as the messages of a zone transfer, each behind its length as over TCP: nothing outside the zone comes
// out, nothing beyond the limits, and the end is the end.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "dns/transfer.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace rampart::dns;
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  const auto zone = *Name::try_parse("bank.example");
  constexpr std::size_t kMost = 64;
  TransferReader reader(zone, 0x1234, {.max_records = kMost, .max_bytes = 4096});
  std::size_t given = 0;
  const auto sink = [&](const TransferRecord& record) {
    if (!record.owner.is_within(zone) || Name::from_wire(record.owner.wire()) != record.owner) std::abort();
    if (++given > kMost) std::abort();
  };
  auto state = TransferReader::State::more;
  while (rest.size() >= 2) {
    const std::size_t length = static_cast<std::size_t>(static_cast<unsigned char>(rest[0])) << 8 |
                               static_cast<unsigned char>(rest[1]);
    rest.remove_prefix(2);
    const auto next = reader.feed(rest.substr(0, length), sink);
    if (state != TransferReader::State::more && next != state) std::abort();
    state = next;
    rest.remove_prefix(length < rest.size() ? length : rest.size());
  }
  if (state > TransferReader::State::done && reader.why().empty()) std::abort();
  return 0;
}
