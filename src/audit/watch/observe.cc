#include "audit/watch/observe.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "auth/dkim/selectors.h"
#include "base/text.h"

namespace rampart::audit::watch {
namespace {

using dns::RrType;
using facts::Answer;

constexpr std::size_t kMaxValue = 4096;  // bytes of a record set that are kept and told; our own

bool is_spf(std::string_view text) {
  constexpr std::string_view kVersion = "v=spf1";
  return base::istarts_with(text, kVersion) &&
         (text.size() == kVersion.size() || text[kVersion.size()] == ' ');
}

// How a record set of the domain is watched; nothing when it is not.
enum class Watched : std::uint8_t { no, always, when_seen };

Watched watched(const Input& input, const dns::Name& name, RrType type) {
  const auto& domain = input.domain;
  if (type == RrType::mx || type == RrType::ns) return name == domain ? Watched::always : Watched::no;
  if (type != RrType::txt) return Watched::no;
  if (name == domain) return Watched::always;
  const bool underscored = name.label_count() > 0 && name.label(0).starts_with('_');
  if (underscored && name.label(0) == "_dmarc") {
    if (name.parent() == domain) return Watched::always;
    // The policies of those above are asked for where the domain has none (RFC 9989 section 4.10).
    return domain.is_within(name.parent()) && name.parent().label_count() > 1 ? Watched::when_seen
                                                                              : Watched::no;
  }
  if (name == domain || !name.is_within(domain)) return Watched::no;
  const auto first_below = name.label(name.label_count() - domain.label_count() - 1);
  if (first_below == "_domainkey") {
    if (name.label(0) == "_domainkey") return Watched::no;
    // Common selectors and those that were named; others are asked for where a record hints at them.
    const auto text = name.text();
    const auto selector = std::string_view(text).substr(0, text.find("._domainkey."));
    const auto common = dkim::common_selectors();
    return std::ranges::find(common, selector) != common.end() ||
                   std::ranges::find(input.selectors, selector) != input.selectors.end()
               ? Watched::always
               : Watched::when_seen;
  }
  if (first_below == "_mta-sts" || first_below == "_tls" || first_below == "_bimi") return Watched::always;
  // A part of the owner's SPF, to which an include leads.
  return underscored ? Watched::when_seen : Watched::no;
}

std::string value_of(const dns::Name& domain, const Answer& answer) {
  std::vector<std::string> lines;
  for (const auto& record : answer.records()) {
    if (answer.type() == RrType::txt) {
      // The owner of a name keeps tokens of others beside the SPF record, which are nobody's concern here.
      if (answer.name() == domain && !is_spf(answer.data(record))) continue;
      lines.push_back(base::printable(answer.data(record)));
    } else if (answer.type() == RrType::mx) {
      lines.push_back(fmt::format("{} {}", record.preference, answer.target(record).text()));
    } else {
      lines.push_back(answer.target(record).text());
    }
  }
  std::ranges::sort(lines);
  auto value = base::join(lines, "\n");
  if (value.size() > kMaxValue) value = base::excerpt(value, kMaxValue);
  return value;
}

Observed observe_record(const dns::Name& domain, const Answer& answer, bool always) {
  Observed out;
  out.subject = Subject::record;
  out.key = fmt::format("{} {}", dns::to_string(answer.type()), answer.name().text());
  out.always_asked = always;
  out.server = std::string(answer.server());
  if (answer.unknown()) {
    out.standing = Standing::unknown;
    out.why = std::string(facts::describe(answer.why()));
    if (!answer.detail().empty()) out.why += fmt::format(" ({})", base::excerpt(answer.detail(), 200));
    return out;
  }
  if (answer.present()) out.value = value_of(domain, answer);
  out.standing = out.value.empty() ? Standing::absent : Standing::present;
  return out;
}

// What a finding speaks of: the beginning of its code, up to what the checks name their subjects by.
std::string subject_of(std::string_view code) {
  for (const std::string_view subject : {"mta-sts", "tls-rpt", "block-list"}) {
    if (code.starts_with(subject)) return std::string(subject);
  }
  return std::string(code.substr(0, code.find('-')));
}

// Unknown for good and without consequence: selectors cannot be listed, and not every probe is asked for.
bool is_ordinary_unknown(std::string_view code) {
  return code == "dkim-unknown" || code == "smtp-port-blocked" || code == "mta-sts-policy-unknown";
}

}  // namespace

std::string_view to_string(Standing standing) {
  switch (standing) {
    case Standing::absent:
      return "absent";
    case Standing::present:
      return "present";
    case Standing::unknown:
      break;
  }
  return "unknown";
}

std::string_view to_string(Subject subject) {
  switch (subject) {
    case Subject::examination:
      return "examination";
    case Subject::record:
      return "record";
    case Subject::finding:
      break;
  }
  return "finding";
}

const Observed* Observation::find(Subject subject, std::string_view key) const {
  const auto found = std::ranges::lower_bound(items, std::pair(subject, key), {}, [](const Observed& item) {
    return std::pair(item.subject, std::string_view(item.key));
  });
  return found != items.end() && found->subject == subject && found->key == key ? &*found : nullptr;
}

bool Observation::can_say(std::string_view code) const {
  return std::ranges::none_of(undecided, [&](const std::string& start) { return code.starts_with(start); });
}

Observation observe(const Input& input, const DomainReport& report, const facts::Book& book, Severity least) {
  Observation out;
  out.domain = report.domain;
  out.at = report.now;
  out.grade = report.grade;
  Observed examination{.subject = Subject::examination, .standing = Standing::present};
  if (report.status == Status::unknown) {
    examination.standing = Standing::unknown;
    examination.why = report.sentence;
    out.undecided.emplace_back();  // every code begins with nothing
  }
  for (const auto& fact : book.sorted()) {
    const auto* answer = std::get_if<facts::AnswerPtr>(&fact);
    if (answer == nullptr) continue;
    const auto how = watched(input, (*answer)->name(), (*answer)->type());
    if (how == Watched::no) continue;
    auto item = observe_record(report.domain, **answer, how == Watched::always);
    out.items.push_back(std::move(item));
  }
  for (const auto& finding : report.findings) {
    if (finding.status == FindingStatus::unknown && !is_ordinary_unknown(finding.code))
      out.undecided.push_back(subject_of(finding.code));
    if (finding.status != FindingStatus::present || finding.effective < least) continue;
    // One code may speak of several records of a domain; the gravest is told.
    const auto same = std::ranges::find_if(
        out.items, [&](const Observed& i) { return i.subject == Subject::finding && i.key == finding.code; });
    if (same != out.items.end()) continue;
    out.items.push_back({.subject = Subject::finding,
                         .key = finding.code,
                         .standing = Standing::present,
                         .accepted = finding.accepted.has_value(),
                         .title = finding.title,
                         .severity = finding.effective,
                         .weakness = finding.weakness});
  }
  out.items.push_back(std::move(examination));
  std::ranges::sort(out.items, {},
                    [](const Observed& item) { return std::pair(item.subject, std::string_view(item.key)); });
  return out;
}

}  // namespace rampart::audit::watch
