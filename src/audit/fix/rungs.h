// The rungs of the ladder (ladder.h), one function each: the next step there, or nothing when it is climbed. What only
// the owner can answer, and what must not be done, goes to Ladder::asides.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "audit/fix/ladder.h"
#include "audit/picture.h"
#include "dns/record_set.h"

namespace rampart::audit::fix {

using dns::kMaxString;

struct Ladder {
  const Picture& picture;
  const DomainReport& report;
  const Owner& owner;
  facts::Facts& facts;
  std::vector<Step>& asides;

  [[nodiscard]] Step step(const StepWords& words, std::string_view about = {}) const;
  void ask(Step step, const QuestionWords& question);
  void refuse(Step step, std::string why);
  // Whether the audit has the finding, present or unknown.
  [[nodiscard]] bool found(std::string_view code) const;
  // The domain sends nothing: the owner says so, or its records do.
  [[nodiscard]] bool silent() const;
  // The RRset as it stands, `after` like `before`. Nothing, and the step refused, where it cannot be changed there.
  std::optional<RrSet> current(const dns::Name& name, dns::RrType type, Step& step);
  // The step with `text` put at `name` in place of the TXT records that `replaces` knows. Nothing when it stands there
  // already, or cannot be put.
  std::optional<Step> set_text(Step step, const std::optional<dns::Name>& name, std::string text,
                               bool (*replaces)(std::string_view));
};

// A name as zone files and nsupdate have it: with a final dot, and every byte that is no letter, digit, hyphen,
// underscore or asterisk escaped.
std::string full_text(const dns::Name& name);

namespace rungs {

std::optional<Step> keys(Ladder& ladder);
std::optional<Step> spf(Ladder& ladder);
std::optional<Step> watch(Ladder& ladder);
std::optional<Step> reports(Ladder& ladder);
std::optional<Step> tls_reports(Ladder& ladder);
std::optional<Step> mta_sts(Ladder& ladder);
std::optional<Step> advised(Ladder& ladder);
std::optional<Step> np(Ladder& ladder);
std::optional<Step> subdomains(Ladder& ladder);
std::optional<Step> sp(Ladder& ladder);
std::optional<Step> p(Ladder& ladder);
std::optional<Step> old_keys(Ladder& ladder);
std::optional<Step> hard_fail(Ladder& ladder);
// Of a domain that sends nothing.
std::optional<Step> no_sender(Ladder& ladder);
std::optional<Step> refuse_all(Ladder& ladder);
std::optional<Step> park(Ladder& ladder);

}  // namespace rungs
}  // namespace rampart::audit::fix
