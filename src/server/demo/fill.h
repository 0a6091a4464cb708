// The demo's past: a month of audits, reports and mail, written into an empty store by the very code that writes them in life.
//
//   TRY(fill(*world, database, quarantine, rules, {.now = base::now()}));
#pragma once

#include "guard/gate/gate.h"
#include "guard/quarantine/quarantine.h"
#include "server/demo/letters.h"
#include "server/demo/world.h"
#include "store/database.h"

namespace rampart::server::demo {

struct FillOptions {
  base::Time now{};
  int days = 30;
  unsigned letters_of_day = 60;
};

// The audits of the demo's domains at these moments, as State keeps them.
base::Result<> fill_audits(const World& world, store::Database& database, const FillOptions& options);
base::Result<> fill_reports(store::Database& database, const FillOptions& options);
// What the guard decides about the letters of these days.
base::Result<> fill_mail(const World& world, store::Database& database, guard::Quarantine& quarantine,
                         std::shared_ptr<const guard::Rules> rules, const FillOptions& options);

// One letter through a gate, as a mail server hands it over; the event that came of it. The gate's `provider` answers at once.
base::Result<guard::milter::Answer> hand_over(guard::Gate& gate, const Letter& letter);

// What a mail server sends for a letter: the frames of a whole connection, from the offer to the end of the message.
std::string frames_of(const Letter& letter);

}  // namespace rampart::server::demo
