// What a run has found out about the names below a domain, in the order in which it is to be read. Pure.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "audit/subdomains/judge.h"
#include "audit/subdomains/revealed.h"

namespace rampart::audit::subdomains {

struct Row {
  std::set<Source> sources;
  Judged judged;
};

struct Report {
  dns::Name domain;
  std::vector<Row> rows;     // names that exist and names that are unknown; the domain itself first
  std::size_t names = 0;     // that anything has shown, the domain included
  std::size_t missing = 0;   // NXDOMAIN
  std::size_t wildcard = 0;  // only a wildcard answers
  std::size_t unproven = 0;
  std::size_t unknown = 0;             // among rows
  std::size_t outside = 0;             // names of lists that are not below the domain
  std::size_t left_out = 0;            // beyond Revealed::kMaxNames
  std::vector<std::string> wildcards;  // levels where a wildcard answers, printable

  [[nodiscard]] std::size_t with_verdict(Verdict verdict) const;  // of names that exist
};

// Those that exist first, the worst verdict first, then by name.
Report make_report(const Revealed& revealed, std::vector<Judged> judged);

}  // namespace rampart::audit::subdomains
