#include "reports/write/feedback.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/text.h"
#include "reports/clean.h"

namespace rampart::reports {
namespace {

using base::ErrorKind;

constexpr std::string_view kNameSpace = "urn:ietf:params:xml:ns:dmarc-2.0";
constexpr std::array kPolicies = std::to_array<std::string_view>({"none", "quarantine", "reject"});

std::unexpected<base::Error> refuse(std::string_view what, std::string_view value) {
  return base::fail(ErrorKind::input,
                    fmt::format("RFC 9990 has no {} \"{}\"", what, base::excerpt(value, 60)));
}

// Elements with their indentation, a line each.
class Elements {
 public:
  Elements& open(std::string_view name) {
    fmt::format_to(std::back_inserter(text_), "{:{}}<{}>\n", "", depth_, name);
    depth_ += 2;
    return *this;
  }
  Elements& close(std::string_view name) {
    depth_ -= 2;
    fmt::format_to(std::back_inserter(text_), "{:{}}</{}>\n", "", depth_, name);
    return *this;
  }
  Elements& leaf(std::string_view name, std::string_view value) {
    fmt::format_to(std::back_inserter(text_), "{:{}}<{}>", "", depth_, name);
    text_ += base::escape_markup(clean(value, value.size() * 3).text);
    fmt::format_to(std::back_inserter(text_), "</{}>\n", name);
    return *this;
  }
  Elements& leaf_if_any(std::string_view name, std::string_view value) {
    return value.empty() ? *this : leaf(name, value);
  }

  std::string& text() { return text_; }

 private:
  std::string text_;
  std::size_t depth_ = 0;
};

base::Result<> append_head(const Report& report, Elements& out) {
  out.text() += "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  out.open(fmt::format("feedback xmlns=\"{}\"", kNameSpace)).leaf("version", "1.0");
  out.open("report_metadata").leaf("org_name", report.organisation).leaf("email", report.email);
  out.leaf_if_any("extra_contact_info", report.contact).leaf("report_id", report.report_id);
  out.open("date_range").leaf("begin", std::to_string(report.begin)).leaf("end", std::to_string(report.end));
  out.close("date_range");
  out.leaf_if_any("error", base::join(report.errors, "; ")).leaf_if_any("generator", report.generator);
  out.close("report_metadata");

  const auto& policy = report.policy;
  const auto known = [](std::string_view word) {
    return std::ranges::find(kPolicies, word) != kPolicies.end();
  };
  if (!known(policy.p)) return refuse("policy", policy.p);
  if (!policy.sp.empty() && !known(policy.sp)) return refuse("policy", policy.sp);
  if (!policy.np.empty() && !known(policy.np)) return refuse("policy", policy.np);
  out.open("policy_published").leaf("domain", policy.domain);
  out.leaf_if_any("discovery_method", policy.discovery_method).leaf("p", policy.p);
  out.leaf_if_any("sp", policy.sp).leaf_if_any("np", policy.np).leaf_if_any("fo", policy.fo);
  out.leaf_if_any("adkim", policy.adkim)
      .leaf_if_any("aspf", policy.aspf)
      .leaf_if_any("testing", policy.testing);
  out.close("policy_published");
  return {};
}

base::Result<> check(const Outcome& outcome) {
  if (outcome.disposition == Disposition::unknown) return refuse("disposition", "unknown");
  if (outcome.dkim == Aligned::unknown || outcome.spf == Aligned::unknown)
    return refuse("alignment", "unknown");
  for (const auto& reason : outcome.reasons) {  // section 3.1.6
    if (reason.type == Override::unknown || reason.type == Override::forwarded ||
        reason.type == Override::sampled_out)
      return refuse("reason", to_string(reason.type));
  }
  for (const auto& seen : outcome.dkim_seen) {
    if (seen.result == AuthResult::unknown || seen.result == AuthResult::softfail)
      return refuse("result of DKIM", to_string(seen.result));
  }
  if (outcome.spf_seen.size() > 1)
    return refuse("row with results of SPF:", std::to_string(outcome.spf_seen.size()));
  for (const auto& seen : outcome.spf_seen) {
    if (seen.helo) return refuse("scope", "helo");
    if (seen.result == AuthResult::unknown) return refuse("result of SPF", "unknown");
  }
  return {};
}

base::Result<> append_record(const Row& row, const Texts& texts, Elements& out) {
  const auto outcome = parse_outcome(texts[row.outcome]);
  if (!outcome) return base::fail(ErrorKind::internal, "a row's outcome is none");
  TRY(check(*outcome));
  out.open("record").open("row");
  out.leaf("source_ip", texts[row.address]).leaf("count", std::to_string(row.count));
  out.open("policy_evaluated").leaf("disposition", to_string(outcome->disposition));
  out.leaf("dkim", to_string(outcome->dkim)).leaf("spf", to_string(outcome->spf));
  for (const auto& reason : outcome->reasons) {
    out.open("reason").leaf("type", to_string(reason.type)).leaf_if_any("comment", reason.comment);
    out.close("reason");
  }
  out.close("policy_evaluated").close("row");
  // An empty envelope_from says that the reverse-path was null (section 3.1.1.10).
  out.open("identifiers")
      .leaf("header_from", outcome->header_from)
      .leaf("envelope_from", outcome->envelope_from);
  out.leaf_if_any("envelope_to", outcome->envelope_to).close("identifiers");
  out.open("auth_results");
  for (const auto& seen : outcome->dkim_seen) {
    out.open("dkim").leaf("domain", seen.domain).leaf("selector", seen.selector);
    out.leaf("result", to_string(seen.result)).close("dkim");
  }
  for (const auto& seen : outcome->spf_seen) {
    out.open("spf").leaf("domain", seen.domain).leaf("scope", "mfrom");
    out.leaf("result", to_string(seen.result)).close("spf");
  }
  out.close("auth_results").close("record");
  return {};
}

}  // namespace

base::Result<> write_feedback(const Report& report, const Texts& texts, const XmlSink& sink) {
  if (report.rows.empty()) return base::fail(ErrorKind::input, "a report needs a row");  // section 3.1.1.2
  Elements out;
  TRY(append_head(report, out));
  for (const auto& row : report.rows) {
    TRY(append_record(row, texts, out));
    TRY(sink(out.text()));
    out.text().clear();
  }
  return sink("</feedback>\n");
}

base::Result<std::string> feedback_xml(const Report& report, const Texts& texts) {
  std::string out;
  TRY(write_feedback(report, texts, [&](std::string_view piece) -> base::Result<> {
    out += piece;
    return {};
  }));
  return out;
}

}  // namespace rampart::reports
