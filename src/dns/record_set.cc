#include "dns/record_set.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/ip.h"
#include "base/text.h"

namespace rampart::dns {
namespace {

std::size_t length_at(std::string_view bytes, std::size_t at) {
  return static_cast<unsigned char>(bytes[at]);
}

// One uncompressed name and nothing behind it.
bool is_name(std::string_view wire) {
  return !wire.empty() && wire.back() == '\0' && Name::from_wire(wire).has_value();
}

bool is_strings(std::string_view rdata) {
  if (rdata.empty()) return false;  // RFC 1035 section 3.3.14: one or more
  std::size_t at = 0;
  while (at < rdata.size()) at += 1 + length_at(rdata, at);
  return at == rdata.size();
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\' || byte < 0x20 || byte > 0x7e) {
      out += fmt::format("\\{:03}", byte);
    } else {
      out += c;
    }
  }
  return out + '"';
}

template <class F>
void each_string(std::string_view rdata, F&& visit) {
  for (std::size_t at = 0; at < rdata.size(); at += 1 + length_at(rdata, at))
    visit(rdata.substr(at + 1, length_at(rdata, at)));
}

std::string wire_of(const Name& name) { return std::string(name.wire()) + '\0'; }

std::uint16_t preference_of(std::string_view rdata) {
  return static_cast<std::uint16_t>(length_at(rdata, 0) << 8U | length_at(rdata, 1));
}

}  // namespace

bool RecordSet::holds(std::string_view data) const {
  return std::ranges::binary_search(rdata, data, std::less<>());
}

void RecordSet::put(std::string data) {
  const auto at = std::ranges::lower_bound(rdata, data);
  if (at == rdata.end() || *at != data) rdata.insert(at, std::move(data));
}

void RecordSet::take(std::string_view data) { std::erase(rdata, data); }

std::optional<RecordSet> read_record_set(const Message& message, const Name& name, RrType type) {
  RecordSet out{.name = name, .type = type, .ttl = 0, .rdata = {}};
  for (const auto& record : message.records()) {
    const bool ours = record.section == Section::answer && record.rr_class == kClassInternet &&
                      record.type == static_cast<std::uint16_t>(type);
    if (!ours || message.owner(record) != name) continue;
    std::string data(message.rdata(record));
    if (type == RrType::cname || type == RrType::ns || type == RrType::mx) {
      RecordData read;
      if (!read_data(message, record, type, read)) return std::nullopt;
      const auto target = Name::from_wire(read.data);
      if (!target) return std::nullopt;
      data = type == RrType::mx ? mx_rdata(read.preference, *target) : name_rdata(*target);
    }
    if (!is_rdata(type, data)) return std::nullopt;
    out.ttl = record.ttl;
    out.put(std::move(data));
  }
  return out;
}

bool is_rdata(RrType type, std::string_view rdata) {
  switch (type) {
    case RrType::a:
      return rdata.size() == 4;
    case RrType::aaaa:
      return rdata.size() == 16;
    case RrType::cname:
    case RrType::ns:
      return is_name(rdata);
    case RrType::mx:
      return rdata.size() > 2 && is_name(rdata.substr(2));
    case RrType::txt:
      return is_strings(rdata);
    default:
      return false;
  }
}

std::string txt_rdata(std::string_view text) {
  std::string out;
  do {
    const auto piece = text.substr(0, kMaxString);
    out += static_cast<char>(piece.size());
    out += piece;
    text.remove_prefix(piece.size());
  } while (!text.empty());
  return out;
}

std::string name_rdata(const Name& name) { return wire_of(name); }

std::string mx_rdata(std::uint16_t preference, const Name& exchange) {
  std::string out;
  out += static_cast<char>(preference >> 8U);
  out += static_cast<char>(preference & 0xffU);
  return out + wire_of(exchange);
}

std::string txt_of(std::string_view rdata) {
  std::string out;
  if (is_strings(rdata)) each_string(rdata, [&](std::string_view piece) { out += piece; });
  return out;
}

std::optional<Name> name_of(std::string_view rdata) {
  return is_name(rdata) ? Name::from_wire(rdata) : std::nullopt;
}

std::string zone_text(const Name& name) {
  std::string out;
  for (unsigned i = 0; i < name.label_count(); ++i) {
    for (const char c : name.label(i)) {
      if (base::is_alnum(c) || c == '-' || c == '_' || c == '*') {
        out += c;
      } else {
        out += fmt::format("\\{:03}", static_cast<unsigned char>(c));
      }
    }
    out += '.';
  }
  return out.empty() ? "." : out;
}

std::string rdata_text(RrType type, std::string_view rdata) {
  if (!is_rdata(type, rdata)) return fmt::format("\\# {} {}", rdata.size(), base::hex(rdata));  // RFC 3597
  switch (type) {
    case RrType::a:
    case RrType::aaaa:
      return base::IpAddress::from_bytes(rdata)->text();
    case RrType::mx:
      return fmt::format("{} {}", preference_of(rdata), zone_text(*Name::from_wire(rdata.substr(2))));
    case RrType::txt: {
      std::string out;
      each_string(rdata, [&](std::string_view piece) { out += (out.empty() ? "" : " ") + quoted(piece); });
      return out;
    }
    default:
      return zone_text(*Name::from_wire(rdata));
  }
}

}  // namespace rampart::dns
