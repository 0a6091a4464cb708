#include "reports/advise/advise.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/saturate.h"
#include "base/text.h"
#include "reports/advise/forecast.h"
#include "reports/advise/gates.h"
#include "reports/show/show.h"

namespace rampart::reports::advice {
namespace {

using dmarc::Policy;

std::string days_text(const Blast& blast) {
  return plural(static_cast<std::uint64_t>(blast.days()), "day", "days");
}

std::uint64_t of_window(const StreamDay& day, bool below, std::uint64_t SourceTally::* what) {
  return base::saturating_sum(day.domain.*what, below ? day.below.*what : 0);
}

class Advising {
 public:
  explicit Advising(const AdviseInput& input) : input_(input) {}

  Advice run() {
    begin();
    Gates gates{input_, out_};
    out_.gates.push_back(gates::coverage(gates));
    out_.gates.push_back(gates::inventory(gates));
    out_.gates.push_back(gates::authentication(gates));
    auto below = gates::subdomains(gates);
    out_.blast = blast(gates.below_ready);
    out_.gates.push_back(gates::blast_radius(gates));
    out_.gates.push_back(gates::indirect(gates));
    out_.gates.push_back(std::move(below));
    out_.gates.push_back(gates::stability(gates));
    out_.gates.push_back(gates::rollback(gates));
    if (daily().rows.empty()) open_gates();
    decide(gates.below_ready);
    say();
    out_.forecasts = forecast(input_, out_);
    return std::move(out_);
  }

 private:
  [[nodiscard]] const Dns* dns() const { return input_.looked == nullptr ? nullptr : &input_.looked->dns; }

  [[nodiscard]] const Daily& daily() const { return input_.heard->daily; }

  // Of nothing nobody can say that it is in order.
  void open_gates() {
    for (auto& gate : out_.gates) {
      if (gate.state != GateState::pass || gate.gate == Gate::coverage || gate.gate == Gate::rollback)
        continue;
      gate.state = GateState::unknown;
      gate.says = "no report that counts tells of it";
      gate.evidence.clear();
    }
  }

  void begin() {
    out_.domain = input_.domain.text();
    out_.today = input_.today;
    out_.current = current_of(dns(), daily());
    const auto next = next_policy(out_.current);
    const bool done = out_.current.own && !next;
    if (done) out_.verdict = Verdict::done;
    out_.target = input_.rehearse.value_or(next.value_or(done ? Policy::reject : Policy::none));
    if (out_.current.from == Current::From::dns && out_.current.own) out_.rollback = out_.current.record.text;
    out_.streams = find_streams(
        {.domain = input_.domain,
         .own_domains = input_.own_domains,
         .daily = &daily(),
         .addresses = input_.looked == nullptr ? std::vector<SeenAddress>() : input_.looked->addresses,
         .marks = input_.marks,
         .registry = input_.registry,
         .today = input_.today,
         .asked = input_.looked != nullptr});
    find_reporters();
    find_unanswered();
    find_idle();
    find_honours();
    no_record();
  }

  // Without a record of the domain's own there is nothing to raise.
  void no_record() {
    if (out_.current.own || out_.current.from == Current::From::nowhere) return;
    Blocker blocker{
        .gate = Gate::coverage,
        .says = "there is no DMARC record",
        .mend = fmt::format("rampart fix plan {} --report-to ADDRESS begins with p=none, which asks for "
                            "reports and changes nothing for any mail",
                            out_.domain)};
    if (dns() != nullptr && dns()->policy == Dns::Policy::inherited) {
      blocker.says = fmt::format("the record of {} decides here", base::printable(dns()->holder));
      blocker.mend = fmt::format("rampart advise {}", base::printable(dns()->holder));
    } else if (dns() != nullptr && dns()->policy == Dns::Policy::unusable) {
      blocker.says = "the DMARC record does not count: " + base::printable(dns()->why);
    }
    out_.blockers.push_back(std::move(blocker));
  }

