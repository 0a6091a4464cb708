#include "audit/state/json.h"

namespace rampart::audit::state {

void write_span(base::JsonWriter& json, const FindingSpan& span) {
  json.begin_object()
      .member("code", span.code)
      .member("effective", to_string(span.effective))
      .member("title", span.title)
      .member("since", base::format_time(span.since))
      .key("gone");
  if (span.gone) {
    json.value(base::format_time(*span.gone));
  } else {
    json.null();
  }
  json.end_object();
}

void write_history(base::JsonWriter& json, const HistoryPage& page) {
  const auto& history = page.history;
  json.begin_object().member("schema", kHistorySchema).member("domain", history.domain.text());
  json.member("first", base::format_time(history.first)).member("last", base::format_time(history.last));
  json.member("status", to_string(history.status)).member("grade", history.grade);
  json.key("states").begin_array();
  for (const auto& state : page.states) {
    json.begin_object()
        .member("number", state.number)
        .member("first", base::format_time(state.first))
        .member("last", base::format_time(state.last))
        .member("status", to_string(state.status))
        .member("grade", state.grade)
        .end_object();
  }
  json.end_array().key("findings").begin_array();
  for (const auto& span : page.findings) write_span(json, span);
  json.end_array().key("keys").begin_array();
  for (const auto& key : page.keys) {
    json.begin_object()
        .member("selector", key.selector)
        .member("fingerprint", key.fingerprint)
        .member("first_seen", base::format_time(key.first_seen))
        .end_object();
  }
  json.end_array().end_object();
}

void write_drift(base::JsonWriter& json, const dns::Name& domain, const Drift& drift, base::Time before,
                 base::Time after) {
  json.begin_object().member("schema", kDriftSchema).member("domain", domain.text());
  json.member("before", base::format_time(before)).member("after", base::format_time(after));
  json.member("grade_before", drift.grade_before).member("grade_after", drift.grade_after);
  json.key("changes").begin_array();
  for (const auto& change : drift.changes) {
    const bool finding = change.subject == watch::Subject::finding;
    json.begin_object()
        .member("what", to_string(change.what))
        .member("subject", watch::to_string(change.subject))
        .member("key", change.key);
    if (finding) {
      json.member("title", change.title).member("effective", to_string(change.severity));
    } else {
      json.member("before", change.before).member("after", change.after);
    }
    json.end_object();
  }
  json.end_array().member_array("unknown", drift.unknown).end_object();
}

}  // namespace rampart::audit::state
