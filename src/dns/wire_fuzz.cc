// Any bytes as a DNS message: parsing, decompressing every owner, reading every known record must stay in
// bounds, and what is read must be canonical.
#include <cstdint>
#include <cstdlib>

#include "dns/wire.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace rampart::dns;
  const auto message = Message::parse({reinterpret_cast<const char*>(data), size});
  if (!message) return 0;
  RecordData out;
  for (const auto& record : message->records()) {
    if (const auto owner = message->owner(record)) {
      if (Name::from_wire(owner->wire()) != owner) std::abort();
    }
    const auto type = known_rr_type(record.type);
    if (!type || !read_data(*message, record, *type, out)) continue;
    if (*type == RrType::mx && !Name::from_wire(out.data)) std::abort();
    if (*type == RrType::soa && !parse_soa(out.data)) std::abort();
  }
  if (message->answers(Name(), RrType::txt) && size < 17) std::abort();  // a question takes 5 octets at least
  return 0;
}