  void find_reporters() {
    const auto& heard = *input_.heard;
    const auto add = [&](const ReporterSeen& seen, Ground ground) {
      out_.reporters.push_back(
          {base::printable(seen.name), ground, seen.messages, seen.first_day, seen.last_day});
    };
    for (std::size_t i = 0; i < daily().reporters.size(); ++i) add(daily().reporters[i], heard.grounds[i]);
    for (const auto& other : heard.others) add(other.seen, other.ground);
    out_.aside = said_aside(heard, out_.streams, input_.today - input_.window);
  }

  // What to look up again.
  void find_unanswered() {
    if (input_.looked == nullptr) return;
    const auto& looked = *input_.looked;
    out_.left_out = looked.left_out;
    std::vector<std::uint64_t> messages(looked.addresses.size());
    for (const auto& row : daily().rows) {
      if (row.address < messages.size()) base::saturating_add(messages[row.address], row.messages);
    }
    for (std::size_t i = 0; i < messages.size(); ++i) {
      if (looked.addresses[i].unanswered.empty() || messages[i] == 0) continue;
      out_.unanswered.push_back(
          {daily().addresses[i], base::printable(looked.addresses[i].unanswered), messages[i]});
    }
    std::ranges::sort(out_.unanswered, [](const Unanswered& a, const Unanswered& b) {
      return std::tie(b.messages, a.address) < std::tie(a.messages, b.address);
    });
    if (looked.dns.policy == Dns::Policy::unknown)
      out_.unanswered.insert(out_.unanswered.begin(), {.why = base::printable(looked.dns.why)});
    if (looked.dns.spf == Known::unknown)
      out_.unanswered.insert(out_.unanswered.begin(), {.why = base::printable(looked.dns.spf_why)});
    out_.unanswered_in_all = out_.unanswered.size();
    if (out_.unanswered.size() > kMaxUnanswered) out_.unanswered.resize(kMaxUnanswered);
  }

  // Includes of the SPF record that no address led through, whose mail was reported.
  void find_idle() {
    const auto* looked = input_.looked;
    if (looked == nullptr || looked->dns.spf != Known::yes || daily().rows.empty()) return;
    out_.idle_known =
        looked->left_out == 0 && std::ranges::none_of(looked->addresses, [](const SeenAddress& seen) {
          return !seen.authorised && seen.address != base::IpAddress();
        });
    for (const auto& include : looked->dns.includes) {
      const bool used = std::ranges::any_of(looked->addresses, [&](const SeenAddress& seen) {
        return std::ranges::find(seen.through, include) != seen.through.end();
      });
      if (!used) out_.idle_includes.push_back(include);
    }
  }

  void find_honours() {
    auto& out = out_.honours;
    for (const auto& reporter : daily().reporters) {
      const auto name = base::printable(reporter.name);
      if (reporter.recent == 0) continue;
      out.messages += reporter.recent;
      if (reporter.acts) out.acts += reporter.recent;
      if (reporter.tested) out.seen_t.push_back(name);
      if (reporter.sampled) out.seen_pct.push_back(name);
      if (reporter.tested || reporter.rfc9990) {
        out.reads_t += reporter.recent;
        out.t.push_back(name);
      } else if (reporter.sampled || reporter.says_pct) {
        out.reads_pct += reporter.recent;
        out.pct.push_back(name);
      } else {
        out.unknown += reporter.recent;
      }
    }
  }

  // What the policy would have done to the rows of the window.
  [[nodiscard]] Blast blast(bool below) const {
    Blast out{.policy = out_.target, .below = below, .to = input_.today - 1};
    out.from = std::max(input_.today - input_.window, begin_of_rows());
    std::vector<std::uint64_t> real(static_cast<std::size_t>(out.days()));
    for (const auto& stream : out_.streams) {
      auto hit = try_on(stream, out, real);
      if (hit.messages != 0) out.hits.push_back(hit);
    }
    for (const auto& row : daily().rows) {
      if (row.day >= out.from && row.day <= out.to) out.estimated += row.estimated;
    }
    out.real_rate = rate_of(real);
    std::ranges::sort(out.hits, [](const Hit& a, const Hit& b) {
      return std::tuple(a.stream->standing, b.stopped, b.messages, std::string_view(a.stream->source.id)) <
             std::tuple(b.stream->standing, a.stopped, a.messages, std::string_view(b.stream->source.id));
    });
    return out;
  }

