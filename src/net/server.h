// One name server as the provider sees it: where it is, how much it takes, what was learnt of it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dns/name.h"
#include "net/adaptive_cap.h"
#include "net/resolvers.h"
#include "net/transport.h"

namespace rampart::net {

// What an examination (resolver_exam.h) found a server not to be believed in. Such an answer is dropped as if
// the server had failed: another server is asked, and when all are like it, the fact is unknown(resolver).
struct Distrust {
  bool addresses = false;  // A and AAAA records: it invents addresses for names that do not exist
  bool no_data = false;    // NODATA: it says so, too, where there is no name, or where it keeps TXT to itself
  bool records = false;    // records of any type: it invents even those
  std::optional<dns::Name> own_zone;  // everything within: it serves a copy of its own (a private view)
  std::string reason;                 // "rewrites NXDOMAIN", for the detail of the unknown

  [[nodiscard]] bool any() const { return addresses || no_data || records || own_zone; }
};

struct Server {
  using Time = std::chrono::steady_clock::time_point;

  static constexpr unsigned kIllAfter = 10;                // failures in a row, without a reply between them
  static constexpr std::chrono::seconds kSecondChance{1};  // how often an ill server is tried first again

  Server(const Endpoint& where, std::unique_ptr<Transport> how, const CapOptions& caps)
      : endpoint(where), text(where.text()), transport(std::move(how)), cap(caps) {}

  // Whether questions should rather go to another server. Once a second one of them may still come here.
  [[nodiscard]] bool is_ill(Time now) const { return failures_in_row >= kIllAfter && now < chance_at; }
  void chosen(Time now) {
    if (failures_in_row >= kIllAfter) chance_at = now + kSecondChance;
  }
  void failed(Time now) {
    if (++failures_in_row == kIllAfter) chance_at = now + kSecondChance;
  }
  void replied() { failures_in_row = 0; }

  Endpoint endpoint;
  std::string text;
  std::unique_ptr<Transport> transport;
  AdaptiveCap cap;
  Distrust distrust;
  bool truncation_broken = false;  // a truncated reply did not arrive over TCP
  unsigned failures_in_row = 0;
  Time chance_at{};
};

// The servers a question may go to, in the order of preference.
struct ServerSet {
  std::vector<std::shared_ptr<Server>> servers;  // shared: several zones have one server
  bool recurse = true;                           // RD, and whether AD may be believed
};
using ServerSetPtr = std::shared_ptr<const ServerSet>;  // shared by the flights that ask the same servers

}  // namespace rampart::net
