// What a run has finished so far, kept beside its output, so that an interrupted run is continued and ends in the same
// report as one that was not.
//
//   auto journal = TRY(Journal::open(path, run, /*resume=*/true));
//   while (auto record = TRY(journal.replay())) …   what the interrupted run had finished, in its order
//   TRY(journal.add(record));                        … and what is finished now
//   TRY(journal.remove());                           when the output is in its place
//
// A journal is a line of JSON that says which run it is of, and frames: length, the first bytes of a SHA-256, and that
// many bytes of compressed records. Frames are made durable (fdatasync) every second or every megabyte, so a crash costs
// a second's work; a frame that is torn or damaged ends what can be replayed, and is written over.
//
// Records hold text of the report, so a journal is as private as the report.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "audit/runner.h"
#include "base/result.h"
#include "base/time.h"

namespace rampart::audit {

// What must be the same for the report to come out the same: "format=csv", "audit.probe=https".
struct JournalRun {
  base::Time now{};  // of the audit; a resumed run goes on with the journal's
  std::vector<std::string> options;
};

class Journal {
 public:
  static constexpr std::size_t kMaxHeader = 1 << 20;  // bytes; ours
  static constexpr std::size_t kMaxFrame = std::size_t{1}
                                           << 30;  // bytes; ours: one report is a few kilobytes
  static constexpr std::size_t kBatch = 1 << 20;   // bytes of records in one frame, about
  static constexpr std::chrono::seconds kEvery{1};

  // Takes the journal for this run alone. With `resume` what is there is continued: an error when it is of a run with
  // other options. Without it, or where nothing usable is there, it begins anew.
  static base::Result<Journal> open(const std::string& path, const JournalRun& run, bool resume);
  Journal(Journal&& other) noexcept;
  Journal& operator=(Journal&& other) noexcept;
  ~Journal();  // keeps what was added, as far as the disk lets it; a journal of nothing goes

  // There was a journal: it is continued, or was discarded because resume was not asked for.
  [[nodiscard]] bool found() const { return found_; }
  [[nodiscard]] bool resumed() const { return resumed_; }
  [[nodiscard]] base::Time now() const { return now_; }
  [[nodiscard]] const std::string& path() const { return path_; }

  // The next record of the interrupted run; nothing at the end, after which add() continues there.
  base::Result<std::optional<std::string>> replay();
  base::Result<> add(std::string_view record);
  base::Result<> flush();
  base::Result<> remove();

 private:
  Journal() = default;
  base::Result<bool> read_header(const JournalRun& run);
  base::Result<> write_header(const JournalRun& run);
  base::Result<bool> read_frame();

  std::string path_;
  int file_ = -1;
  base::Time now_{};
  bool found_ = false;
  bool resumed_ = false;
  bool empty_ = false;   // nothing was finished yet
  std::size_t end_ = 0;  // bytes that are whole
  std::string frame_;    // being replayed
  std::size_t at_ = 0;   // in it
  std::string batch_;    // not written yet
  std::chrono::steady_clock::time_point written_ = std::chrono::steady_clock::now();
};

// A finished domain as a record, and back.
struct JournalEntry {
  std::string domain;
  std::string input;  // hash of everything that the audit was given beside answers
  bool port_blocked = false;
  Digest digest;
  std::string text;
};
std::string write_entry(const JournalEntry& entry);
base::Result<JournalEntry> read_entry(std::string_view record);
std::string hash_of(const Input& input);

}  // namespace rampart::audit
