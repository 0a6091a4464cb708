#include "facts/zones.h"

#include <cstring>
#include <filesystem>
#include <limits>

#include <fmt/format.h>

#include "base/text.h"

namespace rampart::facts {
namespace {

using base::ErrorKind;
using dns::Name;
using dns::RrType;

constexpr std::uint16_t kNsec = 47;  // RFC 4034 section 4

constexpr std::uint16_t number(RrType type) { return static_cast<std::uint16_t>(type); }

// May stand beside a CNAME: RFC 4035 section 2.5.
bool beside_cname(std::uint16_t type) { return type == dns::kRrsig || type == kNsec; }

// NSEC3 and its signatures live at names that do not exist for questions (RFC 5155 section 7.2.8).
bool is_hidden(const dns::ZoneRecord& record) {
  if (record.type == dns::kNsec3) return true;
  return record.type == dns::kRrsig && record.data.size() > 1 && record.data[0] == 0 &&
         record.data[1] == static_cast<char>(dns::kNsec3);
}

std::string type_text(std::uint16_t type) {
  const auto known = dns::known_rr_type(type);
  return known ? std::string(dns::to_string(*known)) : fmt::format("TYPE{}", type);
}

}  // namespace

const Zone::Record* Zone::Node::find(std::uint16_t type) const {
  for (const Record* record = first; record != nullptr; record = record->next) {
    if (record->type == type) return record;
  }
  return nullptr;
}

std::string_view Zone::keep(std::string_view bytes) {
  if (bytes.empty()) return {};
  auto* place = static_cast<char*>(memory_.allocate(bytes.size(), 1));
  std::memcpy(place, bytes.data(), bytes.size());
  return {place, bytes.size()};
}

void Zone::for_each_name(const std::function<void(const Name&, const Node&)>& visit) const {
  for (const auto& [wire, node] : nodes_) visit(*Name::from_wire(wire), node);
}

const Zone::Node* Zone::find(std::string_view wire) const {
  const auto at = nodes_.find(wire);
  return at == nodes_.end() ? nullptr : &at->second;
}

// The names between `wire` and the apex exist too (RFC 4592 section 2.2.2). They are suffixes of its bytes.
void Zone::add_ancestors(std::string_view wire) {
  while (wire.size() > apex_->wire().size()) {
    wire.remove_prefix(1U + static_cast<std::uint8_t>(wire[0]));
    if (!nodes_.try_emplace(wire).second) return;
  }
}

Zone::Node& Zone::node_of(const Name& owner) {
  if (const auto at = nodes_.find(owner.wire()); at != nodes_.end()) return at->second;
  const auto wire = keep(owner.wire());
  if (apex_) add_ancestors(wire);
  return nodes_[wire];
}

base::Result<> Zone::check(const Node& node, const dns::ZoneRecord& record) const {
  const auto error = [&](std::string what, std::string hint) {
    return base::fail(ErrorKind::input, std::move(what), location(record), std::move(hint));
  };
  if (apex_ && !record.owner.is_within(*apex_))
    return error(fmt::format("{} is not in the zone {}", record.owner.text(), apex_->text()),
                 "name servers refuse such a zone: did the name need a final dot, or none?");
  unsigned count = 0;
  for (const Record* other = node.first; other != nullptr; other = other->next) {
    if (++count >= kMaxRecordsPerName)
      return error(fmt::format("{} has more than {} records", record.owner.text(), kMaxRecordsPerName), "");
    if (other->type != record.type &&
        (other->type == number(RrType::cname) || record.type == number(RrType::cname)) &&
        !beside_cname(record.type) && !beside_cname(other->type))
      return error(fmt::format("{} has a CNAME and other records ({})", record.owner.text(),
                               type_text(record.type == number(RrType::cname) ? other->type : record.type)),
                   "a CNAME stands alone (RFC 1034 section 3.6.2); name servers refuse such a zone");
    if (other->type == record.type && other->data() != record.data &&
        (record.type == number(RrType::cname) || record.type == dns::kDname))
      return error(fmt::format("{} has two {} records", record.owner.text(), type_text(record.type)),
                   "keep one of them: name servers refuse such a zone");
  }
  return {};
}

base::Result<> Zone::add_soa(const dns::ZoneRecord& record) {
  if (apex_)
    return base::fail(ErrorKind::input, fmt::format("a second SOA record; the zone is {}", apex_->text()),
                      location(record), "keep one zone in one file, with one SOA");
  apex_ = record.owner;
  negative_ttl_ = std::min(record.ttl, dns::parse_soa(record.data)->minimum);
  for (const auto& [name, where] : before_soa_) {
    if (!name.is_within(*apex_))
      return base::fail(ErrorKind::input, fmt::format("{} is not in the zone {}", name.text(), apex_->text()),
                        where, "name servers refuse such a zone: did the name need a final dot, or none?");
    add_ancestors(nodes_.find(name.wire())->first);
  }
  before_soa_ = {};
  return {};
}

base::Result<> Zone::add(const dns::ZoneRecord& record) {
  if (is_hidden(record)) return {};
  if (record.type == number(RrType::soa)) {
    if (auto done = add_soa(record); !done) return done;
  }
  Node& node = node_of(record.owner);
  if (auto done = check(node, record); !done) return done;
  if (!apex_) {
    if (before_soa_.size() >= kMaxBeforeSoa)
      return base::fail(ErrorKind::input, fmt::format("no SOA among the first {} records", kMaxBeforeSoa),
                        location(record), "put the zone's SOA record first");
    before_soa_.emplace_back(record.owner, location(record));
  }
  const auto data = keep(record.data);
  records_.push_back({.next = node.first,
                      .bytes = data.data(),
                      .size = static_cast<std::uint32_t>(data.size()),
                      .ttl = record.ttl,
                      .type = record.type,
                      .preference = record.preference,
                      .strings = record.strings});
  node.first = &records_.back();  // a deque does not move its elements
  return {};
}

base::Result<> Zone::finish() {
  if (apex_) return {};
  return base::fail(ErrorKind::input, "the zone has no SOA record", base::printable(file_),
                    "a zone begins with its SOA record; a change to try out goes to --what-if");
}

// --- resolving ---

namespace {

// One walk from a question to its answer, through CNAMEs and zones.
class Walk {
 public:
  Walk(const Zones& zones, const Name& name, RrType type, base::Time seen)
      : zones_(zones), name_(name), type_(type), builder_(name, type) {
    builder_.set_seen(seen).set_server("zone file");
  }

