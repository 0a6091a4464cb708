// Zones in memory, and what a name server that serves them would say.
//
//   auto zones = facts::Zones::load({"zones/"});                       // Result<Zones>
//   auto reply = zones->resolve(name, dns::RrType::mx, now);           // the answer, CNAMEs followed
//
// The answers are those of an authoritative server with a resolver in front: exact names before wildcards
// (RFC 4592), empty non-terminals exist (RFC 8020), CNAME and DNAME (RFC 6672) are followed through all the
// loaded zones, and NXDOMAIN is that of the last name of a chain (RFC 6604). What lies at or below a
// delegation to a zone that is not loaded is outside: glue is no answer. A loaded zone is taken as delegated,
// whatever its parent says. DS belongs to the parent (RFC 4035 section 3.1.4.1), so at the apex of a zone
// whose parent is not loaded it is outside too.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <memory_resource>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <boost/container/deque.hpp>
#include <boost/unordered/unordered_flat_map.hpp>

#include "base/result.h"
#include "dns/zone_reader.h"
#include "facts/answer.h"

namespace rampart::facts {

// Our own, and the most that AnswerBuilder takes; a reply could not carry more.
inline constexpr unsigned kMaxRecordsPerName = 4096;
// Our own: how many records may stand before the SOA (which tells what belongs into the zone).
inline constexpr std::size_t kMaxBeforeSoa = 100'000;

struct WireHash {
  std::size_t operator()(std::string_view wire) const { return dns::hash_bytes(wire); }
};

// One zone. Its names are Name::wire() bytes that live in its own memory; a million records take about 100
// MB.
class Zone {
 public:
  struct Record {
    const Record* next = nullptr;  // of the same name
    const char* bytes = nullptr;
    std::uint32_t size = 0;
    std::uint32_t ttl = 0;  // seconds
    std::uint16_t type = 0;
    std::uint16_t preference = 0;
    std::uint16_t strings = 1;
    [[nodiscard]] std::string_view data() const { return {bytes, size}; }
  };
  // A name that exists. One without records is an empty non-terminal.
  struct Node {
    const Record* first = nullptr;
    [[nodiscard]] const Record* find(std::uint16_t type) const;
    [[nodiscard]] const Record* find(dns::RrType type) const {
      return find(static_cast<std::uint16_t>(type));
    }
  };

  explicit Zone(std::string file) : file_(std::move(file)) {}

  // Faults that make name servers refuse a zone are errors: a name outside the zone, data beside a CNAME (RFC
  // 1034 section 3.6.2), a second SOA. Records that do not exist for questions (NSEC3 and its signatures, RFC
  // 5155 section 7.2.8) are left out.
  base::Result<> add(const dns::ZoneRecord& record);
  // After the last record: the SOA must have been there.
  base::Result<> finish();

  [[nodiscard]] const dns::Name& apex() const { return *apex_; }  // after finish()
  [[nodiscard]] const std::string& file() const { return file_; }
  [[nodiscard]] std::size_t records() const { return records_.size(); }
  // Seconds: how long a negative answer counts, RFC 2308 section 5.
  [[nodiscard]] std::uint32_t negative_ttl() const { return negative_ttl_; }
  [[nodiscard]] const Node* find(std::string_view wire) const;
  // Every name that exists, in no order.
  void for_each_name(const std::function<void(const dns::Name&, const Node&)>& visit) const;

 private:
  base::Result<> add_soa(const dns::ZoneRecord& record);
  base::Result<> check(const Node& node, const dns::ZoneRecord& record) const;
  Node& node_of(const dns::Name& owner);
  void add_ancestors(std::string_view wire);
  std::string_view keep(std::string_view bytes);

  std::string file_;
  std::optional<dns::Name> apex_;
  std::uint32_t negative_ttl_ = 0;
  std::pmr::monotonic_buffer_resource memory_{std::size_t{1} << 16};
  boost::container::deque<Record> records_;
  boost::unordered_flat_map<std::string_view, Node, WireHash> nodes_;
  std::vector<std::pair<dns::Name, std::string>> before_soa_;  // names and where they stand
};

struct ZoneReply {
  AnswerPtr answer;  // never null; unknown(outside) when the zones do not say
  // The name that the zones say nothing about: the question's own, or where a CNAME led.
  std::optional<dns::Name> outside;
};

class Zones {
 public:
  // Files, and folders of which every `*.zone`, `*.db` and `db.*` is loaded, sorted by name; what else a
  // folder holds is left out with a note. Two zones of one name are an error.
  static base::Result<Zones> load(std::span<const std::string> paths, const dns::ZoneLimits& limits = {});
  // One zone from text, for tests and for zones that are not files.
  base::Result<> add_text(std::string_view text, const std::string& name,
                          const std::optional<dns::Name>& origin = {});

  [[nodiscard]] ZoneReply resolve(const dns::Name& name, dns::RrType type, base::Time seen = {}) const;

  [[nodiscard]] std::vector<dns::Name> apexes() const;             // sorted
  [[nodiscard]] const Zone* zone_of(const dns::Name& name) const;  // the deepest; null when there is none
  // Whether a loaded zone lies strictly below `name`.
  [[nodiscard]] bool is_ancestor(const dns::Name& name) const;
  // Every name that exists in the zones, in no order.
  void for_each_name(const std::function<void(const dns::Name&, const Zone::Node&)>& visit) const;
  [[nodiscard]] const std::vector<std::string>& notes() const { return notes_; }
  [[nodiscard]] std::size_t records() const;

 private:
  base::Result<> add(std::unique_ptr<Zone> zone);
  base::Result<> load_file(const std::string& path, const dns::ZoneLimits& limits);
  base::Result<> load_folder(const std::string& path, const dns::ZoneLimits& limits);

  std::vector<std::unique_ptr<Zone>> zones_;  // a zone does not move: it holds its names' memory
  boost::unordered_flat_map<std::string_view, const Zone*, WireHash> by_apex_;
  std::vector<std::string> notes_;
};

}  // namespace rampart::facts
