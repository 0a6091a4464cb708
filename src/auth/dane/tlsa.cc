#include "auth/dane/tlsa.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "crypto/digest.h"

namespace rampart::dane {
namespace {

using auth::add_fault;
using auth::Gravity;
using State = HostTlsa::State;

constexpr std::uint8_t kDaneTa = 2;  // RFC 7218 section 2.1
constexpr std::uint8_t kDaneEe = 3;
constexpr std::uint8_t kFull = 0;  // RFC 7218 section 2.3
constexpr std::uint8_t kSha256 = 1;
constexpr std::uint8_t kSha512 = 2;

// Why a sender cannot use the record (RFC 7672 section 3.1); empty when it can.
std::string unusable_because(const dns::TlsaData& data) {
  if (data.usage < kDaneTa) return fmt::format("usage {} is not for SMTP; only 2 and 3 are", data.usage);
  if (data.usage > kDaneEe) return fmt::format("usage {} is unknown", data.usage);
  if (data.selector > 1) return fmt::format("selector {} is unknown", data.selector);
  if (data.matching > kSha512) return fmt::format("matching type {} is unknown", data.matching);
  const std::size_t wanted = data.matching == kSha256   ? crypto::kSha256Bytes
                             : data.matching == kSha512 ? crypto::kSha512Bytes
                                                        : 0;
  if (wanted != 0 && data.association.size() != wanted) {
    return fmt::format("the hash has {} bytes, not {}", data.association.size(), wanted);
  }
  return data.association.empty() ? "the association is empty" : "";
}

void read_records(const facts::Answer& answer, HostTlsa& host) {
  for (const auto& record : answer.records()) {
    if (host.records.size() == kMaxTlsa) return;
    const auto data = dns::parse_tlsa(answer.data(record));
    if (data) {
      host.records.push_back(read_tlsa(*data, host.faults));
    } else {
      add_fault(host.faults, Gravity::error, "tlsa-malformed", "a TLSA record is too short to be one",
                "RFC 6698 section 2.1");
    }
  }
  const bool any =
      std::any_of(host.records.begin(), host.records.end(), [](const Tlsa& tlsa) { return tlsa.usable; });
  host.state = any ? State::usable : State::unusable;
}

void set_unknown(HostTlsa& host, const facts::Answer& answer) {
  host.state = State::unknown;
  host.why = fmt::format("{} {}: {}", answer.open() ? host.name.text() : answer.name().text(),
                         answer.open() ? "" : dns::to_string(answer.type()), facts::describe(answer.why()));
}

// Whether the concatenated 32-byte hashes hold this one.
bool holds(std::string_view hashes, std::string_view hash) {
  for (std::size_t at = 0; at + hash.size() <= hashes.size() && !hash.empty(); at += hash.size()) {
    if (hashes.substr(at, hash.size()) == hash) return true;
  }
  return false;
}

}  // namespace

std::string Tlsa::text() const {
  return fmt::format("{} {} {} {}", usage, selector, matching, base::hex(association));
}

Tlsa read_tlsa(const dns::TlsaData& data, std::vector<auth::Fault>& faults) {
  Tlsa tlsa{.usage = data.usage,
            .selector = data.selector,
            .matching = data.matching,
            .association = std::string(data.association)};
  const auto why = unusable_because(data);
  tlsa.usable = why.empty();
  if (!tlsa.usable) {
    add_fault(faults, Gravity::error, "tlsa-unusable",
              fmt::format("TLSA {} {} {}: {}", data.usage, data.selector, data.matching, why),
              data.usage < kDaneTa ? "RFC 7672 section 3.1.3" : "RFC 7672 section 3.1");
  } else if (data.matching == kFull) {
    add_fault(faults, Gravity::note, "tlsa-full",
              "a whole certificate or key in DNS (matching type 0) is discouraged",
              "RFC 7671 section 10.1.2");
  }
  return tlsa;
}

HostTlsa look_up(const dns::Name& mx_host, facts::Facts& facts) {
  HostTlsa host;
  const auto own = mx_host.prepend("_25._tcp");
  if (!own) return host;
  host.name = *own;
  const auto& a = facts.ask(mx_host, dns::RrType::a);
  const auto& aaaa = facts.ask(mx_host, dns::RrType::aaaa);
  const auto& tlsa = facts.ask(*own, dns::RrType::tlsa);
  if (a.undetermined() || aaaa.undetermined()) {
    set_unknown(host, a.undetermined() ? a : aaaa);
    return host;
  }
  if (!a.ad() || !aaaa.ad()) {  // section 2.2.2: without a vouched-for address no TLSA record is looked for
    host.state = tlsa.present() ? State::insecure : State::none;
    host.why = fmt::format("the address of {} is not signed with DNSSEC", mx_host.text());
    return host;
  }
  const auto aliases = a.aliases();
  const auto expanded = aliases.empty() ? std::nullopt : aliases.back().prepend("_25._tcp");
  if (expanded) {
    const auto& theirs = facts.ask(*expanded, dns::RrType::tlsa);
    if (theirs.undetermined() || (theirs.present() && theirs.ad())) {
      host.name = *expanded;
      theirs.undetermined() ? set_unknown(host, theirs) : read_records(theirs, host);
      return host;
    }
  }
  if (tlsa.undetermined()) {
    set_unknown(host, tlsa);
  } else if (tlsa.present() && !tlsa.ad()) {
    host.state = State::insecure;
    host.why = fmt::format("{} is not signed with DNSSEC", own->text());
  } else if (tlsa.present()) {
    read_records(tlsa, host);
  }
  return host;
}

Match match(const std::vector<Tlsa>& records, const facts::Certificate& certificate) {
  bool undecidable = false;
  for (const auto& tlsa : records) {
    if (!tlsa.usable) continue;
    if (tlsa.matching == kSha512) {
      undecidable = true;
      continue;
    }
    const auto hash = tlsa.matching == kFull ? crypto::sha256(tlsa.association) : tlsa.association;
    const bool key = tlsa.selector == 1;
    const auto& end_entity = key ? certificate.spki_sha256 : certificate.sha256;
    const auto& authorities = key ? certificate.ta_spki_sha256 : certificate.ta_sha256;
    if (tlsa.usage == kDaneEe ? end_entity == hash : holds(authorities, hash)) return Match::matches;
  }
  return undecidable ? Match::unknown : Match::mismatch;
}

}  // namespace rampart::dane
