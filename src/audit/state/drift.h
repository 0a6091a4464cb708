// What is different between two states of a domain: a pure function over what was seen then and is seen now.
//
// Order, times and TTLs are no difference, and what could not be found out is never taken for gone.
#pragma once

#include <string>
#include <vector>

#include "audit/watch/observe.h"

namespace rampart::audit::state {

struct Change {
  enum class What : std::uint8_t { appeared, changed, went };
  What what = What::changed;
  watch::Subject subject = watch::Subject::record;
  std::string key;     // "TXT _dmarc.bank.example", or a finding's code
  std::string before;  // a record set's lines; empty when it was not there; a finding has none
  std::string after;
  std::string title;  // of a finding
  Severity severity = Severity::info;
};
std::string_view to_string(Change::What what);  // "appeared"

struct Drift {
  std::string grade_before;
  std::string grade_after;
  std::vector<Change> changes;       // records first, then findings, each by its key
  std::vector<std::string> unknown;  // what is not known now and was then: "TXT bank.example: no reply came"

  [[nodiscard]] bool empty() const { return changes.empty() && grade_before == grade_after; }
};

Drift drift(const watch::Observation& before, const watch::Observation& after);

}  // namespace rampart::audit::state
