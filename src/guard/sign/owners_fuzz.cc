// The file of who may write as whom: total, and a line more takes nothing from anybody.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "guard/sign/owners.h"

using namespace rampart;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto owners = guard::Owners::parse(text, "senders");
  if (!owners) {
    if (owners.error().where.empty()) std::abort();
    return 0;
  }
  const auto more =
      guard::Owners::parse(text + "\nalice a@bank.example\n192.0.2.1 a@bank.example\n", "senders");
  if (!more) std::abort();
  const auto client = base::IpAddress::parse("192.0.2.1");
  for (const auto& writer :
       {guard::Writer{.user = "alice", .client = client}, guard::Writer{.user = {}, .client = client}}) {
    if (more->check(writer, "A@Bank.example") != guard::Owned::yes) std::abort();
    for (const auto* address : {"x@shop.example", "@", "", "a@"})
      if (owners->check(writer, address) == guard::Owned::yes &&
          more->check(writer, address) != guard::Owned::yes)
        std::abort();
  }
  return 0;
}
