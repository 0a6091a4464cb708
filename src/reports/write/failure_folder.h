// Failure reports that wait to be sent: a file each, put there by whoever made them as mail came in, and sent by who sends reports.
//
//   FailureFolder folder("/var/lib/rampart/reports/failure");
//   TRY(folder.put(*failure_report(failed, reporter, redactor, to), now));
//   const auto done = TRY(folder.send(hand, now, rules, stop));     // in another process, one at a time
//
// A file's name says how far it is: NAME.json waits, NAME.sending is being handed over, NAME.unsure was when a run ended, and has
// perhaps arrived. What is sent, refused or given up is gone: it told of one message of one person.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "net/outgoing.h"
#include "reports/write/delivery.h"
#include "reports/write/failure_report.h"

namespace rampart::reports {

inline constexpr std::size_t kMaxWaitingFailures = 10'000;             // files; our own
inline constexpr std::size_t kMaxFailureFile = std::size_t{1} << 20U;  // bytes

struct FailuresSent {
  std::uint64_t sent = 0;
  std::uint64_t waiting = 0;
  std::uint64_t unsure = 0;  // perhaps sent by a run that ended
  std::uint64_t refused = 0;
  std::uint64_t given_up = 0;
  std::vector<std::string>
      lines;         // of what was not sent, printable: "ruf@bank.example: refused: 550 no such user"
  std::string down;  // why it ended early; empty when it did not
};

class FailureFolder {
 public:
  explicit FailureFolder(std::string folder) : folder_(std::move(folder)) {}

  // Makes the folder, 0700. The same report is one file, however often it comes. An error of kind unavailable when kMaxWaitingFailures
  // wait.
  base::Result<> put(const FailureMail& mail, base::Time now);
  // Every one that waits, once; `unsure_too`: those that were perhaps sent, again. `hand` gets the message unsigned.
  base::Result<FailuresSent> send(const std::function<net::Handing(const FailureMail&)>& hand, base::Time now,
                                  const DeliveryRules& rules, const std::function<bool()>& stop,
                                  bool unsure_too = false);
  // How many there are, without sending any.
  base::Result<FailuresSent> look();

 private:
  base::Result<std::vector<std::string>> names(std::string_view suffix) const;
  std::string folder_;
};

}  // namespace rampart::reports
