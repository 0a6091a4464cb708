#include "audit/format/text.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <utility>

#include <fmt/format.h>

#include "audit/format/ink.h"
#include "audit/format/pieces.h"
#include "audit/format/words.h"
#include "base/columns.h"
#include "base/text.h"
#include "dns/domain.h"

namespace rampart::audit {
namespace {

using base::display_width;
using base::pad_right;
using base::printable;

constexpr std::size_t kMaxEvidenceShown = 6;  // of a finding; JSON has all of it
constexpr std::size_t kMaxOfAKind = 3;        // findings with one code, of a domain
constexpr std::size_t kMaxRecordShown = 512;  // bytes of a record's text in evidence; JSON has all of it
constexpr std::size_t kStandingWidth = 37;    // what stands behind a name in the table of the worst
constexpr std::size_t kMaxResult = 12;        // "permerror" and two spaces, with one to spare
constexpr std::size_t kLevelWidth = 10;       // "critical  "
constexpr std::string_view kDeep = "            ";

class Text : public ReportWriter {
 public:
  Text(const WriterOptions& options, Sink sink)
      : ink_(options.color), width_(std::max(options.width, kMinWidth)), sink_(std::move(sink)) {}

  base::Result<> begin(const Run&) override { return {}; }

  base::Result<> add(const DomainReport& report) override { return add_text(renderer()(report)); }

  // Of a domain everything but the blank lines before it depends on the report alone.
  [[nodiscard]] Render renderer() const override {
    return [color = ink_.on(), width = width_](const DomainReport& report) {
      Text one({.color = color, .width = width}, nullptr);
      one.heading(report);
      one.spoofing(report);
      one.standing(report);
      one.findings(report);
      one.profiles(report);
      one.looked_for(report);
      return join_pieces({one.rated_ ? "rated" : "", one.out_});
    };
  }
  base::Result<> add_text(std::string_view text) override {
    Pieces pieces(text);
    if (!pieces.next().empty()) rated_ = true;
    out_ = domains_++ == 0 || std::exchange(in_new_group_, false) ? "" : "\n\n";
    out_ += pieces.next();
    return sink_(out_);
  }

  base::Result<> begin_group(const Group& group) override {
    out_ = domains_ == 0 ? "" : "\n\n";
    for (std::size_t i = 0; i < width_; ++i) out_ += "═";
    out_ += '\n';
    paragraph("", name_of(group), Tone::bold);
    out_ += '\n';
    in_new_group_ = true;
    return sink_(out_);
  }
  base::Result<> end_group(const Group& group, const Summary& summary) override {
    out_ = "\n";
    paragraph("", fmt::format("{}: {}.", name_of(group), status_counts(summary)), Tone::bold);
    if (const auto counts = weakness_counts(summary); !counts.empty())
      line("  ", ink_(Tone::dim, "domains with  ") + counts);
    return sink_(out_);
  }

  base::Result<> end(const Summary& summary, const Notes&) override {
    out_.clear();
    if (rated_) {
      out_ += '\n';
      paragraph("  ", "rated: by the advisory, or in the worst case; here: what it lets a stranger do",
                Tone::dim);
    }
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
    if (report.said) paragraph("", said_in_words(*report.said), Tone::dim);
  }

  // Who tries stands above their rows, so that the table fits 80 columns with names of a usual length.
  void spoofing(const DomainReport& report) {
    if (report.spoofing.empty()) return;
    constexpr std::size_t kColumns = 6;
    using Cells = std::array<std::string, kColumns>;
    std::vector<Cells> rows{{"From:", "SPF", "DMARC", "policy", "RFC 9989", "RFC 7489"}};
    for (const auto& row : report.spoofing) {
      rows.push_back({row.from.text(), printable(row.spf), printable(row.dmarc),
                      std::string(to_string(row.policy)), std::string(words(row.rfc9989)),
                      std::string(words(row.rfc7489))});
    }
    std::array<std::size_t, kColumns> widths{};
    for (const auto& row : rows) {
      for (std::size_t i = 0; i < kColumns; ++i) widths[i] = std::max(widths[i], display_width(row[i]) + 2);
    }
    for (std::size_t i = 1; i < 4; ++i) widths[i] = std::min(widths[i], kMaxResult);
    const auto others = std::accumulate(widths.begin() + 1, widths.end(), std::size_t{2});
    widths[0] = std::min(widths[0], std::max<std::size_t>(width_ - std::min(width_, others), 16));

    out_ += '\n';
    std::string shown;
    for (std::size_t r = 0; r < rows.size(); ++r) {
      std::string text;
      for (std::size_t i = 0; i < kColumns; ++i) {
        const auto cell = pad_right(base::shorten(rows[r][i], widths[i] - 2), widths[i]);
        const auto tone = r == 0   ? Tone::dim
                          : i == 4 ? tone_of(report.spoofing[r - 1].rfc9989)
                          : i == 5 ? tone_of(report.spoofing[r - 1].rfc7489)
                                   : Tone::plain;
        text += i + 1 == kColumns ? ink_(tone, base::trim(cell)) : ink_(tone, cell);
      }
      if (r != 0) {
        const auto& row = report.spoofing[r - 1];
        auto origin = fmt::format("{} at {}:", who_tries(row), printable(row.address));
        if (origin != shown) paragraph("  ", capitalised(origin));
        shown = std::move(origin);
      }
      line("    ", text);
    }
    why(report);
  }

