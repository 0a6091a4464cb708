// What one audit saw of a domain, as far as a watch compares it with what was seen before: the records that its
// owner publishes and the findings.
//
// Records of others (a provider's SPF, a top-level domain's) and records that no mail depends on are left out:
// they change on their own, and what their change does to the domain shows in the findings.
#pragma once

#include <string>
#include <vector>

#include "audit/assess.h"
#include "facts/book.h"

namespace rampart::audit::watch {

enum class Standing : std::uint8_t { absent, present, unknown };
std::string_view to_string(Standing standing);

enum class Subject : std::uint8_t {
  examination,  // the domain's audit itself: unknown when it could not be decided
  record,
  finding,
};
std::string_view to_string(Subject subject);  // "record"

struct Observed {
  Subject subject = Subject::record;
  std::string
      key;  // unique in a domain: "TXT _dmarc.bank.example", "dmarc-policy-none"; "" for the examination
  Standing standing = Standing::absent;
  std::string value;   // a record set's lines, sorted; of a finding nothing
  std::string why;     // for unknown
  std::string server;  // who said so, of a record: "192.0.2.53:53"; may be empty
  // Whether every audit asks for this record. Of others nothing is known before they are seen first.
  bool always_asked = true;

  bool event = false;                  // a finding that is told when it comes, and is not mended when it goes
  bool accepted = false;               // of a finding whose risk somebody has accepted
  std::string title;                   // of a finding
  Severity severity = Severity::info;  // its effective level
  Weakness weakness = Weakness::none;
};

struct Observation {
  dns::Name domain;
  base::Time at{};
  std::string grade;            // "A" … "F", "?"
  std::vector<Observed> items;  // by subject, then key; a finding that is not among them is absent, unless:
  std::vector<std::string> undecided;  // the beginnings of codes about which this audit can say nothing

  [[nodiscard]] const Observed* find(Subject subject, std::string_view key) const;
  [[nodiscard]] bool can_say(std::string_view code) const;
};

// Findings whose effective level is below `least` are left out.
Observation observe(const Input& input, const DomainReport& report, const facts::Book& book, Severity least);

}  // namespace rampart::audit::watch
