// May this domain take the next step towards p=reject: decided from what receivers reported, before anything is refused.
//
//   const auto advice = advise({.domain = …, .heard = &heard, .looked = &looked, .today = 20417});
//   advice.verdict              Verdict::not_ready
//   advice.sentence             "Enforcing p=quarantine today would have stopped 1,204 forged messages in 30 days, and about …"
//   advice.blockers[0].mend     how to mend it at its provider
//   advice.next->record         "v=DMARC1; p=quarantine; sp=quarantine; pct=0; t=y; rua=…"
//
// A pure function: past rows are what the next policy is tried on. Only those of reporters that count are (reporters.h). The gates and
// their numbers are explained in docs/advise.md.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "reports/advise/aside.h"
#include "reports/advise/bounds.h"
#include "reports/advise/ladder.h"
#include "reports/advise/look.h"
#include "reports/advise/reporters.h"
#include "reports/advise/streams.h"

namespace rampart::reports::advice {

// All our own, but for the month of RFC 9989 section 7.4.
inline constexpr std::int32_t kInventoryDays = 400;  // that sources are looked for in: yearly tax notices
inline constexpr std::int32_t kWindowDays = 30;      // that a policy is tried on
inline constexpr std::int32_t kDaysWanted = 30;      // of reports: RFC 9989 section 7.4, "at least a month"
inline constexpr std::int32_t kSpokenWanted =
    15;  // of them, of which a report speaks: not all domains send every day
inline constexpr std::int32_t kLongReport =
    2;  // days of a report (UTC), beyond which it speaks of one day and not of each
inline constexpr std::size_t kReportersWanted = 3;
inline constexpr std::int32_t kSilentDays = 3;      // without a report, after which they have stopped
inline constexpr std::int32_t kTestDays = 14;       // that t=y is watched before the policy counts in full
inline constexpr std::int32_t kNewSourceDays = 14;  // without a new legitimate source
inline constexpr std::int32_t kLookAgain = 7;       // days, where nothing else says when
inline constexpr std::uint32_t kLowTtl =
    3600;  // seconds; a record that is taken back is forgotten after its TTL

enum class Gate : std::uint8_t {
  coverage,
  inventory,
  authentication,
  blast_radius,
  indirect,
  subdomains,
  stability,
  rollback,
};
inline constexpr std::size_t kGates = static_cast<std::size_t>(Gate::rollback) + 1;
std::string_view to_string(Gate gate);  // "blast-radius"

enum class GateState : std::uint8_t {
  pass,
  wait,  // for time alone
  block,
  unknown,
  accepted,  // it would block but for --accept-risk
};
std::string_view to_string(GateState state);

struct GateResult {
  Gate gate = Gate::coverage;
  GateState state = GateState::pass;
  std::string says;                   // one line
  std::vector<std::string> evidence;  // a line each
};

struct Blocker {
  Gate gate = Gate::coverage;
  std::string source;  // its id; empty: it is no source's
  std::string brief;   // for a headline; empty: as `says`
  std::string says;
  std::string mend;
  std::string help;                   // a URL; may be empty
  std::optional<std::int32_t> until;  // the day on which it is worth looking again
  bool waits = false;                 // for time alone
  bool acceptable = false;            // --accept-risk goes on in spite of it
  bool accepted = false;
};

enum class Verdict : std::uint8_t {
  not_ready,
  ready,     // every gate is passed
  proven,    // and no legitimate message of the days tried would have been stopped
  stay,      // at quarantine, because of mailing lists (RFC 9989 section 7.4)
  done,      // p=reject in full
  accepted,  // every gate is passed but for the risk that --accept-risk takes
};
std::string_view to_string(Verdict verdict);  // "not-ready"

// What a policy would have done to a source's mail of the window.
struct Hit {
  const Stream* stream = nullptr;
  std::uint64_t messages = 0;
  std::uint64_t stopped = 0;
  std::uint64_t by_spf = 0;  // that pass by SPF alone; without those before it was mended
  std::uint64_t mended = 0;  // that would have been, before it was mended; not in `stopped`
  Rate rate;                 // of those stopped, a day
};

struct Blast {
  dmarc::Policy policy = dmarc::Policy::none;
  bool below = true;  // it falls on names below the domain, too
  std::int32_t from = 0;
  std::int32_t to = 0;       // both inside
  std::vector<Hit> hits;     // of all sources with mail in the window; most stopped first, by standing
  std::uint64_t forged = 0;  // messages stopped, by standing
  std::uint64_t real = 0;    // of legitimate sources
  std::uint64_t handed_on = 0;
  std::uint64_t lists = 0;  // of those handed on: through mailing lists
  std::uint64_t unclear = 0;
  std::uint64_t messages = 0;   // of legitimate sources
  std::uint64_t by_spf = 0;     // of them: that pass by SPF alone
  std::vector<Weight> weights;  // of `messages`, those stopped: by reporter
  std::uint64_t estimated = 0;  // of all messages: whose day is an estimate
  Rate real_rate;               // a day