  void why(const DomainReport& report) {
    const auto found = reasons(report);
    if (!found.empty()) out_ += '\n';
    for (const auto& reason : found) paragraph("    ", reason, Tone::dim);
  }

  void standing(const DomainReport& report) {
    out_ += '\n';
    if (!report.dkim_keys.empty()) {
      paragraph("  ", "DKIM keys: " + key_list(report));
      out_ += '\n';
    }
    if (report.findings.empty()) paragraph("  ", "Nothing was found.", Tone::good);
  }

  // A record with a dozen wrong terms has a dozen findings, of which a few show what is wrong. Each one that
  // lets strangers in is shown.
  void findings(const DomainReport& report) {
    const auto outside = outside_of(report);
    std::map<std::string_view, std::size_t> of_a_kind;
    for (const auto& finding : report.findings) {
      if (finding.status == FindingStatus::absent) continue;
      if (!outside.findings.empty() && outside.findings.front() == &finding) show(outside);
      if (outside.holds(finding)) continue;
      if (finding.effective >= Severity::high || ++of_a_kind[finding.code] <= kMaxOfAKind) show(finding);
    }
    bool more = false;
    for (const auto& [code, count] : of_a_kind) {
      if (count <= kMaxOfAKind) continue;
      paragraph(
          "  ",
          fmt::format("… and {} more [{}] (--format json has all)", count - kMaxOfAKind, printable(code)),
          Tone::dim);
      more = true;
    }
    if (more) out_ += '\n';
  }

  // A finding's first lines: its level, its title and, where it fits behind that, how it is rated.
  void title_of(std::string_view level, Tone tone, std::string_view title, const std::string& rated) {
    auto lines = base::wrap(title, width_ - kDeep.size());
    if (!rated.empty()) {
      const bool fits = kDeep.size() + display_width(lines.back()) + 1 + display_width(rated) <= width_;
      if (fits) {
        lines.back() += ' ' + rated;
      } else {
        lines.push_back(rated);
      }
    }
    for (std::size_t i = 0; i < lines.size(); ++i) {
      const auto label = pad_right(i == 0 ? level : "", kLevelWidth);
      line("  ", ink_(tone, label) + ink_(Tone::bold, lines[i]));
    }
  }

  void show(const Outside& outside) {
    title_of("unknown", Tone::warn, kOutsideTitle, at_worst(outside.worst));
    for (const auto* finding : outside.findings) {
      std::string_view mark = "- ";
      for (const auto& part : base::wrap(printable(finding->title), width_ - kDeep.size() - mark.size()))
        line(kDeep, ink_(Tone::dim, fmt::format("{}{}", std::exchange(mark, "  "), part)));
    }
    paragraph(kDeep, kOutsideAdvice);
    paragraph(kDeep, fmt::format("[{}]", outside.codes()), Tone::dim);
    out_ += '\n';
  }

