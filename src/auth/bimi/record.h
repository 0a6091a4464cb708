// BIMI assertion records (draft-brand-indicators-for-message-identification section 4.2): syntax alone. The
// logo and its certificate are not fetched.
//
//   default._bimi.ministry.example  TXT "v=BIMI1; l=https://ministry.example/logo.svg; a="
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "auth/fault.h"
#include "auth/single_record.h"

namespace rampart::bimi {

struct Record {
  std::string text;
  std::string location;   // l=
  std::string authority;  // a=
  bool declined = false;  // l= and a= both empty: the domain takes no part
  std::vector<auth::Fault> faults;
  [[nodiscard]] bool valid() const;
};

bool is_record(std::string_view txt);  // begins with v=BIMI1 and a delimiter
Record parse(std::string_view txt);    // total; see auth/fault.h
std::string format(const Record& record);
auth::SingleRecord look_up(const dns::Name& domain, facts::Facts& facts);

}  // namespace rampart::bimi
