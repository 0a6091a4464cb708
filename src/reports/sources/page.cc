#include "reports/sources/page.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/columns.h"
#include "base/json.h"
#include "base/text.h"
#include "base/time.h"
#include "dns/domain.h"
#include "reports/show/show.h"

namespace rampart::reports {
namespace {

// All our own, of a page that does not show everything.
constexpr std::size_t kSourcesShown = 12;  // of a kind
constexpr std::size_t kEvidenceShown = 2;  // lines of a source
constexpr std::size_t kKeysShown = 4;
constexpr std::size_t kAddressesShown = 100;  // of a source, with everything
constexpr std::size_t kNameWidth = 44;
constexpr std::size_t kWidth = 110;

struct Group {
  SourceKind kind;
  std::string_view title;
};
// What is done about is told before what is only known.
constexpr std::array<Group, kSourceKinds> kGroups{
    Group{SourceKind::own, "Your own servers"},
    Group{SourceKind::service, "Services that send for you"},
    Group{SourceKind::unknown, "Unknown: find out whose they are, then say so with `rampart reports mark`"},
    Group{SourceKind::forwarder, "Forwarders and mailing lists: they hand on what you sent"},
    Group{SourceKind::spoofing, "Spoofing: mail in your name that is not yours"},
};

std::uint64_t passing(const SourceTally& tally) { return tally.messages() - tally.fail; }

std::string part_of(std::uint64_t part, std::uint64_t whole) {
  return fmt::format("{} of {} ({})", grouped(part), grouped(whole), share(part, whole));
}

std::string keys_text(const MailSource& source, std::size_t most) {
  std::string out;
  for (std::size_t i = 0; i < std::min(most, source.keys.size()); ++i) {
    const auto& key = source.keys[i];
    out += fmt::format("{}{} at {} ({})", i == 0 ? "" : ", ",
                       key.selector.empty() ? "selector not said" : base::excerpt(key.selector, 60),
                       base::excerpt(key.domain, 80), grouped(key.messages));
  }
  if (source.keys.size() > most) out += fmt::format(" and {} more", source.keys.size() - most);
  return out;
}

void add_line(std::string& out, std::string_view label, std::string_view text) {
  constexpr std::size_t kLabel = 10;
  bool first = true;
  for (const auto& line : base::wrap(text, kWidth - kLabel - 6)) {
    out += fmt::format("      {}{}\n", base::pad_right(first ? label : std::string_view(), kLabel), line);
    first = false;
  }
}

void add_evidence(const MailSource& source, bool all, std::string& out) {
  std::size_t marks = 0;
  std::size_t reasons = 0;
  std::size_t left = 0;
  for (const auto& evidence : source.evidence) {
    const bool reason = evidence.kind == EvidenceKind::reason;
    auto& shown = reason ? reasons : marks;
    if (!all && shown >= (reason ? 1 : kEvidenceShown)) {
      ++left;
      continue;
    }
    ++shown;
    const auto weight =
        reason && all ? fmt::format(" ({})", plural(evidence.messages, "message", "messages")) : "";
    add_line(out, reason ? "because" : "seen", evidence.text() + weight);
  }
  if (left > 0) add_line(out, "", fmt::format("and {} more: --all", plural(left, "line", "lines")));
}

void add_source(const MailSource& source, bool all, std::string& out) {
  const auto messages = source.tally.messages();
  out += fmt::format("  {}  {:>12}  {:<30} {:<7} {}  {}\n",
                     base::pad_right(base::shorten(source.name, kNameWidth), kNameWidth), grouped(messages),
                     part_of(passing(source.tally), messages), to_string(source.trend),
                     day_text(source.since), day_text(source.last_day));
  add_line(out, "id",
           fmt::format("{}, {}, {}", base::excerpt(source.id, 200), to_string(source.confidence),
                       plural(source.addresses.size(), "address", "addresses")));
  add_evidence(source, all, out);
  if (!source.keys.empty()) add_line(out, "DKIM", keys_text(source, all ? source.keys.size() : kKeysShown));
  if (!all) return;
  for (std::size_t i = 0; i < std::min(kAddressesShown, source.addresses.size()); ++i) {
    const auto& address = source.addresses[i];
    add_line(out, i == 0 ? "addresses" : "",
             fmt::format("{} {}{}{}", address.address.text(), grouped(address.messages),
                         address.reverse_name.empty() ? "" : " ", base::excerpt(address.reverse_name, 100)));
  }
  if (source.addresses.size() > kAddressesShown)
    add_line(out, "",
             fmt::format("and {} more: --format json", grouped(source.addresses.size() - kAddressesShown)));
}

void add_unknowns(const Unknowns& unknowns, std::string_view what, std::string& out) {
  if (unknowns.addresses == 0) return;
  out += fmt::format("  not found out: {} {} with {} (such as {})\n", what,
                     plural(unknowns.addresses, "address", "addresses"),
                     plural(unknowns.messages, "message", "messages"), base::excerpt(unknowns.example, 200));
}

void add_head(const SourcesPage& page, std::string& out) {
  const auto& inventory = *page.inventory;
  const auto& seen = inventory.sightings();
  out += fmt::format("{}  {} to {}: who sends in its name\n", dns::display(inventory.domain()),
                     day_text(seen.from), day_text(seen.to));
  out += fmt::format(
      "  {}{} from {}, in {} by {}\n", seen.estimated == 0 ? "" : "about ",
      plural(seen.messages, "message", "messages"), plural(inventory.addresses(), "address", "addresses"),
      plural(seen.reports, "report", "reports"), plural(seen.reporters, "reporter", "reporters"));
  if (seen.uncounted != 0)
    out +=
        fmt::format("  not counted: {} of unknown origin, {}\n", plural(seen.uncounted, "report", "reports"),
                    plural(seen.uncounted_messages, "message", "messages"));
  if (seen.unaddressed != 0)
    out += fmt::format("  not counted: {} of which no address was reported\n",
                       plural(seen.unaddressed, "message", "messages"));
  const auto& looked = inventory.looked();
  if (!looked.asked && inventory.addresses() != 0)
    out +=
        "  DNS was not asked (--no-dns): names rest on what reports say and on networks that providers "
        "publish\n";
  if (looked.left_out != 0)
    out += fmt::format(
        "  DNS was asked about the {} with most messages; {} with {} were left out (--lookups)\n",
        plural(looked.addresses, "address", "addresses"), plural(looked.left_out, "address", "addresses"),
        plural(looked.left_out_messages, "message", "messages"));
  add_unknowns(looked.reverse, "the reverse name of", out);
  add_unknowns(looked.listed, "whether your SPF record lists", out);
}

void add_group(const SourcesPage& page, const Group& group, std::string& out) {
  std::size_t count = 0;
  std::uint64_t messages = 0;
  for (const auto& source : page.sources) {
    if (source.kind != group.kind) continue;
    ++count;
    messages += source.tally.messages();
  }
  if (count == 0) return;
  out += fmt::format("\n{}: {}\n", group.title,
                     part_of(messages, page.inventory->sightings().messages) + " messages");
  std::size_t shown = 0;
  for (const auto& source : page.sources) {
    if (source.kind != group.kind) continue;
    if (!page.all && ++shown > kSourcesShown) break;
    add_source(source, page.all, out);
  }
  if (!page.all && count > kSourcesShown)
    out += fmt::format("  and {} more: --all, or --format csv\n", grouped(count - kSourcesShown));
}

void add_json(const Unknowns& unknowns, std::string_view key, base::JsonWriter& json) {
  json.key(key).begin_object().member("addresses", static_cast<std::uint64_t>(unknowns.addresses));
  json.member("messages", unknowns.messages).member("example", unknowns.example).end_object();
}

std::string when(const std::optional<base::Time>& time) {
  return time ? base::format_time(*time).substr(0, 10) : std::string();
}

}  // namespace

void write_source(base::JsonWriter& json, const MailSource& source) {
  json.begin_object().member("id", source.id).member("name", source.name);
  json.member("kind", to_string(source.kind)).member("confidence", to_string(source.confidence));
  json.key("provider");
  if (source.provider != nullptr) {
    json.begin_object().member("id", source.provider->id).member("name", source.provider->name);
    json.member("kind", mail::to_string(source.provider->kind)).end_object();
  } else {
    json.null();
  }
  json.key("mark");
  if (source.mark != nullptr) {
    json.begin_object().member("number", source.mark->number).member("who", source.mark->who);
    json.member("reason", source.mark->reason).end_object();
  } else {
    json.null();
  }
  json.member("messages", source.tally.messages()).member("authenticated", passing(source.tally));
  json.member("dkim", source.tally.dkim)
      .member("spf_only", source.tally.spf)
      .member("fail", source.tally.fail);
  json.member("since", day_text(source.since)).member("first_day", day_text(source.first_day));
  json.member("last_day", day_text(source.last_day)).member("trend", to_string(source.trend));
  json.key("evidence").begin_array();
  for (const auto& evidence : source.evidence) {
    json.begin_object().member("kind", to_string(evidence.kind)).member("text", evidence.text());
    json.member("mark", evidence.mark).member("addresses", std::uint64_t{evidence.addresses});
    json.member("messages", evidence.messages).end_object();
  }
  json.end_array().key("dkim_keys").begin_array();
  for (const auto& key : source.keys) {
    json.begin_object().member("domain", key.domain).member("selector", key.selector);
    json.member("messages", key.messages).end_object();
  }
  json.end_array().key("addresses").begin_array();
  for (const auto& address : source.addresses) {
    json.begin_object().member("address", address.address.text());
    json.member("reverse_name", address.reverse_name).member("messages", address.messages).end_object();
  }
  json.end_array().end_object();
}

std::string format_sources(const SourcesPage& page) {
  std::string out;
  add_head(page, out);
  if (!page.sources.empty())
    out += fmt::format("\n  {}  {:>12}  {:<30} {:<7} {:<10}  {}\n", base::pad_right("source", kNameWidth),
                       "messages", "of them authenticated", "trend", "first seen", "last seen");
  for (const auto& group : kGroups) add_group(page, group, out);
  if (!page.idle.empty()) out += "\nMarks that met no mail of these days\n";
  for (const auto* mark : page.idle)
    out += fmt::format("  {:>4}  {}  {}  {}\n", mark->number, base::printable(mark->subject.text()),
                       to_string(mark->kind), base::printable(mark->name));
  return out;
}

std::string format_sources_json(const SourcesPage& page) {
  const auto& inventory = *page.inventory;
  const auto& seen = inventory.sightings();
  const auto& looked = inventory.looked();
  std::string out;
  base::JsonWriter json(out, base::JsonStyle::pretty);
  json.begin_object().member("schema", "rampart.reports-sources/1");
  json.member("domain", inventory.domain().text());
  json.member("from", day_text(seen.from)).member("to", day_text(seen.to));
  json.member("reports", seen.reports).member("reporters", seen.reporters);
  json.member("messages", seen.messages).member("estimated", seen.estimated);
  json.member("addresses", static_cast<std::uint64_t>(inventory.addresses()));
  json.member("uncounted_reports", seen.uncounted).member("uncounted_messages", seen.uncounted_messages);
  json.member("unaddressed_messages", seen.unaddressed);
  json.key("dns").begin_object().member("asked", looked.asked);
  json.member("addresses", static_cast<std::uint64_t>(looked.addresses));
  json.member("left_out_addresses", static_cast<std::uint64_t>(looked.left_out));
  json.member("left_out_messages", looked.left_out_messages);
  add_json(looked.reverse, "reverse_unknown", json);
  add_json(looked.listed, "spf_unknown", json);
  json.member_array("notes", page.notes).end_object();
  json.key("sources").begin_array();
  for (const auto& source : page.sources) write_source(json, source);
  json.end_array().key("idle_marks").begin_array();
  for (const auto* mark : page.idle) {
    json.begin_object().member("number", mark->number).member("source", mark->subject.text());
    json.member("kind", to_string(mark->kind)).end_object();
  }
  json.end_array().end_object();
  return out + "\n";
}

std::string format_sources_csv(const SourcesPage& page) {
  std::string out =
      "id,name,kind,confidence,provider,messages,dkim,spf_only,fail,addresses,since,first_day,last_day,trend,"
      "dkim_keys,evidence,marked_by\r\n";
  for (const auto& source : page.sources) {
    std::string evidence;
    for (const auto& one : source.evidence) evidence += (evidence.empty() ? "" : "; ") + one.text();
    const auto& tally = source.tally;
    out += fmt::format("{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}\r\n", csv_cell(source.id),
                       csv_cell(source.name), to_string(source.kind), to_string(source.confidence),
                       source.provider == nullptr ? "" : csv_cell(source.provider->id), tally.messages(),
                       tally.dkim, tally.spf, tally.fail, source.addresses.size(), day_text(source.since),
                       day_text(source.first_day), day_text(source.last_day), to_string(source.trend),
                       csv_cell(keys_text(source, source.keys.size())), csv_cell(evidence),
                       source.mark == nullptr ? "" : csv_cell(base::printable(source.mark->who)));
  }
  return out;
}

std::string format_marks(std::span<const Mark> marks, std::string_view of) {
  if (marks.empty())
    return of.empty() ? "Nobody has marked a source.\n"
                      : fmt::format("Nobody has marked a source of {}.\n", of);
  std::string out;
  for (const auto& mark : marks) {
    out += fmt::format("{:>4}  {}  {}  {}{}{}\n      by {} on {}: {}\n", mark.number,
                       dns::display(mark.domain), base::printable(mark.subject.text()), to_string(mark.kind),
                       mark.name.empty() ? "" : "  ", base::printable(mark.name), base::printable(mark.who),
                       when(mark.made), base::printable(mark.reason));
    if (mark.removed)
      out +=
          fmt::format("      taken back by {} on {}\n", base::printable(mark.removed_by), when(mark.removed));
  }
  return out;
}

void write_mark(base::JsonWriter& json, const Mark& mark) {
  json.begin_object().member("number", mark.number).member("domain", mark.domain.text());
  json.member("source", mark.subject.text()).member("kind", to_string(mark.kind)).member("name", mark.name);
  json.member("reason", mark.reason).member("who", mark.who).member("made", base::format_time(mark.made));
  json.key("removed");
  if (mark.removed) {
    json.begin_object()
        .member("who", mark.removed_by)
        .member("at", base::format_time(*mark.removed))
        .end_object();
  } else {
    json.null();
  }
  json.end_object();
}

std::string format_marks_json(std::span<const Mark> marks) {
  std::string out;
  base::JsonWriter json(out, base::JsonStyle::pretty);
  json.begin_object().member("schema", "rampart.reports-marks/1").key("marks").begin_array();
  for (const auto& mark : marks) write_mark(json, mark);
  json.end_array().end_object();
  return out + "\n";
}

}  // namespace rampart::reports
