#include "reports/defect.h"

#include "base/text.h"

namespace rampart::reports {
namespace {

constexpr std::size_t kShown = 60;  // bytes of a defect's example

struct DefectText {
  std::string_view word;
  std::string_view text;
};
constexpr std::array<DefectText, kDefectKinds> kDefects{{
    {"stray-markup", "a < stands in it that begins no tag, or a tag that does not end"},
    {"bad-text", "it holds bytes or characters that are no text"},
    {"unknown-entity", "it names an entity that is none of XML's own, and is not expanded"},
    {"unclosed-element", "an element begins or ends without the other"},
    {"cut-short", "it ends in the middle"},
    {"no-organisation", "it does not say who wrote it"},
    {"no-report-id", "it has no report id"},
    {"no-period", "it does not say of what time it speaks; its file's name does"},
    {"bad-period", "its period cannot be what it says"},
    {"no-domain", "it does not say where the policy was found"},
    {"no-address", "a row has no address"},
    {"bad-address", "a row has an address that is none"},
    {"no-count", "a row has no count, and counts for nothing"},
    {"bad-count", "a count cannot be what it says"},
    {"no-header-from", "a row does not say whose mail it was"},
    {"no-results", "a row has no authentication results"},
    {"empty-reason", "a row has a reason that says nothing"},
    {"unknown-value", "a value is none that the standards have"},
    {"upper-case", "a value is not in lower case"},
    {"hardfail", "hardfail stands where fail is meant"},
    {"too-long", "a text is cut"},
    {"too-many", "there are more than are kept"},
    {"no-contact", "it does not say whom to ask"},
    {"no-policies", "it speaks of no policy"},
    {"no-policy-type", "a policy does not say of what kind it is"},
    {"no-result-type", "a failure does not say what failed"},
    {"wrong-form", "a value has another form than RFC 8460's"},
    {"other-name", "a member has another name than RFC 8460's"},
    {"date-form", "a date is not written as RFC 3339 has it"},
}};

}  // namespace

std::string_view to_string(DefectKind kind) { return kDefects[static_cast<std::size_t>(kind)].word; }
std::string_view describe(DefectKind kind) { return kDefects[static_cast<std::size_t>(kind)].text; }

void DefectNotes::note(DefectKind kind, std::string_view example) {
  auto& noted = noted_[static_cast<std::size_t>(kind)];
  if (noted.count++ == 0 && !example.empty()) noted.example = base::excerpt(example, kShown);
}

std::vector<Defect> DefectNotes::take() {
  std::vector<Defect> out;
  for (std::size_t kind = 0; kind < kDefectKinds; ++kind) {
    auto& noted = noted_[kind];
    if (noted.count == 0) continue;
    out.push_back(
        {.kind = static_cast<DefectKind>(kind), .count = noted.count, .example = std::move(noted.example)});
  }
  noted_ = {};
  return out;
}

}  // namespace rampart::reports
