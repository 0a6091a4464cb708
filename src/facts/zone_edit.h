// A proposed change to what is published, written as a zone file.
//
//   $ORIGIN ministry.example.
//   @      TXT "v=spf1 mx -all"
//   _dmarc TXT "v=DMARC1; p=reject"
//   ; rampart: remove old._domainkey.ministry.example TXT
//
// What it means: each RRset in the file replaces the one of the same owner and type. A CNAME stands alone
// (RFC 1034 section 3.6.2): putting one replaces everything at its name, and putting anything else replaces a
// CNAME. A comment line `; rampart: remove NAME TYPE` takes one RRset away; NAME is written in full (a final
// dot may be there or not) and the line stands in the file itself, not in an included one.
//
// The file may be a whole zone: its SOA and the NS records beside it are taken like any RRset. Other NS
// records and DNAMEs would change who answers, which cannot be tried out over answers, and are errors.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "dns/zone_reader.h"

namespace rampart::facts {

// All our own: a change is written by people.
inline constexpr dns::ZoneLimits kEditLimits{.max_bytes = std::size_t{16} << 20, .max_records = 100'000};

struct EditRecord {
  std::string data;  // canonical (dns/rr.h)
  std::uint32_t ttl = 0;
  std::uint16_t preference = 0;
  std::uint16_t strings = 1;
};

class ZoneEdit {
 public:
  static base::Result<ZoneEdit> load(const std::string& path);
  static base::Result<ZoneEdit> parse(std::string_view text, const std::string& name,
                                      const std::optional<dns::Name>& origin = {});

  using Type = std::uint16_t;                            // any number, known to RrType or not
  using Puts = std::map<Type, std::vector<EditRecord>>;  // never empty
  using Removals = std::set<Type>;                       // never empty

  [[nodiscard]] const Puts* puts(const dns::Name& owner) const;          // null when nothing is put there
  [[nodiscard]] const Removals* removals(const dns::Name& owner) const;  // null when nothing is removed there
  // Whether something is put at a name strictly below.
  [[nodiscard]] bool puts_below(const dns::Name& name) const { return above_.contains(name); }
  [[nodiscard]] bool empty() const { return puts_.empty() && removals_.empty(); }

  [[nodiscard]] const std::map<dns::Name, Puts>& all_puts() const { return puts_; }
  [[nodiscard]] const std::map<dns::Name, Removals>& all_removals() const { return removals_; }

 private:
  base::Result<> add(const dns::ZoneRecord& record);
  base::Result<> add_directives(std::string_view text, const std::string& name);
  base::Result<> finish(const std::string& name);

  std::map<dns::Name, Puts> puts_;
  std::map<dns::Name, Removals> removals_;
  std::set<dns::Name> above_;                                   // the strict ancestors of the names with puts
  std::vector<std::pair<dns::Name, std::string>> delegations_;  // owners of NS records, and where
};

}  // namespace rampart::facts
