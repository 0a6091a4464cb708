#include "dns/rr.h"

#include "base/text.h"

namespace rampart::dns {
namespace {

struct TypeName {
  RrType type;
  std::string_view name;
};

constexpr TypeName kTypes[] = {{RrType::a, "A"},       {RrType::ns, "NS"},     {RrType::cname, "CNAME"},
                               {RrType::soa, "SOA"},   {RrType::ptr, "PTR"},   {RrType::mx, "MX"},
                               {RrType::txt, "TXT"},   {RrType::aaaa, "AAAA"}, {RrType::ds, "DS"},
                               {RrType::tlsa, "TLSA"}, {RrType::caa, "CAA"}};

std::uint32_t number(std::string_view bytes) {
  std::uint32_t value = 0;
  for (const char c : bytes) value = value << 8 | static_cast<unsigned char>(c);
  return value;
}

// The length of the uncompressed name at the start of `data`, its root byte included; 0 when there is none.
std::size_t wire_name_length(std::string_view data) {
  std::size_t at = 0;
  while (at < data.size()) {
    const auto length = static_cast<unsigned char>(data[at]);
    if (length == 0) return at + 1;
    if (length > kMaxLabel) return 0;
    at += 1U + length;
  }
  return 0;
}

}  // namespace

std::string_view to_string(RrType type) {
  for (const auto& known : kTypes) {
    if (known.type == type) return known.name;
  }
  return "?";
}

std::optional<RrType> parse_rr_type(std::string_view text) {
  for (const auto& known : kTypes) {
    if (base::iequals(known.name, text)) return known.type;
  }
  return std::nullopt;
}

std::optional<RrType> known_rr_type(std::uint16_t number) {
  for (const auto& known : kTypes) {
    if (static_cast<std::uint16_t>(known.type) == number) return known.type;
  }
  return std::nullopt;
}

std::optional<SoaData> parse_soa(std::string_view data) {
  const auto first = wire_name_length(data);
  const auto second = first == 0 ? 0 : wire_name_length(data.substr(first));
  if (second == 0 || data.size() != first + second + 20) return std::nullopt;
  const auto mname = Name::from_wire(data.substr(0, first));
  const auto rname = Name::from_wire(data.substr(first, second));
  if (!mname || !rname) return std::nullopt;
  const auto numbers = data.substr(first + second);
  return SoaData{*mname, *rname, number(numbers.substr(0, 4)), number(numbers.substr(16, 4))};
}

std::optional<TlsaData> parse_tlsa(std::string_view data) {
  if (data.size() < 4) return std::nullopt;
  return TlsaData{static_cast<std::uint8_t>(data[0]), static_cast<std::uint8_t>(data[1]),
                  static_cast<std::uint8_t>(data[2]), data.substr(3)};
}

std::optional<DsData> parse_ds(std::string_view data) {
  if (data.size() < 5) return std::nullopt;
  return DsData{static_cast<std::uint16_t>(number(data.substr(0, 2))), static_cast<std::uint8_t>(data[2]),
                static_cast<std::uint8_t>(data[3]), data.substr(4)};
}

}  // namespace rampart::dns