  [[nodiscard]] std::int32_t begin_of_rows() const {
    const auto& rows = daily().rows;
    return rows.empty() ? input_.today - 1 : std::min(rows.front().day, input_.today - 1);
  }

  // Of a legitimate source's mail that counts against the policy, by who told it.
  static void weigh_on(const Stream& stream, Blast& blast, std::int32_t mended_until) {
    for (const auto& share : stream.reporters) {
      if (blast.weights.size() <= share.place) blast.weights.resize(share.place + 1);
      auto& weight = blast.weights[share.place];
      for (const auto& day : share.days) {
        if (day.day < blast.from || day.day > blast.to) continue;
        for (const auto what : {&SourceTally::dkim, &SourceTally::spf, &SourceTally::fail})
          base::saturating_add(weight.messages, of_window(day, blast.below, what));
        if (blast.policy != Policy::none && day.day > mended_until)
          base::saturating_add(weight.bad, of_window(day, blast.below, &SourceTally::fail));
      }
    }
  }

  Hit try_on(const Stream& stream, Blast& blast, std::vector<std::uint64_t>& real) const {
    Hit out{.stream = &stream};
    std::vector<std::uint64_t> days(real.size());
    const bool legitimate = stream.standing == Standing::legitimate;
    const auto health = health_of(stream, Part::domain, blast.policy, input_.today);
    for (const auto& day : stream.days) {
      if (day.day < blast.from || day.day > blast.to) continue;
      for (const auto what : {&SourceTally::dkim, &SourceTally::spf, &SourceTally::fail})
        base::saturating_add(out.messages, of_window(day, blast.below, what));
      if (!legitimate || !health.mended || day.day > health.last_bad)
        out.by_spf += of_window(day, blast.below, &SourceTally::spf);
      const auto fails = blast.policy == Policy::none ? 0 : of_window(day, blast.below, &SourceTally::fail);
      const bool mended = legitimate && health.mended && day.day <= health.last_bad;
      (mended ? out.mended : out.stopped) += fails;
      if (!mended) days[static_cast<std::size_t>(day.day - blast.from)] += fails;
    }
    out.rate = rate_of(days);
    switch (stream.standing) {
      case Standing::legitimate:
        weigh_on(stream, blast, health.mended ? health.last_bad : blast.from - 1);
        base::saturating_add(blast.real, out.stopped);
        base::saturating_add(blast.messages, out.messages);
        base::saturating_add(blast.by_spf, out.by_spf);
        std::ranges::transform(real, days, real.begin(), std::plus());
        break;
      case Standing::handed_on:
        blast.handed_on += out.stopped;
        blast.lists += blast.policy == Policy::none ? 0 : lists_that_fail(stream, blast);
        break;
      case Standing::forged:
        blast.forged += out.stopped;
        break;
      case Standing::unclear:
        blast.unclear += out.stopped;
        break;
    }
    return out;
  }

  static std::uint64_t lists_that_fail(const Stream& stream, const Blast& blast) {
    std::uint64_t out = 0;
    for (const auto& day : stream.days) {
      if (day.day >= blast.from && day.day <= blast.to)
        base::saturating_add(out,
                             base::saturating_sum(day.lists_fail, blast.below ? day.lists_fail_below : 0));
    }
    return out;
  }

