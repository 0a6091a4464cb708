#include "reports/advise/forecast.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "reports/show/show.h"

namespace rampart::reports::advice {
namespace {

using dmarc::Policy;

class Forecasting {
 public:
  Forecasting(const AdviseInput& input, const Advice& advice) : input_(input), advice_(advice) {
    for (const auto gate : {Gate::coverage, Gate::inventory}) {
      for (const auto& blocker : advice.blockers) {
        if (blocker.gate == gate && why_unknown_.empty()) why_unknown_ = "unknown: " + blocker.says;
      }
    }
    senders_ =
        static_cast<std::size_t>(std::ranges::count(advice.streams, Standing::legitimate, &Stream::standing));
  }

  std::vector<Forecast> run() {
    const auto at = advice_.current.p();
    if (advice_.next) {
      // A test goes one level down: of p=quarantine it stops nothing.
      const auto counts = advice_.next->soft ? dmarc::lowered(advice_.next->p) : advice_.next->p;
      auto advised =
          counts == Policy::none ? begin(kAdvisedStep) : of_policy(kAdvisedStep, counts, advice_.next->below);
      advised.covered = advice_.now && !input_.rehearse && advised.known;
      out_.push_back(std::move(advised));
    }
    // A policy falls on names below as well, unless the record says otherwise of them.
    const bool inherits = !advice_.current.record.sp.published;
    out_.push_back(of_policy("p-quarantine", Policy::quarantine, inherits));
    out_.push_back(of_policy("p-reject", Policy::reject, inherits));
    out_.push_back(of_policy("end-testing", at, true));
    out_.push_back(of_parts("sp-quarantine", Policy::quarantine, {Part::below}));
    out_.push_back(of_parts("sp-reject", Policy::reject, {Part::below}));
    out_.push_back(of_invented());
    out_.push_back(of_hard_fail());
    return std::move(out_);
  }

 private:
  Forecast begin(std::string_view step) const {
    Forecast out{.step = std::string(step), .known = why_unknown_.empty(), .senders = senders_};
    out.why = out.known ? fmt::format("senders, by what reports say of {} to {}",
                                      day_text(advice_.blast.from), day_text(advice_.blast.to))
                        : why_unknown_;
    return out;
  }

  Forecast of_policy(std::string_view step, Policy policy, bool below) const {
    return below ? of_parts(step, policy, {Part::domain, Part::below})
                 : of_parts(step, policy, {Part::domain});
  }

  Forecast of_parts(std::string_view step, Policy policy, std::initializer_list<Part> parts) const {
    auto out = begin(step);
    for (const auto& stream : advice_.streams) {
      if (stream.standing != Standing::legitimate) continue;
      const bool fails = std::ranges::any_of(parts, [&](Part part) {
        const auto health = health_of(stream, part, policy, input_.today);
        return !health.ok || (!health.mended && health.mail.fail != 0);
      });
      if (fails) out.failing.push_back(base::printable(stream.source.name));
    }
    return out;
  }

  // np=reject: only names that do not exist.
  [[nodiscard]] Forecast of_invented() const {
    auto out = begin("np-reject");
    if (input_.looked == nullptr) {
      out.known = false;
      out.why = "unknown: DNS was not asked which names exist";
      return out;
    }
    for (const auto& stream : advice_.streams) {
      if (stream.standing != Standing::legitimate) continue;
      for (const auto& [name, tally] : stream.names) {
        const auto& names = input_.looked->dns.names;
        const auto found = std::ranges::find(names, name, &Dns::Name::name);
        const auto exists = found == names.end() ? Known::unknown : found->exists;
        if (tally.fail == 0 || exists == Known::yes) continue;
        if (exists == Known::unknown && out.known) {
          out.known = false;
          out.why = fmt::format("unknown: whether {} exists", base::printable(name));
        }
        if (exists == Known::no)
          out.failing.push_back(
              fmt::format("{} as {}", base::printable(stream.source.name), base::printable(name)));
      }
    }
    // t=y would take it down again.
    const bool test = advice_.current.soft() || (advice_.now && advice_.next->soft);
    out.covered = out.known && out.failing.empty() && !test;
    return out;
  }

  // -all: what SPF does not list is refused by some before DKIM is looked at (RFC 9989 section 7.1).
  [[nodiscard]] Forecast of_hard_fail() const {
    auto out = begin("spf-hard-fail");
    for (const auto& stream : advice_.streams) {
      if (stream.standing != Standing::legitimate) continue;
      const bool refused = std::ranges::any_of(stream.days, [&](const StreamDay& day) {
        return day.day >= advice_.blast.from && day.day <= advice_.blast.to && day.refused != 0;
      });
      if (refused) out.failing.push_back(base::printable(stream.source.name));
    }
    const auto& current = advice_.current;
    out.covered = out.known && out.failing.empty() && current.p() == Policy::reject && !current.soft();
    return out;
  }

  const AdviseInput& input_;
  const Advice& advice_;
  std::string why_unknown_;
  std::size_t senders_ = 0;
  std::vector<Forecast> out_;
};

}  // namespace

std::vector<Forecast> forecast(const AdviseInput& input, const Advice& advice) {
  return Forecasting(input, advice).run();
}

}  // namespace rampart::reports::advice
