#include "audit/fix/work_out.h"

#include <algorithm>

#include <fmt/format.h>

#include "audit/ask_lane.h"
#include "audit/fix/format.h"
#include "audit/fix/ladder.h"
#include "audit/fix/proof.h"
#include "audit/zone_hints.h"
#include "facts/overlay.h"

namespace rampart::audit::fix {
namespace {

using base::ErrorKind;

class Work {
 public:
  Work(const dns::Name& domain, const Owner& owner, const InputOf& input_of, const Lane& lane,
       facts::DriveOptions drive)
      : domain_(domain), owner_(owner), input_of_(input_of), lane_(lane), drive_(drive) {
    drive_.only_used = false;
  }

  // The audit with `sets` published.
  base::Result<DomainReport> audit_with(std::vector<RrSet> sets) {
    laid_ = std::move(sets);
    TRY(overlay());
    return audit(domain_);
  }

  base::Result<Plan> run() {
    auto here = TRY(look(Rung::keys));
    plan_.before = here.report;
    TRY(check_parking(here));
    while (true) {
      for (auto& aside : here.asides) note(std::move(aside));
      if (!here.next) break;
      if (plan_.steps.size() == kMaxSteps)
        return base::fail(ErrorKind::internal, fmt::format("a plan of more than {} steps", kMaxSteps),
                          domain_.text());
      here = TRY(take(std::move(here)));
    }
    plan_.after = std::move(here.report);
    return std::move(plan_);
  }

 private:
  // RFC 7505: a domain with mail servers is parked only when its owner says so.
  [[nodiscard]] base::Result<> check_parking(const Stand& here) const {
    if (!owner_.parked || owner_.sends == Sends::no || !here.mail_server) return {};
    return base::fail(ErrorKind::usage,
                      fmt::format("{} has a mail server, {}, so it may be in use", domain_.text(),
                                  here.mail_server->text()),
                      {}, "if it neither sends nor takes mail, say so: --sends no");
  }

  // Each once: a rung is looked at again after each of its steps.
  void note(Step aside) {
    const bool known = std::ranges::any_of(plan_.steps, [&](const Step& step) {
      return !step.changes() && step.words == aside.words && step.title == aside.title;
    });
    if (!known) plan_.steps.push_back(std::move(aside));
  }

  base::Result<> overlay() {
    if (laid_.empty()) return {};
    overlay_ =
        std::make_unique<facts::ZoneOverlay>(TRY(facts::ZoneEdit::parse(zone_records(laid_), "the plan")));
    return {};
  }

  // Makes the step that `here` proposes.
  base::Result<Stand> take(Stand here) {
    auto step = *std::move(here.next);
    const bool other = step.subject != domain_;
    auto before = other ? TRY(audit(step.subject)) : std::move(here.report);
    auto domain_before = other ? std::move(here.report) : DomainReport();
    lay(laid_, step.sets);
    TRY(overlay());
    auto after = TRY(look(here.rung));
    step.closes = judge_closes(*step.words, before, other ? TRY(audit(step.subject)) : after.report);
    if (other) {
      const auto whole = judge_closes(*step.words, domain_before, after.report);
      step.closes.harms = step.closes.harms || whole.harms;
      if (!whole.appears.empty() && step.closes.holds) {
        step.closes.holds = false;
        step.closes.why_not = fmt::format("{}: {}", domain_.text(), whole.why_not);
      }
    }
    step.breaks = judge_breaks(step, owner_, after.senders);
    plan_.steps.push_back(std::move(step));
    return after;
  }

  base::Result<Stand> look(Rung from) {
    return ask<Stand>(domain_, [this, from](const Input& input, facts::Facts& facts) {
      return stand(input, owner_, from, facts);
    });
  }
  base::Result<DomainReport> audit(const dns::Name& domain) {
    return ask<DomainReport>(domain,
                             [](const Input& input, facts::Facts& facts) { return assess(input, facts); });
  }

  // One decision, with what the steps so far publish laid over the facts.
  template <class Decision, class F>
  base::Result<Decision> ask(const dns::Name& domain, F&& decide) {
    auto input = TRY(input_of_(domain));
    if (overlay_) add_proposed(input, overlay_->edit());
    auto options = drive_;
    options.overlay = overlay_.get();
    options.known = book_.get();
    auto asked = TRY(ask_lane<Decision>(lane_, options, domain.text(),
                                        [input = std::make_shared<const Input>(std::move(input)),
                                         decide](facts::Facts& facts) { return decide(*input, facts); }));
    book_ = asked.book;
    return std::move(asked.decision);
  }

  const dns::Name& domain_;
  const Owner& owner_;
  const InputOf& input_of_;
  const Lane& lane_;
  facts::DriveOptions drive_;
  Plan plan_;
  std::vector<RrSet> laid_;
  std::unique_ptr<facts::ZoneOverlay> overlay_;
  std::shared_ptr<const facts::Book> book_;  // shared as the driver hands it out
};

}  // namespace

base::Result<Plan> work_out(const dns::Name& domain, const Owner& owner, const InputOf& input_of,
                            const Lane& lane, facts::DriveOptions drive) {
  return Work(domain, owner, input_of, lane, drive).run();
}

base::Result<DomainReport> audit_published(const dns::Name& domain, std::vector<RrSet> sets,
                                           const InputOf& input_of, const Lane& lane,
                                           facts::DriveOptions drive) {
  const Owner owner;
  return Work(domain, owner, input_of, lane, drive).audit_with(std::move(sets));
}

}  // namespace rampart::audit::fix
