#include "audit/format/json.h"

#include "base/text.h"
#include "dns/domain.h"

namespace rampart::audit {
namespace {

using base::JsonWriter;

// Absent is null, so that a member is always there and of one type or null.
void nullable(JsonWriter& json, std::string_view key, std::string_view text) {
  json.key(key);
  if (text.empty()) {
    json.null();
  } else {
    json.value(text);
  }
}

void optional_member(JsonWriter& json, std::string_view key, const std::string& text) {
  if (!text.empty()) json.member(key, text);
}

void write_weaknesses(JsonWriter& json, const std::vector<Weakness>& weaknesses) {
  json.key("weaknesses").begin_array();
  for (const auto weakness : weaknesses) json.value(to_string(weakness));
  json.end_array();
}

// Only with profiles, as the members above only with a list.
void write_profiles(JsonWriter& json, const std::vector<ProfileResult>& profiles) {
  if (profiles.empty()) return;
  json.key("profiles").begin_array();
  for (const auto& profile : profiles) {
    json.begin_object().member("id", profile.id).member("title", profile.title);
    json.key("requirements").begin_array();
    for (const auto& requirement : profile.requirements) {
      json.begin_object()
          .member("id", requirement.id)
          .member("title", requirement.title)
          .member("verdict", to_string(requirement.verdict))
          .member_array("findings", requirement.findings)
          .member("accepted", requirement.accepted);
      nullable(json, "why", requirement.why);
      json.end_object();
    }
    json.end_array().end_object();
  }
  json.end_array();
}

void write_requirements(JsonWriter& json, const std::vector<RequirementCount>& requirements) {
  if (requirements.empty()) return;
  json.key("requirements").begin_array();
  for (const auto& requirement : requirements) {
    json.begin_object().member("profile", requirement.profile).member("id", requirement.id);
    for (const auto verdict :
         {Verdict::broken, Verdict::unknown, Verdict::unjudged, Verdict::inapplicable, Verdict::met})
      json.member(to_string(verdict), requirement.with(verdict));
    json.end_object();
  }
  json.end_array();
}

void write_spoofing(JsonWriter& json, const std::vector<SpoofRow>& rows) {
  json.key("spoofing").begin_array();
  for (const auto& row : rows) {
    json.begin_object()
        .member("identity", to_string(row.identity))
        .member("origin", to_string(row.origin))
        .member("from", row.from.text())
        .member("address", row.address);
    nullable(json, "via", row.via);
    json.member("spf", row.spf)
        .member("dmarc", row.dmarc)
        .member("policy", to_string(row.policy))
        .member("rfc9989", to_string(row.rfc9989))
        .member("rfc7489", to_string(row.rfc7489))
        .member("decided_by", row.decided_by)
        .member("why", row.why)
        .end_object();
  }
  json.end_array();
}

void write_policy(JsonWriter& json, std::string_view key, const EffectivePolicy::Entry& entry) {
  json.key(key).begin_object().member("policy", to_string(entry.policy));
  nullable(json, "record", entry.record_name);
  nullable(json, "tag", entry.tag);
  json.member("testing", entry.testing).member("rfc7489", to_string(entry.rfc7489)).end_object();
}

void write_dkim(JsonWriter& json, const DomainReport& report) {
  json.key("dkim").begin_object().key("keys").begin_array();
  for (const auto& key : report.dkim_keys) {
    json.begin_object()
        .member("selector", key.selector)
        .member("record", key.record_name)
        .member("algorithm", key.algorithm)
        .member("bits", key.bits)
        .member("revoked", key.revoked);
    nullable(json, "fingerprint", key.fingerprint);
    json.end_object();
  }
  json.end_array()
      .member("selectors_tried", report.selectors_tried)
      .member("proven_absent", report.dkim_proven_absent)
      .end_object();
}

// What the list says: only the members that it has.
void write_said(JsonWriter& json, const Entry& said) {
  optional_member(json, "organisation", said.organisation);
  optional_member(json, "sector", said.sector);
  optional_member(json, "contact", said.contact);
  if (said.sends != Sends::unsaid) json.member("sends", said.sends == Sends::yes);
  if (!said.tags.empty()) {
    json.key("tags").begin_array();
    for (const auto& [name, value] : said.tags) {
      json.begin_object().member("name", name);
      nullable(json, "value", value);
      json.end_object();
    }
    json.end_array();
  }
  optional_member(json, "note", said.note);
}

void write_refused(JsonWriter& json, const Summary& summary) {
  json.key("refused").begin_array();
  for (const auto& line : summary.refused()) {
    json.begin_object().member("where", line.where).member("text", line.text).member("why", line.why);
    nullable(json, "hint", line.hint);
    json.end_object();
  }
  json.end_array();
}

void write_counts(JsonWriter& json, const Summary& summary) {
  json.member("domains", summary.domains());
  json.key("status").begin_object();
  for (const auto status : {Status::spoofable, Status::partly_protected, Status::protected_, Status::unknown})
    json.member(to_string(status), summary.with_status(status));
  json.end_object().key("grades").begin_object();
  for (const auto& [grade, count] : summary.by_grade()) json.member(grade, count);
  json.end_object().key("weaknesses").begin_object();
  for (unsigned i = 1; i <= 7; ++i) {
    const auto weakness = static_cast<Weakness>(i);
    json.member(to_string(weakness), summary.with_weakness(weakness));
  }
  json.end_object();
}

class Json : public ReportWriter {
 public:
  explicit Json(Sink sink) : sink_(std::move(sink)) {}

