// Lists of people that somebody uploads.
#include <cstdint>

#include "accounts/invitation_list.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace rampart::accounts;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto list = read_invitations(text);
  if (list.rows.size() > kMaxInvitations || list.faults.size() > kMaxListFaults) __builtin_trap();
  for (const auto& row : list.rows)
    if (login_name(row.address) != row.address) __builtin_trap();
  return 0;
}