  [[nodiscard]] std::int32_t days() const { return to - from + 1; }
};

// To whom a domain's mail went in the last kRecentMonth days, by what they read: RFC 9989 receivers read t, those of RFC 7489 pct.
struct Honours {
  std::uint64_t messages = 0;
  std::uint64_t reads_t = 0;
  std::uint64_t reads_pct = 0;
  std::uint64_t unknown = 0;
  std::uint64_t acts = 0;             // who was seen to quarantine or reject what fails
  std::vector<std::string> seen_t;    // reporters that said policy_test_mode
  std::vector<std::string> seen_pct;  // and sampled_out
  std::vector<std::string> t;         // most messages first
  std::vector<std::string> pct;
};

// What a step of a plan of `rampart fix` (its id) would do to legitimate mail.
struct Forecast {
  std::string step;
  bool known = false;
  std::size_t senders = 0;
  std::vector<std::string> failing;  // names
  std::string why;
  bool covered = false;  // the verdict lets it be published
};

// What DNS did not say of an address that mail came from, or (without one) of the domain.
struct Unanswered {
  std::string address;
  std::string why;
  std::uint64_t messages = 0;
};
inline constexpr std::size_t kMaxUnanswered = 1000;  // that are named; our own

struct AdviseInput {
  dns::Name domain;
  std::vector<dns::Name> own_domains;
  const Heard* heard = nullptr;     // of kInventoryDays and today
  const DnsSeen* looked = nullptr;  // null: DNS was not asked
  std::span<const Mark> marks;
  const mail::Registry* registry = nullptr;  // null: the built-in one
  std::int32_t today = 0;
  std::int32_t window = kWindowDays;      // at least 1
  std::optional<dmarc::Policy> rehearse;  // another than the next one
  bool accept_risk = false;
};

struct Advice {
  // Advice::blast points into Advice::streams, so it is moved and never copied.
  Advice() = default;
  Advice(Advice&&) noexcept = default;
  Advice& operator=(Advice&&) noexcept = default;
  ~Advice() = default;
  Advice(const Advice&) = delete;
  Advice& operator=(const Advice&) = delete;

  std::string domain;
  std::int32_t today = 0;
  Verdict verdict = Verdict::not_ready;
  dmarc::Policy target = dmarc::Policy::none;  // that was tried
  std::string headline;
  std::string sentence;
  std::vector<GateResult> gates;
  std::vector<Blocker> blockers;
  Blast blast;
  std::vector<Stream> streams;
  Current current;
  std::optional<Rung>
      next;          // the record after this one, whether or not it may be published now; nothing at the top
  bool now = false;  // it may
  Honours honours;
  std::vector<std::string> watch;
  std::int32_t look_again = 0;
  std::string rollback;                    // the record that is put back; empty: none, or not known
  std::vector<std::string> idle_includes;  // of SPF, through which no mail was seen
  bool idle_known = false;
  std::vector<std::string> notes;
  std::vector<Forecast> forecasts;
  struct Reporter {
    std::string name;
    Ground ground = Ground::none;
    std::uint64_t messages = 0;
    std::int32_t first_day = 0;
    std::int32_t last_day = 0;
  };
  std::vector<Reporter> reporters;  // those that count, then the others; most messages first
  std::vector<SaidAside> aside;
  std::vector<Unanswered> unanswered;  // most messages first; at most kMaxUnanswered
  std::size_t unanswered_in_all = 0;
  std::size_t left_out = 0;  // addresses that were not asked about, for there were more than the limit
};

Advice advise(const AdviseInput& input);

}  // namespace rampart::reports::advice
