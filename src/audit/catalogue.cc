#include "audit/catalogue.h"

#include <fmt/format.h>

#include "base/text.h"

namespace rampart::audit {

std::string fill(std::string_view text, std::span<const std::string_view> arguments) {
  std::string out;
  out.reserve(text.size() + 64);
  while (true) {
    const auto brace = text.find('{');
    out.append(text.substr(0, brace));
    if (brace == std::string_view::npos) return out;
    text.remove_prefix(brace);
    if (text.size() > 2 && base::is_digit(text[1]) && text[2] == '}') {
      const auto index = static_cast<std::size_t>(text[1] - '0');
      if (index < arguments.size()) out.append(arguments[index]);
      text.remove_prefix(3);
    } else {
      out += '{';
      text.remove_prefix(1);
    }
  }
}

std::string nearest_code(std::string_view code) {
  std::string best;
  std::size_t least = code.size() / 2 + 1;
  for (const auto part : kCatalogue) {
    for (const auto& entry : part) {
      if (const auto distance = base::edit_distance(code, entry.code); distance < least) {
        least = distance;
        best = entry.code;
      }
    }
  }
  return best;
}

std::vector<std::string> references(const CatalogueEntry& entry) {
  std::vector<std::string> out;
  for (const auto part : base::split(entry.references, ';')) out.emplace_back(base::trim(part));
  return out;
}

const CatalogueEntry* find_entry(std::string_view code) {
  for (const auto part : kCatalogue) {
    for (const auto& entry : part) {
      if (entry.code == code) return &entry;
    }
  }
  return nullptr;
}

Finding make_finding(Code code, std::initializer_list<std::string_view> arguments) {
  const auto& entry = code.entry();
  const std::span<const std::string_view> values(arguments.begin(), arguments.size());
  Finding finding;
  finding.code = entry.code;
  finding.weakness = entry.weakness;
  finding.severity = entry.severity;
  finding.effective = entry.effective;
  finding.title = fill(entry.title, values);
  finding.advice = fill(entry.advice, values);
  finding.references = references(entry);
  return finding;
}

Finding make_unknown(Code code, std::initializer_list<std::string_view> arguments, Evidence evidence) {
  auto finding = make_finding(code, arguments);
  const std::span<const std::string_view> values(arguments.begin(), arguments.size());
  const auto& entry = code.entry();
  if (!entry.unknown_title.empty()) finding.title = fill(entry.unknown_title, values);
  if (!entry.unknown_advice.empty()) finding.advice = fill(entry.unknown_advice, values);
  finding.status = FindingStatus::unknown;
  finding.effective = Severity::info;
  finding.evidence.push_back(std::move(evidence));
  return finding;
}

namespace {

constexpr std::string_view kPageHead =
    R"(# Findings

Every finding that `rampart audit` can report. This page is generated from `src/audit/catalogue/`; a test proves it current.

`severity` is the advisory's (NCA-34.061725) where it names one, otherwise that of the worst case. `effective` is what the fault
lets a stranger do on the audited domain: the column holds its value where nothing else stands in the way, and a check lowers or
raises it by what it sees. A finding whose status is `unknown` has `effective` info, because nothing is proven. In titles `{0}` is
the domain, other numbers what was seen.

)";

std::string with_unknown(std::string_view text, std::string_view unknown) {
  return unknown.empty() ? std::string(text) : fmt::format("{} *When unknown:* {}", text, unknown);
}

}  // namespace

std::string catalogue_page() {
  constexpr std::array<std::string_view, kCatalogue.size()> kHeads = {
      "SPF and the domain itself", "DKIM", "DMARC", "Transport", "What the owner says or shows"};
  std::string out(kPageHead);
  for (std::size_t i = 0; i < kCatalogue.size(); ++i) {
    out += fmt::format(
        "## {}\n\n| code | weakness | severity | effective | what it says | next step | references |\n"
        "|---|---|---|---|---|---|---|\n",
        kHeads[i]);
    for (const auto& entry : kCatalogue[i]) {
      out +=
          fmt::format("| `{}` | {} | {} | {} | {} | {} | {} |\n", entry.code, to_string(entry.weakness),
                      to_string(entry.severity), to_string(entry.effective),
                      with_unknown(entry.title, entry.unknown_title),
                      with_unknown(entry.advice, entry.unknown_advice), base::join(references(entry), "; "));
    }
    out += "\n";
  }
  out.pop_back();
  return out;
}

}  // namespace rampart::audit
