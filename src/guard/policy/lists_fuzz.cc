// List files: whatever a feed holds, each line counts or is told, and what was listed is found.
#include <cstdint>
#include <cstdlib>

#include "guard/policy/lists.h"

using namespace rampart;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto list = guard::read_list("list", text);
  if (list->faults().size() > guard::kToldFaults + 2) std::abort();
  const std::vector<std::string> urls{"x.example:8443/a%2Cb?c", std::string(text)};
  const guard::Identities of{.addresses = {"a@bank.example"},
                             .domains = {*dns::Name::try_parse("mail.bank.example")},
                             .client = base::IpAddress::parse("192.0.2.1"),
                             .urls = urls};
  const auto hit = guard::find_listed(std::vector{list}, of, base::Time(std::chrono::seconds(1'795'000'000)));
  if (hit && hit.text().empty()) std::abort();
  if (hit && list->size() == 0) std::abort();
  return 0;
}
