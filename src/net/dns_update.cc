#include "net/dns_update.h"

#include <cstdlib>
#include <memory>
#include <random>

#include <fmt/format.h>
#include <ldns/ldns.h>

#include "base/text.h"

namespace rampart::net {
namespace {

using base::ErrorKind;
using base::Result;
using Kind = UpdateOutcome::Kind;

// RFC 2136 section 1.3 and RFC 8945 section 3.
constexpr std::uint16_t kClassNone = 254;
constexpr std::uint16_t kTypeAny = 255;
constexpr unsigned kYxDomain = 6;
constexpr unsigned kYxRrset = 7;
constexpr unsigned kNxRrset = 8;
constexpr unsigned kNotAuth = 9;
constexpr unsigned kNotZone = 10;
constexpr unsigned kBadSig = 16;
constexpr unsigned kBadKey = 17;
constexpr unsigned kBadTime = 18;
// Of TSIG's fields as ldns numbers them: algorithm, time, fudge, MAC, original id, error, other data.
constexpr std::size_t kAlgorithm = 0;
constexpr std::size_t kMac = 3;
constexpr std::size_t kError = 5;
constexpr std::size_t kOther = 6;
constexpr std::size_t kTsigFields = 7;
constexpr std::size_t kHeader = 12;

struct FreePacket {
  void operator()(ldns_pkt* packet) const { ldns_pkt_free(packet); }
};
using Packet = std::unique_ptr<ldns_pkt, FreePacket>;

void put16(std::string& out, unsigned value) {
  out += static_cast<char>(value >> 8U & 0xffU);
  out += static_cast<char>(value & 0xffU);
}

std::uint64_t number(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const char c : bytes) value = value << 8U | static_cast<unsigned char>(c);
  return value;
}

std::string_view bytes_of(const ldns_rdf* field) {
  return {reinterpret_cast<const char*>(ldns_rdf_data(field)), ldns_rdf_size(field)};
}

// A packet that ldns puts together from records.
class Builder {
 public:
  explicit Builder(const ZoneChange& change) : change_(change), packet_(ldns_pkt_new()) {}

  Result<Packet> build(std::uint16_t id) {
    if (!packet_) return out_of_memory();
    ldns_pkt_set_id(packet_.get(), id);
    ldns_pkt_set_opcode(packet_.get(), LDNS_PACKET_UPDATE);
    std::string zone(change_.zone.wire());  // RFC 2136 section 2.3
    zone += '\0';
    put16(zone, static_cast<std::uint16_t>(dns::RrType::soa));
    put16(zone, dns::kClassInternet);
    TRY(push(zone, LDNS_SECTION_QUESTION));
    TRY(require());
    TRY(update());
    return std::move(packet_);
  }

 private:
  static std::unexpected<base::Error> out_of_memory() {
    return base::fail(ErrorKind::internal, "ldns could not build the update");
  }

  Result<> push(const std::string& wire, ldns_pkt_section section) {
    ldns_rr* record = nullptr;
    std::size_t at = 0;
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(wire.data());
    if (ldns_wire2rr(&record, bytes, wire.size(), &at, section) != LDNS_STATUS_OK) return out_of_memory();
    if (ldns_pkt_push_rr(packet_.get(), section, record)) return {};
    ldns_rr_free(record);
    return out_of_memory();
  }

  Result<> add(ldns_pkt_section section, std::uint16_t type, std::uint16_t rr_class, std::uint32_t ttl,
               std::string_view rdata) {
    std::string wire(change_.before.name.wire());
    wire += '\0';
    put16(wire, type);
    put16(wire, rr_class);
    put16(wire, ttl >> 16U);
    put16(wire, ttl & 0xffffU);
    put16(wire, static_cast<unsigned>(rdata.size()));
    wire += rdata;
    return push(wire, section);
  }

  // RFC 2136 section 2.4. An alias beside which something is added would stay, and the update would do nothing.
  Result<> require() {
    constexpr auto kSection = LDNS_SECTION_ANSWER;
    const auto type = static_cast<std::uint16_t>(change_.before.type);
    const bool alias = change_.before.type == dns::RrType::cname;
    if (alias && change_.before.empty())
      return add(kSection, kTypeAny, kClassNone, 0, {});  // nothing at all there
    if (!alias) TRY(add(kSection, static_cast<std::uint16_t>(dns::RrType::cname), kClassNone, 0, {}));
    if (change_.before.empty()) return add(kSection, type, kClassNone, 0, {});
    for (const auto& record : change_.before.rdata) TRY(add(kSection, type, dns::kClassInternet, 0, record));
    return {};
  }

