// What messages' content is judged by, of one configuration, and what one message comes to by it.
//
//   const auto judged = judge_content({.seen = seen, .header = header, …}, rules);
//   judged.level                    model::Level::quarantine
//   judged.signals[0].points        what the strongest signal weighs
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "guard/inspect/model/model.h"
#include "guard/inspect/names/names.h"
#include "guard/inspect/seen/inspected.h"
#include "guard/inspect/signal/signal.h"

namespace rampart::guard {

struct InspectionRules {
  bool is_on = true;
  std::size_t most = std::size_t{32} << 20U;  // bytes of a message; a larger one is not looked at
  // Shared: replaced while messages are under way. Null: nothing is judged.
  std::shared_ptr<const names::NameRules> names = {};
  std::shared_ptr<const model::Model> model = {};
  bool clamd_must_say = false;              // a message that clamd says nothing of is put off
  std::string field = "X-Rampart-Content";  // that is added to what is tagged

  [[nodiscard]] bool judges() const { return is_on && names && model; }
};

// Where nobody has to look into a message from outside, or nobody may: what is said in place of what would have been seen.
// `lists_name_content`: a block list names links or parts, for which one has to look whatever the rules say.
std::optional<Inspected> why_not_looked_at(const InspectionRules& rules, bool lists_name_content,
                                           std::size_t size);

// One that weighs anything.
struct WeighedSignal {
  signal::Signal signal;
  double points = 0;  // below 0: it speaks for the message
};

struct ContentJudged {
  double score = 0;  // points; never below 0
  model::Level level = model::Level::none;
  std::vector<WeighedSignal> signals;  // the strongest first
  double tag = 0;                      // the thresholds, points
  double quarantine = 0;
  std::string model;  // its name

  // The gravest of what it is, as causes and may_release() have it: "malware", "executive-impersonation", "lookalike", "bulk"; empty:
  // none of these.
  [[nodiscard]] std::string_view kind() const;
  // "its content scores 63.2 points, and 40 are enough to keep it": printable, as all texts of it.
  [[nodiscard]] std::string score_text() const;
  // What the three strongest say, and the score behind: "its links lead …; it asks …; its content scores …".
  [[nodiscard]] std::string text() const;
  // The same with what each was seen by: "its links lead … [from bank.example, to evil.example]; …".
  [[nodiscard]] std::string text_with_evidence() const;
};

// What the message and its header are judged by together; all outlives the call.
struct ContentOf {
  const Inspected& seen;
  const names::NameFacts& names;
  const mail::Header& header;
  std::span<const std::string> recipients;
  const auth::Authentication* authentication = nullptr;
  const Correspondence* sender = nullptr;
  std::string_view malware;  // its name; empty: none was found
};
// Of rules that judge.
ContentJudged judge_content(const ContentOf& of, const InspectionRules& rules);

}  // namespace rampart::guard