  base::Result<> begin(const Run& run) override {
    json_.begin_object().member("schema", kSchema).member("now", base::format_time(run.now));
    json_.key("program").begin_object().member("name", "rampart").member("version", run.version).end_object();
    json_.member_array("source", run.source).key("domains").begin_array();
    return {};
  }

  base::Result<> add(const DomainReport& report) override { return add_text(element(report)); }
  [[nodiscard]] Render renderer() const override { return element; }
  base::Result<> add_text(std::string_view text) override {
    json_.raw(text);
    return flush(kPiece);
  }

  base::Result<> end_group(const Group& group, const Summary& summary) override {
    groups_.begin_object().member("column", group.column);
    nullable(groups_, "value", group.value);
    write_counts(groups_, summary);
    groups_.end_object();
    grouped_ += '\n';
    return {};
  }

  base::Result<> end(const Summary& summary, const Notes& notes) override {
    json_.end_array();
    if (!grouped_.empty()) {
      json_.key("groups").begin_array();
      for (const auto group : base::split(grouped_, '\n')) {
        if (!group.empty()) json_.raw(group);
      }
      json_.end_array();
    }
    json_.key("summary");
    write_summary(json_, summary);
    write_refused(json_, summary);
    json_.member_array("notes", notes).end_object();
    buffer_ += '\n';
    return flush(0);
  }

 private:
  static constexpr std::size_t kPiece = 1 << 16;

  // A domain's object as it stands in the array, two levels deep.
  static std::string element(const DomainReport& report) {
    std::string out;
    JsonWriter json(out, base::JsonStyle::pretty);
    json.begin_object().key("domains").begin_array();
    const auto from = out.size();
    json.begin_object();
    write_domain(json, report);
    json.end_object();
    return out.substr(out.find('{', from));
  }

  base::Result<> flush(std::size_t above) {
    if (buffer_.size() <= above) return {};
    TRY(sink_(buffer_));
    buffer_.clear();
    return {};
  }

  Sink sink_;
  std::string buffer_;
  JsonWriter json_{buffer_, base::JsonStyle::pretty};
  std::string grouped_;  // a line for each group: 300 bytes, DomainList::kMaxGroups of them at most
  JsonWriter groups_{grouped_};
};

class JsonLines : public ReportWriter {
 public:
  explicit JsonLines(Sink sink) : sink_(std::move(sink)) {}

  base::Result<> begin(const Run&) override { return {}; }

  // A line is handed on when its domain is done: whoever reads a pipe sees it at once.
  base::Result<> add(const DomainReport& report) override { return sink_(line(report)); }
  [[nodiscard]] Render renderer() const override { return line; }
  base::Result<> add_text(std::string_view text) override { return sink_(text); }

