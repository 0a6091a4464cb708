// Zone files (RFC 1035 section 5), record by record.
//
// Knot's libzscanner takes the text apart; opening files is ours. $INCLUDE is followed relative to the file
// it stands in, and never out of the folder of the first file nor through a symbolic link.
//
// The origin of relative names is, until $ORIGIN says otherwise, what the file's name says:
// `ministry.example.zone`, `ministry.example.db` and `db.ministry.example` are all of ministry.example. Any
// other file has none, and a relative name in it is an error. Records without a TTL get $TTL's, or 3600.
// A string of more than 255 characters becomes several, as in Knot; BIND and NSD refuse such a zone.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "dns/name.h"
#include "dns/rr.h"

namespace rampart::dns {

// The limits of one zone, its included files together; all are our own, and beyond any zone that sends mail.
struct ZoneLimits {
  std::size_t max_bytes = std::size_t{256} << 20;
  std::size_t max_records = 5'000'000;
  unsigned max_include_depth = 16;
  unsigned max_includes = 1024;
};

inline constexpr std::uint16_t kDname = 39;             // RFC 6672
inline constexpr std::uint16_t kRrsig = 46;             // RFC 4034 section 3
inline constexpr std::uint16_t kNsec3 = 50;             // RFC 5155
inline constexpr std::uint32_t kDefaultZoneTtl = 3600;  // seconds; what NSD takes where a zone says nothing

struct ZoneRecord {
  Name owner;
  std::uint16_t type = 0;  // any number, known to RrType or not
  std::uint32_t ttl = 0;   // seconds
  std::uint16_t preference = 0;
  std::uint16_t strings = 1;
  // Canonical for the types of RrType (rr.h), the target's Name::wire() for DNAME, RDATA for the rest. Valid
  // during the call that gets the record.
  std::string_view data;
  std::string_view file;   // as it is named in errors; valid during the call
  std::uint64_t line = 0;  // the record's last line
};

// `file:line`, for errors about a record.
std::string location(const ZoneRecord& record);

// Gets each record in the order of the text; an error ends the reading and is passed on.
using ZoneSink = std::function<base::Result<>(const ZoneRecord&)>;

// The origin that a file's name stands for; nothing when it stands for none. Folders before it are skipped.
std::optional<Name> origin_of_file_name(std::string_view path);

// Reads the zone file `path`. Errors of the text are of kind input with `file:line:column` (the column where
// the scanner stopped, counted in bytes).
base::Result<> read_zone_file(const std::string& path, const ZoneSink& sink, const ZoneLimits& limits = {});

// Reads text that is already here, called `name` in errors; $INCLUDE is refused.
base::Result<> read_zone_text(std::string_view text, const std::string& name,
                              const std::optional<Name>& origin, const ZoneSink& sink,
                              const ZoneLimits& limits = {});

}  // namespace rampart::dns
