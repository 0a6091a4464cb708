// A proposed change over a zone: the two stand in the input one after the other, a line `====` between them.
// Every question ends, and what the change puts is what is answered.
#include <cstdint>
#include <cstdlib>
#include <set>

#include "facts/driver.h"
#include "facts/overlay.h"
#include "facts/zone_provider.h"

namespace {

namespace dns = rampart::dns;
namespace facts = rampart::facts;

void require(bool promise) {
  if (!promise) std::abort();
}

void question(const facts::Zones& zones, const facts::ZoneOverlay& overlay, const dns::Name& name,
              dns::RrType type) {
  facts::ZoneProvider provider(zones, {});
  bool ended = false;
  const auto decide = [&](facts::Facts& facts) {
    const auto& answer = facts.ask(name, type);
    const auto* puts = overlay.edit().puts(name);
    if (puts != nullptr && puts->contains(static_cast<std::uint16_t>(type)))
      require(answer.present() || answer.why() == facts::Why::malformed);
    require(answer.open() || answer.name() == name);
    return answer.presence();
  };
  facts::drive<facts::Presence>(decide, provider, {.overlay = &overlay}, [&](const auto& result) {
    require(result.decision != facts::Presence::open);
    ended = true;
  });
  require(ended);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto border = text.find("\n====\n");
  if (border == std::string_view::npos) return 0;
  const auto origin = *dns::Name::parse("d.example");
  auto edit = facts::ZoneEdit::parse(text.substr(border + 6), "edit", origin);
  if (!edit) return 0;
  facts::Zones zones;
  if (!zones.add_text(text.substr(0, border + 1), "zone", origin)) zones = {};
  std::set<dns::Name> names;
  for (const auto& [name, puts] : edit->all_puts()) names.insert(name);
  for (const auto& [name, removals] : edit->all_removals()) names.insert(name);
  const facts::ZoneOverlay overlay(std::move(*edit));
  int left = 8;
  for (const auto& name : names) {
    if (left-- == 0) break;
    for (const auto type : {dns::RrType::txt, dns::RrType::mx, dns::RrType::cname}) {
      question(zones, overlay, name, type);
      question(zones, overlay, name.parent(), type);
      if (const auto below = name.prepend("x")) question(zones, overlay, *below, type);
    }
  }
  return 0;
}
