#include "audit/format/csv.h"

#include <fmt/format.h>

#include "audit/format/words.h"
#include "audit/portfolio/columns.h"
#include "base/text.h"
#include "dns/domain.h"

namespace rampart::audit {
namespace {

constexpr std::size_t kMaxCellRecord =
    4096;  // bytes of a record in a cell: spreadsheets stop at 32,767 characters
constexpr std::string_view kHeader =
    "domain,unicode,organizational_domain,status,grade,sentence,weaknesses,finding,weakness,severity,"
    "effective,"
    "finding_status,title,evidence,advice,remedies,organisation,sector,contact,sends,tags,note,"
    "requirements\r\n";

// What spreadsheets take for the start of a formula; the full-width forms are folded by some. TAB and CR
// never get here raw.
bool starts_formula(std::string_view text) {
  constexpr std::string_view kStarts[] = {"=", "+", "-", "@", "＝", "＋", "－", "＠"};
  return std::ranges::any_of(kStarts, [&](std::string_view start) { return text.starts_with(start); });
}

bool is_bare(char c) { return base::is_alnum(c) || c == '.' || c == '-' || c == '_' || c == ' '; }

class Csv : public ReportWriter {
 public:
  explicit Csv(Sink sink) : sink_(std::move(sink)) {}

  base::Result<> begin(const Run&) override { return sink_(kHeader); }

  base::Result<> add(const DomainReport& report) override { return sink_(rows(report)); }
  [[nodiscard]] Render renderer() const override { return rows; }
  base::Result<> add_text(std::string_view text) override { return sink_(text); }

  base::Result<> end(const Summary&, const Notes&) override { return {}; }

 private:
  static std::string rows(const DomainReport& report) {
    std::string out;
    const auto shown = dns::display(report.domain);
    std::string domain;
    for (const auto& text :
         {report.domain.text(), shown == report.domain.text() ? std::string() : shown,
          report.organizational_domain ? report.organizational_domain->text() : std::string(),
          std::string(to_string(report.status)), report.grade, report.sentence, list(report.weaknesses)}) {
      domain += csv_cell(text) + ',';
    }
    const auto behind = said(report.said.get());
    for (const auto& finding : report.findings) add_row(out, domain, finding, behind);
    if (report.findings.empty()) out += domain + ",,,,,,,," + behind + ",\r\n";
    return out;
  }

  // The columns of what the list says.
  static std::string said(const Entry* entry) {
    if (entry == nullptr) return ",,,,,,";
    std::string tags;
    for (const auto& [name, value] : entry->tags)
      tags += fmt::format("{}{}{}{}", tags.empty() ? "" : "; ", name, value.empty() ? "" : "=", value);
    std::string out;
    for (const std::string_view cell :
         {std::string_view(entry->organisation), std::string_view(entry->sector),
          std::string_view(entry->contact), to_string(entry->sends), std::string_view(tags),
          std::string_view(entry->note)}) {
      out += ',' + csv_cell(cell);
    }
    return out;
  }

  static void add_row(std::string& out, const std::string& domain, const Finding& finding,
                      const std::string& behind) {
    std::string evidence;
    for (const auto& item : finding.evidence)
      evidence += (evidence.empty() ? "" : "; ") + one_line(item, kMaxCellRecord);
    std::string remedies;
    for (const auto& remedy : finding.remedies)
      remedies +=
          fmt::format("{}{} {}", remedies.empty() ? "" : "; ", to_string(remedy.action), zone_line(remedy));
    out += domain;
    const std::string_view cells[] = {finding.code,
                                      to_string(finding.weakness),
                                      to_string(finding.severity),
                                      to_string(finding.effective),
                                      to_string(finding.status),
                                      finding.title,
                                      evidence,
                                      finding.advice};
    for (const auto cell : cells) out += csv_cell(cell) + ',';
    out += csv_cell(remedies) + behind + ',' + csv_cell(base::join(finding.requirements, "; ")) + "\r\n";
  }

  Sink sink_;
};

}  // namespace

std::string csv_cell(std::string_view text) {
  auto shown = base::printable(text);
  if (starts_formula(shown)) shown.insert(0, 1, '\'');
  if (std::ranges::all_of(shown, is_bare)) return shown;
  std::string out = "\"";
  out.reserve(shown.size() + 2);
  for (const char c : shown) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + '"';
}

std::unique_ptr<ReportWriter> make_csv_writer(Sink sink) { return std::make_unique<Csv>(std::move(sink)); }

}  // namespace rampart::audit
