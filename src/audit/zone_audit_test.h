// For tests only: a small domain that is entirely right, to be spoilt in one place, and its audit.
//
//   const auto report = audit_of({.dmarc = "v=DMARC1; p=none"});
//   EXPECT_TRUE(has(report, "dmarc-policy-none"));
#pragma once

#include <algorithm>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "audit/assess.h"
#include "auth/zone_test.h"
#include "crypto/keys_test.h"

namespace rampart::audit {

using Zone = auth::TestZone;

inline std::string key(std::string_view base64, std::string_view type = "rsa") {
  return "v=DKIM1; k=" + std::string(type) + "; p=" + std::string(base64);
}

// What right.example publishes; an empty text leaves a record out.
struct Domain {
  std::string domain = "right.example";
  std::string spf = "v=spf1 ip4:192.0.2.21 -all";
  std::string dkim = key(crypto::kRsa2048);  // at default._domainkey
  std::string dmarc = "v=DMARC1; p=reject; sp=reject; np=reject; rua=mailto:dmarc@right.example";
  std::string mx = "mail.right.example";  // "." is the null MX
  bool www = true;
  std::function<void(Zone&)> more = {};
};

inline Zone zone_of(const Domain& domain) {
  Zone zone;
  const auto& name = domain.domain;
  zone.address(name, "192.0.2.101");
  if (!domain.spf.empty()) zone.txt(name, domain.spf);
  if (domain.mx == ".") {
    zone.add(name, dns::RrType::mx, {});
  } else if (!domain.mx.empty()) {
    zone.mx(name, 10, domain.mx);
  }
  zone.address("mail." + name, "192.0.2.21");
  if (domain.www) zone.address("www." + name, "192.0.2.101");
  if (!domain.dkim.empty()) zone.txt("default._domainkey." + name, domain.dkim);
  if (!domain.dmarc.empty()) zone.txt("_dmarc." + name, domain.dmarc);
  if (domain.more) domain.more(zone);
  return zone;
}

inline Input input_of(std::string_view domain) {
  Input input;
  input.domain = *dns::Name::try_parse(domain);
  input.now = base::Time(std::chrono::seconds(1'795'000'000));
  return input;
}

inline DomainReport audit_in(Zone& zone, const Input& input) {
  return zone.run([&](facts::Facts& facts) { return assess(input, facts); });
}

inline DomainReport audit_of(const Domain& domain) {
  auto zone = zone_of(domain);
  return audit_in(zone, input_of(domain.domain));
}

inline const Finding* find(const DomainReport& report, std::string_view code) {
  const auto it = std::find_if(report.findings.begin(), report.findings.end(),
                               [&](const Finding& finding) { return finding.code == code; });
  return it == report.findings.end() ? nullptr : &*it;
}
inline bool has(const DomainReport& report, std::string_view code) { return find(report, code) != nullptr; }

// "WK-1 WK-3"
inline std::string weaknesses(const DomainReport& report) {
  std::string out;
  for (const auto weakness : report.weaknesses)
    out += (out.empty() ? "" : " ") + std::string(to_string(weakness));
  return out;
}

// "dmarc-no-rua:low spf-ptr:low spf-unknown?": every finding that is more than info, with its effective
// severity.
inline std::string faults(const DomainReport& report) {
  std::string out;
  for (const auto& finding : report.findings) {
    if (finding.status == FindingStatus::present && finding.effective == Severity::info) continue;
    out += (out.empty() ? "" : " ") + finding.code;
    out += finding.status == FindingStatus::unknown ? "?" : ":" + std::string(to_string(finding.effective));
  }
  return out;
}

}  // namespace rampart::audit
