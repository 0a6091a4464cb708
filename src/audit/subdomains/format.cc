#include "audit/subdomains/format.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "audit/format/csv.h"
#include "audit/format/ink.h"
#include "audit/format/words.h"
#include "base/columns.h"
#include "base/json.h"
#include "base/text.h"
#include "dns/domain.h"

namespace rampart::audit::subdomains {
namespace {

using base::JsonStyle;
using base::JsonWriter;

std::string sources_of(const Row& row, std::string_view separator) {
  std::string out;
  for (const auto source : row.sources) {
    if (!out.empty()) out += separator;
    out += to_string(source);
  }
  return out;
}

std::string_view spf_state(const Judged& judged) {
  switch (judged.spf) {
    case SpfState::usable:
      return "record";
    case SpfState::broken:
      return "broken";
    case SpfState::several:
      return "several";
    case SpfState::absent:
      return "none";
    case SpfState::unknown:
      break;
  }
  return "unknown";
}

std::string_view mail_state(const Judged& judged) {
  if (judged.null_mx) return "null";
  if (!judged.mail_hosts.empty()) return "yes";
  return judged.mx_unknown ? "unknown" : "none";
}

// --- text ---

std::string policy_words(const Judged& judged) {
  const auto& policy = judged.policy;
  if (policy.record_name.empty()) return std::string(to_string(policy.policy));
  return fmt::format("{} ({} {})", to_string(policy.policy), base::printable(policy.record_name), policy.tag);
}

std::string verdict_words(const Judged& judged) {
  if (judged.existence == Existence::unknown) return base::printable(judged.why);
  switch (judged.verdict) {
    case Verdict::spoofable:
      return "anyone can send as it";
    case Verdict::customers:
      return fmt::format("customers of {} can", base::printable(judged.customers_of));
    case Verdict::quarantined:
      return "anyone, into quarantine";
    case Verdict::unknown:
      return "unknown";
    case Verdict::protected_:
      return "nobody else";
  }
  return {};
}

Tone tone_of_verdict(const Judged& judged) {
  if (!judged.exists()) return Tone::warn;
  switch (judged.verdict) {
    case Verdict::spoofable:
      return Tone::bad;
    case Verdict::protected_:
      return Tone::good;
    default:
      return Tone::warn;
  }
}

using Cells = std::array<std::string, 7>;

Cells cells_of(const Row& row) {
  const auto& judged = row.judged;
  const bool there = judged.exists();
  return {dns::display(judged.name),
          sources_of(row, " "),
          judged.delegated ? "zone" : std::string(to_string(judged.existence)),
          there ? std::string(mail_state(judged)) : "",
          there ? std::string(spf_state(judged)) : "",
          there ? policy_words(judged) : "",
          judged.existence == Existence::none ? "does not exist" : verdict_words(judged)};
}

void write_table(std::string& out, const Report& report, const FormatOptions& options) {
  const Ink ink(options.color);
  constexpr std::size_t kMaxSources = 20;
  std::vector<Cells> lines{{"name", "shown by", "exists", "MX", "SPF", "DMARC (record)", "who may send"}};
  for (const auto& row : report.rows) lines.push_back(cells_of(row));
  std::array<std::size_t, std::tuple_size_v<Cells>> widths{};
  for (auto& line : lines) {
    line[1] = base::shorten(line[1] + " ", kMaxSources);
    while (line[1].ends_with(' ')) line[1].pop_back();
    for (std::size_t i = 0; i < line.size(); ++i)
      widths[i] = std::max(widths[i], base::display_width(line[i]));
  }
  for (std::size_t number = 0; number < lines.size(); ++number) {
    std::string text;
    const auto& line = lines[number];
    for (std::size_t i = 0; i + 1 < line.size(); ++i) text += base::pad_right(line[i], widths[i]) + "  ";
    if (number == 0) {
      out += ink(Tone::dim, text + line.back()) + '\n';
    } else {
      out += text + ink(tone_of_verdict(report.rows[number - 1].judged), line.back()) + '\n';
    }
  }
}

void write_counts(std::string& out, const Report& report, const FormatOptions& options) {
  std::vector<std::string> parts;
  const auto add = [&](std::size_t count, std::string_view words) {
    if (count != 0) parts.push_back(fmt::format("{} {}", count, words));
  };
  add(report.missing, "of the names that were looked up do not exist");
  add(report.unproven, "show no record in a zone that answers for every name");
  if (report.wildcard != 0) {
    auto levels = report.wildcards;
    constexpr std::size_t kShown = 3;
    const auto more = levels.size() > kShown ? fmt::format(" and {} more", levels.size() - kShown) : "";
    levels.resize(std::min(levels.size(), kShown));
    parts.push_back(fmt::format("{} are answered by a wildcard only (below {}{})", report.wildcard,
                                base::join(levels, ", "), more));
  }
  add(report.outside, "names of lists or records are not below the domain");
  add(report.left_out, "names beyond the limit were left out");
  for (const auto& part : parts) {
    for (const auto& line : base::wrap(part + ".", options.width)) out += line + '\n';
  }
}

// --- JSON ---

void nullable(JsonWriter& json, std::string_view key, std::string_view text) {
  json.key(key);
  if (text.empty()) {
    json.null();
  } else {
    json.value(text);
  }
}

void write_row(JsonWriter& json, const Row& row) {
  const auto& judged = row.judged;
  json.begin_object().member("name", judged.name.text());
  const auto shown = dns::display(judged.name);
  if (shown != judged.name.text()) json.member("unicode", shown);
  json.key("sources").begin_array();
  for (const auto source : row.sources) json.value(to_string(source));
  json.end_array().member("exists", to_string(judged.existence)).member("delegated", judged.delegated);
  if (!judged.why.empty()) json.member("why", judged.why);
  if (judged.exists()) {
    json.member("mx_state", mail_state(judged)).member_array("mx", judged.mail_hosts);
    json.member("spf_state", spf_state(judged));
    nullable(json, "spf", judged.spf_text);
    json.key("dmarc").begin_object().member("policy", to_string(judged.policy.policy));
    nullable(json, "record", judged.policy.record_name);
    nullable(json, "tag", judged.policy.tag);
    json.member("testing", judged.policy.testing)
        .member("rfc7489", to_string(judged.policy.rfc7489))
        .end_object();
    json.member("verdict", to_string(judged.verdict));
    nullable(json, "customers_of", judged.customers_of);
    json.key("stranger")
        .begin_object()
        .member("spf", judged.stranger.spf)
        .member("dmarc", judged.stranger.dmarc)
        .member("rfc9989", to_string(judged.stranger.rfc9989))
        .member("rfc7489", to_string(judged.stranger.rfc7489))
        .member("decided_by", judged.stranger.decided_by)
        .member("why", judged.stranger.why)
        .end_object();
  }
  json.end_object();
}

}  // namespace

std::string text_of(const Report& report, const FormatOptions& options) {
  const Ink ink(options.color);
  const auto found = static_cast<std::size_t>(std::ranges::count_if(
      report.rows, [&](const Row& row) { return row.judged.exists() && row.judged.name != report.domain; }));
  auto out = fmt::format("{}: {} {} below it", ink(Tone::bold, dns::display(report.domain)), found,
                         found == 1 ? "name" : "names");
  if (const auto spoofable = report.with_verdict(Verdict::spoofable); spoofable != 0)
    out += fmt::format(", as {} of {} names anyone can send mail", spoofable,
                       report.rows.size() - report.unknown);
  if (report.unknown != 0) out += fmt::format(", {} unknown", report.unknown);
  out += "\n\n";
  write_table(out, report, options);
  std::string counts;
  write_counts(counts, report, options);
  if (!counts.empty()) out += '\n' + counts;
  return out;
}

std::string json_of(const Report& report, const FormatOptions& options) {
  std::string out;
  JsonWriter json(out, JsonStyle::pretty);
  json.begin_object().member("schema", "rampart.subdomains/1").member("now", base::format_time(options.now));
  json.key("program")
      .begin_object()
      .member("name", "rampart")
      .member("version", options.version)
      .end_object();
  json.member_array("source", options.source)
      .member_array("notes", options.notes)
      .member("domain", report.domain.text())
      .key("counts")
      .begin_object()
      .member("looked_up", report.names)
      .member("listed", report.rows.size())
      .member("missing", report.missing)
      .member("wildcard", report.wildcard)
      .member("unproven", report.unproven)
      .member("unknown", report.unknown)
      .member("outside", report.outside)
      .member("left_out", report.left_out)
      .end_object()
      .member_array("wildcards", report.wildcards);
  json.key("names").begin_array();
  for (const auto& row : report.rows) write_row(json, row);
  json.end_array().end_object();
  return out + '\n';
}

std::string json_lines_of(const Report& report) {
  std::string out;
  for (const auto& row : report.rows) {
    JsonWriter json(out);
    write_row(json, row);
    out += '\n';
  }
  return out;
}

std::string csv_of(const Report& report) {
  std::string out =
      "name,unicode,sources,exists,delegated,mx_state,mx,spf_state,spf,dmarc_policy,dmarc_record,dmarc_tag,"
      "verdict,"
      "customers_of,decided_by,why\r\n";
  for (const auto& row : report.rows) {
    const auto& judged = row.judged;
    const auto shown = dns::display(judged.name);
    const bool there = judged.exists();
    const auto only = [&](std::string_view text) { return there ? std::string(text) : std::string(); };
    const std::string cells[] = {judged.name.text(),
                                 shown == judged.name.text() ? std::string() : shown,
                                 sources_of(row, " "),
                                 std::string(to_string(judged.existence)),
                                 judged.delegated ? "yes" : "no",
                                 only(mail_state(judged)),
                                 base::join(judged.mail_hosts, " "),
                                 only(spf_state(judged)),
                                 judged.spf_text,
                                 only(to_string(judged.policy.policy)),
                                 judged.policy.record_name,
                                 judged.policy.tag,
                                 only(to_string(judged.verdict)),
                                 judged.customers_of,
                                 judged.stranger.decided_by,
                                 there ? judged.stranger.why : judged.why};
    for (const auto& cell : cells) out += csv_cell(cell) + ',';
    out.back() = '\r';
    out += '\n';
  }
  return out;
}

std::string list_of(const Report& report) {
  std::string out;
  for (const auto& row : report.rows) {
    if (row.judged.exists()) out += row.judged.name.text() + '\n';
  }
  return out;
}

}  // namespace rampart::audit::subdomains
