// A plan: the steps from what a domain publishes to what protects it, in an order that loses no mail.
//
//   step 1  publish-dkim-key      + s1._domainkey.bank.example TXT "v=DKIM1; …"
//   step 2  watch                 + _dmarc.bank.example TXT "v=DMARC1; p=none; rua=…"
//   …
//   step n  spf-hard-fail         bank.example TXT "v=spf1 … ~all" becomes "v=spf1 … -all"
//
// A step says whole RRsets, before and after, so that it can be laid over the facts, written as a zone file, and
// guarded against a record that changed meanwhile. What only the owner knows is a question, never a guess: a step
// that waits for an answer has no change.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audit/fix/owner.h"
#include "audit/fix/words.h"
#include "audit/report.h"

namespace rampart::audit::fix {

inline constexpr std::uint32_t kTtl = 3600;  // seconds, of every RRset that a step touches; Remedy's

// One record of an RRset; the data is in the form of Remedy::data (TXT: its text; else as in a zone file).
struct SetRecord {
  std::string data;
  std::uint16_t strings = 1;  // TXT: how many character-strings hold it

  friend bool operator==(const SetRecord& a, const SetRecord& b) { return a.data == b.data; }
};

struct RrSet {
  dns::Name name;
  dns::RrType type = dns::RrType::txt;
  std::vector<SetRecord> before;  // empty: there is none
  std::vector<SetRecord> after;
};

// One record's change, for people.
struct Change {
  Remedy remedy;       // what is published; of a removal what goes
  std::string before;  // of a replacement: the data that goes
};

// Whether the step does what it is for: the change laid over the facts, and audited again.
struct Closes {
  bool holds = false;
  std::vector<std::string> findings;  // their codes
  std::vector<std::string> appears;   // codes of findings that are new or graver, info left out
  std::vector<std::string> rows;      // how the spoofing table gets better, for people
  std::string why_not;                // when it does not hold
  bool harms = false;                 // something as grave appeared, or a stranger can do more than before
};

// The legitimate mail that the step would fail.
struct Breaks {
  bool known = false;
  bool by_reports = false;           // reports were read; else what the owner says decides
  std::size_t senders = 0;           // known: of so many
  std::vector<std::string> failing;  // known: these
  std::string why;                   // for people
};

struct Step {
  const StepWords* words = nullptr;  // never null
  std::string title;
  std::string why;
  dns::Name subject;  // whose mail it is about: the domain, or a name below it
  std::vector<RrSet> sets;
  const QuestionWords* question = nullptr;  // what the owner has to say first
  std::string refused;                      // why the step must not, or cannot, be made
  std::string serve;                        // the text of an MTA-STS policy that has to be served first
  bool touches_spf = false;                 // the domain's own SPF record changes
  bool by_word = false;  // the owner says that the domain sends nothing, so no mail of its own can fail
  Closes closes;
  Breaks breaks;

  [[nodiscard]] bool changes() const { return !sets.empty(); }
  [[nodiscard]] bool proven() const {
    return changes() && closes.holds && breaks.known && breaks.failing.empty();
  }
};

std::vector<Change> changes(const Step& step);

struct Plan {
  DomainReport before;
  DomainReport after;  // when every step is made
  std::vector<Step> steps;

  [[nodiscard]] std::vector<const QuestionWords*> questions() const;  // each once, in order
  // The RRsets as they are when the first `count` steps that change something are made.
  [[nodiscard]] std::vector<RrSet> published(std::size_t count = SIZE_MAX) const;
  [[nodiscard]] std::size_t change_count() const;
};

// The steps' RRsets one after another: the first's `before`, the last's `after`.
void lay(std::vector<RrSet>& over, const std::vector<RrSet>& sets);

}  // namespace rampart::audit::fix
