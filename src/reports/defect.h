// What was wrong with a report and did not keep it from being read. The readers of all kinds of reports share these.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "reports/limits.h"

namespace rampart::reports {

enum class DefectKind : std::uint8_t {
  stray_markup,  // a < or a tag that is none
  bad_text,      // bytes that are no UTF-8, characters that are no text
  unknown_entity,
  unclosed_element,
  cut_short,
  no_organisation,
  no_report_id,
  no_period,  // taken from the file's name
  bad_period,
  no_domain,  // taken from the first row
  no_address,
  bad_address,
  no_count,
  bad_count,
  no_header_from,
  no_results,  // auth_results
  empty_reason,
  unknown_value,
  upper_case,
  hardfail,
  too_long,
  too_many,
  // Of TLS reports.
  no_contact,
  no_policies,
  no_policy_type,
  no_result_type,
  wrong_form,  // a number that is a string, a list that is a single value
  other_name,  // a member's name in other letters, or an old draft's
  date_form,   // a date that is not RFC 3339's
};
inline constexpr std::size_t kDefectKinds = static_cast<std::size_t>(DefectKind::date_form) + 1;
std::string_view to_string(DefectKind kind);  // "stray-markup"
std::string_view describe(DefectKind kind);   // "a < stands in it that begins no tag"

struct Defect {
  DefectKind kind = DefectKind::stray_markup;
  std::uint64_t count = 0;
  std::string example;  // of the first; printable, may be empty
};

// The defects of a report while it is read.
class DefectNotes {
 public:
  void note(DefectKind kind, std::string_view example = {});
  // Each kind once, in the order of the kinds. Afterwards nothing is noted.
  std::vector<Defect> take();

 private:
  struct Noted {
    std::uint64_t count = 0;
    std::string example;
  };
  std::array<Noted, kDefectKinds> noted_;
};

}  // namespace rampart::reports