  base::Result<> end(const Summary&, const Notes&) override { return {}; }

 private:
  static constexpr std::size_t kUsualLine = 12'288;  // bytes, so that most lines are one allocation

  static std::string line(const DomainReport& report) {
    std::string out;
    out.reserve(kUsualLine);
    JsonWriter json(out);
    json.begin_object().member("schema", kSchema);
    write_domain(json, report);
    json.end_object();
    out += '\n';
    return out;
  }

  Sink sink_;
};

}  // namespace

void write_finding(JsonWriter& json, const Finding& finding) {
  json.begin_object().member("code", finding.code);
  nullable(json, "weakness", to_string(finding.weakness));
  json.member("severity", to_string(finding.severity))
      .member("effective", to_string(finding.effective))
      .member("status", to_string(finding.status))
      .member("title", finding.title);
  json.key("evidence").begin_array();
  for (const auto& evidence : finding.evidence) {
    json.begin_object().member("text", evidence.text);
    optional_member(json, "record", evidence.record);
    optional_member(json, "server", evidence.server);
    optional_member(json, "why", evidence.why);
    json.end_object();
  }
  json.end_array().member("advice", finding.advice).member_array("references", finding.references);
  json.key("remedies").begin_array();
  for (const auto& remedy : finding.remedies) {
    json.begin_object()
        .member("action", to_string(remedy.action))
        .member("name", remedy.name.text())
        .member("type", dns::to_string(remedy.type))
        .member("ttl", remedy.ttl)
        .member("data", remedy.data)
        .end_object();
  }
  json.end_array();
  if (finding.accepted) {
    json.key("accepted")
        .begin_object()
        .member("reason", finding.accepted->reason)
        .member("who", finding.accepted->who);
    json.key("until");
    if (finding.accepted->until) {
      json.value(base::format_time(*finding.accepted->until));
    } else {
      json.null();
    }
    json.end_object();
  }
  if (!finding.requirements.empty()) json.member_array("requirements", finding.requirements);
  json.end_object();
}

void write_summary(JsonWriter& json, const Summary& summary) {
  json.begin_object();
  write_counts(json, summary);
  json.key("worst_effective").begin_object();
  for (const auto level :
       {Severity::critical, Severity::high, Severity::medium, Severity::low, Severity::info})
    json.member(to_string(level), summary.with_worst(level));
  json.end_object()
      .member("questions", summary.questions())
      .member("refused", summary.refused_count())
      .member("duplicates", summary.duplicates());
  write_requirements(json, summary.requirements());
  json.end_object();
}

void write_domain(JsonWriter& json, const DomainReport& report) {
  json.member("domain", report.domain.text());
  const auto shown = dns::display(report.domain);
  nullable(json, "unicode", shown == report.domain.text() ? "" : shown);
  nullable(json, "organizational_domain",
           report.organizational_domain ? report.organizational_domain->text() : "");
  if (report.said) write_said(json, *report.said);
  json.member("now", base::format_time(report.now))
      .member("status", to_string(report.status))
      .member("grade", report.grade)
      .member("sentence", report.sentence);
  write_weaknesses(json, report.weaknesses);
  json.key("findings").begin_array();
  for (const auto& finding : report.findings) write_finding(json, finding);
  json.end_array();
  write_spoofing(json, report.spoofing);
  json.key("effective_policy").begin_object();
  write_policy(json, "domain", report.effective_policy.domain);
  write_policy(json, "subdomain", report.effective_policy.subdomain);
  write_policy(json, "invented", report.effective_policy.invented);
  json.end_object();
  write_dkim(json, report);
  write_profiles(json, report.profiles);
  json.member("questions", report.questions);
}

std::unique_ptr<ReportWriter> make_json_writer(Sink sink) { return std::make_unique<Json>(std::move(sink)); }
std::unique_ptr<ReportWriter> make_jsonl_writer(Sink sink) {
  return std::make_unique<JsonLines>(std::move(sink));
}

}  // namespace rampart::audit
