// A portfolio's reports apart: for each organisation (or whatever column the list is divided by) one page, one CSV and
// one zone file with nothing of any other, and for whoever keeps the portfolio two files over all of them.
//
//   state-bank-3f9a01c2d4.html .csv .zone    of State Bank alone
//   index.csv                                 a row for each organisation: its files, counts, its worst finding
//   changes.csv                               what differs from the run whose files stood in the folder before
//
// A ReportWriter for a list that comes in groups: one organisation's files are open at a time, and are written as its
// domains come, so memory holds a few hundred bytes for each domain of one organisation. The folder is replaced as a whole
// at commit() (base/folder.h).
//
// The zone file holds the records that mend findings, each name, type and purpose once: of several remedies for one record
// the worst finding's counts and the others are comments. Removals are comments, and so is a record that belongs below
// none of the domain's own names. It is in the form of `audit --what-if` and for people; `fix plan` has the order.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>

#include "audit/format/writer.h"
#include "audit/portfolio/standing.h"
#include "base/folder.h"

namespace rampart::audit {

class SplitWriter : public ReportWriter {
 public:
  // `column` names what the groups are by. Errors when the folder cannot be replaced at the end.
  static base::Result<std::unique_ptr<SplitWriter>> open(const std::string& folder, std::string column);

  // What stands in the folder is the very run that is being written again, broken off after it had replaced the folder.
  // Its changes are those that count. Before begin().
  void resumes() { resumes_ = true; }

  base::Result<> begin(const Run& run) override;
  base::Result<> begin_group(const Group& group) override;
  base::Result<> add(const DomainReport& report) override { return add_text(renderer()(report)); }
  [[nodiscard]] Render renderer() const override;
  base::Result<> add_text(std::string_view text) override;
  base::Result<> end_group(const Group& group, const Summary& summary) override;
  base::Result<> end(const Summary& summary, const Notes& notes) override;
  base::Result<> commit() { return folder_.commit(); }

  [[nodiscard]] std::size_t groups() const { return groups_; }
  // No files of an earlier run to compare with. After begin().
  [[nodiscard]] bool is_first_run() const { return first_run_; }
  [[nodiscard]] std::size_t changes() const { return changed_; }

 private:
  SplitWriter(base::FolderWriter folder, std::string column)
      : folder_(std::move(folder)), column_(std::move(column)) {}

  base::Result<> read_index();
  base::Result<> compare(const std::string& group, const std::string& file);
  base::Result<> change(const Change& change);
  base::Result<> copy_changes();

  base::FolderWriter folder_;
  std::string column_;
  bool resumes_ = false;
  bool same_run_ = false;
  bool first_run_ = true;  // nothing to compare with
  Run run_;
  std::map<std::string, std::string> before_;  // the last run's files and their groups; those not seen yet
  std::set<std::string> files_;                // of this run, without their endings
  std::optional<base::FolderFile> index_;
  std::optional<base::FolderFile> changes_;
  std::size_t groups_ = 0;
  std::size_t changed_ = 0;
  // Of the group at hand.
  std::string file_;
  std::optional<base::FolderFile> page_;
  std::optional<base::FolderFile> table_;
  std::optional<base::FolderFile> zone_;
  std::unique_ptr<ReportWriter> html_;
  std::unique_ptr<ReportWriter> csv_;
  Standings now_;
  // Its gravest finding, and the first domain that has it.
  std::optional<Severity> worst_level_;
  std::string worst_code_;
  std::string worst_domain_;
};

// The name of a group's files without its ending: a slug of its letters and digits and a hash of the whole, so that no
// two groups meet in one name, in any case, and nothing of it is a path. Lower-case ASCII.
std::string file_name_of(const Group& group);
// Whether a file of this name can be of a split.
bool is_split_file(std::string_view name);
// The records that mend what was found, as lines of a zone file.
std::string remedies_zone(const DomainReport& report);

}  // namespace rampart::audit
