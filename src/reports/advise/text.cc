#include "base/text.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/columns.h"
#include "reports/advise/format.h"
#include "reports/advise/gates.h"
#include "reports/show/show.h"

namespace rampart::reports::advice {
namespace {

// Names of reporters in a line; more are counted.
constexpr std::size_t kNamed = 5;
constexpr std::size_t kUnansweredShown = 10;

std::string names(const std::vector<std::string>& all) {
  const auto shown = std::min(kNamed, all.size());
  auto out =
      fmt::format("{}", fmt::join(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(shown), ", "));
  if (shown < all.size()) out += fmt::format(" and {} more", all.size() - shown);
  return out;
}

class Text {
 public:
  Text(const Advice& advice, const AdviceStyle& style) : advice_(advice), style_(style) {}

  std::string run() {
    out_ = fmt::format("{}: {}\n", advice_.domain, advice_.headline);
    para(0, advice_.sentence);
    out_ += '\n';
    for (const auto& gate : advice_.gates) add_gate(gate);
    add_blockers();
    add_next();
    add_list("Watch", advice_.watch);
    add_unanswered();
    add_spf();
    for (const auto& note : advice_.notes) para(0, "note: " + note);
    if (advice_.verdict != Verdict::done)
      out_ += fmt::format("Look again on {}.\n", day_text(advice_.look_again));
    return std::move(out_);
  }

 private:
  void para(std::size_t indent, std::string_view text, std::string_view mark = {}) {
    const auto hang = indent + base::display_width(mark);
    const auto room = style_.width > hang + 20 ? style_.width - hang : 20;
    bool first = true;
    for (const auto& line : base::wrap(text, room)) {
      out_ += std::string(first ? indent : hang, ' ');
      if (first) out_ += mark;
      out_ += line;
      out_ += '\n';
      first = false;
    }
  }

  void add_gate(const GateResult& gate) {
    constexpr std::string_view kMarks[] = {"ok       ", "wait     ", "BLOCKS   ", "?        ", "accepted "};
    static_assert(std::size(kMarks) == static_cast<std::size_t>(GateState::accepted) + 1);
    // It holds back sp, and nothing else.
    const bool of_sp = gate.gate == Gate::subdomains && gate.state == GateState::block;
    para(2, gate.says,
         fmt::format("{}{} ", of_sp ? "HOLDS sp " : kMarks[static_cast<std::size_t>(gate.state)],
                     base::pad_right(to_string(gate.gate), 15)));
    for (const auto& line : gate.evidence) para(11, line, "- ");
  }

  void add_blockers() {
    if (advice_.blockers.empty()) return;
    out_ += "\nWhat is in the way\n";
    std::size_t number = 0;
    for (const auto& blocker : advice_.blockers) {
      para(2, blocker.says, fmt::format("{}. ", ++number));
      if (blocker.accepted) para(5, "accepted by --accept-risk");
      if (!blocker.mend.empty()) para(5, blocker.mend, "mend: ");
      if (!blocker.help.empty()) out_ += fmt::format("     see:  {}\n", blocker.help);
      if (blocker.until) out_ += fmt::format("     look: {}\n", day_text(*blocker.until));
    }
  }

  void record(std::string_view sign, std::string_view text) {
    out_ += fmt::format("  {} _dmarc.{} TXT \"{}\"\n", sign, advice_.domain, base::printable(text));
  }

  void add_next() {
    if (!advice_.next) return;
    out_ += fmt::format("\nThe next record, {}\n", advice_.now ? "now"
                                                   : advice_.target < advice_.next->p
                                                       ? "which was not tried"
                                                       : "when nothing is in the way any more");
    record("+", advice_.next->record);
    para(4, advice_.next->says);
    add_honours();
    add_how();
    if (!advice_.rollback.empty()) {
      out_ += "\nThe way back\n";
      record("-", advice_.rollback);
    }
  }

  // Of a record that is known from reports alone the rest is not known, and nothing is published.
  void add_how() {
    if (!advice_.now || advice_.current.from != Current::From::dns) return;
    out_ += fmt::format("    publish it: rampart fix apply {}{}\n", advice_.domain,
                        advice_.verdict == Verdict::accepted ? " --accept-risk REASON" : "");
  }

  void add_honours() {
    const auto& honours = advice_.honours;
    if (honours.messages == 0) return;
    auto text = fmt::format("Of {} reported in the last {} days, {} went to reporters that read t",
                            messages_text(honours.messages), kRecentMonth, grouped(honours.reads_t));
    if (!honours.t.empty()) text += fmt::format(" ({})", names(honours.t));
    text += fmt::format(", {} to such that read pct", grouped(honours.reads_pct));
    if (!honours.pct.empty()) text += fmt::format(" ({})", names(honours.pct));
    text += fmt::format(", {} to others, of whom it is not known.", grouped(honours.unknown));
    para(4, text);
    para(4,
         fmt::format("Seen to honour t: {}. Seen to honour pct: {}. {} went to reporters that quarantined or "
                     "refused something that failed.",
                     honours.seen_t.empty() ? "nobody yet" : names(honours.seen_t),
                     honours.seen_pct.empty() ? "nobody yet" : names(honours.seen_pct),
                     messages_text(honours.acts)));
  }

