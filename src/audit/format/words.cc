#include "audit/format/words.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "dns/domain.h"
#include "facts/answer.h"

namespace rampart::audit {
namespace {

constexpr std::size_t kMaxString = 255;  // octets of a character-string, RFC 1035 section 3.3

std::string quoted(std::string_view data) {
  std::string out = "\"";
  for (const char c : data) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20 || byte > 0x7e) {
      out += fmt::format("\\{:03}", byte);
    } else {
      out += c;
    }
  }
  return out + '"';
}

// Whether the sentence has every word of the other text.
bool says(std::string_view sentence, std::string_view text) {
  auto words = base::split(sentence, ' ');
  for (auto& word : words) word = word.substr(0, word.find_last_not_of(",;:") + 1);
  return std::ranges::all_of(base::split(text, ' '), [&](std::string_view word) {
    return std::ranges::find(words, word) != words.end();
  });
}

bool lies_outside(const Finding& finding) {
  bool found = false;
  for (const auto& evidence : finding.evidence) {
    if (evidence.why.empty()) continue;
    if (evidence.why.find(facts::describe(facts::Why::outside)) == std::string::npos) return false;
    found = true;
  }
  return found;
}

}  // namespace

std::string_view words(Status status) {
  switch (status) {
    case Status::spoofable:
      return "spoofable";
    case Status::partly_protected:
      return "partly protected";
    case Status::protected_:
      return "protected";
    case Status::unknown:
      return "unknown";
  }
  return "unknown";
}

std::string_view words(Disposition disposition) {
  switch (disposition) {
    case Disposition::deliver:
      return "delivered";
    case Disposition::quarantine:
      return "quarantined";
    case Disposition::reject:
      return "rejected";
    case Disposition::unknown:
      return "unknown";
  }
  return "unknown";
}

std::string who_tries(const SpoofRow& row) {
  if (row.origin == SpoofRow::Origin::stranger) return "a stranger";
  return row.via.empty() ? "a shared provider's customer"
                         : fmt::format("a customer of {}", base::printable(row.via));
}

std::string list(const std::vector<Weakness>& weaknesses) {
  std::string out;
  for (const auto weakness : weaknesses) {
    if (!out.empty()) out += ' ';
    out += to_string(weakness);
  }
  return out;
}

std::string name_of(const Group& group) {
  return fmt::format("{}: {}", base::printable(group.column),
                     group.value.empty() ? "not said" : base::printable(group.value));
}

std::string status_counts(const Summary& summary) {
  auto out = fmt::format("{} {}: ", summary.domains(), summary.domains() == 1 ? "domain" : "domains");
  std::string_view comma;
  for (const auto status :
       {Status::spoofable, Status::partly_protected, Status::protected_, Status::unknown}) {
    out += fmt::format("{}{} {}", comma, summary.with_status(status), words(status));
    comma = ", ";
  }
  return out;
}

std::string weakness_counts(const Summary& summary) {
  std::string out;
  for (unsigned i = 1; i <= 7; ++i) {
    const auto weakness = static_cast<Weakness>(i);
    if (const auto count = summary.with_weakness(weakness); count != 0)
      out += fmt::format("{}{} {}", out.empty() ? "" : "   ", to_string(weakness), count);
  }
  return out;
}

std::string said_in_words(const Entry& said) {
  std::string out;
  const auto add = [&](std::string_view between, std::string_view text) {
    if (!text.empty()) out += fmt::format("{}{}", out.empty() ? "" : between, base::printable(text));
  };
  add(", ", said.organisation);
  add(", ", said.sector);
  add(", ", said.contact);
  if (said.sends != Sends::unsaid) add(", ", said.sends == Sends::yes ? "sends mail" : "sends no mail");
  for (const auto& [name, value] : said.tags)
    add("; ", value.empty() ? name : fmt::format("{}={}", name, value));
  add("; ", said.note);
  return out;
}

std::string_view words(Verdict verdict) {
  constexpr std::string_view kWords[kVerdicts] = {"broken", "unknown", "not judged", "not applicable", "met"};
  return kWords[static_cast<std::size_t>(verdict)];
}

std::string verdict_counts(const ProfileResult& profile) {
  std::string out;
  for (std::size_t i = 0; i < kVerdicts; ++i) {
    const auto verdict = static_cast<Verdict>(i);
    const auto count = std::ranges::count(profile.requirements, verdict, &RequirementResult::verdict);
    if (count != 0) out += fmt::format("{}{} {}", out.empty() ? "" : ", ", count, words(verdict));
  }
  return out;
}

std::string in_words(const RequirementResult& requirement) {
  auto out = base::printable(capitalised(requirement.title));
  if (!requirement.findings.empty()) out += fmt::format(" [{}]", base::join(requirement.findings, ", "));
  if (requirement.accepted) out += " (the risk is accepted)";
  if (!requirement.why.empty()) out += fmt::format(": {}", base::printable(requirement.why));
  return out;
}

