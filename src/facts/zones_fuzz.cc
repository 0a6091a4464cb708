// Zone files from strangers: whatever the reader takes, every question about it has an answer that is sound.
#include <cstdint>
#include <cstdlib>
#include <set>

#include "base/text.h"
#include "facts/zones.h"

namespace {

namespace base = rampart::base;
namespace dns = rampart::dns;
namespace facts = rampart::facts;

void require(bool promise) {
  if (!promise) std::abort();
}

void question(const facts::Zones& zones, const dns::Name& name) {
  using dns::RrType;
  for (const auto type :
       {RrType::a, RrType::ns, RrType::cname, RrType::soa, RrType::mx, RrType::txt, RrType::ds}) {
    const auto reply = zones.resolve(name, type);
    require(!reply.answer->open() && reply.answer->name() == name);
    require(reply.answer->present() == !reply.answer->records().empty());
    require(!reply.outside || reply.answer->unknown());
    // RFC 8020: nothing is below a name that does not exist.
    if (reply.answer->presence() != facts::Presence::no_name || reply.answer->has_aliases()) continue;
    if (const auto below = name.prepend("below")) {
      const auto deeper = zones.resolve(*below, type).answer;
      require(deeper->presence() == facts::Presence::no_name || deeper->unknown());
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto origin = *dns::Name::parse("d.example");
  facts::Zones zones;
  const auto done = zones.add_text(text, "fuzz", origin);
  if (!done) require(base::is_utf8(done.error().message()) && !done.error().what.empty());
  std::set<dns::Name> names;
  const auto read =
      dns::read_zone_text(text, "fuzz", origin, [&](const dns::ZoneRecord& record) -> base::Result<> {
        if (names.size() < 32) names.insert(record.owner);
        return {};
      });
  require(read.has_value() || !done.has_value());
  if (!done) return 0;
  for (const auto& name : names) {
    question(zones, name);
    question(zones, name.parent());
    for (const auto* label : {"x", "*", "x.*"}) {
      if (const auto below = name.prepend(label)) question(zones, *below);
    }
  }
  return 0;
}