  void decide(bool below_ready) {
    const auto invented_real = [&](const Dns::Name& name) {
      return name.exists != Known::yes && std::ranges::any_of(out_.streams, [&](const Stream& stream) {
               return stream.standing != Standing::forged && stream.names.contains(name.name);
             });
    };
    const bool np = dns() != nullptr && std::ranges::none_of(dns()->names, invented_real);
    out_.next = next_rung({.current = &out_.current,
                           .below = below_ready,
                           .top = dns() == nullptr || dns()->top != Known::no,
                           .np = np});
    std::vector<const Blocker*> open;
    for (const auto& blocker : out_.blockers) {
      if (!blocker.accepted) open.push_back(&blocker);
    }
    look_again(open);
    if (out_.verdict == Verdict::done && !input_.rehearse) return;
    const auto& blast = out_.blast;
    if (open.empty()) {
      const bool clean = blast.real + blast.handed_on + blast.unclear == 0;
      const bool accepted = open.size() != out_.blockers.size();
      out_.verdict = accepted ? Verdict::accepted : clean ? Verdict::proven : Verdict::ready;
      out_.now = out_.next.has_value() && (!input_.rehearse || *input_.rehearse >= out_.next->p);
      return;
    }
    const bool lists_alone = std::ranges::all_of(open, [](const Blocker* one) { return one->acceptable; }) &&
                             out_.current.p() == Policy::quarantine && !out_.current.soft();
    out_.verdict = lists_alone ? Verdict::stay : Verdict::not_ready;
  }

  // What waits for time alone is over on its day; what has to be mended is worth a look before.
  void look_again(const std::vector<const Blocker*>& open) {
    const auto test = out_.next && out_.next->soft ? kTestDays : kDaysWanted;
    out_.look_again = input_.today + (open.empty() ? test : kLookAgain);
    std::optional<std::int32_t> latest;
    for (const auto* blocker : open) {
      if (blocker->until) latest = std::max(latest.value_or(0), *blocker->until);
    }
    if (latest) out_.look_again = *latest;
  }

  // --- Words ---

  void say() {
    out_.sentence = sentence();
    out_.headline = headline();
    watch();
    if (out_.next && out_.current.from == Current::From::reports)
      out_.notes.emplace_back(
          "the record is known from reports alone, which repeat no rua: keep the other tags of yours");
    if (input_.rehearse && out_.next && *input_.rehearse != out_.next->p)
      out_.notes.push_back(
          fmt::format("p={} was tried because you asked for it; the next step is p={}{}{}",
                      dmarc::to_string(*input_.rehearse), dmarc::to_string(out_.next->p),
                      out_.next->soft ? " in test" : "",
                      *input_.rehearse < out_.next->p
                          ? fmt::format(", of which nothing is said here: rampart advise {}", out_.domain)
                          : " all the same, one at a time"));
    if (out_.verdict == Verdict::accepted)
      out_.notes.emplace_back("the risk to mail through mailing lists and forwarders is accepted");
    if (out_.verdict == Verdict::stay)
      out_.notes.emplace_back("the advisory's control DMARC p=reject (NCA-34.061725) stays open");
  }

  [[nodiscard]] std::string headline() const {
    const auto step =
        out_.next ? fmt::format("p={}{}", dmarc::to_string(out_.next->p), out_.next->soft ? " in test" : "")
                  : fmt::format("p={}", dmarc::to_string(out_.target));
    const auto what = input_.rehearse ? fmt::format("p={}", dmarc::to_string(*input_.rehearse)) : step;
    const auto day = day_text(out_.look_again);
    switch (out_.verdict) {
      case Verdict::proven:
        return fmt::format("ready for {}, proven: as your senders send now, no real message is stopped{}",
                           what, below_held());
      case Verdict::ready:
        return fmt::format("ready for {}{}", what, below_held());
      case Verdict::accepted:
        return fmt::format(
            "ready for {}, with the risk to mail through mailing lists and forwarders accepted{}", what,
            below_held());
      case Verdict::stay:
        return fmt::format("stay at p=quarantine, since {}", out_.blockers.front().says);
      case Verdict::done:
        return open_count() == 0 ? "p=reject in full" : "p=reject in full, with something to mend";
      case Verdict::not_ready:
        break;
    }
    const auto first = std::ranges::find(out_.blockers, false, &Blocker::accepted);
    return fmt::format("not ready{}: {}{}; look again on {}",
                       out_.next || input_.rehearse ? " for " + what : std::string(),
                       first == out_.blockers.end() ? ""
                       : first->brief.empty()       ? first->says
                                                    : first->brief,
                       open_count() > 1 ? fmt::format(", and {} more", open_count() - 1) : "", day);
  }

