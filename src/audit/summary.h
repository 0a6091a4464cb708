// What is said of many domains together: counts, the worst, and the exit status that follows. It grows with
// no number of domains.
#pragma once

#include <map>

#include "audit/report.h"

namespace rampart::audit {

// A line of a list that names no domain.
struct RefusedLine {
  std::string where;  // "domains.txt:17"
  std::string text;   // what stood there, raw
  std::string why;    // "an e-mail address is no domain"
  std::string hint;   // "did you mean ministry.example?"; may be empty
};

// One domain in the table of the worst.
struct DomainLine {
  dns::Name domain;
  Status status = Status::unknown;
  std::string grade;
  Severity worst =
      Severity::info;  // the greatest effective level of a finding that is present and not accepted
  std::vector<Weakness> weaknesses;
  std::string sentence;
};

// The place of a grade when the worst comes first: F is 0, what is not known 1, then D- … A+ (grade.h).
inline constexpr std::size_t kGradeRanks = 14;
std::size_t grade_rank(std::string_view grade);

// The order of the worst first: grade from F to A with "?" after F, then level, then name.
bool is_worse(const DomainLine& a, const DomainLine& b);
DomainLine line_of(const DomainReport& report);

// A requirement, and how many domains stand by it in which way.
struct RequirementCount {
  std::string profile;
  std::string id;
  std::string title;
  std::array<std::size_t, kVerdicts> domains{};

  [[nodiscard]] std::size_t with(Verdict verdict) const { return domains[static_cast<std::size_t>(verdict)]; }
};

// What is kept of a report for the summary.
struct Digest {
  DomainLine line;
  bool clean = true;  // no finding is present
  std::size_t questions = 0;
  std::vector<Verdict> verdicts;  // of the requirements of every profile asked for, in order
};
Digest digest_of(const DomainReport& report);

class Summary {
 public:
  static constexpr std::size_t kMaxWorst = 25;     // ours: what fits on a screen
  static constexpr std::size_t kMaxRefused = 100;  // ours: the rest is counted

  void add(Digest digest);
  void add(const DomainReport& report) { add(digest_of(report)); }
  // The requirements that digests have verdicts of, before the first is added.
  void expect(std::vector<RequirementCount> requirements) { requirements_ = std::move(requirements); }
  void add_refused(RefusedLine line);
  void add_duplicate() { ++duplicates_; }

  [[nodiscard]] std::size_t domains() const { return domains_; }
  [[nodiscard]] std::size_t with_status(Status status) const { return by_status_[index(status)]; }
  [[nodiscard]] std::size_t with_weakness(Weakness weakness) const { return by_weakness_[index(weakness)]; }
  // Domains whose worst finding that is present has this effective level.
  [[nodiscard]] std::size_t with_worst(Severity level) const { return by_worst_[index(level)]; }
  [[nodiscard]] const std::map<std::string, std::size_t>& by_grade() const { return by_grade_; }
  [[nodiscard]] std::size_t questions() const { return questions_; }
  // At most kMaxWorst, the worst first.
  [[nodiscard]] const std::vector<DomainLine>& worst() const { return worst_; }

  [[nodiscard]] const std::vector<RequirementCount>& requirements() const { return requirements_; }

  [[nodiscard]] std::size_t refused_count() const { return refused_count_; }
  [[nodiscard]] const std::vector<RefusedLine>& refused() const { return refused_; }  // the first kMaxRefused
  [[nodiscard]] std::size_t duplicates() const { return duplicates_; }

  // The highest effective level of any finding that is present; nothing when there is none.
  [[nodiscard]] std::optional<Severity> highest() const;
  // "9 of 14 domains can be spoofed, 2 could not be determined"
  [[nodiscard]] std::string sentence() const;

 private:
  template <class E>
  static std::size_t index(E value) {
    return static_cast<std::size_t>(value);
  }

  std::size_t domains_ = 0;
  std::array<std::size_t, 4> by_status_{};
  std::array<std::size_t, 8> by_weakness_{};
  std::array<std::size_t, 5> by_worst_{};
  std::map<std::string, std::size_t> by_grade_;
  std::size_t questions_ = 0;
  std::vector<DomainLine> worst_;
  std::vector<RequirementCount> requirements_;
  std::vector<RefusedLine> refused_;
  std::size_t refused_count_ = 0;
  std::size_t duplicates_ = 0;
};

// How an audit ended, in the order in which it is asked.
enum class Outcome : std::uint8_t { clean, findings, undetermined };

struct Threshold {
  std::optional<Severity> fail_on = Severity::high;  // nothing: never
  unsigned max_unknown = 0;                          // percent of the domains, 0 to 100
};

// Undetermined when more than max_unknown percent of the domains have status unknown; else findings when a
// finding that is present is effective at or above fail_on; else clean.
Outcome outcome(const Summary& summary, const Threshold& threshold);

}  // namespace rampart::audit
