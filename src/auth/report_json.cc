#include <fmt/format.h>

#include "auth/report.h"
#include "base/json.h"

namespace rampart::auth {
namespace {

using base::JsonWriter;

void nullable(JsonWriter& json, std::string_view key, std::string_view text) {
  json.key(key);
  if (text.empty()) {
    json.null();
  } else {
    json.value(text);
  }
}

std::string text_of(const dns::Name& name) { return name.is_root() ? std::string() : name.text(); }

void write_spf(JsonWriter& json, const SpfChecked& spf) {
  const auto& outcome = spf.outcome;
  json.key("spf").begin_object().member("result", spf::to_string(outcome.result));
  nullable(json, "domain", text_of(spf.domain));
  json.member("scope", spf.by_helo ? "helo" : "mfrom").member("why", outcome.reason());
  json.member("section", fmt::format("RFC 7208 section {}", outcome.section()));
  nullable(json, "record_name", text_of(outcome.record_name()));
  nullable(json, "record", outcome.record_text());
  nullable(json, "term", outcome.term_text());
  json.member("lookups", outcome.lookups).member("voids", outcome.voids).end_object();
}

void write_dkim(JsonWriter& json, const std::vector<dkim::Checked>& signatures) {
  json.key("dkim").begin_array();
  for (const auto& checked : signatures) {
    const auto& signature = *checked.signature;
    json.begin_object()
        .member("result", dkim::to_string(checked.result))
        .member("verified", checked.verified);
    nullable(json, "domain", text_of(signature.domain));
    nullable(json, "selector", signature.selector);
    nullable(json, "identity", signature.identity);
    nullable(json, "algorithm", signature.algorithm);
    json.member("bits", checked.bits)
        .member("testing", checked.testing)
        .member("unsigned_octets", checked.unsigned_octets);
    json.member("why", checked.why);
    nullable(json, "section", checked.section);
    json.member_array("signed", signature.names).end_object();
  }
  json.end_array();
}

void write_arc(JsonWriter& json, const arc::Validated& arc) {
  json.key("arc").begin_object().member("result", arc::to_string(arc.result));
  nullable(json, "why", arc.why);
  nullable(json, "section", arc.section);
  json.key("oldest_pass");
  if (arc.result == arc::Result::pass) {
    json.value(arc.oldest_pass);
  } else {
    json.null();
  }
  json.key("sets").begin_array();
  for (const auto& set : arc.chain.sets) {
    json.begin_object()
        .member("instance", set.instance)
        .member("domain", set.seal_signature.domain.text())
        .member("selector", set.seal_signature.selector)
        .member("chain", set.seal_signature.chain)
        .end_object();
  }
  json.end_array().end_object();
}

template <class V>
void write_verdict(JsonWriter& json, std::string_view key, const V& verdict) {
  const auto& found = verdict.discovery;
  json.key(key).begin_object().member("result", dmarc::to_string(verdict.result)).member("why", verdict.why);
  nullable(json, "record_name", found.record ? fmt::format("_dmarc.{}", found.record_name.text()) : "");
  nullable(json, "record", found.record ? found.record->text : "");
  nullable(json, "tag", found.tag);
  json.member("policy", dmarc::to_string(found.policy)).member("asked", dmarc::to_string(verdict.policy()));
  json.key("alignments").begin_array();
  for (const auto& alignment : verdict.alignments) {
    constexpr std::string_view kAligned[] = {"yes", "no", "unknown"};
    json.begin_object()
        .member("method", dmarc::to_string(alignment.method))
        .member("domain", alignment.domain.text())
        .member("aligned", kAligned[static_cast<std::size_t>(alignment.aligned)])
        .member("why", alignment.why)
        .end_object();
  }
  json.end_array().end_object();
}

// What every report begins with; the object stays open.
void begin(JsonWriter& json, std::string_view schema, const ReportOptions& options) {
  json.begin_object().member("schema", schema).member("now", base::format_time(options.now));
  json.key("program")
      .begin_object()
      .member("name", "rampart")
      .member("version", options.version)
      .end_object();
  json.member_array("source", options.source).member_array("notes", options.notes);
}

void write_envelope(JsonWriter& json, const Envelope& envelope) {
  json.key("envelope").begin_object();
  nullable(json, "ip", envelope.ip ? envelope.ip->text() : "");
  nullable(json, "helo", envelope.helo);
  json.key("mail_from");
  if (envelope.mail_from) {
    json.value(*envelope.mail_from);
  } else {
    json.null();
  }
  json.end_object();
}

}  // namespace

std::string signatures_json(const Signatures& signatures, const ReportOptions& options) {
  std::string out;
  JsonWriter json(out, base::JsonStyle::pretty);
  begin(json, "rampart.dkim/1", options);
  write_dkim(json, signatures.dkim);
  write_arc(json, signatures.arc);
  json.end_object();
  return out + '\n';
}

std::string spf_json(const Envelope& envelope, const SpfReport& report, const ReportOptions& options) {
  std::string out;
  JsonWriter json(out, base::JsonStyle::pretty);
  begin(json, "rampart.spf/1", options);
  write_envelope(json, envelope);
  write_spf(json, report.spf);
  json.key("path").begin_array();
  for (const auto& step : report.spf.outcome.path) {
    json.begin_object().member("name", step.txt->name().text()).member("record", step.record_text());
    nullable(json, "term", step.term_text());
    json.end_object();
  }
  json.end_array();
  nullable(json, "explanation", report.explanation.value_or(std::string()));
  json.end_object();
  return out + '\n';
}

void write_authentication(JsonWriter& json, const Envelope& envelope, const Authentication& result) {
  write_envelope(json, envelope);
  json.key("author").begin_object().member("fields", result.author.fields);
  json.key("domains").begin_array();
  for (const auto& domain : result.author.domains) json.value(domain.text());
  json.end_array().member_array("addresses", result.author.addresses);
  nullable(json, "fault", result.author.fault);
  json.end_object().member("sentence", sentence(result));
  if (result.spf) {
    write_spf(json, *result.spf);
  } else {
    json.key("spf").null();
  }
  write_dkim(json, result.dkim);
  write_arc(json, result.arc);
  json.key("dmarc")
      .begin_object()
      .member("result", dmarc::to_string(result.dmarc))
      .member("policy", dmarc::to_string(result.policy))
      .member("why", result.why);
  json.key("domains").begin_array();
  for (const auto& domain : result.domains) {
    json.begin_object().member("domain", domain.author.text());
    write_verdict(json, "rfc9989", domain.verdict);
    write_verdict(json, "rfc7489", domain.legacy);
    json.end_object();
  }
  json.end_array().end_object().key("iprev");
  if (result.iprev) {
    json.begin_object().member("result", to_string(result.iprev->result)).member("why", result.iprev->why);
    nullable(json, "name", text_of(result.iprev->name));
    json.end_object();
  } else {
    json.null();
  }
}

std::string report_json(const Envelope& envelope, const Authentication& result,
                        const ReportOptions& options) {
  std::string out;
  JsonWriter json(out, base::JsonStyle::pretty);
  begin(json, "rampart.auth/1", options);
  write_authentication(json, envelope, result);
  json.end_object();
  return out + '\n';
}

}  // namespace rampart::auth
