// Reports out of a mailbox, by IMAP (reports/mailbox/fetcher.h), into the store.
#pragma once

#include "base/config.h"
#include "reports/mailbox/fetcher.h"
#include "server/setup/facts.h"
#include "server/setup/host.h"

namespace rampart::server {

struct IntakeRequest {
  bool watch = false;  // go on until host.stop(): each report is read within seconds of its coming
  FactsOptions facts;
  bool json = false;  // how a turn is printed
  // Told of each turn in which something came; may be empty.
  std::function<void(const reports::FetchTurn&, const reports::ImportSummary&)> turned = {};
};

// Whether the settings name a mailbox, and what is wrong with them. Errors are of kind config.
base::Result<> check_mailbox(const base::Config& config);

// Ending::findings where something was set aside, undetermined where something waits. An error where the mailbox cannot be read from the
// start; what fails later is tried again.
base::Result<Ending> run_intake(const Host& host, const IntakeRequest& request, const base::Config& config);

}  // namespace rampart::server
