// The JSON forms, schema "rampart.audit/1": docs/report.md says what each member means, and
// docs/rampart.audit-1.schema.json is checked by the tests. `json` is one document, written as the domains
// come; `jsonl` is one line a domain.
#pragma once

#include "audit/format/writer.h"
#include "base/json.h"

namespace rampart::audit {

inline constexpr std::string_view kSchema = "rampart.audit/1";

// The members of one domain, into an object that has been begun.
void write_domain(base::JsonWriter& json, const DomainReport& report);

// One finding, and the counts of a summary: objects.
void write_finding(base::JsonWriter& json, const Finding& finding);
void write_summary(base::JsonWriter& json, const Summary& summary);

std::unique_ptr<ReportWriter> make_json_writer(Sink sink);
std::unique_ptr<ReportWriter> make_jsonl_writer(Sink sink);

}  // namespace rampart::audit
