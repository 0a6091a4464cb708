// The roster: which domains are watched and whose they are, and how each stands.
//
//   auto roster = TRY(roster::Roster::open(database));
//   TRY(roster.put(listed, roster::Existing::replace));          // from the API, a CSV, or a list of the configuration
//   const auto page = TRY(roster::list(database, {.whose = {.everything = true}, .sort = roster::Sort::grade}));
//
// A domain that was audited into the store and that nobody put on the roster is listed as well: nobody's, not watched.
// An organisation is known by its id, which accounts gave; names of organisations are not known here.
#pragma once

#include <functional>
#include <span>

#include "audit/roster/standing.h"
#include "base/result.h"
#include "store/database.h"

namespace rampart::audit::roster {

// Whose domains are looked at.
struct Whose {
  bool everything = false;
  std::vector<std::string> organisations = {};  // ids; unless everything

  [[nodiscard]] bool covers(std::string_view organisation) const;
};

// A domain on the roster. Entry::organisation is an id here.
struct Listed {
  Entry entry;
  bool watched = true;
  base::Time added{};
  std::string by;  // who: a person's name, "configuration"
};

// What becomes of a domain that is on the roster already.
enum class Existing : std::uint8_t { keep, replace };

struct Done {
  std::size_t added = 0;
  std::size_t changed = 0;
  std::size_t kept = 0;
};

// Domains by how they stand.
struct Counts {
  std::int64_t domains = 0;
  std::array<std::int64_t, Bucket::kStatuses>
      by_status{};  // by Status; those never audited are not among them
  std::int64_t never_audited = 0;
  std::map<std::string, std::int64_t> by_grade;  // "A+" … "F", "?"

  void add(Bucket bucket, std::int64_t domains);
};

// A finding that came or went.
struct Change {
  std::string domain;
  std::string code;
  std::string title;
  Severity effective = Severity::info;
  base::Time at{};
  bool went = false;
};

class Roster {
 public:
  // The tables are there when it returns. The database must outlive the roster.
  static base::Result<Roster> open(store::Database& database);

  // One transaction. `Listed::added` and `by` of one that is there stay as they are.
  base::Result<Done> put(std::span<const Listed> listed, Existing existing);
  base::Result<std::optional<Listed>> find(const dns::Name& domain);
  // Takes it off. What audits found out stays in the store; risks that were accepted are withdrawn. False when it is not
  // listed.
  base::Result<bool> remove(const dns::Name& domain, base::Time now);
  // What is watched, by name.
  base::Result<std::vector<Entry>> watched(const Whose& whose);
  // Of these, those that are listed and whose they are: all of it that an audit needs of them.
  base::Result<std::vector<Entry>> entries(std::span<const dns::Name> domains);

  base::Result<std::optional<Standing>> standing(const dns::Name& domain);
  // After a risk was accepted or withdrawn: how the domain stands by its last report.
  base::Result<> judge_again(const DomainReport& report);
  base::Result<Counts> counts(const Whose& whose);
  // Of each organisation that has domains, in the order of their ids; "" is nobody's.
  base::Result<std::map<std::string, Counts>> counts_by_organisation();
  // Findings that came or went since then, the newest first; what a domain's first audit found is no change.
  base::Result<std::vector<Change>> changes(const Whose& whose, base::Time since, std::size_t limit);
  // Greater after every change of any row: while it is the same, every list is.
  base::Result<std::int64_t> version();

 private:
  explicit Roster(store::Database& database) : database_(&database) {}
  store::Database* database_;
};

}  // namespace rampart::audit::roster
