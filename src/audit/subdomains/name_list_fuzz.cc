// Any bytes as a list of names, in whatever form they seem to be: what comes out is a name, what does not is told with
// its place, and neither takes more than the text could hold.
#include <cstdint>
#include <cstdlib>

#include "audit/subdomains/name_list.h"
#include "audit/subdomains/revealed.h"
#include "base/text.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace rampart;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  std::size_t told = 0;
  audit::subdomains::Revealed revealed(*dns::Name::try_parse("example"));
  const auto result = audit::subdomains::read_name_list(
      text, "list",
      [&](const dns::Name& name) {
        if (name.is_root() || dns::Name::from_wire(name.wire()) != name) std::abort();
        ++told;
        revealed.add(name, audit::subdomains::Source::list);
      },
      [&](const audit::subdomains::BadLine& bad) {
        if (!bad.where.starts_with("list") || bad.why.empty() || base::printable(bad.text) != bad.text)
          std::abort();
        ++told;
      });
  if (told > 4 * size + 4) std::abort();
  if (!result && result.error().what.empty()) std::abort();
  for (const auto& name : revealed.take_fresh()) {
    if (audit::subdomains::host_of(name) != name) std::abort();
  }
  return 0;
}
