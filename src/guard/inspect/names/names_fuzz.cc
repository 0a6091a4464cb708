// Headers of strangers: facts have evidence, printable and within its limits, and are the same each time.
#include <cstdint>
#include <cstdlib>

#include "base/text.h"
#include "guard/inspect/names/names.h"

using namespace rampart;
using namespace rampart::guard;

namespace {

void require(bool promise) {
  if (!promise) std::abort();
}

const names::NameRules& rules() {
  static const auto out =
      *names::NameRules::make({.own_domains = {*dns::Name::try_parse("ministry.example")},
                               .own_names = {"Ministry of Examples"},
                               .partner_domains = {*dns::Name::try_parse("partnerworks.example")},
                               .people = {*names::parse_person("Sana Malik <sana@ministry.example>")},
                               .not_lookalikes = {},
                               .brands = nullptr});
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto header = mail::read_header(text);
  if (!header) return 0;
  const names::NamesOf of{.header = &*header, .mail_from = {}, .has_envelope = false};
  const auto facts = names::read_names(of, rules());
  require(facts.evidence.size() <= names::kMaxEvidence);
  for (const auto& evidence : facts.evidence) {
    require(facts.has(evidence.fact) && !evidence.field.empty());
    for (const auto& shown : {evidence.shown, evidence.claimed, evidence.how})
      require(shown.size() <= names::kMaxEvidenceText + 40 && base::printable(shown) == shown);
  }
  require(base::printable(facts.display_name) == facts.display_name &&
          base::printable(facts.subject) == facts.subject);
  require(names::read_names(of, rules()).evidence == facts.evidence);
  return 0;
}