  void show(const Finding& finding) {
    const bool unknown = finding.status == FindingStatus::unknown;
    auto title = capitalised(printable(finding.title));
    if (finding.weakness != Weakness::none) title = fmt::format("{}  {}", to_string(finding.weakness), title);
    const auto rated = rating(finding);
    rated_ = rated_ || (!unknown && !rated.empty());
    title_of(unknown ? "unknown" : to_string(finding.effective),
             unknown ? Tone::warn : tone_of(finding.effective), title, rated);
    if (finding.accepted) paragraph(kDeep, acceptance(*finding.accepted), Tone::warn);
    const auto shown = std::min(finding.evidence.size(), kMaxEvidenceShown);
    for (std::size_t i = 0; i < shown; ++i) {
      paragraph(kDeep, one_line(finding.evidence[i], kMaxRecordShown), Tone::dim);
    }
    if (const auto more = finding.evidence.size() - shown; more > 0) {
      paragraph(kDeep, fmt::format("… and {} more (--format json has all)", more), Tone::dim);
    }
    if (!finding.advice.empty()) paragraph(kDeep, printable(finding.advice));
    remedies(finding);
    if (!finding.requirements.empty())
      paragraph(kDeep, fmt::format("breaks {}", printable(base::join(finding.requirements, ", "))),
                Tone::dim);
    if (!finding.references.empty())
      paragraph(
          kDeep,
          fmt::format("[{}]  {}", printable(finding.code), printable(base::join(finding.references, ", "))),
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

  // What is broken or unknown in full; of the rest, names.
  void profiles(const DomainReport& report) {
    for (const auto& profile : report.profiles) {
      paragraph("  ", fmt::format("{}: {}", printable(profile.title), verdict_counts(profile)), Tone::bold);
      for (const auto verdict : {Verdict::broken, Verdict::unknown}) {
        for (const auto& requirement : profile.requirements) {
          if (requirement.verdict == verdict) show(requirement);
        }
      }
      for (const auto verdict : {Verdict::unjudged, Verdict::inapplicable, Verdict::met}) {
        std::string names;
        for (const auto& requirement : profile.requirements) {
          if (requirement.verdict == verdict)
            names += fmt::format("{}{}", names.empty() ? "" : ", ", requirement.id);
        }
        if (!names.empty())
          paragraph(kDeep, fmt::format("{}: {}", capitalised(std::string(words(verdict))), names), Tone::dim);
      }
      out_ += '\n';
    }
  }

  void show(const RequirementResult& requirement) {
    const bool broken = requirement.verdict == Verdict::broken;
    std::string_view label = words(requirement.verdict);
    for (const auto& part : base::wrap(in_words(requirement), width_ - kDeep.size())) {
      line("  ",
           ink_(broken && !requirement.accepted ? Tone::bad : Tone::warn, pad_right(label, kLevelWidth)) +
               part);
      label = "";
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
    const auto most = width_ - kStandingWidth;
    const auto name_of = [&](const DomainLine& row) {
      auto name = name_for_people(row.domain);
      return display_width(name) <= most ? name : base::shorten(row.domain.text(), most);
    };
    std::size_t name_width = 0;
    for (const auto& row : summary.worst()) name_width = std::max(name_width, display_width(name_of(row)));
    for (const auto& row : summary.worst()) {
      const auto name = name_of(row);
      line("  ", pad_right(name, name_width + 2) + ink_(tone_of(row.status), pad_right(row.grade, 3)) +
                     ink_(tone_of(row.status), pad_right(words(row.status), 18)) + list(row.weaknesses));
    }
    if (summary.domains() > summary.worst().size())
      paragraph("  ",
                fmt::format("… and {} more, none of them worse", summary.domains() - summary.worst().size()),
                Tone::dim);
    const auto counts = weakness_counts(summary);
    if (!counts.empty()) line("\n  ", ink_(Tone::dim, "domains with  ") + counts);
    requirements(summary);
  }

  // How many domains break each requirement; those that none breaks and of which nothing is unknown are left out.
  void requirements(const Summary& summary) {
    std::string profile;
    for (const auto& requirement : summary.requirements()) {
      const auto broken = requirement.with(Verdict::broken);
      const auto unknown = requirement.with(Verdict::unknown);
      if (broken == 0 && unknown == 0) continue;
      if (profile != requirement.profile) {
        profile = requirement.profile;
        out_ += '\n';
        paragraph("  ", fmt::format("{}: domains that break each requirement", profile), Tone::bold);
      }
      const auto count = fmt::format("{:>7}", broken);
      const auto behind = unknown == 0 ? std::string() : fmt::format(", {} unknown", unknown);
      bool first = true;
      for (const auto& part :
           base::wrap(printable(capitalised(requirement.title)) + behind, width_ - kDeep.size())) {
        line("  ",
             (first ? ink_(broken != 0 ? Tone::bad : Tone::dim, count) : std::string(count.size(), ' ')) +
                 "  " + part);
        first = false;
      }
    }
  }

  Ink ink_;
  std::size_t width_;
  Sink sink_;
  std::string out_;
  std::size_t domains_ = 0;
  bool in_new_group_ = false;  // no domain of it yet
  bool rated_ = false;         // a finding was shown whose rating differs from what it means here
};

}  // namespace

std::unique_ptr<ReportWriter> make_text_writer(const WriterOptions& options, Sink sink) {
  return std::make_unique<Text>(options, std::move(sink));
}

}  // namespace rampart::audit