  // `p` goes on without the names below, and whoever reads the headline alone is not to think of them as protected.
  [[nodiscard]] std::string_view below_held() const {
    const auto gate = std::ranges::find(out_.gates, Gate::subdomains, &GateResult::gate);
    return gate != out_.gates.end() && gate->state == GateState::block
               ? "; names below it stay as they are (sp)"
               : std::string_view();
  }

  [[nodiscard]] std::size_t open_count() const {
    return static_cast<std::size_t>(std::ranges::count(out_.blockers, false, &Blocker::accepted));
  }

  // For somebody who reads nothing else.
  [[nodiscard]] std::string sentence() const {
    const auto& blast = out_.blast;
    if (daily().rows.empty())
      return fmt::format(
          "No report that counts speaks of {} yet, so nobody can say what enforcing would stop.",
          out_.domain);
    if (blast.policy == Policy::none) return "p=none stops nothing: it only asks for reports.";
    const auto real = blast.real + blast.handed_on;
    const auto enforced = out_.verdict == Verdict::done;
    auto text = fmt::format(
        "Enforcing p={} {} stopped {} forged {}{} and {} real {} in {}", dmarc::to_string(blast.policy),
        enforced ? "has" : "today would have", blast.forged == 0 ? "no" : grouped(blast.forged),
        blast.forged == 1 ? "message" : "messages",
        blast.unclear == 0 ? "" : fmt::format(", {} of unknown origin", grouped(blast.unclear)),
        real == 0 ? "no" : grouped(real), real == 1 ? "message" : "messages", days_text(blast));
    if (real != 0) text += fmt::format(" (about {} a week), {}", per_week(real), culprit(real));
    return text + "." + mended() + by_spf() + rare() + too_little();
  }

  // Numbers that nobody can go by are not left to stand alone.
  [[nodiscard]] std::string too_little() const {
    if (out_.verdict == Verdict::done) return {};
    for (const auto& blocker : out_.blockers) {
      if (blocker.gate == Gate::coverage && blocker.until && !blocker.accepted)
        return fmt::format(" That is too little to go by: {}.", blocker.says);
    }
    return {};
  }

  [[nodiscard]] std::string per_week(std::uint64_t messages) const {
    const auto rate = static_cast<double>(messages) * 7 / out_.blast.days();
    return rate < 1 ? "less than 1" : grouped(static_cast<std::uint64_t>(std::lround(rate)));
  }

  // "all from Payroll bureau": of what is real.
  [[nodiscard]] std::string culprit(std::uint64_t real) const {
    const Hit* most = nullptr;
    for (const auto& hit : out_.blast.hits) {
      const auto standing = hit.stream->standing;
      if (standing != Standing::legitimate && standing != Standing::handed_on) continue;
      if (most == nullptr || hit.stopped > most->stopped) most = &hit;
    }
    if (most == nullptr) return "from nobody known";
    const auto name = base::printable(most->stream->source.name);
    return most->stopped == real ? "all from " + name
                                 : fmt::format("{} of them from {}", grouped(most->stopped), name);
  }

  [[nodiscard]] std::string mended() const {
    std::string out;
    for (const auto& hit : out_.blast.hits) {
      if (hit.mended != 0)
        out += fmt::format(" {} of {} failed before it was mended.", messages_text(hit.mended),
                           base::printable(hit.stream->source.name));
    }
    return out;
  }

