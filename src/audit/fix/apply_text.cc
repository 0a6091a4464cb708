#include "audit/fix/apply_text.h"

#include <algorithm>

#include <fmt/format.h>

#include "audit/format/ink.h"
#include "audit/format/words.h"
#include "base/columns.h"
#include "base/text.h"

namespace rampart::audit::fix {
namespace {

using base::printable;

constexpr std::string_view kIndent = "      ";
constexpr std::size_t kMinWidth = 40;  // columns

std::string record_line(const dns::RecordSet& set, const std::string& rdata) {
  return fmt::format("{} {} IN {} {}", dns::zone_text(set.name), set.ttl, dns::to_string(set.type),
                     dns::rdata_text(set.type, rdata));
}

class Text {
 public:
  explicit Text(const ApplyTextOptions& options)
      : ink_(options.color), width_(std::max(options.width, kMinWidth)) {}

  std::string take() { return std::move(out_); }

  void line(std::string_view text) { out_ += fmt::format("{}\n", text); }

  void title(std::string_view mark, std::string_view text) {
    out_ += fmt::format("\n{:>3}   ", mark);
    bool first = true;
    for (const auto& part : base::wrap(printable(text), width_ - kIndent.size())) {
      out_ += fmt::format("{}{}\n", first ? "" : kIndent, ink_(Tone::bold, part));
      first = false;
    }
  }

  void words(std::string_view text, Tone tone) {
    for (const auto& part : base::wrap(printable(text), width_ - kIndent.size()))
      out_ += fmt::format("{}{}\n", kIndent, ink_(tone, part));
  }

  void change(const Update& update) {
    const auto& [zone, step, before, after, done] = update;
    const bool anew = !before.empty() && !after.empty() && before.ttl != after.ttl;
    for (const auto& record : before.rdata) {
      if (anew || !after.holds(record)) record_text("-", record_line(before, record), Tone::bad);
    }
    for (const auto& record : after.rdata) {
      if (anew || !before.holds(record)) record_text("+", record_line(after, record), Tone::good);
    }
  }

  void heading(std::string_view text) {
    for (const auto& part : base::wrap(text, width_)) out_ += fmt::format("{}\n", ink_(Tone::bold, part));
  }

  void paragraph(std::string_view text) {
    for (const auto& part : base::wrap(text, width_)) out_ += fmt::format("{}\n", part);
  }

  const Ink& ink() { return ink_; }

 private:
  // Whole on a line, to be copied.
  void record_text(std::string_view sign, std::string_view text, Tone tone) {
    out_ += fmt::format("{}{} {}\n", kIndent, ink_(tone, sign), text);
  }

  Ink ink_;
  std::size_t width_;
  std::string out_;
};

}  // namespace

std::string set_name(const dns::RecordSet& set) {
  return fmt::format("{} {}", set.name.text(), dns::to_string(set.type));
}

std::string diff_text(const Plan& plan, const std::vector<Decision>& decisions,
                      const std::vector<Update>& updates, const ApplyTextOptions& options) {
  Text text(options);
  const auto allowed = static_cast<std::size_t>(std::ranges::count_if(decisions, &Decision::allowed));
  text.heading(fmt::format("{}: {} ({}); {} of {} {} can be made now", name_for_people(plan.before.domain),
                           plan.before.grade, words(plan.before.status), allowed, decisions.size(),
                           decisions.size() == 1 ? "step" : "steps"));
  std::size_t at = 0;
  for (const auto& decision : decisions) {
    text.title(decision.allowed() ? std::to_string(decision.number) : "!", decision.step->title);
    if (!decision.allowed()) {
      text.words("held back: " + decision.held, Tone::warn);
      continue;
    }
    if (decision.updates == 0) text.words("stands there already", Tone::dim);
    for (std::size_t i = 0; i < decision.updates; ++i) text.change(updates[at++]);
    if (!decision.step->serve.empty()) {
      text.words(fmt::format("before that, serve this at https://mta-sts.{}/.well-known/mta-sts.txt:",
                             decision.step->subject.text()),
                 Tone::warn);
      for (const auto line : base::split(decision.step->serve, '\n')) {
        if (!base::trim(line).empty()) text.words("  " + std::string(base::trim(line)), Tone::plain);
      }
    }
    if (decision.by_risk) text.words("published because the risk is accepted", Tone::warn);
  }
  for (const auto& step : plan.steps) {
    if (step.changes()) continue;
    text.title(step.question != nullptr ? "?" : "!", step.title);
    text.words(step.question != nullptr ? fmt::format("waits for your answer: {} ({})", step.question->text,
                                                      step.question->options)
                                        : "not done: " + step.refused,
               Tone::warn);
  }
  if (std::ranges::any_of(decisions, &Decision::needs_risk)) {
    text.line("");
    text.paragraph(
        "What is held back needs reports that say who sends, so that no mail of theirs is lost; or, when you "
        "know, --accept-risk \"REASON\".");
  }
  return text.take();
}

std::string update_text(const Update& update, const ApplyTextOptions& options) {
  Text text(options);
  text.change(update);
  return text.take();
}

std::string servers_text(const std::vector<NameServer>& servers, const ApplyTextOptions& options) {
  Text text(options);
  for (const auto& server : servers) {
    const auto where = server.at ? fmt::format("{} ({})", server.name.text(), server.at->text())
                                 : std::string(server.name.text());
    text.line(server.visible ? text.ink()(Tone::good, "visible at ") + where
                             : fmt::format("{}{}: {}", text.ink()(Tone::warn, "not seen at "), where,
                                           printable(server.why)));
  }
  return text.take();
}

}  // namespace rampart::audit::fix
