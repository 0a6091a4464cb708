// SMTP TLS reporting (RFC 8460 section 3): who is told about failed TLS.
//
//   _smtp._tls.ministry.example  TXT "v=TLSRPTv1; rua=mailto:tls@ministry.example"
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "auth/dmarc/uri.h"
#include "auth/fault.h"
#include "auth/single_record.h"

namespace rampart::tls_rpt {

struct Record {
  std::string text;
  std::vector<dmarc::Uri> rua;  // mailto: and https:, the same grammar as DMARC's
  std::vector<auth::Fault> faults;
  [[nodiscard]] bool valid() const { return dmarc::any_valid(rua); }
};

bool is_record(std::string_view txt);  // begins with v=TLSRPTv1 and a delimiter
Record parse(std::string_view txt);    // total; see auth/fault.h
std::string format(const Record& record);
auth::SingleRecord look_up(const dns::Name& domain, facts::Facts& facts);

}  // namespace rampart::tls_rpt