  [[nodiscard]] std::string by_spf() const {
    if (out_.blast.policy != Policy::reject || out_.blast.by_spf == 0) return {};
    return fmt::format(" {} of yours {} by SPF alone, and would be lost wherever {} forwarded.",
                       messages_text(out_.blast.by_spf), out_.blast.by_spf == 1 ? "passes" : "pass",
                       out_.blast.by_spf == 1 ? "it is" : "they are");
  }

  // Sources that were quiet in the window, and would be stopped when they send again.
  [[nodiscard]] std::string rare() const {
    std::string out;
    for (const auto& stream : out_.streams) {
      if (stream.standing != Standing::legitimate) continue;
      const auto health = health_of(stream, Part::domain, out_.target, input_.today);
      // Beside a source that is quiet, the servers that are, of one that is not.
      for (const auto& server : health.servers) {
        if (!health.recent || server.last.recent || server.last.mail.fail == 0) continue;
        out += fmt::format(" {} of {}, last seen on {}, would have lost {} of its {}.",
                           base::printable(server.share->name), base::printable(stream.source.name),
                           day_text(server.last.to), grouped(server.last.mail.fail),
                           messages_text(server.last.messages()));
      }
      if (health.messages() == 0 || health.recent || health.mail.fail == 0 || health.mended) continue;
      // Other mail of it may have come since.
      out += fmt::format(" {}, {} on {}, would have lost {} of its {}.", base::printable(stream.source.name),
                         health.to < stream.days.back().day ? "whose last run was" : "last seen",
                         day_text(health.to), grouped(health.mail.fail), messages_text(health.messages()));
    }
    return out;
  }

  void watch() {
    auto& out = out_.watch;
    if (out_.next && out_.next->soft) {
      out.emplace_back(
          "reasons policy_test_mode and sampled_out in the reports: receivers that read the test");
      out.emplace_back(
          "sources whose mail fails less than before: lists and forwarders that began to rewrite From");
    }
    for (const auto& stream : out_.streams) {
      if (stream.standing != Standing::legitimate) continue;
      const auto health = health_of(stream, Part::domain, out_.target, input_.today);
      const auto name = base::printable(stream.source.name);
      if (health.mended)
        out.push_back(fmt::format("{}: mended, clean since {}", name, day_text(health.last_bad + 1)));
      if (health.ok && !health.mended && health.bad != 0)
        out.push_back(
            fmt::format("{}: {} of {}", name, grouped(health.bad), messages_text(health.messages())));
      if (health.messages() != 0 && !health.recent) {
        const auto period = period_of(stream.days);
        out.push_back(health.period && health.to < stream.days.back().day
                          ? fmt::format("{}: mail that fails comes about every {} days, the last on {}", name,
                                        *health.period, day_text(health.to))
                      : period ? fmt::format("{}: sends about every {} days, the last on {}", name, *period,
                                             day_text(health.to))
                               : fmt::format("{}: seen last on {}", name, day_text(health.to)));
      }
    }
    if (out_.blast.handed_on != 0)
      out.push_back(fmt::format("forwarders: {} in {} fail on their way", messages_text(out_.blast.handed_on),
                                days_text(out_.blast)));
  }

  const AdviseInput& input_;
  Advice out_;
};

}  // namespace

std::string_view to_string(Gate gate) {
  constexpr std::string_view kNames[] = {"coverage", "inventory",  "authentication", "blast-radius",
                                         "indirect", "subdomains", "stability",      "rollback"};
  static_assert(std::size(kNames) == kGates);
  return kNames[static_cast<std::size_t>(gate)];
}

std::string_view to_string(GateState state) {
  constexpr std::string_view kNames[] = {"pass", "wait", "block", "unknown", "accepted"};
  return kNames[static_cast<std::size_t>(state)];
}

std::string_view to_string(Verdict verdict) {
  constexpr std::string_view kNames[] = {"not-ready", "ready", "proven", "stay", "done", "accepted"};
  return kNames[static_cast<std::size_t>(verdict)];
}

Advice advise(const AdviseInput& input) { return Advising(input).run(); }

}  // namespace rampart::reports::advice
