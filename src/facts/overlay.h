// A proposed change laid over the facts: what would be answered if it were published.
//
//   auto edit = ZoneEdit::load("fix.zone");                             // Result<ZoneEdit>
//   ZoneOverlay overlay(*edit);
//   drive<Report>(assess, provider, {.overlay = &overlay}, done);
//
// The change alters more than the records it names, and the overlay answers by the rules that a name server
// follows: names above a new record come to exist (and answer no_data), a new name switches off the wildcard
// that covered it and what lies below, a new wildcard covers what does not exist, a CNAME, new or old, leads
// into changed names, and a name that loses its last record is gone. Which names exist now, and which only
// seem to because of a wildcard, the overlay finds out with questions to the base: an invented name below an
// existing one does not exist unless a wildcard covers it.
//
// What answers cannot tell: whether names below one that is removed, or records of types that are never
// asked, would keep it alive. It then counts as gone; names above it stay as they are. Answers made here have
// no AD bit, and negative ones the TTL kProposedNegativeTtl.
#pragma once

#include "facts/facts.h"
#include "facts/zone_edit.h"

namespace rampart::facts {

inline constexpr std::uint32_t kProposedNegativeTtl = 300;  // seconds; our own
// The label under which names are invented (see above).
inline constexpr std::string_view kInventedLabel = "rampart-does-this-exist";

// Pure; any number of threads may use it at once.
class ZoneOverlay : public Overlay {
 public:
  explicit ZoneOverlay(ZoneEdit edit) : edit_(std::move(edit)) {}
  AnswerPtr answer(const dns::Name& name, dns::RrType type, Facts& base) const override;
  [[nodiscard]] const ZoneEdit& edit() const { return edit_; }

 private:
  ZoneEdit edit_;
};

}  // namespace rampart::facts
