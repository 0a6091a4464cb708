#include "audit/format/text.h"

#include <fmt/format.h>

#include "audit/format/ink.h"
#include "audit/format/words.h"
#include "base/columns.h"
#include "base/text.h"
#include "dns/domain.h"

namespace rampart::audit {
namespace {

using base::display_width;
using base::pad_right;
using base::printable;

constexpr std::size_t kMaxRecordShown = 512;  // bytes of a record's text in evidence; JSON has all of it
constexpr std::size_t kLevelWidth = 10;       // "critical? "
constexpr std::string_view kDeep = "            ";

std::string capitalised(std::string text) {
  // A domain that begins the sentence stays as it is.
  const auto word = std::string_view(text).substr(0, text.find(' '));
  if (!text.empty() && word.find('.') == std::string_view::npos && base::is_alpha(text[0]) && text[0] >= 'a')
    text[0] = static_cast<char>(text[0] - 32);
  return text;
}

class Text : public ReportWriter {
 public:
  Text(const WriterOptions& options, Sink sink)
      : ink_(options.color), width_(std::max(options.width, kMinWidth)), sink_(std::move(sink)) {}

  base::Result<> begin(const Run&) override { return {}; }

  base::Result<> add(const DomainReport& report) override {
    out_.clear();
    if (domains_++ != 0) out_ += "\n\n";
    heading(report);
    spoofing(report);
    standing(report);
    for (const auto& finding : report.findings) {
      if (finding.status != FindingStatus::absent) show(finding);
    }
    looked_for(report);
    return sink_(out_);
  }

  base::Result<> end(const Summary& summary, const Notes&) override {
    out_.clear();
    if (summary.domains() > 1) portfolio(summary);
    return sink_(out_);
  }

 private:
  void line(std::string_view indent, std::string_view text) {
    while (text.ends_with(' ')) text.remove_suffix(1);
    out_ += indent;
    out_ += text;
    out_ += '\n';
  }

  // Several lines at most as wide as the terminal, each in the same tone.
  void paragraph(std::string_view indent, std::string_view text, Tone tone = Tone::plain) {
    for (const auto& part : base::wrap(text, width_ - display_width(indent))) line(indent, ink_(tone, part));
  }

  void heading(const DomainReport& report) {
    const auto name = name_for_people(report.domain);
    const auto standing = fmt::format("{}  {}", report.grade, words(report.status));
    const auto used = display_width(name) + display_width(standing) + 2;
    const auto gap = used < width_ ? width_ - used : 0;
    std::string rule;
    for (std::size_t i = 2; i < gap; ++i) rule += "─";
    out_ += fmt::format("{} {} {}\n", ink_(Tone::bold, name), ink_(Tone::dim, rule + (gap > 1 ? "──" : "")),
                        ink_(tone_of(report.status), standing));
    paragraph("", capitalised(printable(report.sentence)) + ".", Tone::bold);
  }

  // Who tries stands above their rows, so that the table fits 80 columns with names of a usual length.
  void spoofing(const DomainReport& report) {
    if (report.spoofing.empty()) return;
    constexpr std::size_t kFixed = 4 + 2 + 11 + 11 + 12 + 13 + 12;
    std::size_t from = display_width("From:");
    for (const auto& row : report.spoofing) from = std::max(from, display_width(row.from.text()));
    from = std::min(from, width_ > kFixed + 12 ? width_ - kFixed : 12);

    out_ += '\n';
    const auto cells = [&](std::string_view name, std::string_view spf, std::string_view dmarc, std::string_view policy) {
      return pad_right(base::shorten(name, from), from + 2) + pad_right(spf, 11) + pad_right(dmarc, 11) +
             pad_right(policy, 12);
    };
    line("    ", ink_(Tone::dim, cells("From:", "SPF", "DMARC", "policy") + pad_right("RFC 9989", 13) + "RFC 7489"));
    std::string shown;
    for (const auto& row : report.spoofing) {
      auto origin = fmt::format("{} at {}:", who_tries(row), printable(row.address));
      if (origin != shown) line("  ", capitalised(origin));
      shown = std::move(origin);
      line("    ", cells(row.from.text(), printable(row.spf), printable(row.dmarc), to_string(row.policy)) +
                       ink_(tone_of(row.rfc9989), pad_right(words(row.rfc9989), 13)) +
                       ink_(tone_of(row.rfc7489), words(row.rfc7489)));
    }
    reasons(report);
  }

  // Why each row ends as it does, each reason once.
  void reasons(const DomainReport& report) {
    std::vector<std::string> shown;
    for (const auto& row : report.spoofing) {
      auto reason = printable(row.why);
      if (!row.decided_by.empty())
        reason = reason.empty() ? printable(row.decided_by) : fmt::format("{} ({})", reason, printable(row.decided_by));
      if (reason.empty() || std::ranges::find(shown, reason) != shown.end()) continue;
      if (shown.empty()) out_ += '\n';
      paragraph("    ", reason, Tone::dim);
      shown.push_back(std::move(reason));
    }
  }

