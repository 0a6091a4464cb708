#include "audit/format/sarif.h"

#include "audit/catalogue.h"
#include "audit/format/words.h"
#include "base/json.h"
#include "base/text.h"

namespace rampart::audit {
namespace {

using base::JsonWriter;

constexpr std::string_view kSchemaUri =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

std::string_view level_of(Severity severity) {
  if (severity >= Severity::high) return "error";
  return severity == Severity::medium ? "warning" : "note";
}

std::string_view kind_of(FindingStatus status) {
  switch (status) {
    case FindingStatus::present:
      return "fail";
    case FindingStatus::absent:
      return "pass";
    case FindingStatus::unknown:
      return "open";
  }
  return "open";
}

// What GitHub's code scanning sorts by: the middle of CVSS's bands.
std::string_view score(Severity severity) {
  constexpr std::string_view kScores[] = {"0.0", "2.0", "5.5", "8.0", "9.5"};
  return kScores[static_cast<std::size_t>(severity)];
}

void write_text(JsonWriter& json, std::string_view key, std::string_view text) {
  json.key(key).begin_object().member("text", text).end_object();
}

// The record that the evidence shows, when it names one: "_dmarc.ministry.example TXT".
struct Record {
  dns::Name name;
  dns::RrType type;
};

std::optional<Record> record_of(const Finding& finding) {
  for (const auto& evidence : finding.evidence) {
    const auto words = base::split(evidence.text, ' ');
    if (words.size() != 2) continue;
    const auto name = dns::Name::try_parse(words[0]);
    const auto type = dns::parse_rr_type(words[1]);
    if (name && type) return Record{*name, *type};
  }
  return std::nullopt;
}

std::string dns_uri(const Record& record) {
  std::string out = "dns:";
  for (const char c : record.name.text()) {
    const bool plain = base::is_alnum(c) || c == '-' || c == '.' || c == '_' || c == '~';
    out += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out + "?type=" + std::string(dns::to_string(record.type));
}

void write_rule(JsonWriter& json, const CatalogueEntry& entry) {
  constexpr std::array<std::string_view, 5> kAnything{"the domain", "…", "…", "…", "…"};
  json.begin_object().member("id", entry.code);
  write_text(json, "shortDescription", sarif_text(fill(entry.title, kAnything)));
  if (!entry.advice.empty()) write_text(json, "help", sarif_text(fill(entry.advice, kAnything)));
  json.key("defaultConfiguration").begin_object().member("level", level_of(entry.effective)).end_object();
  json.key("properties").begin_object().key("tags").begin_array().value("security").value("email");
  if (entry.weakness != Weakness::none) json.value(to_string(entry.weakness));
  json.end_array()
      .member("security-severity", score(entry.effective))
      .member_array("references", references(entry))
      .end_object()
      .end_object();
}

std::size_t rule_index(std::string_view code) {
  std::size_t index = 0;
  for (const auto part : kCatalogue) {
    for (const auto& entry : part) {
      if (entry.code == code) return index;
      ++index;
    }
  }
  return index;
}

void write_location(JsonWriter& json, const DomainReport& report, const std::optional<Record>& record) {
  json.key("locations").begin_array().begin_object();
  if (record) {
    json.key("physicalLocation").begin_object().key("artifactLocation").begin_object();
    json.member("uri", dns_uri(*record)).end_object().end_object();
  }
  const auto domain = report.domain.text();
  const auto name = record ? record->name.text() : domain;
  json.key("logicalLocations").begin_array().begin_object().member("name", name);
  json.member("fullyQualifiedName", name == domain ? domain : domain + "/" + name)
      .member("kind", "resource")
      .end_object()
      .end_array()
      .end_object()
      .end_array();
}

class Sarif : public ReportWriter {
 public:
  explicit Sarif(Sink sink) : sink_(std::move(sink)) {}

  base::Result<> begin(const Run& run) override {
    run_ = run;
    json_.begin_object()
        .member("$schema", kSchemaUri)
        .member("version", "2.1.0")
        .key("runs")
        .begin_array()
        .begin_object();
    json_.key("tool")
        .begin_object()
        .key("driver")
        .begin_object()
        .member("name", "Rampart")
        .member("version", run.version);
    json_.key("rules").begin_array();
    for (const auto part : kCatalogue) {
      for (const auto& entry : part) write_rule(json_, entry);
    }
    json_.end_array().end_object().end_object().key("results").begin_array();
    return {};
  }

  base::Result<> add(const DomainReport& report) override {
    for (const auto& finding : report.findings) result(report, finding);
    return flush(kPiece);
  }

  base::Result<> end(const Summary& summary, const Notes& notes) override {
    json_.end_array().key("invocations").begin_array().begin_object();
    json_.member("executionSuccessful", true).member("startTimeUtc", base::format_time(run_.now));
    json_.key("toolExecutionNotifications").begin_array();
    for (const auto& note : notes) notification("note", note);
    for (const auto& line : summary.refused())
      notification("warning", fmt::format("{}: {}: {}", line.where, line.text, line.why));
    json_.end_array().end_object().end_array();
    json_.key("properties").begin_object().member("domains", summary.domains());
    json_.member_array("source", run_.source).member("sentence", summary.sentence()).end_object();
    json_.end_object().end_array().end_object();
    buffer_ += '\n';
    return flush(0);
  }

 private:
  static constexpr std::size_t kPiece = 1 << 16;

  void notification(std::string_view level, std::string_view text) {
    json_.begin_object().member("level", level);
    write_text(json_, "message", sarif_text(text));
    json_.end_object();
  }

  void result(const DomainReport& report, const Finding& finding) {
    const auto record = record_of(finding);
    json_.begin_object().member("ruleId", finding.code);
    if (find_entry(finding.code) != nullptr) json_.member("ruleIndex", rule_index(finding.code));
    json_.member("kind", kind_of(finding.status))
        .member("level", finding.status == FindingStatus::present ? level_of(finding.effective) : "none");
    write_text(json_, "message", sarif_text(finding.title));
    write_location(json_, report, record);
    json_.key("partialFingerprints")
        .begin_object()
        .member("rampart/v1", fmt::format("{}/{}/{}", report.domain.text(), finding.code,
                                          record ? record->name.text() : report.domain.text()))
        .end_object();
    if (finding.accepted) {
      json_.key("suppressions")
          .begin_array()
          .begin_object()
          .member("kind", "external")
          .member("status", "accepted");
      json_.member("justification", sarif_text(acceptance(*finding.accepted))).end_object().end_array();
    }
    properties(report, finding);
    json_.end_object();
  }

  void properties(const DomainReport& report, const Finding& finding) {
    json_.key("properties").begin_object();
    json_.member("domain", report.domain.text())
        .member("domainStatus", to_string(report.status))
        .member("grade", report.grade)
        .member("severity", to_string(finding.severity))
        .member("effective", to_string(finding.effective))
        .member("status", to_string(finding.status));
    if (finding.weakness != Weakness::none) json_.member("weakness", to_string(finding.weakness));
    json_.key("evidence").begin_array();
    for (const auto& evidence : finding.evidence) json_.value(one_line(evidence, kMaxRecord));
    json_.end_array().member("advice", base::printable(finding.advice)).key("remedies").begin_array();
    for (const auto& remedy : finding.remedies)
      json_.value(fmt::format("{}: {}", to_string(remedy.action), zone_line(remedy)));
    json_.end_array().end_object();
  }

  base::Result<> flush(std::size_t above) {
    if (buffer_.size() <= above) return {};
    TRY(sink_(buffer_));
    buffer_.clear();
    return {};
  }

  static constexpr std::size_t kMaxRecord = 4096;  // bytes of a record's text; JSON has all of it

  Sink sink_;
  Run run_;
  std::string buffer_;
  JsonWriter json_{buffer_, base::JsonStyle::pretty};
};

}  // namespace

std::string sarif_text(std::string_view text) {
  std::string out;
  for (const char c : base::printable(text)) {
    if (c == '[' || c == ']' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::unique_ptr<ReportWriter> make_sarif_writer(Sink sink) {
  return std::make_unique<Sarif>(std::move(sink));
}

}  // namespace rampart::audit
