// Reports from files into the store.
//
//   Importer importer(archive, worker, Trust::imported, now);   // worker: of mail::unpack_mime
//   TRY(importer.read(source, "a.xml.gz"));
//   TRY(importer.flush());
//   importer.summary()
//
// Written a batch at a time, each batch whole or not at all: what was read before a run ends is there, and reading it again
// changes nothing.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/worker.h"
#include "reports/archive/archive.h"
#include "reports/intake/intake.h"
#include "reports/trust/judge.h"

namespace rampart::reports {

// Our own: what is named one by one; the rest is counted.
inline constexpr std::size_t kMaxNamed = 10'000;

struct ImportSummary {
  using Aside = Archive::Aside;
  struct DefectOf {
    std::string origin;
    Defect defect;
  };

  std::uint64_t files = 0;
  std::uint64_t reports = 0;      // new ones
  std::uint64_t records = 0;      // their rows
  std::uint64_t messages = 0;     // what they count
  std::uint64_t failures = 0;     // reports of single messages, new ones
  std::uint64_t tls_reports = 0;  // new ones
  std::uint64_t sessions = 0;     // what they count
  std::uint64_t duplicates = 0;   // that were there already
  std::uint64_t replaced = 0;     // of the new ones: corrections, and those that took an export's place
  std::uint64_t told_apart = 0;   // of `reports`: with an id that was given twice
  std::uint64_t aside = 0;
  std::vector<Aside> set_aside;
  std::uint64_t flawed = 0;  // reports with defects
  std::vector<DefectOf> defects;
  std::optional<BeliefSummary> beliefs;  // where a judge was asked
  Pruned pruned;                         // what was too old to be kept on, where that was looked for
};

class Importer : private Taker, private Unpacker {
 public:
  // All of them outlive it.
  Importer(Archive& archive, base::Worker& worker, Trust trust, base::Time now,
           const UnpackLimits& limits = {});
  // With a judge, who outlives it and says of each report how far it is believed.
  Importer(Archive& archive, base::Worker& worker, MailJudge& judge, base::Time now,
           const UnpackLimits& limits = {});

  // Asked while files are read, so that a large one can be broken off: between two reports, and what was read is kept by flush().
  void stop_when(std::function<bool()> stop) { stop_ = std::move(stop); }
  // From here on files are exports of parsedmarc.
  void expect_exports() { intake_.expect_exports(); }
  // One file. Errors are the store's.
  base::Result<> read(Source& source, const std::string& name);
  // One mail, and what came of it.
  struct MailRead {
    std::size_t reports = 0;  // that were read, new or not
    std::size_t aside = 0;
    std::string not_looked_up;  // why its origin was not even looked for (limits.h)
    std::string undetermined;   // why a report's origin could not be found out now; empty otherwise
  };
  base::Result<MailRead> read_mail(std::string_view mail, const std::string& name);
  // A file that cannot even be opened.
  base::Result<> set_file_aside(const std::string& name, std::string_view reason);
  // Something about a file that was read, to stand among what was set aside.
  base::Result<> note_aside(const std::string& name, std::string_view reason);
  // Writes what is not written yet.
  base::Result<> flush();
  // Of what is written, after flush().
  [[nodiscard]] const ImportSummary& summary() const { return summary_; }

 private:
  base::Result<> take(Report&& report, const Origin& origin) override;
  base::Result<> take(FailureReport&& report, const Origin& origin) override;
  base::Result<> take(TlsReport&& report, const Origin& origin) override;
  void set_aside(const Origin& origin, std::string_view reason) override;
  void enter_mail(std::string_view mail, bool within) override;
  void leave_mail() override;
  void begin_file() override;
  base::Result<> heed() override;
  base::Result<> pause() override;
  base::Result<Belief> believe(const Speaker& speaker, const Origin& origin);
  // What ends its process twice is never tried again.
  base::Result<Parts> unpack(std::string_view mail) override;
  [[nodiscard]] bool batch_is_full() const;
  // Why the report is more than its file may have, in one clause; empty when it is not. Counts it.
  std::string too_much(const Report& report);
  std::string too_much(const TlsReport& report);
  void note(const Incoming& incoming, Fate fate);
  void note(const IncomingTls& incoming, Fate fate);
  // Whether it is a new one.
  bool note(const std::string& origin, const std::vector<Defect>& defects, Fate fate);

  static constexpr std::size_t kMaxTexts = std::size_t{1}
                                           << 19U;  // that are remembered from one batch to the next

  Archive& archive_;
  base::Worker& worker_;
  Trust trust_;
  MailJudge* judge_ = nullptr;  // instead of `trust_`
  base::Time now_;
  Texts texts_;
  Intake intake_;
  MailRead mail_;  // what came of the mail at hand
  std::vector<Incoming> batch_;
  std::vector<IncomingTls> tls_batch_;
  std::vector<IncomingFailure> failures_;
  // Of the batch.
  std::size_t rows_ = 0;
  std::uint64_t day_rows_ = 0;
  std::size_t tls_rows_ = 0;  // policies, failures, lines
  // Of the file (limits.h).
  struct OfFile {
    std::uint64_t day_rows = 0;
    std::size_t text_bytes = 0;
    std::size_t tls_policies = 0;
  } of_file_;
  std::size_t known_bytes_ = 0;  // of texts_, that were counted
  std::function<bool()> stop_;
  std::vector<ImportSummary::Aside> aside_;  // not written yet
  ImportSummary summary_;
};

// As text for people, and as JSON (schema "rampart.reports-import/1").
std::string format_import(const ImportSummary& summary);
std::string format_import_json(const ImportSummary& summary);
// The members of that, but for the schema, of an object that was begun.
void write_import(base::JsonWriter& json, const ImportSummary& summary);

}  // namespace rampart::reports