  ZoneReply run() {
    while (!done_) step();
    builder_.set_ttl(ttl_ == std::numeric_limits<std::uint32_t>::max() ? 0 : ttl_);
    return {builder_.build(), outside_};
  }

 private:
  void step() {
    const Zone* zone = zones_.zone_of(name_);
    // DS is the parent's: RFC 4035 section 3.1.4.1.
    if (type_ == RrType::ds && zone != nullptr && name_ == zone->apex() && !name_.is_root())
      zone = zones_.zone_of(name_.parent());
    if (zone == nullptr)
      return leave(
          fmt::format("{} is in none of the given zones; add its zone or give --resolver", name_.text()));
    builder_.set_server("zone " + zone->apex().text());
    const Zone::Node* node = zone->find(zone->apex().wire());
    const auto labels = name_.label_count();
    auto depth = zone->apex().label_count();
    for (;; ++depth) {
      const bool at_end = depth == labels;
      const bool is_cut = depth > zone->apex().label_count() && node->find(RrType::ns) != nullptr;
      if (is_cut && !(at_end && (type_ == RrType::ns || type_ == RrType::ds)))
        return leave(fmt::format("{} is delegated to another zone, {}; add that zone or give --resolver",
                                 name_.text(), name_.suffix(depth).text()));
      if (at_end) return answer(*zone, *node);
      if (const auto* dname = node->find(dns::kDname)) return rename(*dname, depth);
      const Zone::Node* next = zone->find(name_.suffix(depth + 1).wire());
      if (next == nullptr) break;
      node = next;
    }
    // `depth` labels are the closest encloser (RFC 4592 section 3.3.1).
    const auto wildcard = name_.suffix(depth).prepend_label("*");
    const Zone::Node* source = wildcard ? zone->find(wildcard->wire()) : nullptr;
    if (source == nullptr) return absent(Presence::no_name, *zone);
    if (source->find(RrType::ns) != nullptr)  // RFC 4592 section 4.2 leaves it undefined
      return leave(fmt::format("{} is delegated by a wildcard, whose meaning is not defined", name_.text()));
    answer(*zone, *source);
  }

  void answer(const Zone& zone, const Zone::Node& node) {
    const auto wanted = number(type_);
    if (const auto* cname = node.find(RrType::cname); cname != nullptr && type_ != RrType::cname)
      return follow(*Name::from_wire(cname->data()), cname->ttl);
    if (node.find(wanted) == nullptr) return absent(Presence::no_data, zone);
    for (const auto* record = node.first; record != nullptr; record = record->next) {
      if (record->type != wanted) continue;
      builder_.add_record(record->data(), record->ttl, record->preference, record->strings);
      ttl_ = std::min(ttl_, record->ttl);
    }
    done_ = true;
  }

  void absent(Presence presence, const Zone& zone) {
    builder_.set_presence(presence);
    ttl_ = std::min(ttl_, zone.negative_ttl());
    done_ = true;
  }

  // RFC 6672 section 3.1: the labels in front stay, the owner is replaced by the target.
  void rename(const Zone::Record& dname, unsigned depth) {
    auto renamed = Name::from_wire(dname.data());
    for (auto i = name_.label_count() - depth; i-- > 0 && renamed;)
      renamed = renamed->prepend_label(name_.label(i));
    if (renamed && type_ == RrType::cname) {  // the CNAME made of a DNAME is an answer like any other
      builder_.add_target(*renamed, dname.ttl);
      ttl_ = std::min(ttl_, dname.ttl);
      done_ = true;
      return;
    }
    if (renamed) return follow(*renamed, dname.ttl);
    builder_.set_unknown(Why::rcode, "the server answered YXDOMAIN: a DNAME makes the name too long");
    ttl_ = 0;
    done_ = true;
  }

