// Messages for the tests of what writes reports.
#pragma once

#include <string>
#include <string_view>

#include "reports/write/collector.h"

namespace rampart::reports {

inline MessageResult message(std::string_view time = "2025-11-25T08:00:00Z",
                             std::string_view domain = "bank.example") {
  MessageResult out;
  out.time = *base::parse_time(time);
  out.source = *base::IpAddress::parse("192.0.2.1");
  out.header_from = domain;
  out.envelope_from = domain;
  out.policy = {.domain = std::string(domain), .p = "reject"};
  out.disposition = Disposition::pass;
  out.dkim = Aligned::pass;
  out.spf = Aligned::pass;
  out.signatures = {{.seen = {std::string(domain), "s1", AuthResult::pass}}};
  out.spf_seen = SpfSeen{.domain = std::string(domain), .result = AuthResult::pass};
  out.rua = {"mailto:dmarc@" + std::string(domain)};
  return out;
}

inline Reporter reporter() {
  return {.domain = "mx.ministry.example",
          .organisation = "Ministry of <Tests> & Reports",
          .email = "dmarc@ministry.example",
          .contact = "https://ministry.example/dmarc?a=1&b=2",
          .generator = "Rampart test"};
}

}  // namespace rampart::reports