  void standing(const DomainReport& report) {
    out_ += '\n';
    if (!report.dkim_keys.empty()) {
      std::string keys;
      for (const auto& key : report.dkim_keys) {
        keys += fmt::format("{}{} ({}{})", keys.empty() ? "" : ", ", printable(key.selector), printable(key.algorithm),
                            key.revoked ? ", revoked" : key.bits != 0 ? fmt::format(" {}", key.bits) : "");
      }
      paragraph("  ", "DKIM keys: " + keys);
    }
    if (report.findings.empty()) paragraph("  ", "Nothing was found.", Tone::good);
  }

  void show(const Finding& finding) {
    auto level = std::string(to_string(finding.effective));
    if (finding.status == FindingStatus::unknown) level += '?';
    auto title = printable(finding.title);
    if (finding.weakness != Weakness::none) title = fmt::format("{}  {}", to_string(finding.weakness), title);
    if (finding.severity != finding.effective)
      title += fmt::format(" [rated {}, here {}]", to_string(finding.severity), to_string(finding.effective));
    const auto lines = base::wrap(title, width_ - kDeep.size());
    for (std::size_t i = 0; i < lines.size(); ++i) {
      const auto label = pad_right(i == 0 ? level : "", kLevelWidth);
      line("  ", ink_(tone_of(finding.effective), label) + ink_(Tone::bold, lines[i]));
    }
    for (const auto& evidence : finding.evidence) paragraph(kDeep, one_line(evidence, kMaxRecordShown), Tone::dim);
    if (!finding.advice.empty()) paragraph(kDeep, printable(finding.advice));
    remedies(finding);
    if (!finding.references.empty())
      paragraph(kDeep, fmt::format("[{}]  {}", printable(finding.code), printable(base::join(finding.references, ", "))),
                Tone::dim);
    out_ += '\n';
  }

  void remedies(const Finding& finding) {
    std::optional<Remedy::Action> heading;
    for (const auto& remedy : finding.remedies) {
      if (heading != remedy.action) {
        constexpr std::string_view kHeadings[] = {"publish:", "publish instead:", "remove:"};
        line(kDeep, kHeadings[static_cast<std::size_t>(remedy.action)]);
      }
      heading = remedy.action;
      line(kDeep, zone_line(remedy));
    }
  }

  void looked_for(const DomainReport& report) {
    std::string titles;
    for (const auto& finding : report.findings) {
      if (finding.status != FindingStatus::absent) continue;
      titles += fmt::format("{}{}", titles.empty() ? "" : "; ", printable(finding.title));
    }
    if (!titles.empty()) paragraph("  ", "Looked for and not found: " + titles, Tone::dim);
    while (out_.ends_with("\n\n")) out_.pop_back();
  }

  void portfolio(const Summary& summary) {
    std::string rule;
    for (std::size_t i = 0; i < width_; ++i) rule += "─";
    out_ += fmt::format("\n\n{}\n", ink_(Tone::dim, rule));
    paragraph("", summary.sentence() + ".", Tone::bold);
    out_ += '\n';
    std::size_t name_width = 0;
    for (const auto& row : summary.worst())
      name_width = std::max(name_width, display_width(name_for_people(row.domain)));
    name_width = std::min(name_width, width_ - 40);
    for (const auto& row : summary.worst()) {
      const auto name = base::shorten(name_for_people(row.domain), name_width);
      line("  ", pad_right(name, name_width + 2) + ink_(tone_of(row.status), pad_right(row.grade, 3)) +
                     ink_(tone_of(row.status), pad_right(words(row.status), 18)) + list(row.weaknesses));
    }
    if (summary.domains() > summary.worst().size())
      paragraph("  ", fmt::format("… and {} more, none of them worse", summary.domains() - summary.worst().size()),
                Tone::dim);
    std::string counts;
    for (unsigned i = 1; i <= 7; ++i) {
      const auto weakness = static_cast<Weakness>(i);
      if (const auto count = summary.with_weakness(weakness); count != 0)
        counts += fmt::format("{}{} {}", counts.empty() ? "" : "   ", to_string(weakness), count);
    }
    if (!counts.empty()) line("\n  ", ink_(Tone::dim, "domains with  ") + counts);
  }

  Ink ink_;
  std::size_t width_;
  Sink sink_;
  std::string out_;
  std::size_t domains_ = 0;
};

}  // namespace

std::unique_ptr<ReportWriter> make_text_writer(const WriterOptions& options, Sink sink) {
  return std::make_unique<Text>(options, std::move(sink));
}

}  // namespace rampart::audit
