// Names from people and from records: whatever parses keeps its value through every form it can be written
// in.
#include <cstdint>
#include <cstdlib>

#include "base/text.h"
#include "dns/domain.h"

using rampart::dns::Name;

namespace {

void require(bool promise) {
  if (!promise) std::abort();
}

void round_trip(const Name& name) {
  require(Name::try_parse(name.text()) == name);
  require(Name::from_wire(name.wire()) == name);
  require(name.is_within(name.parent()));
  require(name.is_root() || name.parent().prepend_label(name.label(0)) == name);
  require(name.is_within(rampart::dns::public_suffix(name)));
  require(rampart::base::printable(rampart::dns::display(name)) == rampart::dns::display(name));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto domain = rampart::dns::parse_domain(text);
  if (domain) {
    round_trip(*domain);
    require(rampart::dns::parse_domain(domain->text()) == *domain);
    // What is shown never reads as another domain. It may be refused: beside a U-label, IDNA refuses labels
    // (examp--) that are no trouble in ASCII.
    const auto shown = rampart::dns::parse_domain(rampart::dns::display(*domain));
    require(!shown || *shown == *domain);
  } else {
    require(rampart::base::is_utf8(domain.error().where) && rampart::base::is_utf8(domain.error().hint));
  }
  const auto parsed = Name::parse(text);
  require(parsed.has_value() == Name::try_parse(text).has_value());
  if (parsed) round_trip(*parsed);
  if (const auto raw = Name::from_raw(text)) round_trip(*raw);
  if (const auto wire = Name::from_wire(text)) round_trip(*wire);
  return 0;
}
