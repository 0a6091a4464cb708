#include "reports/aggregate/report.h"

#include <algorithm>
#include <array>

namespace rampart::reports {
namespace {

constexpr std::uint64_t kMaxMessages = std::uint64_t{1} << 53U;

struct DefectText {
  std::string_view word;
  std::string_view text;
};
constexpr std::array<DefectText, kDefectKinds> kDefects{{
    {"stray-markup", "a < stands in it that begins no tag, or a tag that does not end"},
    {"bad-text", "it holds bytes that are no text"},
    {"unknown-entity", "it names an entity that is not expanded"},
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
    {"unknown-value", "a value is none that RFC 9990 or RFC 7489 has"},
    {"upper-case", "a value is not in lower case"},
    {"hardfail", "hardfail stands where fail is meant"},
    {"too-long", "a text is cut"},
    {"too-many", "there are more than are kept"},
}};

}  // namespace

std::string_view to_string(DefectKind kind) { return kDefects[static_cast<std::size_t>(kind)].word; }
std::string_view describe(DefectKind kind) { return kDefects[static_cast<std::size_t>(kind)].text; }

std::uint64_t Report::messages() const {
  std::uint64_t out = 0;
  for (const auto& row : rows) out = std::min(out + row.count, kMaxMessages);
  return out;
}

}  // namespace rampart::reports
