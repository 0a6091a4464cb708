// The words and lines that several formats share.
#pragma once

#include <string>
#include <string_view>

#include "audit/format/writer.h"
#include "audit/report.h"

namespace rampart::audit {

// "spoofable", "partly protected": a status for people.
std::string_view words(Status status);
// "delivered", "quarantined", "rejected", "unknown": what becomes of a message.
std::string_view words(Disposition disposition);
// "a stranger", or "a customer of mailhost.example".
std::string who_tries(const SpoofRow& row);
// "WK-1 WK-5", or "" for none.
std::string list(const std::vector<Weakness>& weaknesses);

// "organisation: State Bank", printable; "organisation: not said".
std::string name_of(const Group& group);
// "12 domains: 3 spoofable, 2 partly protected, 6 protected, 1 unknown".
std::string status_counts(const Summary& summary);
// "WK-1 2   WK-4 5": the domains with each weakness; empty for none.
std::string weakness_counts(const Summary& summary);
// What a list says of a domain: "State Bank, finance, soc@bank.example, sends no mail; region=north"; printable.
std::string said_in_words(const Entry& said);

// "3 broken, 1 unknown, 2 not judged, 5 met": what there is of each; printable.
std::string verdict_counts(const ProfileResult& profile);
// "SPF, ending in -all: spf-softfail", or why it is unknown or not judged; printable.
std::string in_words(const RequirementResult& requirement);
// The verdict of a requirement for people.
std::string_view words(Verdict verdict);

// The name as it is and, when that differs, how its owner writes it: "xn--….example (پاکستان.example)".
std::string name_for_people(const dns::Name& name);

// A sentence's first letter large, unless it begins with a domain.
std::string capitalised(std::string text);
// Why the rows of the spoofing table end as they do, each reason once, with the record that decides; printable.
std::vector<std::string> reasons(const DomainReport& report);

// The lesser findings that are unknown only because zone files, or a recording, do not say: shown together, as
// one thing mends them all. An unknown SPF or DMARC record, or DKIM, is no lesser one.
struct Outside {
  std::vector<const Finding*> findings;
  Severity worst = Severity::info;  // what the gravest of them would be

  [[nodiscard]] bool holds(const Finding& finding) const;
  [[nodiscard]] std::string codes() const;  // each once, printable
};
inline constexpr std::string_view kOutsideTitle = "Outside the given zones or facts, so not known";
inline constexpr std::string_view kOutsideAdvice =
    "Give the zones that say it, too (--zone), or have the rest asked live (--resolver ADDRESS).";
Outside outside_of(const DomainReport& report);

// What the advisory, or the worst case, would say, where this domain differs: "[rated high, here info]"; or
// empty.
std::string rating(const Finding& finding);
// "[at worst high]", for what is unknown.
// "accepted by fatima until 2027-01-31: the printer will be replaced"
std::string acceptance(const Acceptance& accepted);
std::string at_worst(Severity severity);
// "s1 (rsa 2048), old (rsa, revoked)", printable.
std::string key_list(const DomainReport& report);
// The advisory's words for a weakness: "no DMARC".
std::string_view meaning(Weakness weakness);

// The record of a remedy as a line of a zone file, ready to paste: TXT data in quoted strings of at most 255
// octets (RFC 1035 section 3.3.14), escaped (section 5.1), so the line is ASCII whatever the data holds.
std::string zone_line(const Remedy& remedy);
// The data of that line alone.
std::string zone_data(const Remedy& remedy);

// "_dmarc.ministry.example TXT": "v=DMARC1; p=none" (127.0.0.1:53), every byte printable; `limit` is for the
// record's text.
std::string one_line(const Evidence& evidence, std::size_t limit);

}  // namespace rampart::audit
