#include "audit/summary.h"

#include <algorithm>

#include <fmt/format.h>

namespace rampart::audit {
namespace {

std::optional<Severity> worst_present(const DomainReport& report) {
  std::optional<Severity> worst;
  for (const auto& finding : report.findings) {
    if (finding.status != FindingStatus::present || finding.accepted) continue;
    if (!worst || finding.effective > *worst) worst = finding.effective;
  }
  return worst;
}

}  // namespace

std::size_t grade_rank(std::string_view grade) {
  if (grade == "F") return 0;
  if (grade.empty() || grade[0] < 'A' || grade[0] > 'D') return 1;
  const std::size_t sign = grade.ends_with('-') ? 0 : grade.ends_with('+') ? 2 : 1;
  return 2 + static_cast<std::size_t>('D' - grade[0]) * 3 + sign;
}

bool is_worse(const DomainLine& a, const DomainLine& b) {
  if (a.grade != b.grade) return grade_rank(a.grade) < grade_rank(b.grade);
  if (a.worst != b.worst) return a.worst > b.worst;
  return a.domain.text() < b.domain.text();
}

DomainLine line_of(const DomainReport& report) {
  return {.domain = report.domain,
          .status = report.status,
          .grade = report.grade,
          .worst = worst_present(report).value_or(Severity::info),
          .weaknesses = report.weaknesses,
          .sentence = report.sentence};
}

Digest digest_of(const DomainReport& report) {
  Digest out{.line = line_of(report),
             .clean = !worst_present(report),
             .questions = report.questions,
             .verdicts = {}};
  for (const auto& profile : report.profiles) {
    for (const auto& requirement : profile.requirements) out.verdicts.push_back(requirement.verdict);
  }
  return out;
}

void Summary::add(Digest digest) {
  auto& line = digest.line;
  ++domains_;
  ++by_status_[index(line.status)];
  ++by_grade_[line.grade];
  for (const auto weakness : line.weaknesses) ++by_weakness_[index(weakness)];
  if (!digest.clean) ++by_worst_[index(line.worst)];
  questions_ += digest.questions;
  for (std::size_t i = 0; i < std::min(requirements_.size(), digest.verdicts.size()); ++i)
    ++requirements_[i].domains[index(digest.verdicts[i])];

  if (worst_.size() == kMaxWorst && !is_worse(line, worst_.back())) return;
  worst_.insert(std::ranges::upper_bound(worst_, line, is_worse), std::move(line));
  if (worst_.size() > kMaxWorst) worst_.pop_back();
}

void Summary::add_refused(RefusedLine line) {
  ++refused_count_;
  if (refused_.size() < kMaxRefused) refused_.push_back(std::move(line));
}

std::optional<Severity> Summary::highest() const {
  for (std::size_t level = by_worst_.size(); level-- > 0;) {
    if (by_worst_[level] != 0) return static_cast<Severity>(level);
  }
  return std::nullopt;
}

std::string Summary::sentence() const {
  const auto spoofable = with_status(Status::spoofable);
  const auto partly = with_status(Status::partly_protected);
  const auto unknown = with_status(Status::unknown);
  std::string out;
  if (spoofable != 0) {
    out = fmt::format("{} of {} domains can be spoofed", spoofable, domains_);
  } else if (unknown == domains_) {
    out = fmt::format("Nothing could be found out about {} domains", domains_);
    return out;
  } else {
    out = fmt::format("None of {} domains is known to be spoofable", domains_);
  }
  if (partly != 0) out += fmt::format(", {} {} protected only in part", partly, partly == 1 ? "is" : "are");
  if (unknown != 0) out += fmt::format(", {} could not be determined", unknown);
  return out;
}

Outcome outcome(const Summary& summary, const Threshold& threshold) {
  if (summary.with_status(Status::unknown) * 100 > summary.domains() * threshold.max_unknown)
    return Outcome::undetermined;
  const auto highest = summary.highest();
  return threshold.fail_on && highest && *highest >= *threshold.fail_on ? Outcome::findings : Outcome::clean;
}

}  // namespace rampart::audit
