#include "guard/gate/verdict_report.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/columns.h"
#include "base/ink.h"
#include "base/json.h"
#include "base/text.h"

namespace rampart::guard {
namespace {

using base::Tone;

constexpr std::size_t kMinWidth = 40;  // columns
constexpr std::size_t kLabel = 9;      // "Not seen "

std::string section_of(std::string_view section) {
  return section.empty() ? std::string() : fmt::format(" ({})", section);
}

// Lines of "  Label    words", the words wrapped beneath each other.
class Lines {
 public:
  explicit Lines(const auth::ReportOptions& options)
      : ink_(options.color), width_(std::max(options.width, kMinWidth)) {}

  void headline(std::string_view words, Tone tone) {
    for (const auto& part : base::wrap(base::printable(words), width_)) out_ += ink_(tone, part) + '\n';
    out_ += '\n';
  }
  void line(std::string_view label, std::string_view words) {
    for (const auto& part : base::wrap(base::printable(words), width_ - kLabel - 2)) {
      out_ += fmt::format("  {}{}\n", base::pad_right(label, kLabel), part);
      label = {};
    }
  }
  std::string text() && { return std::move(out_); }

 private:
  base::Ink ink_;
  std::size_t width_;
  std::string out_;
};

Tone tone_of(Action action) {
  if (action == Action::accept) return Tone::good;
  return action == Action::tempfail ? Tone::warn : Tone::bad;
}

// Whether it is what the content that was judged comes to.
bool is_content(const Cause& cause, const Verdict& verdict) {
  return verdict.content && (cause.code == "content" || cause.code == "content-tagged");
}

// Whether it is delivered with the field of guard.content_field, and nothing else decided that.
bool is_tagged(const Ruling& ruling) {
  return !ruling.causes.empty() && ruling.causes.back().code == "content-tagged";
}

// Parts go by their numbers ("1.2"), and what is none by a word.
std::string place_of(std::string_view part) {
  const bool is_number = !part.empty() && base::is_digit(part.front());
  return fmt::format("{}{}", is_number ? "part " : "", part);
}

std::string role_words(const Standing& standing) {
  return fmt::format("{}: {}", to_string(standing.role), standing.why);
}

void tell_sender(Lines& out, const VerdictReport& report) {
  const auto& sender = report.verdict.sender;
  if (!sender) return;
  auto words = describe(sender->anybody, "somebody here");
  if (sender->anybody.known == Known::yes && !sender->proven)
    words += "; this message is not proven to be from it";
  out.line("Known", words);
  for (std::size_t i = 0; i < std::min(sender->recipients.size(), report.recipients.size()); ++i)
    if (const auto& one = sender->recipients[i];
        one.known != Known::unknown || one.why != sender->anybody.why)
      out.line("", fmt::format("to {}: {}", report.recipients[i], describe(one, report.recipients[i])));
}

void write_content(base::JsonWriter& json, const std::optional<ContentJudged>& content) {
  json.key("content");
  if (!content) {
    json.null();
    return;
  }
  const auto rounded = [](double points) { return std::round(points * 10) / 10; };
  json.begin_object()
      .member("score", rounded(content->score))
      .member("level", model::to_string(content->level))
      .member("tag_at", rounded(content->tag))
      .member("quarantine_at", rounded(content->quarantine))
      .member("model", content->model);
  json.key("signals").begin_array();
  for (const auto& [signal, points] : content->signals) {
    const auto& kind = signal::kind_of(signal.code);
    json.begin_object()
        .member("code", kind.code)
        .member("family", signal::to_string(kind.family))
        .member("points", rounded(points))
        .member("strength", std::round(signal.strength * 100) / 100)
        .member("evidence", signal.evidence)
        .member("part", signal.part)
        .member("text", kind.english)
        .member("text_ur", kind.urdu)
        .end_object();
  }
  json.end_array().end_object();
}

}  // namespace

std::string sentence(const Verdict& verdict) {
  const auto& ruling = verdict.ruling;
  const auto text_of = [&](const Cause& cause) {
    return ": " + (is_content(cause, verdict) ? verdict.content->text() : cause.text);
  };
  const auto because = ruling.causes.empty() ? std::string() : text_of(ruling.causes.back());
  switch (ruling.action) {
    case Action::accept:
      if (is_tagged(ruling))
        return fmt::format("This message would be delivered, tagged as suspicious{}.", because);
      if (!ruling.causes.empty()) return fmt::format("This message would be delivered{}.", because);
      return verdict.signals.empty() ? "This message would be delivered: nothing speaks against it."
                                     : "This message would be delivered: too little speaks against it.";
    case Action::quarantine:
      return fmt::format("This message would be kept in quarantine{}.",
                         ruling.causes.empty() ? because : text_of(ruling.causes.front()));
    case Action::tempfail:
      return fmt::format("This message would be put off, for its sender to try again{}.", because);
    case Action::reject:
      break;
  }
  return fmt::format("This message would be rejected{}.", because);
}

std::string verdict_text(const VerdictReport& report, const auth::ReportOptions& options) {
  const auto& verdict = report.verdict;
  const auto& ruling = verdict.ruling;
  Lines out(options);
  out.headline(sentence(verdict), tone_of(ruling.action));
  // What its content shows stands in the lines of its signals.
  for (const auto& cause : ruling.causes)
    out.line("Why", is_content(cause, verdict) ? verdict.content->score_text()
                                               : cause.text + section_of(cause.section));
  if (ruling.code != 0)
    out.line("Answer", fmt::format("{} {} {}", ruling.code, ruling.enhanced, ruling.text));
  for (const auto& signal : verdict.signals)
    out.line("Signal", fmt::format("{} ({}, {}): {}", signal.code, signal.strength, place_of(signal.part),
                                   signal.evidence));
  out.line("Score", fmt::format("{} of 100, higher is worse", verdict.score()));
  if (verdict.content)
    out.line("Content",
             fmt::format("{} points; tagged from {} on, kept from {} on (weights \"{}\")",
                         model::tenths(verdict.content->score), model::tenths(verdict.content->tag),
                         model::tenths(verdict.content->quarantine), verdict.content->model));
  out.line("Role", role_words(verdict.standing));
  for (const auto& words : plan_lines(report.plan))
    out.line(report.plan.adds == "sealed" ? "Sealed" : "Signed", words);
  for (std::size_t i = 0; i < report.recipients.size(); ++i) {
    const auto action = report.done.at(i);
    out.line("To", action == ruling.action ? report.recipients[i]
                                           : fmt::format("{} ({}, as guard.enforce has it)",
                                                         report.recipients[i], to_string(action)));
  }
  tell_sender(out, report);
  for (const auto& words : verdict.unchecked) out.line("Not seen", words);
  for (const auto& results : verdict.other_results) out.line("Others", results);
  return std::move(out).text() + '\n' + auth::report_text(verdict.envelope, verdict.authentication, options);
}

std::string verdict_json(const VerdictReport& report, const auth::ReportOptions& options) {
  const auto& verdict = report.verdict;
  const auto& ruling = verdict.ruling;
  std::string out;
  base::JsonWriter json(out, base::JsonStyle::pretty);
  json.begin_object().member("schema", "rampart.verdict/1").member("now", base::format_time(options.now));
  json.key("program")
      .begin_object()
      .member("name", "rampart")
      .member("version", options.version)
      .end_object();
  json.member_array("source", options.source).member_array("notes", options.notes);
  json.member("sentence", sentence(verdict))
      .member("action", to_string(ruling.action))
      .member("score", verdict.score());
  json.key("signals").begin_array();
  for (const auto& signal : verdict.signals)
    json.begin_object()
        .member("code", signal.code)
        .member("strength", signal.strength)
        .member("evidence", signal.evidence)
        .member("part", signal.part)
        .end_object();
  json.end_array();
  write_content(json, verdict.content);
  write_causes(json, ruling.causes);
  json.key("answer");
  if (ruling.code == 0) {
    json.null();
  } else {
    json.begin_object()
        .member("code", ruling.code)
        .member("enhanced", ruling.enhanced)
        .member("text", ruling.text)
        .end_object();
  }
  json.key("recipients").begin_array();
  for (std::size_t i = 0; i < report.recipients.size(); ++i)
    json.begin_object()
        .member("address", report.recipients[i])
        .member("action", to_string(report.done.at(i)))
        .end_object();
  json.end_array();
  json.key("role")
      .begin_object()
      .member("name", to_string(verdict.standing.role))
      .member("why", verdict.standing.why)
      .end_object();
  json.key("signing").begin_object();
  write_plan(json, report.plan);
  json.end_object();
  write_sender(json, verdict.sender, report.recipients);
  json.member_array("unchecked", verdict.unchecked).member_array("other_results", verdict.other_results);
  json.key("authentication").begin_object();
  auth::write_authentication(json, verdict.envelope, verdict.authentication);
  json.end_object().end_object();
  return out + '\n';
}

}  // namespace rampart::guard
