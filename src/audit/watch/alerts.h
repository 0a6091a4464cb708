// What is told of a domain: a pure decision over what was told before and what was seen now.
//
//   first look                a silent baseline
//   a record changed          told at once, once
//   a record is missing       told only when it is still missing at a second time, confirm_after later, and a
//                             second resolver says so as well
//   a finding came or went    told with the change of a record of the same look; alone (a certificate, a name of
//                             somebody else's) it is confirmed like a missing record
//   an accepted risk          is nothing to be told of
//   unknown                   never a change; after unknown_looks in a row that it could not be found out, once
//   back and forth            after max_changes within flap_window it is said that it changes all the time, once,
//                             and then nothing until it stood still for as long
//
// What is told of one thing is a chain: each alert begins where the one before it ended, so no change is told
// twice, and what stands still is told in the end. A clock that is set back delays a confirmation by at most its
// own length.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "audit/watch/observe.h"

namespace rampart::audit::watch {

struct AlertOptions {
  std::chrono::seconds confirm_after{600};
  unsigned unknown_looks = 3;
  unsigned max_changes = 3;
  std::chrono::seconds flap_window{24 * 3600};
};

// What is remembered of one thing of a domain.
struct Track {
  Standing told = Standing::absent;  // unknown: nothing yet
  std::string value;                 // of a record, as it was told
  std::string title;                 // of a finding, as it was told
  Severity severity = Severity::info;
  Weakness weakness = Weakness::none;
  bool event = false;  // of a finding: Observed's

  // What was seen instead and waits to be confirmed, or, while it flaps, what was seen last.
  struct Pending {
    Standing standing = Standing::absent;
    std::string value;
    base::Time since{};
    unsigned looks = 1;
    friend bool operator==(const Pending&, const Pending&) = default;
  };
  std::optional<Pending> pending;

  unsigned unknown_looks = 0;
  bool unknown_told = false;
  std::vector<base::Time> changes;  // that were told within the flap window
  bool flapping = false;
  friend bool operator==(const Track&, const Track&) = default;
};

struct Key {
  Subject subject = Subject::record;
  std::string name;
  friend auto operator<=>(const Key&, const Key&) = default;
};

// What is remembered of a domain. Made by decide() and stored as it is (memory_json.h).
struct Memory {
  bool baseline = false;      // it has been looked at
  std::string circumstances;  // of the last look: the program's version and what it was told to ask
  std::string grade;
  std::map<Key, Track> tracks;
  std::vector<std::string> unsaid;  // beginnings of codes of which nothing could be said since the baseline
  friend bool operator==(const Memory&, const Memory&) = default;
};

enum class What : std::uint8_t {
  appeared,
  changed,         // a record has another value
  went,            // a record is gone, a finding is mended
  unexamined,      // could not be found out for so many looks
  examined_again,  // after unexamined
  flapping,        // changes all the time: no more is said until it stands still
  settled,         // after flapping: this is how it stands now
};
std::string_view to_string(What what);  // "appeared"

struct Alert {
  Subject subject = Subject::record;
  std::string key;
  What what = What::changed;
  Standing before_standing = Standing::absent;
  Standing after_standing = Standing::absent;
  std::string before;  // a record's value; a finding has none
  std::string after;
  std::string why;     // of unexamined: what went wrong
  unsigned looks = 0;  // of unexamined
  std::string title;   // of a finding
  Severity severity = Severity::info;
  Weakness weakness = Weakness::none;
  base::Time seen{};  // when it was seen first
};

struct Decision {
  Memory memory;
  std::vector<Alert> alerts;
  // Something waits for its second time: look again then, and not only at the domain's next turn.
  std::optional<base::Time> look_again;
};

// Whether decide() could tell more if it knew what a second resolver says.
bool wants_second(const Memory& memory, const Observation& seen, const std::string& circumstances,
                  const AlertOptions& options);

// `second`: what another resolver says of the same domain, or null. `circumstances`: when they differ from those
// of the last look, findings and records that were not asked for then are taken as they are, silently.
Decision decide(const Memory& memory, const Observation& seen, const Observation* second,
                const std::string& circumstances, const AlertOptions& options);

}  // namespace rampart::audit::watch
