// The words of a watch, in English and Urdu: every sentence once. {0}, {1} … are filled in (catalogue.h); what is
// filled in reads from left to right and is set apart from Urdu by whoever fills it.
#pragma once

#include <array>
#include <string_view>

#include "audit/watch/event.h"

namespace rampart::audit::watch {

struct Texts {
  // Of an alert: {0} the record, or the finding in words, or the domain; {1} how often, {2} why.
  std::string_view record_appeared;
  std::string_view record_changed;
  std::string_view record_went;
  std::string_view record_unexamined;
  std::string_view record_examined_again;
  std::string_view record_flapping;
  std::string_view record_settled;
  std::string_view finding_appeared;
  std::string_view finding_went;
  std::string_view finding_flapping;
  std::string_view finding_settled_present;
  std::string_view finding_settled_absent;
  std::string_view domain_unexamined;
  std::string_view domain_examined_again;
  std::string_view before;
  std::string_view now;
  std::string_view nothing;  // in place of a record that is not there

  std::array<std::string_view, 5> levels;      // by Severity
  std::array<std::string_view, 8> weaknesses;  // by Weakness; empty: the catalogue's own title
  std::string_view grade;                      // {0} the grade
  std::string_view grade_changed;              // {0} the grade, {1} what it was

  // Of a digest: {0} "3 changes", {1} a domain or "2 domains", {2} the organisation.
  std::string_view subject;
  std::string_view subject_of;
  std::string_view one_change;
  std::string_view changes;    // {0} the number
  std::string_view domains;    // {0} the number
  std::string_view worst;      // {0} the subject, {1} the level of the gravest finding that came
  std::string_view period;     // {0} from, {1} to
  std::string_view period_of;  // {2} the organisation
  std::string_view once;       // that each change is told once
  std::string_view footer;

  std::string_view trouble_subject;  // {0} what
  std::string_view over_subject;
  std::string_view trouble_footer;
};

const Texts& texts(Language language);

}  // namespace rampart::audit::watch