  void follow(const Name& target, std::uint32_t ttl) {
    ttl_ = std::min(ttl_, ttl);
    builder_.add_alias(target);
    visited_.push_back(name_);
    name_ = target;
    if (visited_.size() <= AnswerBuilder::kMaxAliases &&
        std::ranges::find(visited_, target) == visited_.end())
      return;
    builder_.set_unknown(Why::cname_loop,
                         fmt::format("{} is a CNAME that leads nowhere", visited_.front().text()));
    ttl_ = 0;
    done_ = true;
  }

  void leave(const std::string& detail) {
    builder_.set_unknown(Why::outside, detail);
    outside_ = name_;
    done_ = true;
  }

  const Zones& zones_;
  Name name_;
  RrType type_;
  AnswerBuilder builder_;
  std::uint32_t ttl_ = std::numeric_limits<std::uint32_t>::max();
  std::vector<Name> visited_;
  std::optional<Name> outside_;
  bool done_ = false;
};

bool is_zone_file(std::string_view name) {
  return name.ends_with(".zone") || name.ends_with(".db") || name.starts_with("db.");
}

}  // namespace

ZoneReply Zones::resolve(const Name& name, RrType type, base::Time seen) const {
  return Walk(*this, name, type, seen).run();
}

void Zones::for_each_name(const std::function<void(const Name&, const Zone::Node&)>& visit) const {
  for (const auto& zone : zones_) zone->for_each_name(visit);
}

const Zone* Zones::zone_of(const Name& name) const {
  std::string_view wire = name.wire();
  for (;;) {
    if (const auto at = by_apex_.find(wire); at != by_apex_.end()) return at->second;
    if (wire.empty()) return nullptr;
    wire.remove_prefix(1U + static_cast<std::uint8_t>(wire[0]));
  }
}

bool Zones::is_ancestor(const Name& name) const {
  return std::ranges::any_of(
      zones_, [&](const auto& zone) { return zone->apex() != name && zone->apex().is_within(name); });
}

std::vector<Name> Zones::apexes() const {
  std::vector<Name> out;
  out.reserve(zones_.size());
  for (const auto& zone : zones_) out.push_back(zone->apex());
  std::ranges::sort(out);
  return out;
}

std::size_t Zones::records() const {
  std::size_t count = 0;
  for (const auto& zone : zones_) count += zone->records();
  return count;
}

base::Result<> Zones::add(std::unique_ptr<Zone> zone) {
  if (auto done = zone->finish(); !done) return done;
  const auto [at, added] = by_apex_.try_emplace(zone->apex().wire(), zone.get());
  if (!added)
    return base::fail(
        ErrorKind::input,
        fmt::format("the zone {} is also in {}", zone->apex().text(), base::printable(at->second->file())),
        base::printable(zone->file()), "give each zone once");
  zones_.push_back(std::move(zone));
  return {};
}

base::Result<> Zones::add_text(std::string_view text, const std::string& name,
                               const std::optional<Name>& origin) {
  auto zone = std::make_unique<Zone>(name);
  if (auto done =
          dns::read_zone_text(text, name, origin, [&](const auto& record) { return zone->add(record); });
      !done)
    return done;
  return add(std::move(zone));
}

base::Result<> Zones::load_file(const std::string& path, const dns::ZoneLimits& limits) {
  auto zone = std::make_unique<Zone>(path);
  if (auto done = dns::read_zone_file(
          path, [&](const auto& record) { return zone->add(record); }, limits);
      !done)
    return done;
  return add(std::move(zone));
}

base::Result<> Zones::load_folder(const std::string& path, const dns::ZoneLimits& limits) {
  std::error_code error;
  std::vector<std::string> names;
  for (std::filesystem::directory_iterator at(path, error), end; !error && at != end; at.increment(error))
    names.push_back(at->path().filename());
  if (error)
    return base::fail(ErrorKind::io, "cannot read the folder: " + error.message(), base::printable(path));
  std::ranges::sort(names);
  const auto before = zones_.size();
  for (const auto& name : names) {
    const std::string file = fmt::format("{}{}{}", path, path.ends_with('/') ? "" : "/", name);
    if (name.starts_with('.')) continue;
    if (!is_zone_file(name)) {
      notes_.push_back(base::printable(file) + ": left out, as it is named neither *.zone, *.db nor db.*");
      continue;
    }
    if (auto done = load_file(file, limits); !done) return done;
  }
  if (zones_.size() != before) return {};
  return base::fail(ErrorKind::input, "the folder holds no zone files", base::printable(path),
                    "name zone files after their zones, as in ministry.example.zone");
}

base::Result<Zones> Zones::load(std::span<const std::string> paths, const dns::ZoneLimits& limits) {
  Zones zones;
  for (const auto& path : paths) {
    std::error_code ignored;  // what cannot be looked at is reported when it is opened
    const bool folder = std::filesystem::is_directory(path, ignored);
    if (auto done = folder ? zones.load_folder(path, limits) : zones.load_file(path, limits); !done)
      return std::unexpected(done.error());
  }
  return zones;
}

}  // namespace rampart::facts
