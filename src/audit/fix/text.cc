// A plan for people.
#include "base/text.h"

#include <algorithm>

#include <fmt/format.h>

#include "audit/catalogue.h"
#include "audit/fix/format.h"
#include "audit/format/ink.h"
#include "audit/format/words.h"
#include "base/columns.h"

namespace rampart::audit::fix {
namespace {

using base::display_width;
using base::printable;

constexpr std::size_t kMinWidth = 40;  // columns: below it labels and text no longer stand side by side
constexpr std::size_t kLabel = 10;     // "publish   "
constexpr std::string_view kIndent = "      ";

// "WK-3 dmarc-missing": a finding's code, with the advisory's name for it.
std::string named(const std::string& code) {
  const auto* entry = find_entry(code);
  if (entry == nullptr || entry->weakness == Weakness::none) return code;
  return fmt::format("{} {}", to_string(entry->weakness), code);
}

std::string named(const std::vector<std::string>& codes) {
  std::vector<std::string> out;
  out.reserve(codes.size());
  for (const auto& code : codes) out.push_back(named(code));
  return base::join(out, ", ");
}

class Text {
 public:
  explicit Text(const FormatOptions& options)
      : ink_(options.color), width_(std::max(options.width, kMinWidth)) {}

  std::string print(const Plan& plan) {
    heading(plan);
    std::size_t number = 0;
    for (const auto& step : plan.steps) show(step, step.changes() ? ++number : 0);
    questions(plan);
    return std::move(out_);
  }

 private:
  static std::string standing(const DomainReport& report) {
    return fmt::format("{} ({})", report.grade, words(report.status));
  }

  void heading(const Plan& plan) {
    const auto name = name_for_people(plan.before.domain);
    const auto count = plan.change_count();
    auto text = count == 0
                    ? fmt::format("{}: {}, and no step that can be taken yet", name, standing(plan.before))
                    : fmt::format("{}: from {} to {} in {} {}", name, standing(plan.before),
                                  standing(plan.after), count, count == 1 ? "step" : "steps");
    if (count == 0 && plan.steps.empty())
      text = fmt::format("{}: {}, nothing to do", name, standing(plan.before));
    paragraph("", text, Tone::bold);
  }

  void paragraph(std::string_view indent, std::string_view text, Tone tone = Tone::plain) {
    for (const auto& part : base::wrap(text, width_ - display_width(indent)))
      out_ += fmt::format("{}{}\n", indent, ink_(tone, part));
  }

  void labelled(std::string_view label, std::string_view text, Tone tone = Tone::plain) {
    for (const auto& part : base::wrap(text, width_ - kIndent.size() - kLabel)) {
      out_ +=
          fmt::format("{}{}{}\n", kIndent, ink_(Tone::dim, base::pad_right(label, kLabel)), ink_(tone, part));
      label = "";
    }
  }

  // Records stand whole on a line, to be copied.
  void record(std::string_view label, std::string_view text) {
    out_ += fmt::format("{}{}{}\n", kIndent, ink_(Tone::dim, base::pad_right(label, kLabel)), text);
  }

  void show(const Step& step, std::size_t number) {
    const auto mark = number != 0 ? fmt::format("{:>3}", number) : step.question != nullptr ? "  ?" : "  !";
    out_ += fmt::format("\n{}   ", mark);
    bool first = true;
    for (const auto& part : base::wrap(printable(step.title), width_ - kIndent.size())) {
      out_ += fmt::format("{}{}\n", first ? "" : kIndent, ink_(Tone::bold, part));
      first = false;
    }
    if (step.question != nullptr) {
      labelled("waits for", fmt::format("your answer: {} (below)", step.question->name), Tone::warn);
      return;
    }
    if (!step.refused.empty()) {
      labelled("not done", printable(step.refused), Tone::warn);
      return;
    }
    if (!step.serve.empty()) serve(step);
    for (const auto& change : changes(step)) show(change);
    labelled("why", step.why);
    proofs(step);
  }

  void serve(const Step& step) {
    labelled("first",
             fmt::format("serve this at https://mta-sts.{}/.well-known/mta-sts.txt", step.subject.text()));
    for (const auto line : base::split(step.serve, '\n')) {
      if (!base::trim(line).empty()) record("", printable(base::trim(line)));
    }
  }

  void show(const Change& change) {
    if (change.remedy.action == Remedy::Action::replace) {
      record("replace", zone_line({Remedy::Action::remove, change.remedy.name, change.remedy.type, kTtl,
                                   change.before}));
      record("by", zone_line(change.remedy));
    } else {
      record(to_string(change.remedy.action), zone_line(change.remedy));
    }
  }

  void proofs(const Step& step) {
    const auto& closes = step.closes;
    if (!closes.findings.empty())
      labelled("closes", named(closes.findings), closes.holds ? Tone::good : Tone::plain);
    for (const auto& row : closes.rows) labelled("hardens", printable(row));
    if (!closes.appears.empty()) labelled("shows", named(closes.appears));
    if (!closes.holds) labelled("unproven", printable(closes.why_not), Tone::warn);
    auto breaks = printable(step.breaks.why);
    if (step.breaks.known) {
      const auto count = step.breaks.failing.size();
      breaks = step.by_word && count == 0 ? fmt::format("nothing: {}", breaks)
                                          : fmt::format("{} of {} {}", count, step.breaks.senders, breaks);
      if (count != 0) breaks += fmt::format(": {}", printable(base::join(step.breaks.failing, ", ")));
    }
    labelled("breaks", breaks, step.breaks.failing.empty() ? Tone::plain : Tone::bad);
    if (step.proven()) labelled("proven", "it closes what it should, and fails no mail", Tone::good);
  }

  void questions(const Plan& plan) {
    const auto questions = plan.questions();
    if (questions.empty()) return;
    out_ += '\n';
    paragraph("", "What only you can answer:", Tone::bold);
    for (const auto* question : questions) {
      paragraph("  ", fmt::format("{}: {}", question->name, question->text));
      paragraph("    ", question->options, Tone::dim);
    }
  }

  Ink ink_;
  std::size_t width_;
  std::string out_;
};

}  // namespace

std::string plan_text(const Plan& plan, const FormatOptions& options) { return Text(options).print(plan); }

}  // namespace rampart::audit::fix