  Result<> update() {
    constexpr auto kSection = LDNS_SECTION_AUTHORITY;
    const auto type = static_cast<std::uint16_t>(change_.before.type);
    const auto& [zone, before, after] = change_;
    const bool anew = !before.empty() && !after.empty() && before.ttl != after.ttl;
    for (const auto& record : before.rdata) {
      if (anew || !after.holds(record)) TRY(add(kSection, type, kClassNone, 0, record));
    }
    for (const auto& record : after.rdata) {
      if (anew || !before.holds(record)) TRY(add(kSection, type, dns::kClassInternet, after.ttl, record));
    }
    return {};
  }

  const ZoneChange& change_;
  Packet packet_;
};

// The reply's header, before anything else of it is believed.
bool is_reply(std::string_view reply, std::uint16_t id) {
  constexpr unsigned kUpdate = 5;
  if (reply.size() < kHeader || number(reply.substr(0, 2)) != id) return false;
  const auto flags = static_cast<unsigned char>(reply[2]);
  return (flags & 0x80U) != 0 && (flags >> 3U & 15U) == kUpdate;
}

// What TSIG says, and whether its signature is the key's.
struct Signature {
  bool there = false;
  bool good = false;
  unsigned error = 0;
  std::optional<base::Time> server_time;  // of BADTIME
};

Signature read_signature(ldns_pkt* packet, const SignedUpdate& update, const TsigKey& key,
                         std::string_view reply) {
  Signature out;
  const auto* tsig = ldns_pkt_tsig(packet);
  if (tsig == nullptr || ldns_rr_rd_count(tsig) != kTsigFields) return out;
  out.there = true;
  out.error = static_cast<unsigned>(number(bytes_of(ldns_rr_rdf(tsig, kError))));
  const auto other = bytes_of(ldns_rr_rdf(tsig, kOther));
  constexpr std::size_t kTimeBytes = 6;  // RFC 8945 section 5.2.3, behind their length
  if (other.size() == 2 + kTimeBytes)
    out.server_time = base::Time(std::chrono::seconds(static_cast<std::int64_t>(number(other.substr(2)))));
  // ldns takes the algorithm from the reply; only ours counts.
  const auto owner = dns::Name::from_wire(bytes_of(ldns_rr_owner(tsig)));
  const auto algorithm = dns::Name::from_wire(bytes_of(ldns_rr_rdf(tsig, kAlgorithm)));
  if (owner != key.name() || algorithm != dns::Name::try_parse(key.algorithm())) return out;
  const std::unique_ptr<ldns_rdf, decltype(&ldns_rdf_deep_free)> mac(
      ldns_rdf_new_frm_data(LDNS_RDF_TYPE_INT16_DATA, update.mac.size(), update.mac.data()),
      &ldns_rdf_deep_free);
  if (!mac) return out;
  out.good = ldns_pkt_tsig_verify(packet, reinterpret_cast<const std::uint8_t*>(reply.data()), reply.size(),
                                  dns::zone_text(key.name()).c_str(), key.secret().c_str(), mac.get());
  return out;
}

UpdateOutcome outcome(Kind kind, ErrorKind error, std::string what, std::string hint) {
  return {kind, {error, std::move(what), {}, std::move(hint)}};
}

UpdateOutcome refused(std::string what, std::string hint = {}) {
  return outcome(Kind::refused, ErrorKind::unavailable, std::move(what), std::move(hint));
}

std::string people_time(const std::optional<base::Time>& time) {
  constexpr base::Time kLast{std::chrono::seconds(253'402'300'799)};  // the year 9999
  return time && *time <= kLast ? base::format_time(*time) : "a time it does not tell";
}

UpdateOutcome judge_signature_error(const Signature& signature, const TsigKey& key, base::Time now) {
  const auto name = key.name().text();
  switch (signature.error) {
    case kBadSig:
      return refused(
          fmt::format("the server knows the key {} with another secret or algorithm (BADSIG)", name),
          "compare the key file with the key in the server's configuration");
    case kBadKey:
      return refused(
          fmt::format("the server does not know the key {} (BADKEY); it may have expired or been taken away",
                      name),
          "compare its name and algorithm with those in the server's configuration");
    case kBadTime:
      return refused(
          fmt::format("the clocks are more than {} seconds apart (BADTIME): here it is {}, at the server {}",
                      kTsigFudge, base::format_time(now), people_time(signature.server_time)),
          "set the clock that is wrong (NTP), and try again");
    default:
      return refused(fmt::format("the server does not take the signature (TSIG error {})", signature.error),
                     "look into the server's log");
  }
}

UpdateOutcome judge_code(unsigned code, const ZoneChange& change, const TsigKey& key) {
  const auto zone = change.zone.text();
  const auto set = fmt::format("{} {}", change.before.name.text(), dns::to_string(change.before.type));
  switch (code) {
    case dns::rcode::kNxDomain:
    case kYxDomain:
    case kYxRrset:
    case kNxRrset:
      return outcome(
          Kind::changed, ErrorKind::unavailable,
          fmt::format("{} is no longer what it was a moment ago, so nothing was changed there", set),
          "run it again, and look at the new plan");
    case dns::rcode::kRefused:
      return refused(
          fmt::format("the server refuses (REFUSED): the key {} may not change {}", key.name().text(), set),
          "let the key change it in the server's configuration (BIND: update-policy; Knot: acl)");
    case kNotAuth:
      return refused(fmt::format("the server does not keep the zone {}, or not for the key {} (NOTAUTH)",
                                 zone, key.name().text()),
                     "name the zone's primary server with --server");
    case kNotZone:
      return refused(fmt::format("{} is not in the zone {} (NOTZONE)", set, zone));
    default:
      return refused(fmt::format("the server did not change {}: {}", set,
                                 dns::rcode_text(static_cast<std::uint16_t>(code))),
                     "look into the server's log");
  }
}

UpdateOutcome uncertain(std::string what) {
  return outcome(Kind::uncertain, ErrorKind::unavailable, std::move(what),
                 "it may have been done all the same: run it again, or undo it");
}

}  // namespace

Result<SignedUpdate> build_update(const ZoneChange& change, const TsigKey& key, std::uint16_t id) {
  const auto packet = TRY(Builder(change).build(id));
  const auto failed = [](std::string_view what, ldns_status status) {
    return base::fail(ErrorKind::internal,
                      fmt::format("ldns could not {} the update: {}", what, ldns_get_errorstr_by_id(status)));
  };
  const auto algorithm = key.algorithm() + ".";
  if (const auto status = ldns_pkt_tsig_sign(packet.get(), dns::zone_text(key.name()).c_str(),
                                             key.secret().c_str(), kTsigFudge, algorithm.c_str(), nullptr);
      status != LDNS_STATUS_OK)
    return failed("sign", status);
  std::uint8_t* wire = nullptr;
  std::size_t size = 0;
  if (const auto status = ldns_pkt2wire(&wire, packet.get(), &size); status != LDNS_STATUS_OK)
    return failed("write", status);
  const std::unique_ptr<std::uint8_t, decltype(&std::free)> owned(wire, &std::free);
  SignedUpdate out{.id = id, .packet = {}, .mac = {}};
  out.packet.assign(reinterpret_cast<const char*>(wire), size);
  out.mac = bytes_of(ldns_rr_rdf(ldns_pkt_tsig(packet.get()), kMac));
  return out;
}

UpdateOutcome read_update_reply(const SignedUpdate& update, const ZoneChange& change, const TsigKey& key,
                                std::string_view reply, base::Time now) {
  if (!is_reply(reply, update.id)) return uncertain("the reply is none to this update");
  ldns_pkt* parsed = nullptr;
  const auto status =
      ldns_wire2pkt(&parsed, reinterpret_cast<const std::uint8_t*>(reply.data()), reply.size());
  const Packet packet(parsed);
  if (status != LDNS_STATUS_OK || !packet) return uncertain("the reply is malformed");
  const auto code = static_cast<unsigned>(static_cast<unsigned char>(reply[3]) & 15U);
  const auto signature = read_signature(packet.get(), update, key, reply);
  // An error may come without a signature (RFC 8945 section 5.2); that it was done must not.
  if (code == kNotAuth && signature.error != 0) return judge_signature_error(signature, key, now);
  if (code != dns::rcode::kNoError) {
    auto out = judge_code(code, change, key);
    if (!signature.good) out.error.what += "; the reply is not signed";
    return out;
  }
  if (!signature.there) return uncertain("the server says that it was done, without a signature");
  if (!signature.good || signature.error != 0)
    return uncertain("the server says that it was done, with a signature that is not the key's");
  return {.kind = Kind::done, .error = {}};
}

UpdateOutcome send_update(const base::Endpoint& server, const ZoneChange& change, const TsigKey& key,
                          const TcpOptions& options) {
  std::random_device random;
  const auto update = build_update(change, key, static_cast<std::uint16_t>(random()));
  if (!update) return {.kind = Kind::refused, .error = update.error()};
  bool sent = false;
  const auto reply = exchange_tcp(server, update->packet, options, &sent);
  if (!reply) return {.kind = sent ? Kind::uncertain : Kind::refused, .error = reply.error()};
  auto out = read_update_reply(*update, change, key, *reply, base::now());
  if (out.kind != Kind::done) out.error.where = server.text();
  return out;
}

}  // namespace rampart::net
