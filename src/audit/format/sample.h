// Made-up reports for the tests of the output formats.
#pragma once

#include <string>
#include <vector>

#include "audit/format/writer.h"

namespace rampart::audit {

inline dns::Name sample_name(std::string_view text) { return *dns::Name::try_parse(text); }

inline Run sample_run() {
  return {
      .now = *base::parse_time("2026-11-23T08:00:00Z"), .version = "9.9.9", .source = {"zones in sample/"}};
}

// A spoofable domain with findings of every status, remedies of every kind, a record longer than one string.
inline DomainReport spoofable_report() {
  const auto domain = sample_name("ministry.example");
  const auto dmarc = sample_name("_dmarc.ministry.example");
  DomainReport report;
  report.domain = domain;
  report.organizational_domain = domain;
  report.now = *base::parse_time("2026-11-23T08:00:00Z");
  report.status = Status::spoofable;
  report.grade = "F";
  report.sentence = "anyone can send as ministry.example; most receivers would deliver it";
  report.weaknesses = {Weakness::wk4, Weakness::wk5};
  report.findings = {
      {.code = "dmarc-policy-none",
       .weakness = Weakness::wk4,
       .severity = Severity::medium,
       .effective = Severity::high,
       .status = FindingStatus::present,
       .title =
           "DMARC only watches: the policy for ministry.example is none, and receivers deliver what fails",
       .evidence = {{"_dmarc.ministry.example TXT", "v=DMARC1; p=none; rua=mailto:dmarc@ministry.example",
                     "127.0.0.1:53", ""}},
       .advice = "Read the reports, then publish p=quarantine and at last p=reject.",
       .references = {"NCA-34.061725 WK-4", "RFC 9989 section 7.4"},
       .remedies = {{Remedy::Action::replace, dmarc, dns::RrType::txt, 3600, "v=DMARC1; p=quarantine"},
                    {Remedy::Action::add, sample_name("s1._domainkey.ministry.example"), dns::RrType::txt,
                     300, "v=DKIM1; p=" + std::string(392, 'A')},
                    {Remedy::Action::remove, domain, dns::RrType::mx, 600, "0 gone.example."}}},
      {.code = "dmarc-no-sp",
       .weakness = Weakness::wk5,
       .severity = Severity::high,
       .effective = Severity::info,
       .status = FindingStatus::present,
       .title = "the DMARC record of ministry.example has no sp tag; subdomains inherit p=none",
       .evidence = {},
       .advice = "Publish sp explicitly, as the advisory asks.",
       .references = {"NCA-34.061725 WK-5"},
       .remedies = {}},
      {.code = "dkim-unknown",
       .weakness = Weakness::none,
       .severity = Severity::high,
       .effective = Severity::info,
       .status = FindingStatus::unknown,
       .title = "no DKIM key was found under 40 selectors, which proves nothing",
       .evidence = {{"s1._domainkey.ministry.example TXT", "", "192.0.2.53:53",
                     "the resolver answered SERVFAIL"}},
       .advice = "Name one with --selector.",
       .references = {"RFC 6376 section 3.6.2.1"},
       .remedies = {}},
      {.code = "mx-dangling",
       .weakness = Weakness::none,
       .severity = Severity::medium,
       .effective = Severity::medium,
       .status = FindingStatus::absent,
       .title = "an MX host of ministry.example does not exist",
       .evidence = {},
       .advice = "",
       .references = {},
       .remedies = {}},
  };
  const auto row = [&](SpoofRow::Identity identity, SpoofRow::Origin origin, std::string_view from,
                       std::string spf, std::string result, Disposition end) {
    SpoofRow out;
    out.identity = identity;
    out.origin = origin;
    out.from = sample_name(from);
    out.address = origin == SpoofRow::Origin::stranger ? "203.0.113.66" : "192.0.2.25";
    out.via = origin == SpoofRow::Origin::stranger ? "" : "mailhost.example";
    out.spf = std::move(spf);
    out.dmarc = std::move(result);
    out.policy = Policy::none;
    out.rfc9989 = end;
    out.rfc7489 = end;
    out.decided_by = "_dmarc.ministry.example p=none";
    out.why = "the policy asks for nothing";
    return out;
  };
  constexpr auto stranger = SpoofRow::Origin::stranger;
  constexpr auto shared = SpoofRow::Origin::shared;
  report.spoofing = {
      row(SpoofRow::Identity::domain, stranger, "ministry.example", "softfail", "fail", Disposition::deliver),
      row(SpoofRow::Identity::subdomain, stranger, "www.ministry.example", "none", "fail",
          Disposition::quarantine),
      row(SpoofRow::Identity::invented, stranger, "no-such-name.ministry.example", "none", "fail",
          Disposition::reject),
      row(SpoofRow::Identity::domain, shared, "ministry.example", "pass", "pass", Disposition::deliver),
  };
  report.effective_policy.domain = {Policy::none, "_dmarc.ministry.example", "p", false, Policy::none};
  report.effective_policy.subdomain = {Policy::none, "_dmarc.ministry.example", "p", false, Policy::none};
  report.effective_policy.invented = {Policy::none, "_dmarc.ministry.example", "p", true, Policy::reject};
  report.dkim_keys = {{"s1", "s1._domainkey.ministry.example", "rsa", 1024, false, "00ff"},
                      {"old", "old._domainkey.ministry.example", "rsa", 0, true, ""}};
  report.selectors_tried = 40;
  report.questions = 42;
  return report;
}

inline DomainReport clean_report() {
  DomainReport report;
  report.domain = sample_name("xn--mgbai9azgqp6j.example");
  report.organizational_domain = report.domain;
  report.now = *base::parse_time("2026-11-23T08:00:00Z");
  report.status = Status::protected_;
  report.grade = "A";
  report.sentence = "nobody can send as xn--mgbai9azgqp6j.example or below it";
  report.effective_policy.domain = {Policy::reject, "_dmarc.xn--mgbai9azgqp6j.example", "p", false,
                                    Policy::reject};
  report.effective_policy.subdomain = {Policy::reject, "_dmarc.xn--mgbai9azgqp6j.example", "sp", false,
                                       Policy::reject};
  report.effective_policy.invented = {Policy::reject, "_dmarc.xn--mgbai9azgqp6j.example", "np", false,
                                      Policy::reject};
  report.dkim_keys = {{"mail", "mail._domainkey.xn--mgbai9azgqp6j.example", "ed25519", 0, false, "aa"}};
  report.selectors_tried = 1;
  report.questions = 30;
  return report;
}

inline DomainReport unknown_report() {
  DomainReport report;
  report.domain = sample_name("dead.example");
  report.now = *base::parse_time("2026-11-23T08:00:00Z");
  report.grade = "?";
  report.sentence =
      "whether dead.example can be spoofed could not be found out: the resolver answered SERVFAIL";
  report.findings = {{.code = "dmarc-unknown",
                      .severity = Severity::high,
                      .effective = Severity::info,
                      .status = FindingStatus::unknown,
                      .title = "the DMARC record that applies to dead.example could not be looked up",
                      .evidence = {{"_dmarc.dead.example TXT", "", "", "the resolver answered SERVFAIL"}},
                      .advice = "Ask again later or through another resolver.",
                      .references = {"RFC 9989 section 4.10.1"},
                      .remedies = {}}};
  report.questions = 12;
  return report;
}

// What a stranger may put where: escapes for terminals, markup, formulas, line ends, NUL, bytes that are no
// text.
inline std::string hostile_text() {
  using namespace std::string_literals;
  return "=cmd|' /C calc'!A0\x1b[2J\x1b]0;owned\x07<script>alert(1)</script>\"'&\r\n\tnext,row;\x00\xff\xe2\x80\xae"s;
}

// Every field that can hold a stranger's text holds hostile_text().
inline DomainReport hostile_report() {
  const auto bad = hostile_text();
  auto report = spoofable_report();
  report.domain = *sample_name("example").prepend_label("a\x1b[2J<b>=\"\n");
  report.sentence = bad;
  report.grade = "F";
  for (auto& finding : report.findings) {
    finding.title = bad;
    finding.advice = bad;
    finding.evidence = {{bad, bad, bad, bad}};
    finding.references = {bad};
    for (auto& remedy : finding.remedies) {
      remedy.data = bad;
      remedy.name = report.domain;
    }
  }
  for (auto& row : report.spoofing) {
    row.from = report.domain;
    row.address = row.via = row.spf = row.dmarc = row.decided_by = row.why = bad;
  }
  for (auto& key : report.dkim_keys) key.selector = key.record_name = key.algorithm = key.fingerprint = bad;
  report.effective_policy.domain.record_name = bad;
  return report;
}

inline std::string written(Format format, const std::vector<DomainReport>& reports,
                           const WriterOptions& options = {}) {
  std::string out;
  const auto writer = make_writer(format, options, [&](std::string_view text) -> base::Result<> {
    out += text;
    return {};
  });
  Summary summary;
  summary.add_refused({"domains.txt:3", "http://x", "is a URL", "did you mean x?"});
  if (!writer->begin(sample_run())) return "begin failed";
  for (const auto& report : reports) {
    summary.add(report);
    if (!writer->add(report)) return "add failed";
  }
  if (!writer->end(summary, {"the resolver 127.0.0.1:53 is not examined"})) return "end failed";
  return out;
}

}  // namespace rampart::audit
