// What the guard tells the owners of domains: each message's results, of which aggregate reports are made, and failure reports where
// they are asked for and allowed.
//
//   DIR/results/2026-11-25.jsonl   a line a message from outside (docs/report-writing.md): `rampart reports write` reads them
//   DIR/failure/                   failure reports that wait (reports/write/failure_folder.h): `rampart reports write --send` sends them
//   DIR/redaction.key              what hides people's names in failure reports; made when it is not there
#pragma once

#include <memory>

#include "base/config.h"
#include "base/outbox.h"
#include "facts/provider.h"
#include "guard/gate/gate.h"
#include "reports/write/failure_folder.h"
#include "reports/write/redact.h"

namespace rampart::server {

class GuardReports {
 public:
  // Any thread may call `say`. Errors: the folder cannot be made; failure reports are wanted (`failures`) and nobody is named who
  // writes them.
  static base::Result<std::unique_ptr<GuardReports>> open(const std::string& folder, bool failures,
                                                          const base::Config& config,
                                                          std::function<void(const std::string&)> say);
  GuardReports(const GuardReports&) = delete;
  GuardReports& operator=(const GuardReports&) = delete;

  // Of a message that was answered, from the loop of `provider`. Never waits: who may get a failure report is asked there.
  void take(const guard::Event& event, const guard::Verdict& verdict, const mail::Message& message,
            facts::Provider& provider);
  // Results that are older than any report that will be made of them go.
  void sweep(base::Time now);
  // Writes what waits. How many lines were not written.
  std::size_t close(std::chrono::milliseconds patience) { return lines_.close(patience); }

 private:
  struct Line {
    std::string day;
    std::string text;
  };
  struct Failures;

  GuardReports(std::string folder, std::function<void(const std::string&)> say);
  void tell_failure(const guard::Event& event, const guard::Verdict& verdict, const mail::Message& message,
                    facts::Provider& provider);
  bool write(std::span<const Line> lines, std::size_t lost);
  bool append(const std::string& path, std::string_view text);

  std::string folder_;
  std::function<void(const std::string&)> say_;
  std::shared_ptr<Failures> failures_;  // shared with lookups under way; null: none are made
  std::chrono::steady_clock::time_point quiet_until_;
  std::size_t written_ = 0;   // lines of the batch under way
  base::Outbox<Line> lines_;  // last: its thread uses the others
};

}  // namespace rampart::server
