// A plan as JSON, schema "rampart.fix/1" (docs/fix.md).
#include "base/json.h"

#include "audit/catalogue.h"
#include "audit/fix/format.h"
#include "base/text.h"

namespace rampart::audit::fix {
namespace {

using base::JsonStyle;
using base::JsonWriter;

void nullable(JsonWriter& json, std::string_view key, std::string_view text) {
  json.key(key);
  if (text.empty()) {
    json.null();
  } else {
    json.value(text);
  }
}

void write_standing(JsonWriter& json, std::string_view key, const DomainReport& report) {
  json.key(key).begin_object().member("status", to_string(report.status)).member("grade", report.grade);
  json.key("weaknesses").begin_array();
  for (const auto weakness : report.weaknesses) json.value(to_string(weakness));
  json.end_array().end_object();
}

void write_changes(JsonWriter& json, const Step& step) {
  json.key("changes").begin_array();
  for (const auto& change : changes(step)) {
    json.begin_object()
        .member("action", to_string(change.remedy.action))
        .member("name", change.remedy.name.text())
        .member("type", dns::to_string(change.remedy.type))
        .member("ttl", change.remedy.ttl)
        .member("data", change.remedy.data);
    nullable(json, "before", change.before);
    json.end_object();
  }
  json.end_array();
}

void write_proofs(JsonWriter& json, const Step& step) {
  if (!step.changes()) {
    json.key("closes").null().key("breaks").null();
    return;
  }
  json.key("closes")
      .begin_object()
      .member("holds", step.closes.holds)
      .member_array("findings", step.closes.findings)
      .member_array("appears", step.closes.appears)
      .member_array("hardens", step.closes.rows);
  nullable(json, "why_not", step.closes.why_not);
  json.end_object().key("breaks").begin_object().member("known", step.breaks.known);
  json.key("failing");
  if (step.breaks.known) {
    json.begin_array();
    for (const auto& sender : step.breaks.failing) json.value(sender);
    json.end_array();
  } else {
    json.null();
  }
  json.member("senders", step.breaks.senders).member("why", step.breaks.why).end_object();
}

void write_step(JsonWriter& json, const Step& step, std::size_t number) {
  json.begin_object().key("number");
  if (step.changes()) {
    json.value(number);
  } else {
    json.null();
  }
  json.member("step", step.words->id)
      .member("subject", step.subject.text())
      .member("title", step.title)
      .member("why", step.why)
      .key("references")
      .begin_array();
  for (const auto reference : base::split(step.words->references, ';')) json.value(base::trim(reference));
  json.end_array();
  write_changes(json, step);
  nullable(json, "serve", step.serve);
  nullable(json, "question", step.question == nullptr ? std::string_view() : step.question->name);
  nullable(json, "refused", step.refused);
  write_proofs(json, step);
  json.member("proven", step.proven()).end_object();
}

}  // namespace

std::string plan_json(const Plan& plan, const FormatOptions& options) {
  std::string out;
  JsonWriter json(out, JsonStyle::pretty);
  json.begin_object().member("schema", "rampart.fix/1").member("now", base::format_time(plan.before.now));
  json.key("program")
      .begin_object()
      .member("name", "rampart")
      .member("version", options.version)
      .end_object();
  json.member_array("source", options.source)
      .member_array("notes", options.notes)
      .member("domain", plan.before.domain.text());
  write_standing(json, "before", plan.before);
  write_standing(json, "after", plan.after);
  json.key("steps").begin_array();
  std::size_t number = 0;
  for (const auto& step : plan.steps) write_step(json, step, step.changes() ? ++number : 0);
  json.end_array().key("questions").begin_array();
  for (const auto* question : plan.questions()) {
    json.begin_object()
        .member("name", question->name)
        .member("question", question->text)
        .member("options", question->options)
        .end_object();
  }
  json.end_array().end_object();
  return out + '\n';
}

}  // namespace rampart::audit::fix
