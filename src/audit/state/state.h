// What audits leave behind in the store.
//
//   auto state = TRY(state::State::open(database));
//   input.known_keys = TRY(state.keys(domain));            // before the audit: how old its keys are
//   TRY(state.record(finished, options));                  // after it, many domains at once
//
// A domain's facts are kept as a snapshot whenever they differ from those of its last audit, not counting what changes
// by itself (times, TTLs, which server answered). A snapshot is the book and the input of the audit, so the report of
// then is derived again by the program of now, and a rule that has changed since is no drift of the domain.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "audit/assess.h"
#include "facts/book.h"
#include "store/database.h"

namespace rampart::audit::state {

// One finished audit.
struct Recorded {
  std::shared_ptr<const Input> input;
  DomainReport report;
  std::shared_ptr<const facts::Book> book;  // every fact that was asked for it
};

struct Snapshot {
  long long number = 0;
  dns::Name domain;
  base::Time first{};  // the audit that saw these facts first
  base::Time last{};   // and the last one that saw them in a row
  Status status = Status::unknown;
  std::string grade;
};

struct LoadedSnapshot {
  Snapshot snapshot;
  Input input;
  std::shared_ptr<const facts::Book> book;
  DomainReport report;  // derived from the two
};

// Since when a finding is there. The same one may come again later: then it has several spans.
struct FindingSpan {
  std::string code;
  Severity effective = Severity::info;
  std::string title;
  base::Time since{};
  std::optional<base::Time> gone;  // the first audit that proved it mended
};

struct DomainHistory {
  dns::Name domain;
  base::Time first{};  // audits
  base::Time last{};
  Status status = Status::unknown;  // of the last audit that found out
  std::string grade;
  std::size_t open = 0;  // findings
};

class State {
 public:
  // The tables are there when it returns. The database must outlive the state.
  static base::Result<State> open(store::Database& database);

  // One transaction: all of it is there afterwards, or none. `keep`: snapshots of a domain (store.snapshots).
  base::Result<> record(std::span<const Recorded> finished, std::size_t keep);

  // The keys that were seen at the domain, for Input::known_keys.
  base::Result<std::vector<KnownKey>> keys(const dns::Name& domain);

  // Newest first; the last `limit`.
  base::Result<std::vector<Snapshot>> snapshots(const dns::Name& domain, std::size_t limit);
  // The newest that was current at `when`.
  base::Result<std::optional<Snapshot>> snapshot_at(const dns::Name& domain, base::Time when);
  base::Result<LoadedSnapshot> load(const Snapshot& snapshot);

  base::Result<std::optional<DomainHistory>> history(const dns::Name& domain);
  base::Result<std::vector<DomainHistory>> histories();               // by name
  base::Result<std::vector<FindingSpan>> findings(const dns::Name&);  // open ones first, then the newest

 private:
  explicit State(store::Database& database) : database_(&database) {}
  store::Database* database_;
};

// What a snapshot is known by: equal when two books say the same of the domain.
std::string fingerprint(const facts::Book& book);

}  // namespace rampart::audit::state
