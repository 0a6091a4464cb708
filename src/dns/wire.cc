#include "dns/wire.h"

#include <fmt/format.h>

namespace rampart::dns {
namespace {

constexpr std::size_t kHeaderSize = 12;   // RFC 1035 section 4.1.1
constexpr std::uint16_t kTypeOpt = 41;    // RFC 6891 section 6.1.1
constexpr std::uint16_t kOptionEde = 15;  // RFC 8914 section 2

std::uint16_t u16(std::string_view wire, std::size_t at) {
  return static_cast<std::uint16_t>(static_cast<unsigned char>(wire[at]) << 8 |
                                    static_cast<unsigned char>(wire[at + 1]));
}

std::uint32_t u32(std::string_view wire, std::size_t at) {
  return static_cast<std::uint32_t>(u16(wire, at)) << 16 | u16(wire, at + 2);
}

void put16(std::string& out, unsigned value) {
  out += static_cast<char>(value >> 8);
  out += static_cast<char>(value);
}

// Moves `at` behind the name that stands there, without following pointers.
bool skip_name(std::string_view wire, std::size_t& at) {
  while (at < wire.size()) {
    const auto length = static_cast<unsigned char>(wire[at]);
    if (length >= 0xc0) {
      at += 2;
      return at <= wire.size();
    }
    if (length > kMaxLabel) return false;
    at += 1U + length;
    if (length == 0) return true;
  }
  return false;
}

}  // namespace

std::string rcode_text(std::uint16_t code) {
  switch (code) {
    case rcode::kNoError:
      return "NOERROR";
    case rcode::kFormErr:
      return "FORMERR";
    case rcode::kServFail:
      return "SERVFAIL";
    case rcode::kNxDomain:
      return "NXDOMAIN";
    case rcode::kNotImp:
      return "NOTIMP";
    case rcode::kRefused:
      return "REFUSED";
    case rcode::kBadVers:
      return "BADVERS";
    default:
      return fmt::format("RCODE {}", code);
  }
}

std::string_view extended_error_text(std::uint16_t code) {
  switch (code) {  // RFC 8914 section 4; the ones that explain a failure to resolve
    case 1:
      return "unsupported DNSKEY algorithm";
    case 2:
      return "unsupported DS digest type";
    case 5:
      return "DNSSEC indeterminate";
    case 6:
      return "DNSSEC bogus";
    case 7:
      return "DNSSEC signature expired";
    case 8:
      return "DNSSEC signature not yet valid";
    case 9:
      return "DNSKEY missing";
    case 10:
      return "RRSIGs missing";
    case 11:
      return "no zone key bit set";
    case 12:
      return "NSEC missing";
    case 13:
      return "a failure remembered by the resolver";
    case 15:
      return "blocked";
    case 16:
      return "censored";
    case 17:
      return "filtered";
    case 18:
      return "prohibited";
    case 20:
      return "not authoritative";
    case 22:
      return "no reachable authority";
    case 23:
      return "network error at the resolver";
    default:
      return {};
  }
}

std::string build_query(std::uint16_t id, const Name& name, RrType type, const QueryOptions& options) {
  std::string out;
  out.reserve(kHeaderSize + name.wire().size() + 16);
  put16(out, id);
  put16(out, (options.recurse ? 0x0100U : 0U) | (options.ask_ad ? 0x0020U : 0U));
  put16(out, 1);
  put16(out, 0);
  put16(out, 0);
  put16(out, options.edns ? 1 : 0);
  out += name.wire();
  out += '\0';
  put16(out, static_cast<std::uint16_t>(type));
  put16(out, kClassInternet);
  if (!options.edns) return out;
  out += '\0';  // OPT: the root, type, payload size, extended rcode and flags 0, no options (RFC 6891 6.1.2)
  put16(out, kTypeOpt);
  put16(out, kEdnsPayload);
  out.append(6, '\0');
  return out;
}

std::optional<Message> Message::parse(std::string_view wire) {
  if (wire.size() < kHeaderSize || wire.size() > kMaxMessage) return std::nullopt;
  Message message;
  message.wire_ = wire;
  if (!message.parse_header_and_question()) return std::nullopt;
  for (const auto section : {Section::answer, Section::authority, Section::additional}) {
    const unsigned count = u16(wire, 6 + 2 * static_cast<std::size_t>(section));
    if (message.parse_section(section, count)) continue;
    if (message.truncated()) break;
    return std::nullopt;
  }
  return message;
}

bool Message::parse_header_and_question() {
  id_ = u16(wire_, 0);
  flags_ = u16(wire_, 2);
  rcode_ = flags_ & 15;
  at_ = kHeaderSize;
  const unsigned questions = u16(wire_, 4);
  if (questions == 0) return true;  // some servers answer FORMERR with a bare header
  if (questions > 1) return false;
  if (!skip_name(wire_, at_) || at_ + 4 > wire_.size()) return false;
  question_type_ = u16(wire_, at_);
  question_class_ = u16(wire_, at_ + 2);
  at_ += 4;
  has_question_ = true;
  return true;
}

bool Message::parse_section(Section section, unsigned count) {
  for (; count > 0; --count) {
    WireRecord record{.owner = static_cast<std::uint16_t>(at_), .section = section};
    if (!skip_name(wire_, at_) || at_ + 10 > wire_.size()) return false;
    record.type = u16(wire_, at_);
    record.rr_class = u16(wire_, at_ + 2);
    record.ttl = u32(wire_, at_ + 4);
    record.length = u16(wire_, at_ + 8);
    at_ += 10;
    if (at_ + record.length > wire_.size()) return false;
    record.rdata = static_cast<std::uint16_t>(at_);
    at_ += record.length;
    if (record.type == kTypeOpt) {
      read_opt(record);
      continue;
    }
    if ((record.ttl & 0x80000000) != 0) record.ttl = 0;  // RFC 2181 section 8
    records_.push_back(record);
  }
  return true;
}

void Message::read_opt(const WireRecord& record) {
  if (record.section != Section::additional || has_edns_) return;
  has_edns_ = true;
  rcode_ = static_cast<std::uint16_t>(record.ttl >> 24 << 4 | (flags_ & 15));  // RFC 6891 section 6.1.3
  std::string_view options = rdata(record);
  while (options.size() >= 4) {
    const std::size_t length = u16(options, 2);
    if (4 + length > options.size()) return;
    if (u16(options, 0) == kOptionEde && length >= 2) extended_error_ = u16(options, 4);
    options.remove_prefix(4 + length);
  }
}

bool Message::answers(const Name& name, RrType type) const {
  if (!has_question_ || question_class_ != kClassInternet ||
      question_type_ != static_cast<std::uint16_t>(type)) {
    return false;
  }
  const auto asked = name_at(kHeaderSize);
  return asked && *asked == name;
}

std::optional<Name> Message::name_at(std::size_t offset, std::size_t* end) const {
  char labels[kMaxWireName + 1];
  std::size_t size = 0;
  std::size_t limit = offset;  // every pointer must go before the place where its part of the name began
  bool jumped = false;
  while (offset < wire_.size()) {
    const auto length = static_cast<unsigned char>(wire_[offset]);
    if (length >= 0xc0) {  // RFC 1035 section 4.1.4
      if (offset + 2 > wire_.size()) return std::nullopt;
      const std::size_t target = u16(wire_, offset) & 0x3fff;
      if (!jumped && end != nullptr) *end = offset + 2;
      jumped = true;
      if (target >= limit || target < kHeaderSize) return std::nullopt;
      offset = limit = target;
      continue;
    }
    if (length == 0) {
      if (!jumped && end != nullptr) *end = offset + 1;
      return Name::from_wire({labels, size});
    }
    if (length > kMaxLabel || offset + 1 + length > wire_.size() || size + 1 + length > kMaxWireName) {
      return std::nullopt;
    }
    wire_.copy(labels + size, 1U + length, offset);
    size += 1U + length;
    offset += 1U + length;
  }
  return std::nullopt;
}

namespace {

// The name that fills the record data from `skip` octets on.
bool read_target(const Message& message, const WireRecord& record, std::size_t skip, RecordData& out) {
  std::size_t end = 0;
  if (record.length <= skip) return false;
  const auto name = message.name_at(record.rdata + skip, &end);
  if (!name || end != static_cast<std::size_t>(record.rdata) + record.length) return false;
  out.data = name->wire();
  return true;
}

bool read_txt(std::string_view rdata, RecordData& out) {
  out.strings = 0;
  out.data.clear();
  if (rdata.empty()) return false;  // RFC 1035 section 3.3.14: one or more character-strings
  while (!rdata.empty()) {
    const auto length = static_cast<unsigned char>(rdata[0]);
    if (rdata.size() < 1U + length) return false;
    out.data += rdata.substr(1, length);
    rdata.remove_prefix(1U + length);
    ++out.strings;
  }
  return true;
}

bool read_soa(const Message& message, const WireRecord& record, RecordData& out) {
  std::size_t after_mname = 0;
  std::size_t after_rname = 0;
  const auto mname = message.name_at(record.rdata, &after_mname);
  const auto rname = mname ? message.name_at(after_mname, &after_rname) : std::nullopt;
  const std::size_t end = static_cast<std::size_t>(record.rdata) + record.length;
  if (!rname || after_rname + 20 != end) return false;
  out.data = mname->wire();
  out.data += '\0';
  out.data += rname->wire();
  out.data += '\0';
  out.data += message.rdata(record).substr(record.length - 20U);
  return true;
}

}  // namespace

bool read_data(const Message& message, const WireRecord& record, RrType type, RecordData& out) {
  const std::string_view rdata = message.rdata(record);
  const auto raw_if = [&](bool good) {
    if (good) out.data = rdata;
    return good;
  };
  out.preference = 0;
  out.strings = 1;
  switch (type) {
    case RrType::a:
      return raw_if(rdata.size() == 4);
    case RrType::aaaa:
      return raw_if(rdata.size() == 16);
    case RrType::ns:
    case RrType::cname:
    case RrType::ptr:
      return read_target(message, record, 0, out);
    case RrType::mx:
      if (rdata.size() < 3) return false;
      out.preference = u16(rdata, 0);
      return read_target(message, record, 2, out);
    case RrType::txt:
      return read_txt(rdata, out);
    case RrType::soa:
      return read_soa(message, record, out);
    case RrType::ds:
      return raw_if(rdata.size() >= 5);
    case RrType::tlsa:
      return raw_if(rdata.size() >= 4);
    case RrType::caa:  // RFC 8659 section 4.1: flags, tag length, tag, value
      return raw_if(rdata.size() >= 3 && rdata[1] != 0 &&
                    rdata.size() >= 2U + static_cast<unsigned char>(rdata[1]));
  }
  return false;
}

}  // namespace rampart::dns
