// parsedmarc's exports, JSON and CSV, of aggregate, failure ("forensic") and TLS reports.
//
//   ExportReader reader(texts, now);
//   TRY(reader.read(window, sink));   // sink.take(report, Fidelity::json_export, "report 1")
//
// Fields that are not known are passed over. What is no report, or not whole, is given to ExportSink::set_aside() and stops nothing
// else. What the exports lose of a report is in docs/report-reading.md.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "reports/aggregate/reader.h"
#include "reports/archive/fidelity.h"
#include "reports/failure/reader.h"
#include "reports/intake/window.h"
#include "reports/limits.h"
#include "reports/tls/report.h"

namespace rampart::reports {

class ExportSink {
 public:
  virtual ~ExportSink() = default;
  // `where` is "report 3" or "line 17". Errors end the reading.
  virtual base::Result<> take(Report&& report, Fidelity fidelity, const std::string& where) = 0;
  virtual base::Result<> take(FailureReport&& report, Fidelity fidelity, const std::string& where) = 0;
  virtual base::Result<> take(TlsReport&& report, Fidelity fidelity, const std::string& where) = 0;
  // `reason` is one clause; `where` is empty for the whole.
  virtual void set_aside(const std::string& where, std::string_view reason) = 0;
};

class ExportReader {
 public:
  // Rows name texts of `texts`, which outlives it.
  ExportReader(Texts& texts, base::Time now) : aggregate_(texts), now_(now) {}

  // A whole file, whose form its first bytes say. Errors are the sink's.
  base::Result<> read(Window& window, ExportSink& sink);

 private:
  base::Result<> read_json(Window& window, ExportSink& sink);
  base::Result<> read_csv(Window& window, ExportSink& sink);

  AggregateReader aggregate_;
  base::Time now_;
};

// Whether it begins as an export's CSV does: a line of column names of which it knows one kind of report.
bool is_export_csv(std::string_view begin);
// Whether a JSON text begins as an export does, for a word to whoever forgot to say so.
bool is_export_json(std::string_view begin);

}  // namespace rampart::reports
