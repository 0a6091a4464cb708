// What speaks against a message: a pure function from what was seen of it to signals, each with its strength, its evidence and the
// part that it stands in. What they weigh is the model's matter (model/model.h).
//
//   const auto found = signal::find_signals({.seen = seen, .names = names, .rules = rules, .header = header});
//   found[0].code, found[0].strength         Code::brand_link_away, 0.8
//   found[0].evidence                        "Example Bank, by its subject; login.evil.example"
//
// Whatever says no more than "modern mail" or "that provider" (HTML, character sets, styles, TLS, that there is a DKIM signature,
// fields of providers, dates, sizes, hops) is no signal, and none looks at the results that others stamped on a message.
// Linear in what was seen; some ten microseconds for an ordinary message.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "auth/authenticate.h"
#include "guard/inspect/names/names.h"
#include "guard/inspect/seen/inspected.h"
#include "guard/inspect/signal/catalogue.h"
#include "guard/memory/acquaintance.h"
#include "mail/header.h"

namespace rampart::guard::signal {

// All our own.
inline constexpr std::size_t kMaxLinksJudged = 100;  // of those that people follow, the first
inline constexpr std::size_t kMaxTextJudged =
    8'192;  // bytes of shown text that greetings, sums and brands are looked for in
inline constexpr std::size_t kMaxSignalEvidence = 200;  // bytes
inline constexpr std::size_t kMaxRecipients = 20;       // that links and texts are compared with

struct Signal {
  Code code = Code::protected_person;
  double strength = 0;   // over 0, to 1
  std::string evidence;  // printable
  std::string part;      // "header", "message", or a part's path: "1.2"

  friend bool operator==(const Signal&, const Signal&) = default;
};

// Everything outlives the call.
struct Facts {
  const Inspected& seen;
  const names::NameFacts& names;
  const names::NameRules& rules;
  const mail::Header& header;
  std::span<const std::string> recipients = {};  // of the envelope; empty: those of To and Cc stand in
  const auth::Authentication* authentication = nullptr;  // null: it is not known
  const Correspondence* sender = nullptr;                // null: nothing is known of the sender
  std::string_view malware = {};  // its name, of a virus scanner; empty: none was found
};

// In the order of Code, each at most once: the strongest of its kind.
std::vector<Signal> find_signals(const Facts& facts);

}  // namespace rampart::guard::signal