std::string name_for_people(const dns::Name& name) {
  auto text = name.text();
  const auto shown = dns::display(name);
  return shown == text ? text : fmt::format("{} ({})", text, shown);
}

std::string capitalised(std::string text) {
  // A domain or a piece of a record that begins the sentence stays as it is.
  const auto word = std::string_view(text).substr(0, text.find(' '));
  if (!word.empty() && std::ranges::all_of(word, base::is_alpha) && text[0] >= 'a') {
    text[0] = static_cast<char>(text[0] - 32);
  }
  return text;
}

std::vector<std::string> reasons(const DomainReport& report) {
  std::vector<std::string> out;
  for (const auto& row : report.spoofing) {
    auto reason = base::printable(row.why);
    if (!row.decided_by.empty() && !says(row.why, row.decided_by))
      reason = reason.empty() ? base::printable(row.decided_by)
                              : fmt::format("{} ({})", reason, base::printable(row.decided_by));
    if (!reason.empty() && std::ranges::find(out, reason) == out.end()) out.push_back(std::move(reason));
  }
  return out;
}

bool Outside::holds(const Finding& finding) const {
  return std::ranges::find(findings, &finding) != findings.end();
}

std::string Outside::codes() const {
  std::vector<std::string> out;
  for (const auto* finding : findings) {
    auto code = base::printable(finding->code);
    if (std::ranges::find(out, code) == out.end()) out.push_back(std::move(code));
  }
  return base::join(out, ", ");
}

Outside outside_of(const DomainReport& report) {
  Outside out;
  for (const auto& finding : report.findings) {
    const bool lesser = finding.weakness == Weakness::none && finding.severity < Severity::high;
    if (finding.status != FindingStatus::unknown || !lesser || !lies_outside(finding)) continue;
    out.findings.push_back(&finding);
    out.worst = std::max(out.worst, finding.severity);
  }
  return out;
}

std::string rating(const Finding& finding) {
  if (finding.status == FindingStatus::unknown) return at_worst(finding.severity);
  if (finding.severity == finding.effective) return {};
  return fmt::format("[rated {}, here {}]", to_string(finding.severity), to_string(finding.effective));
}

std::string acceptance(const Acceptance& accepted) {
  return fmt::format(
      "accepted by {}{}: {}", base::printable(accepted.who),
      accepted.until ? fmt::format(" until {}", base::format_time(*accepted.until).substr(0, 10)) : "",
      base::printable(accepted.reason));
}

std::string at_worst(Severity severity) { return fmt::format("[at worst {}]", to_string(severity)); }

std::string key_list(const DomainReport& report) {
  std::string keys;
  for (const auto& key : report.dkim_keys) {
    keys += fmt::format("{}{} ({}{})", keys.empty() ? "" : ", ", base::printable(key.selector),
                        base::printable(key.algorithm),
                        key.revoked     ? ", revoked"
                        : key.bits != 0 ? fmt::format(" {}", key.bits)
                                        : "");
  }
  return keys;
}

std::string_view meaning(Weakness weakness) {
  constexpr std::array<std::string_view, 8> kMeanings = {"",
                                                         "no SPF, DKIM or DMARC at all",
                                                         "no DKIM",
                                                         "no DMARC",
                                                         "DMARC only watches (p=none)",
                                                         "DMARC without sp",
                                                         "SPF soft fail (~all)",
                                                         "DMARC, but neither SPF nor DKIM"};
  return kMeanings[static_cast<std::size_t>(weakness)];
}

std::string zone_data(const Remedy& remedy) {
  if (remedy.type != dns::RrType::txt) return base::printable(remedy.data);
  if (remedy.data.empty()) return "\"\"";
  std::string out;
  for (std::size_t at = 0; at < remedy.data.size(); at += kMaxString) {
    if (at != 0) out += ' ';
    out += quoted(std::string_view(remedy.data).substr(at, kMaxString));
  }
  return out;
}

std::string zone_line(const Remedy& remedy) {
  const auto name = remedy.name.is_root() ? "." : remedy.name.text() + ".";
  return fmt::format("{} {} IN {} {}", name, remedy.ttl, dns::to_string(remedy.type), zone_data(remedy));
}

std::string one_line(const Evidence& evidence, std::size_t limit) {
  auto out = base::printable(evidence.text);
  if (!evidence.record.empty()) out += fmt::format(": \"{}\"", base::excerpt(evidence.record, limit));
  if (!evidence.why.empty()) out += fmt::format(": {}", base::printable(evidence.why));
  if (!evidence.server.empty()) out += fmt::format(" ({})", base::printable(evidence.server));
  return out;
}

}  // namespace rampart::audit
