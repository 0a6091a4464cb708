// Resource record types, response codes, and the record data that Rampart keeps.
//
// Record data is held in one canonical form per type, whatever it came from (a reply, a zone file, a saved
// book):
//
//   A, AAAA          4 or 16 network-order bytes
//   NS, CNAME, PTR   the target's Name::wire()
//   MX               the exchange's Name::wire(); the preference stands beside it in Record::preference
//   TXT              all character-strings joined with nothing between (RFC 7208 section 3.3);
//   Record::strings counts them SOA              RDATA with uncompressed lower-case names TLSA, DS, CAA RDATA
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "dns/name.h"

namespace rampart::dns {

enum class RrType : std::uint16_t {
  a = 1,
  ns = 2,
  cname = 5,
  soa = 6,
  ptr = 12,
  mx = 15,
  txt = 16,
  aaaa = 28,
  ds = 43,
  tlsa = 52,
  caa = 257,
};

std::string_view to_string(RrType type);                     // "TXT"
std::optional<RrType> parse_rr_type(std::string_view text);  // any case; only the types above
std::optional<RrType> known_rr_type(std::uint16_t number);

struct SoaData {
  Name mname;
  Name rname;
  std::uint32_t serial = 0;
  std::uint32_t minimum = 0;  // seconds: the negative TTL's bound, RFC 2308 section 4
};
struct TlsaData {  // RFC 6698 section 2.1
  std::uint8_t usage = 0;
  std::uint8_t selector = 0;
  std::uint8_t matching = 0;
  std::string_view association;  // a view of the record data
};
struct DsData {  // RFC 4034 section 5.1
  std::uint16_t key_tag = 0;
  std::uint8_t algorithm = 0;
  std::uint8_t digest_type = 0;
  std::string_view digest;  // a view of the record data
};

// Readers of canonical record data. Nothing when the data is not of that shape.
std::optional<SoaData> parse_soa(std::string_view data);
std::optional<TlsaData> parse_tlsa(std::string_view data);
std::optional<DsData> parse_ds(std::string_view data);

}  // namespace rampart::dns
