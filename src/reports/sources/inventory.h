// Who sends in a domain's name, from what the archive has of it to sources with names: the steps between the store, DNS and
// find_sources(), none of which does I/O.
//
//   Inventory inventory(domain, TRY(read_sightings(database, domain.text(), from, to, kSourceBorders)));
//   const auto to_ask = inventory.to_look_up(2000);             // most messages first
//   inventory.learn(to_ask, look_up_addresses(…, facts));
//   const auto sources = inventory.sources({.marks = marks});
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "reports/archive/sightings.h"
#include "reports/sources/look.h"
#include "reports/sources/source.h"

namespace rampart::reports {

// How sightings are split for trends.
inline constexpr std::array<std::int64_t, 2> kSourceBorders{kRecentDays, kRecentDays + kBeforeDays};

// What is not known, and how much mail that is of.
struct Unknowns {
  std::size_t addresses = 0;
  std::uint64_t messages = 0;
  std::string example;  // why, of the address with most messages

  void add(std::uint64_t more, const std::string& why);
};

struct Looked {
  bool asked = false;         // DNS was
  std::size_t addresses = 0;  // that were asked about
  std::size_t left_out = 0;   // that were not, for there were more than the limit
  std::uint64_t left_out_messages = 0;
  Unknowns reverse;  // whose reverse name is not known
  Unknowns listed;   // of which it is not known whether SPF lists them
};

class Inventory {
 public:
  Inventory(dns::Name domain, Sightings sightings, std::vector<dns::Name> own_domains = {});

  // Those with most messages first; at most so many. What is beyond is told by looked().
  std::vector<AddressToLookUp> to_look_up(std::size_t most);
  // `facts` by place of `asked`, which to_look_up() gave.
  void learn(std::span<const AddressToLookUp> asked, std::span<AddressFacts> facts);
  // name_of(address) for every address: of the autonomous system.
  base::Result<> learn_networks(
      const std::function<base::Result<std::string>(const base::IpAddress&)>& name_of);

  struct Naming {
    const mail::Registry* registry = nullptr;  // null: the built-in one. Outlives what comes out, as marks do
    std::span<const Mark> marks;
  };
  [[nodiscard]] std::vector<MailSource> sources(const Naming& naming) const;

  [[nodiscard]] const dns::Name& domain() const { return domain_; }
  [[nodiscard]] const Sightings& sightings() const { return sightings_; }
  [[nodiscard]] const Looked& looked() const { return looked_; }
  [[nodiscard]] std::size_t addresses() const { return addresses_.size(); }

 private:
  [[nodiscard]] std::vector<dns::Name> envelopes_of(const SeenAddress& seen) const;

  dns::Name domain_;
  std::vector<dns::Name> own_domains_;
  Sightings sightings_;
  std::vector<SeenAddress> addresses_;
  std::vector<std::uint64_t> messages_;  // by place of the address
  std::vector<std::size_t> asked_;       // places, as to_look_up() gave them
  Looked looked_;
};

// Marks of networks from which nothing came, and of sources that are not there.
std::vector<const Mark*> idle_marks(std::span<const Mark> marks, std::span<const MailSource> sources);

}  // namespace rampart::reports
