// DANE for SMTP (RFC 7672): TLSA records of an MX host, and whether a certificate matches them.
//
//   _25._tcp.mx.ministry.example  TLSA 3 1 1 <sha-256 of the public key>
//
// Only what DNSSEC vouches for counts: the MX answer, the host's address answers and the TLSA answer (RFC
// 7672 section 2.2). The caller looks at the MX answer.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "auth/fault.h"
#include "facts/facts.h"

namespace rampart::dane {

struct Tlsa {
  std::uint8_t usage = 0;
  std::uint8_t selector = 0;
  std::uint8_t matching = 0;
  std::string association;  // raw
  bool usable = false;      // RFC 7672 section 3.1

  [[nodiscard]] std::string text() const;  // presentation form: "3 1 1 0a1b…"
};

inline constexpr std::size_t kMaxTlsa = 32;  // our own, of one host; the rest is dropped

struct HostTlsa {
  enum class State : std::uint8_t {
    none,      // DNSSEC proves that there are no TLSA records, or they are simply not there
    insecure,  // the address or the TLSA answer is not vouched for: senders do not use DANE
    unusable,  // records, none of them usable: senders use TLS without authenticating (section 2.2)
    usable,
    unknown,
  };
  State state = State::none;
  dns::Name name;  // of the TLSA question that counted
  std::vector<Tlsa> records;
  std::vector<auth::Fault> faults;
  std::string why;  // State::insecure and State::unknown, for people
};

// Reads one record's data (dns/rr.h). Faults are noted.
Tlsa read_tlsa(const dns::TlsaData& data, std::vector<auth::Fault>& faults);

// Asks for A, AAAA and TLSA of an MX host, all at once. An alias with DNSSEC all along is followed first
// (section 2.2.3); the TLSA records at the host's own name are the second choice.
HostTlsa look_up(const dns::Name& mx_host, facts::Facts& facts);

enum class Match : std::uint8_t {
  matches,
  mismatch,  // senders that use DANE do not deliver
  unknown,   // only SHA-512 hashes, which the probe does not keep
};
Match match(const std::vector<Tlsa>& records, const facts::Certificate& certificate);

}  // namespace rampart::dane
