// An aggregate report (RFC 9990, RFC 7489 appendix C), read: what one receiver saw of one domain's mail in a day or so.
//
// A report repeats itself: of its rows only the address and the count are new each time, so what else a row says is an Outcome
// that many rows share, kept once as a text (Texts) that means the same in the store.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "reports/aggregate/outcome.h"
#include "reports/aggregate/texts.h"
#include "reports/defect.h"
#include "reports/limits.h"

namespace rampart::reports {

struct Row {
  TextId address = 0;  // as IpAddress::text() writes it
  TextId outcome = 0;  // of append_outcome()
  std::uint64_t count = 0;
};

// The policy that the receiver found. As it was written, at most kMaxValue bytes each; empty: not said.
struct Published {
  std::string domain;  // lower case
  std::string p, sp, np;
  std::string adkim, aspf;
  std::string pct, fo;
  std::string testing;           // RFC 9990: y or n
  std::string discovery_method;  // RFC 9990: psl or treewalk

  friend bool operator==(const Published&, const Published&) = default;
};

struct Report {
  std::string version;
  std::string name_space;  // of RFC 9990, or of a draft; empty without
  std::string organisation;
  std::string email;
  std::string contact;
  std::string report_id;
  std::string generator;
  std::vector<std::string> errors;  // what the receiver says of the policy
  std::int64_t begin = 0;           // seconds since 1970, both inside
  std::int64_t end = 0;
  Published policy;
  std::uint64_t records = 0;  // as they were written
  std::vector<Row> rows;      // of them each address and outcome once
  std::vector<Defect> defects;

  [[nodiscard]] std::uint64_t messages() const;  // at most kMaxSum
};

}  // namespace rampart::reports
