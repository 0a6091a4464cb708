// DMARC policy records: RFC 9989 sections 4.7 and 4.8, with what RFC 7489 receivers still read beside it.
//
//   dmarc::is_record("v=DMARC1; p=reject")                 // may this TXT record count in a tree walk
//   const auto record = dmarc::parse("v=DMARC1; p=reject; sp=quarentine");
//   record.p.value     Policy::reject
//   record.sp.value    nothing (but record.sp.published is true)
//   usable(record)     Use::not_at_all: an invalid sp without a valid rua switches the record off (4.10.1)
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/dmarc/uri.h"
#include "auth/fault.h"

namespace rampart::dmarc {

// Ordered: a greater one is stricter.
enum class Policy : std::uint8_t { none, quarantine, reject };
enum class Mode : std::uint8_t { relaxed, strict };
enum class Psd : std::uint8_t { u, n, y };

// A policy tag: whether it stands in the record, and its value when that is a valid one.
struct PolicyTag {
  bool published = false;
  std::optional<Policy> value;
  [[nodiscard]] bool invalid() const { return published && !value; }
};

struct FailureOptions {    // fo=, RFC 9989 section 4.7
  bool all_fail = true;    // 0
  bool any_fails = false;  // 1
  bool dkim = false;       // d
  bool spf = false;        // s
};

struct Record {
  std::string text;  // the TXT record, its strings joined
  PolicyTag p;
  PolicyTag sp;
  PolicyTag np;
  Mode adkim = Mode::relaxed;
  Mode aspf = Mode::relaxed;
  Psd psd = Psd::u;
  bool test = false;  // t=y
  FailureOptions fo;
  bool fo_published = false;
  bool rua_published = false;
  bool ruf_published = false;
  std::vector<Uri> rua;
  std::vector<Uri> ruf;
  std::optional<unsigned> pct;            // 0 to 100; removed from DMARC, read by RFC 7489 receivers alone
  std::vector<std::string> removed_tags;  // of pct, rf and ri those published
  std::vector<std::string> unknown_tags;  // names only, as published, printable
  std::vector<auth::Fault> faults;
};

// Whether a TXT record is a DMARC record at all (RFC 9989 sections 4.7 `v` and 4.10 steps 2 and 6): it begins
// with v=DMARC1, the value in exactly these letters, followed by ';', white space or the end. White space may
// stand around '=' and nowhere else. Whether its p= is any good is judged only where the policy is applied.
bool is_record(std::string_view txt);

// Not a record, but surely meant as one ("V=dmarc1", " v=DMARC1", "v=DMARC1.; p=…"): for advice alone.
bool is_near_record(std::string_view txt);

// Total. For a text that is_record() refuses, the result has the fault `not-a-record` and default values. A
// tag that stands twice counts with its first value (section 4.8: a syntax error behind it is discarded). Tag
// names and the keyword values are read in any case (ABNF strings, RFC 5234 section 2.3).
Record parse(std::string_view txt);

// The canonical text of a record's values, in the order v p sp np adkim aspf psd t rua ruf fo; defaults,
// removed and unknown tags are left out, unless `p` is not valid, which is left out too.
std::string format(const Record& record);

// What section 4.10.1 makes of a record whose policy is to be applied.
enum class Use : std::uint8_t {
  as_published,
  as_none,     // p missing or invalid, or sp or np invalid, but a valid rua: as if p=none
  not_at_all,  // the same without a valid rua: no DMARC processing
};
Use usable(const Record& record);
// The same by RFC 7489 section 6.6.3, where np does not exist.
Use usable_7489(const Record& record);

std::string_view to_string(Policy policy);  // "reject"
std::string_view to_string(Mode mode);      // "relaxed"
std::optional<Policy> parse_policy(std::string_view text);
// One level down, as t=y asks (RFC 9989 section 4.7 `t`).
constexpr Policy lowered(Policy policy) {
  return policy == Policy::reject ? Policy::quarantine : Policy::none;
}

}  // namespace rampart::dmarc
