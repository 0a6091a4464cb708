// What a run of `rampart reports write` did, and what is left, for people and for programs.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "reports/write/failure_folder.h"
#include "reports/write/outbox.h"

namespace rampart::reports {

struct WriteSummary {
  std::uint64_t messages = 0;    // that were read
  std::uint64_t other_days = 0;  // of these: of days that were not asked for
  std::uint64_t unfinished = 0;  // of these: of a period that has not ended, and is left for a later run
  std::uint64_t unasked = 0;     // of these: of domains that ask for no reports
  std::uint64_t written = 0;     // reports
  std::uint64_t same = 0;        // were there already
  std::uint64_t replaced = 0;
  struct Left {
    std::string domain;
    std::int64_t begin = 0;
    std::string why;
  };
  std::vector<Left> left;             // reports that were not written
  std::uint64_t sent = 0;             // mails, by this run
  std::vector<std::uint64_t> mails;   // all of them, by MailState
  std::vector<Outbox::Line> pending;  // Outbox::unfinished() since the run began
  FailuresSent failures;              // failure reports
  std::string trouble;  // why nothing, or not all, could be looked up or sent; empty: nothing in the way
};

// Something waits for a later run.
bool waits(const WriteSummary& summary);
// Something was not written, was refused or given up by this run, or was perhaps sent.
bool failed(const WriteSummary& summary);

std::string format_summary(const WriteSummary& summary);
std::string format_summary_json(const WriteSummary& summary);

}  // namespace rampart::reports
