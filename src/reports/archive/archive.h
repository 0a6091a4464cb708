// The reports in the store: each once, by whatever way it came, and its rows added up by day.
//
//   auto archive = TRY(Archive::open(database));
//   const auto fates = TRY(archive.add(batch, texts));   // one transaction: all of it is there, or nothing
//
// A report is the same when reporter, report id, domain and period are; then what it says decides. The same again is a
// duplicate. Another that shares rows with the first is a correction, and replaces it where its sender may (claim.h). One that
// shares none is another report with an id that was given twice, and is kept beside it.
// A report out of another program's export (fidelity.h) is the same as the one it was made of, which takes its place.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "reports/aggregate/report.h"
#include "reports/archive/fidelity.h"
#include "reports/archive/packed.h"
#include "reports/failure/reader.h"
#include "reports/tls/report.h"
#include "store/database.h"

namespace rampart::reports {

// How far a report is believed, least first. Those that are not verified and were not given by the operator are shown and never
// counted for anything that is decided.
enum class Trust : std::uint8_t {
  unverified,  // anybody may have sent it
  key_gone,    // its mail's signature names a key that is not published any more
  imported,    // the operator gave the file
  verified,    // its mail is signed by its reporter's domain
};
std::string_view to_string(Trust trust);  // "key-gone"
std::optional<Trust> parse_trust(std::string_view text);
inline bool counts(Trust trust) { return trust >= Trust::imported; }

struct Incoming {
  Report report;
  Trust trust = Trust::unverified;
  std::string reporter;  // who sent it: the domain that signed it, or what the report says of itself
  std::string sender;    // the mailbox that sent it, where its mail proves it (claim.h)
  std::string origin;    // printable
  base::Time received{};
  Fidelity fidelity = Fidelity::original;
};

struct IncomingTls {
  TlsReport report;  // of at least one policy
  Trust trust = Trust::unverified;
  std::string reporter;  // as of an Incoming
  std::string sender;
  std::string origin;  // printable
  base::Time received{};
  Fidelity fidelity = Fidelity::original;
};

struct IncomingFailure {
  FailureReport report;
  Trust trust = Trust::unverified;
  std::string origin;  // printable
  base::Time received{};
  Fidelity fidelity = Fidelity::original;
};

// What prune() took away.
struct Pruned {
  std::uint64_t reports = 0;
  std::uint64_t tls_reports = 0;
  std::uint64_t failures = 0;
  std::uint64_t aside = 0;  // notes of what was set aside

  [[nodiscard]] bool any() const { return reports + tls_reports + failures + aside != 0; }
};

enum class Fate : std::uint8_t {
  added,
  duplicate,
  replaced,    // one that was there before
  told_apart,  // added beside one with the same id
  refused,     // it may not take the place of the one that has its id
  too_large,   // its rows times its days are more than kMaxDayRows
  too_often,   // its id was given to too much to tell it from (kMaxSameId, kMaxCompared)
};
std::string_view to_string(Fate fate);  // "told-apart"

class Archive {
 public:
  // Makes the tables when they are not there. The database outlives it.
  static base::Result<Archive> open(store::Database& database);

  // Numbers of texts are remembered between calls as long as `texts` is the same and was not cleared: then forget().
  base::Result<std::vector<Fate>> add(std::span<const Incoming> batch, const Texts& texts);
  void forget();

  // What telling reports apart took so far, for tests: stored reports that were looked at, and bytes of their rows.
  struct Work {
    std::uint64_t met = 0;
    std::uint64_t compared = 0;
    std::uint64_t commits = 0;  // transactions
  };
  [[nodiscard]] const Work& work() const { return work_; }

  // TLS reports, in one transaction. A report's fate is that of its policy domains which says most: refused, added, replaced,
  // duplicate.
  base::Result<std::vector<Fate>> add_tls(std::span<const IncomingTls> batch);

  // Failure reports, in one transaction: each added, a duplicate, or in place of an export's.
  base::Result<std::vector<Fate>> add_failures(std::span<const IncomingFailure> batch);

  // What could not be read, in one transaction: the same origin and reason once.
  struct Aside {
    std::string origin;
    std::string reason;
  };
  base::Result<> keep_aside(std::span<const Aside> aside, base::Time now);

  // A mail that has ended what unpacks it, so that it is not tried again: why, or nothing.
  base::Result<std::optional<std::string>> killer(std::string_view content);
  base::Result<> note_killer(std::string_view content, std::string_view reason, base::Time now);

  // Takes away the reports that speak of times before `before` and were read before it, too, with their days, and what was set
  // aside before it. So a backlog of old reports is there for as long after it was read as a new report is.
  base::Result<Pruned> prune(base::Time before);

 private:
  struct DayRow;
  struct Stored;
  struct Numbered;
  class Adding;

  explicit Archive(store::Database& database) : database_(&database) {}

  store::Database* database_;
  Work work_;
  std::vector<std::int64_t> addresses_;  // numbers in the store, by TextId; 0: not known
  std::vector<std::int64_t> outcomes_;
  std::unordered_map<std::int64_t, std::int64_t> kinds_;  // EndKind by the number of an outcome
  std::unordered_map<std::string, std::int64_t> domains_;
  std::unordered_map<std::string, std::int64_t> reporters_;
};

}  // namespace rampart::reports
