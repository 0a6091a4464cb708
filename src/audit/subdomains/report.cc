#include "audit/subdomains/report.h"

#include <algorithm>
#include <tuple>

namespace rampart::audit::subdomains {
namespace {

// Names from the right: what belongs together stands together.
std::vector<std::string> reversed_labels(const dns::Name& name) {
  std::vector<std::string> out;
  for (unsigned i = name.label_count(); i-- > 0;) out.emplace_back(name.label(i));
  return out;
}

}  // namespace

std::size_t Report::with_verdict(Verdict verdict) const {
  return static_cast<std::size_t>(std::ranges::count_if(
      rows, [&](const Row& row) { return row.judged.exists() && row.judged.verdict == verdict; }));
}

Report make_report(const Revealed& revealed, std::vector<Judged> judged) {
  Report report;
  report.domain = revealed.domain();
  report.names = judged.size();
  report.outside = revealed.outside();
  report.left_out = revealed.left_out();
  std::set<std::string> wildcards;
  for (auto& one : judged) {
    switch (one.existence) {
      case Existence::none:
        // The domain itself is told of whatever it is.
        if (one.name != report.domain) {
          ++report.missing;
          continue;
        }
        break;
      case Existence::wildcard:
        ++report.wildcard;
        wildcards.insert(one.name.parent().text());
        continue;
      case Existence::unproven:
        ++report.unproven;
        continue;
      case Existence::unknown:
        ++report.unknown;
        break;
      case Existence::records:
      case Existence::empty:
        break;
    }
    report.rows.push_back({.sources = revealed.sources(one.name), .judged = std::move(one)});
  }
  report.wildcards.assign(wildcards.begin(), wildcards.end());
  const auto key = [&](const Row& row) {
    const auto& one = row.judged;
    return std::tuple(one.name != report.domain, !one.exists(), one.verdict, reversed_labels(one.name));
  };
  std::ranges::sort(report.rows, {}, key);
  return report;
}

}  // namespace rampart::audit::subdomains
