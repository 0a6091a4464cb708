// An RRset as a server holds it, byte for byte: what an update names as its prerequisite, and what is put back later.
// Record data elsewhere (rr.h) is kept in a form that is good for deciding; this one keeps how a text is divided into
// strings, too.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dns/wire.h"

namespace rampart::dns {

inline constexpr std::size_t kMaxString = 255;  // octets of a character-string, RFC 1035 section 3.3

struct RecordSet {
  Name name;
  RrType type = RrType::txt;
  std::uint32_t ttl = 0;           // seconds; 0 of an empty set
  std::vector<std::string> rdata;  // RDATA, names in it uncompressed and in lower case; sorted, each once

  [[nodiscard]] bool empty() const { return rdata.empty(); }
  [[nodiscard]] bool holds(std::string_view data) const;
  void put(std::string data);  // in its place; nothing happens when it is there
  void take(std::string_view data);

  friend bool operator==(const RecordSet&, const RecordSet&) = default;
};

// The records of this name and type in the answer section. Nothing when the data of one is not of its type's shape, or
// the type is none of TXT, CNAME, MX, A, AAAA and NS.
std::optional<RecordSet> read_record_set(const Message& message, const Name& name, RrType type);

// Whether the bytes have the shape of such a type's RDATA.
bool is_rdata(RrType type, std::string_view rdata);

std::string txt_rdata(std::string_view text);  // split at 255 octets
std::string name_rdata(const Name& name);      // CNAME, NS
std::string mx_rdata(std::uint16_t preference, const Name& exchange);
std::string txt_of(std::string_view rdata);           // the strings of TXT, joined
std::optional<Name> name_of(std::string_view rdata);  // of CNAME and NS

// A name in a zone file's form, with a final dot; every byte that is no letter, digit, hyphen, underscore or asterisk
// is escaped.
std::string zone_text(const Name& name);
// RDATA in a zone file's form (RFC 1035 section 5.1), in visible ASCII and single spaces.
std::string rdata_text(RrType type, std::string_view rdata);

}  // namespace rampart::dns
