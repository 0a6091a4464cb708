// What is done with a message: its authentication, what is known of its sender, and the local rules in; an action and the chain of
// its causes out. Pure.
//
//   const auto decision = decide({.authentication = &result, .memory = memory, .local = rules, .now = now}, recipients);
//   decision.message.action      for all recipients, where they agree
//   decision.recipients[i]       for each: a cause names the rule
//
// RFC 9989 section 7.4: no message is rejected because of p=reject alone. A second, named fact has to speak against it. Section
// 5.4: what fails under p=none is treated as if there were no DMARC.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/authenticate.h"
#include "base/json.h"
#include "guard/inspect/clamd/clamd.h"
#include "guard/inspect/inspection.h"
#include "guard/policy/local.h"

namespace rampart::guard {

enum class Action : std::uint8_t { accept, quarantine, tempfail, reject };
std::string_view to_string(Action action);
std::optional<Action> parse_action(std::string_view text);  // as to_string() writes it

// One clause of why, in the order in which they decided. `code` is stable.
struct Cause {
  std::string code;     // "dmarc-reject", "second-fact-spf-hard-fail", "override", …
  std::string text;     // one clause, printable
  std::string section;  // what says so; may be empty

  friend bool operator==(const Cause&, const Cause&) = default;
};

// Into an open object: "causes", as events and kept messages have them.
void write_causes(base::JsonWriter& json, const std::vector<Cause>& causes);
std::vector<Cause> read_causes(
    const boost::json::object& object);  // of one that write_causes() wrote into; total

// What the sender memory says of the author's domain and the network that the message came from.
struct Memory {
  // Whether mail of the domain has passed DMARC from this network; nothing while the memory is too young to say "never"
  // (kMemoryAge), so that a new installation rejects nobody for being new to it.
  std::optional<bool> passed_from_here;
  // Since when messages of this sender to these recipients are put off; nothing: they are not.
  std::optional<base::Time> deferred_since;
};

// Our own.
inline constexpr std::chrono::hours kMemoryAge{24 * 14};
inline constexpr std::chrono::hours kMostDeferral{4};

// A message on its way.
struct Arrival {
  // All of these outlive the decision.
  const auth::Authentication* authentication = nullptr;
  const mail::Header* header = nullptr;
  const LocalRules* local = nullptr;
  std::optional<base::IpAddress> client;
  std::string mail_from;
  Memory memory;
  base::Time now{};
  const Inspected* inspected = nullptr;    // nullptr: nobody had to look
  const ContentJudged* content = nullptr;  // nullptr: it was not judged
  const ClamdAnswer* clamd = nullptr;      // nullptr: it was not asked
  bool clamd_must_say = false;
};

struct Ruling {
  Action action = Action::accept;
  std::vector<Cause> causes;  // none for a message that nothing speaks against
  // Of reject and tempfail: what the sender's server is told, with its codes (RFC 7372 section 3.3).
  unsigned code = 0;
  std::string enhanced;
  std::string text;
  // A local decision that DMARC reports have to name (RFC 9990 section 3.1.6): "local_policy", "trusted_forwarder"; or empty.
  std::string_view override_type;
};

// For the message as a whole.
Ruling decide(const Arrival& arrival);

// What is done when recipients differ. A milter can answer one thing for the whole message, and take recipients away.
struct Delivery {
  Action answer = Action::accept;  // to the MTA
  std::vector<bool> kept_from;  // by recipient: it gets nothing now, as it is quarantined under its own entry
  std::vector<Ruling> recipients;  // what holds for each in the end, with the cause of any change
};
// Tempfail for one is tempfail for all. Reject is answered only where all are rejected; otherwise it becomes quarantine.
// `may_remove`: the MTA lets recipients be removed; where it does not, a message that anybody is kept from is kept from all.
Delivery combine(std::vector<Ruling> recipients, bool may_remove);

// Whether a message looks as though a list or another forwarder had it in its hands: List-Id, List-Post, List-Unsubscribe with
// a Precedence, Mailing-List, X-BeenThere (RFC 2919, RFC 2369), or an ARC set.
bool has_list_trace(const mail::Header& header);

}  // namespace rampart::guard
