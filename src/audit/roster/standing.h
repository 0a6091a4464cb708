// How a domain stands, in one row: what a list of many shows of each. It is written when an audit is recorded, in the
// same transaction, so a list never looks at an audit.
//
//   StandingWriter standings(sql);              // within a transaction
//   standings.take("bank.example");
//   standings.audited(report, at);              // or said(), for what its owner says
//   standings.finish();                         // once, at the end: the counts and the version
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <soci/soci.h>

#include "audit/report.h"

namespace rampart::audit::roster {

inline constexpr std::size_t kSeverities = 5;

constexpr unsigned bit_of(Weakness weakness) { return 1U << static_cast<unsigned>(weakness); }

struct Standing {
  std::string domain;        // as dns::Name::text()
  std::string organisation;  // its id; empty: nobody's
  Sends sends = Sends::unsaid;
  bool watched = false;             // audited again and again; false: somebody audited it once
  Status status = Status::unknown;  // of the last audit that found out
  std::string grade;                // "A+" … "F", "?"; empty: never audited
  std::string sentence;             // DomainReport::sentence; empty: never audited
  unsigned weaknesses = 0;          // a bit for each Weakness: 1 << WK-1 is 2
  // Findings that are present, more than info and not accepted, by effective severity.
  std::array<std::int64_t, kSeverities> open{};
  std::string next_code;            // the worst of them; empty: none
  std::string next_step;            // its advice, one sentence
  std::string policy;               // of DMARC, in effect: to_string(Policy); empty: never audited
  std::string subdomain_policy;     // the same for an existing subdomain
  std::string tags;                 // as JSON: [{"name":"Region","value":"north"}]; empty: none
  std::optional<base::Time> last;   // the last audit that found out
  std::optional<base::Time> tried;  // the last audit
  std::string why;                  // why the last one did not find out; empty when it did

  // The greatest effective level of an open finding.
  [[nodiscard]] std::optional<Severity> worst() const {
    for (std::size_t level = kSeverities; level-- > 0;) {
      if (open[level] > 0) return static_cast<Severity>(level);
    }
    return std::nullopt;
  }
  [[nodiscard]] std::int64_t open_findings() const {
    std::int64_t out = 0;
    for (const auto count : open) out += count;
    return out;
  }
};

// Status, grade and what the owner says of sending, as one number that lists filter by. Not ordered.
struct Bucket {
  static constexpr int kNeverAudited = 14;  // rank; those before it are grade_rank()'s
  static constexpr int kRanks = 15;
  static constexpr int kStatuses = 4;
  static constexpr int kSends = 3;
  static constexpr int kAll = kRanks * kStatuses * kSends;

  int rank = kNeverAudited;
  Status status = Status::unknown;
  Sends sends = Sends::unsaid;

  [[nodiscard]] int number() const {
    return (rank * kStatuses + static_cast<int>(status)) * kSends + static_cast<int>(sends);
  }
  static Bucket of(int number);
  static Bucket of(const Standing& standing);
  [[nodiscard]] std::string_view grade() const;  // empty: never audited
};

inline constexpr std::size_t kMaxNextStep = 200;  // bytes of Standing::next_step; our own
inline constexpr std::string_view kEverybody =
    "*";  // in audit_count: all organisations; no organisation has this id

// The columns of a row in audit_standing, as RowReader takes them. All of them are qualified by `s.`.
inline constexpr std::string_view kStandingColumns =
    "s.domain, s.last, s.open, s.organisation, s.watched, s.bucket, s.sentence, s.weaknesses, s.critical,"
    " s.high, s.medium, s.low, s.next_code, s.next_step, s.policy, s.subdomain_policy, s.tags, s.tried, "
    "s.why";

// The row that a statement over kStandingColumns fetches.
struct StandingRow {
  std::string domain, organisation, sentence, next_code, next_step, policy, subdomain_policy, tags, why;
  long long last = 0, open = 0, watched = 0, bucket = 0, weaknesses = 0, critical = 0, high = 0, medium = 0,
            low = 0, tried = 0;

  // Binds the columns, in their order.
  void bind(soci::details::prepare_temp_type& statement);
  // Takes them as store::each_text_row() gives them.
  void take(std::span<const std::string_view> columns);
  [[nodiscard]] Standing read() const;
};

class StandingWriter {
 public:
  explicit StandingWriter(soci::session& sql);
  StandingWriter(const StandingWriter&) = delete;
  StandingWriter& operator=(const StandingWriter&) = delete;

  // Turns to a domain. Whether it had a row; one that has none is nobody's and not watched, and stands as it did when it
  // was audited last.
  bool take(const std::string& domain);
  [[nodiscard]] const Standing& now() const { return standing_; }

  // What its last audit found. An audit that could not find out leaves what was known.
  void audited(const DomainReport& report, base::Time at);
  // Whose it is, whether mail is sent in its name, whether it is watched, and its tags.
  struct Said {
    std::string organisation;
    Sends sends = Sends::unsaid;
    bool watched = false;
    std::string tags;  // as Standing's
  };
  void said(Said said);
  // The row goes.
  void forget();

  // The counts, and a new version.
  void finish();

 private:
  void write();
  void count(const Standing& standing, int change);

  Standing standing_;
  bool there_ = false;
  StandingRow row_;
  soci::statement find_, fill_, put_, drop_;
  std::map<std::pair<std::string, int>, long long> counts_;
  bool changed_ = false;
  soci::session& sql_;
};

}  // namespace rampart::audit::roster
