// Sends what the outbox holds, each mail once: with waits that double, until it is given up.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "net/outgoing.h"
#include "reports/write/outbox.h"

namespace rampart::reports {

struct DeliveryRules {
  std::chrono::seconds retry_after{900};  // the first wait, base::backoff()'s
  std::chrono::seconds give_up_after{
      5 * 86'400};  // from when it could have been sent first (RFC 5321 section 4.5.4.1)
};

// What a try means for a mail whose `attempts` count it. Pure.
QueuedMail after_try(QueuedMail mail, const net::Handing& handing, base::Time now,
                     const DeliveryRules& rules);

// What a lookup means for a report: `found` of its destinations. Those that are not known for longer than `give_up_after` are given
// up, by name. Pure.
QueuedReport after_lookup(QueuedReport report, const Recipients& found, base::Time now,
                          const DeliveryRules& rules);

struct Delivery {
  std::function<net::Handing(const QueuedMail&)> send;
  std::function<base::Time()> clock = &base::now;
  std::function<bool()> stop = [] { return false; };  // asked between two mails
  DeliveryRules rules;
};

// Tries everything that is due, once. When the server cannot be used (`down`), what is left stays as it is for the next run. Errors
// are the store's.
struct Delivered {
  std::uint64_t sent = 0;
  std::string down;  // why it ended early; empty when it did not
};
base::Result<Delivered> deliver(Outbox& outbox, const Delivery& delivery);

}  // namespace rampart::reports