  void add_list(std::string_view title, const std::vector<std::string>& lines) {
    if (lines.empty()) return;
    out_ += fmt::format("\n{}\n", title);
    for (const auto& line : lines) para(2, line, "- ");
  }

  void add_unanswered() {
    if (advice_.unanswered.empty()) return;
    std::vector<std::string> lines;
    for (const auto& one : advice_.unanswered) {
      if (lines.size() == kUnansweredShown) break;
      lines.push_back(one.address.empty() ? one.why
                                          : fmt::format("{} ({}): {}", base::printable(one.address),
                                                        messages_text(one.messages), one.why));
    }
    if (advice_.unanswered_in_all > lines.size())
      lines.push_back(fmt::format("and {} more: --format json", advice_.unanswered_in_all - lines.size()));
    add_list("What DNS did not say", lines);
    para(2,
         fmt::format(
             "Nobody is taken for a forger because of that. Look again when DNS answers: rampart advise {}{}",
             advice_.domain, advice_.left_out == 0 ? "" : " --lookups NUMBER"));
  }

  void add_spf() {
    if (!advice_.idle_includes.empty()) {
      std::vector<std::string> lines;
      lines.reserve(advice_.idle_includes.size());
      for (const auto& include : advice_.idle_includes)
        lines.push_back(fmt::format("include:{}: no mail was seen through it in {} days{}",
                                    base::printable(include), kInventoryDays,
                                    advice_.idle_known ? "" : ", as far as SPF could be looked up"));
      add_list("SPF", lines);
    }
    out_ += '\n';
  }

  const Advice& advice_;
  const AdviceStyle& style_;
  std::string out_;
};

// How near to enforcement: least first.
int rank(Verdict verdict) {
  switch (verdict) {
    case Verdict::proven:
      return 0;
    case Verdict::ready:
    case Verdict::accepted:
      return 1;
    case Verdict::stay:
      return 2;
    case Verdict::not_ready:
      return 3;
    case Verdict::done:
      break;
  }
  return 4;
}

auto key(const Placed& placed) {
  return std::tuple(rank(placed.advice.verdict), -static_cast<double>(placed.advice.blast.forged),
                    placed.advice.look_again, std::string_view(placed.advice.domain));
}

}  // namespace

std::string format_advice(const Advice& advice, const AdviceStyle& style) {
  return Text(advice, style).run();
}

void order(std::vector<Placed>& portfolio) {
  std::ranges::sort(portfolio, [](const Placed& a, const Placed& b) { return key(a) < key(b); });
  std::vector<Placed> out;
  out.reserve(portfolio.size());
  std::vector<bool> taken(portfolio.size());
  for (std::size_t i = 0; i < portfolio.size(); ++i) {
    if (taken[i]) continue;
    const auto organisation = portfolio[i].organisation;
    for (std::size_t j = i; j < portfolio.size(); ++j) {
      if (taken[j] || portfolio[j].organisation != organisation) continue;
      taken[j] = true;
      out.push_back(std::move(portfolio[j]));
    }
  }
  portfolio = std::move(out);
}

std::string format_portfolio(std::span<const Placed> portfolio) {
  if (portfolio.empty())
    return fmt::format(
        "No report that counts speaks of any domain in the last {} days. Read some: rampart reports import "
        "reports/\n",
        kInventoryDays);
  std::string out;
  std::size_t ready = 0;
  std::size_t accepted = 0;
  const std::string* organisation = nullptr;
  for (const auto& placed : portfolio) {
    if (organisation == nullptr || *organisation != placed.organisation) {
      out += fmt::format(
          "{}{}\n", out.empty() ? "" : "\n",
          placed.organisation.empty() ? "(organisation not said)" : base::printable(placed.organisation));
      organisation = &placed.organisation;
    }
    ready += placed.advice.now ? 1U : 0U;
    accepted += placed.advice.now && placed.advice.verdict == Verdict::accepted ? 1U : 0U;
    out += fmt::format("  {}: {}\n", placed.advice.domain, placed.advice.headline);
    out += fmt::format("      {}\n", placed.advice.sentence);
    if (placed.advice.now)
      out += fmt::format("      next: {}\n", base::printable(placed.advice.next->record));
  }
  return out + fmt::format("\n{} of {} can take {} next step today{}.\n", ready,
                           plural(portfolio.size(), "domain", "domains"),
                           portfolio.size() == 1 ? "its" : "their",
                           accepted == 0 ? "" : fmt::format(", {} of them with an accepted risk", accepted));
}

}  // namespace rampart::reports::advice
