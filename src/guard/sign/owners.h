// In whose name each user may write: what stands in guard.senders_file. Pure.
//
//   # who            in whose name
//   alice            alice@bank.example @shop.example
//   192.0.2.17       printer@bank.example
//   192.0.2.0/24     @bank.example
//
// A user goes by the name he logs in with, in any case; machines that do not log in by their address or network. @DOMAIN is every
// address in that domain itself; * is any. Lines of one user add up.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ip.h"
#include "base/result.h"
#include "guard/role/role.h"

namespace rampart::guard {

// Our own.
inline constexpr std::size_t kMaxOwners = 1'000'000;                    // lines
inline constexpr std::size_t kMaxOwnersBytes = std::size_t{64} << 20U;  // of the file

enum class Owned : std::uint8_t { yes, no, unknown };

struct Writer {
  std::string user;  // {auth_authen}; empty: nobody logged in
  std::optional<base::IpAddress> client;
};

class Owners {
 public:
  // Errors are of kind config and name the line; `name` is the file's.
  static base::Result<Owners> parse(std::string_view text, std::string_view name);

  // Whether he may write as this address, whose domain is as DNS has it. Unknown: no line is about him.
  [[nodiscard]] Owned check(const Writer& writer, std::string_view address) const;
  [[nodiscard]] std::size_t size() const { return users_.size() + networks_.size(); }

 private:
  using Names = std::vector<std::string>;  // lower case: "a@b.example", "@b.example", "*"
  std::map<std::string, Names, std::less<>> users_;
  std::vector<std::pair<Network, Names>> networks_;
};

// Who it is, for people: "alice", "192.0.2.17", "a client without an address".
std::string describe(const Writer& writer);

}  // namespace rampart::guard
