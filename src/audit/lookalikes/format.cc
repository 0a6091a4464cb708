#include "audit/lookalikes/format.h"

#include <algorithm>

#include <fmt/format.h>

#include "audit/format/csv.h"
#include "audit/format/ink.h"
#include "base/columns.h"
#include "base/json.h"
#include "base/text.h"
#include "dns/confusables.h"
#include "dns/domain.h"

namespace rampart::audit::lookalikes {
namespace {

using base::JsonStyle;
using base::JsonWriter;

constexpr std::size_t kMaxSeen = 60;  // columns of what a name has, in text

std::vector<Row> shown(const Report& report, const FormatOptions& options) {
  return options.all ? report.rows : report.news();
}

std::string kinds_of(const Candidate& candidate, std::string_view separator) {
  std::string out;
  for (const auto kind : candidate.kinds) {
    if (!out.empty()) out += separator;
    out += to_string(kind);
  }
  return out;
}

// "xn--….example (мinistry.example)"
std::string both_names(const dns::Name& name) {
  const auto plain = name.text();
  const auto seen = dns::unmasked(name);
  return seen == plain ? plain : fmt::format("{} ({})", plain, seen);
}

std::string_view registered_word(const Row& row) {
  if (row.change == Change::gone) return "no";
  return row.standing.registered == Known::yes ? "yes" : "unknown";
}

// --- text ---

std::string_view change_words(const Row& row) {
  if (row.accepted) return "accepted";
  switch (row.change) {
    case Change::none:
      return "known";
    case Change::appeared:
      return "new";
    case Change::gained_mail:
      return "new: MX";
    case Change::gained_sender:
      return "new: SPF";
    case Change::gained_addresses:
      return "new: address";
    case Change::lessened:
      return "less";
    case Change::gone:
      return "gone";
  }
  return {};
}

std::string seen_words(const Standing& standing) {
  std::string out;
  const auto add = [&](std::string_view label, const std::vector<std::string>& items) {
    if (items.empty()) return;
    if (!out.empty()) out += "; ";
    out += fmt::format("{} {}", label, base::printable(items.front()));
    if (items.size() > 1) out += fmt::format(" +{}", items.size() - 1);
  };
  if (standing.danger == Danger::unclear) return base::printable(standing.why);
  add("MX", standing.mail_hosts);
  if (!standing.spf.empty()) add("SPF", {standing.spf});
  if (standing.mail_hosts.empty() && standing.spf.empty()) add("A", standing.addresses);
  if (standing.parking) {
    add("parked at", standing.name_servers);
  } else if (out.empty()) {
    add("NS", standing.name_servers);
  }
  return out;
}

Tone tone_of_danger(Danger danger) {
  if (is_armed(danger)) return Tone::bad;
  return danger <= Danger::addresses ? Tone::warn : Tone::plain;
}

struct Widths {
  std::size_t names = 0;
  std::size_t kinds = 0;
};

// One for all groups, so that their columns stand in line.
Widths widths_of(const std::vector<Row>& rows, const FormatOptions& options) {
  constexpr std::size_t kMaxKinds = 24;
  Widths out;
  for (const auto& row : rows) {
    out.names = std::max(out.names, base::display_width(both_names(row.candidate.name)));
    out.kinds = std::max(out.kinds, kinds_of(row.candidate, " ").size());
  }
  return {.names = std::min(out.names, options.width / 2), .kinds = std::min(out.kinds, kMaxKinds)};
}

void write_group(std::string& out, const std::vector<const Row*>& rows, std::string title, Tone tone,
                 const Widths& widths, const FormatOptions& options) {
  if (rows.empty()) return;
  const Ink ink(options.color);
  title[0] = static_cast<char>(title[0] >= 'a' && title[0] <= 'z' ? title[0] - 32 : title[0]);
  out += fmt::format("\n{}\n", ink(tone, title));
  for (const auto* row : rows) {
    // A name is never cut: somebody copies it.
    auto line = fmt::format(
        "  {}  {}  {:>3} %  {}  {}", base::pad_right(both_names(row->candidate.name), widths.names),
        base::pad_right(base::shorten(kinds_of(row->candidate, " "), widths.kinds), widths.kinds),
        row->candidate.similarity, base::pad_right(change_words(*row), 12),
        base::shorten(seen_words(row->standing) + " ", kMaxSeen));
    while (line.ends_with(' ')) line.pop_back();
    out += line + '\n';
  }
}

void write_text(std::string& out, const Report& report, const FormatOptions& options) {
  const auto rows = shown(report, options);
  if (rows.empty() && !options.all) return;
  const Ink ink(options.color);
  const auto widths = widths_of(rows, options);
  if (!out.empty()) out += '\n';
  out += fmt::format("{}: {} names like it, {} registered", ink(Tone::bold, dns::display(report.domain)),
                     report.candidates, report.registered);
  if (report.unknown != 0) out += fmt::format(", {} could not be looked up", report.unknown);
  out += '\n';
  for (std::size_t i = 0; i < kDangers; ++i) {
    const auto danger = static_cast<Danger>(i);
    std::vector<const Row*> group;
    for (const auto& row : rows) {
      if (row.standing.danger == danger && row.change != Change::gone) group.push_back(&row);
    }
    write_group(out, group, std::string(describe(danger)), tone_of_danger(danger), widths, options);
  }
  std::vector<const Row*> gone;
  for (const auto& row : rows) {
    if (row.change == Change::gone) gone.push_back(&row);
  }
  write_group(out, gone, "not registered any more", Tone::good, widths, options);
  if (report.left_out != 0) {
    out += fmt::format("\n{} less likely names were not looked up (--limit).\n", report.left_out);
  }
}

// --- JSON ---

void write_row(JsonWriter& json, const Report& report, const Row& row, bool alone) {
  const auto& standing = row.standing;
  json.begin_object();
  if (alone) json.member("domain", report.domain.text());
  json.member("name", row.candidate.name.text()).member("unicode", dns::unmasked(row.candidate.name));
  json.key("kinds").begin_array();
  for (const auto kind : row.candidate.kinds) json.value(to_string(kind));
  json.end_array()
      .member("similarity", row.candidate.similarity)
      .member("registered", registered_word(row))
      .member("change", to_string(row.change))
      .member("accepted", row.accepted);
  if (!row.reason.empty()) json.member("reason", row.reason);
  if (standing.registered == Known::yes) {
    json.member("danger", to_string(standing.danger))
        .member("first_seen", base::format_time(row.first_seen))
        .member_array("mx", standing.mail_hosts)
        .member("null_mx", standing.null_mx);
    const auto nullable = [&](std::string_view key, const std::string& text) {
      json.key(key);
      if (text.empty()) {
        json.null();
      } else {
        json.value(text);
      }
    };
    nullable("spf", standing.spf);
    nullable("dmarc", standing.dmarc);
    json.member_array("addresses", standing.addresses)
        .member_array("name_servers", standing.name_servers)
        .member("parking", standing.parking);
  }
  if (!standing.why.empty()) json.member("why", standing.why);
  json.end_object();
}

}  // namespace

std::string text_of(std::span<const Report> reports, const FormatOptions& options) {
  std::string out;
  for (const auto& report : reports) write_text(out, report, options);
  return out;
}

std::string json_of(std::span<const Report> reports, const FormatOptions& options) {
  std::string out;
  JsonWriter json(out, JsonStyle::pretty);
  json.begin_object().member("schema", "rampart.lookalikes/1").member("now", base::format_time(options.now));
  json.key("program")
      .begin_object()
      .member("name", "rampart")
      .member("version", options.version)
      .end_object();
  json.member_array("source", options.source).member_array("notes", options.notes);
  json.key("domains").begin_array();
  for (const auto& report : reports) {
    json.begin_object()
        .member("domain", report.domain.text())
        .member("candidates", report.candidates)
        .member("left_out", report.left_out)
        .member("registered", report.registered)
        .member("unregistered", report.unregistered)
        .member("unknown", report.unknown)
        .member("armed", report.is_armed());
    json.key("names").begin_array();
    for (const auto& row : shown(report, options)) write_row(json, report, row, false);
    json.end_array().key("unknown_names").begin_array();
    for (const auto& row : report.unknown_rows) write_row(json, report, row, false);
    json.end_array().end_object();
  }
  json.end_array().end_object();
  return out + '\n';
}

std::string json_lines_of(std::span<const Report> reports, const FormatOptions& options) {
  std::string out;
  for (const auto& report : reports) {
    for (const auto& row : shown(report, options)) {
      JsonWriter json(out);
      write_row(json, report, row, true);
      out += '\n';
    }
  }
  return out;
}

std::string csv_of(std::span<const Report> reports, const FormatOptions& options) {
  std::string out =
      "domain,name,unicode,kinds,similarity,registered,change,accepted,danger,first_seen,mx,spf,dmarc,"
      "addresses,"
      "name_servers,parking,why\r\n";
  for (const auto& report : reports) {
    for (const auto& row : shown(report, options)) {
      const auto& standing = row.standing;
      const bool there = standing.registered == Known::yes;
      const std::string cells[] = {report.domain.text(),
                                   row.candidate.name.text(),
                                   dns::unmasked(row.candidate.name),
                                   kinds_of(row.candidate, " "),
                                   fmt::format("{}", row.candidate.similarity),
                                   std::string(registered_word(row)),
                                   std::string(to_string(row.change)),
                                   row.accepted ? "yes" : "no",
                                   there ? std::string(to_string(standing.danger)) : "",
                                   there ? base::format_time(row.first_seen) : "",
                                   base::join(standing.mail_hosts, " "),
                                   standing.spf,
                                   standing.dmarc,
                                   base::join(standing.addresses, " "),
                                   base::join(standing.name_servers, " "),
                                   there ? (standing.parking ? "yes" : "no") : "",
                                   standing.why};
      for (const auto& cell : cells) out += csv_cell(cell) + ',';
      out.back() = '\r';
      out += '\n';
    }
  }
  return out;
}

}  // namespace rampart::audit::lookalikes
