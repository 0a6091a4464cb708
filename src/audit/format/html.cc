#include "audit/format/html.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <fcntl.h>
#include <unistd.h>

#include "audit/format/html_style.h"
#include "audit/format/pieces.h"
#include "audit/format/words.h"
#include "base/text.h"
#include "dns/domain.h"

namespace rampart::audit {
namespace {

constexpr std::size_t kMaxRecordShown = 2048;  // bytes of a record's text; JSON has all of it
constexpr std::string_view kBuckets = "F?DCBA";

// A file without a name, in $TMPDIR or /tmp: std::tmpfile() knows /tmp alone. Null, with errno, on failure.
std::FILE* open_temporary() {
  const char* folder = std::getenv("TMPDIR");
  std::string path = folder != nullptr && *folder == '/' ? folder : "/tmp";
  path += "/rampart-XXXXXX";
  const int file = ::mkostemp(path.data(), O_CLOEXEC);
  if (file < 0) return nullptr;
  ::unlink(path.c_str());
  std::FILE* out = ::fdopen(file, "w+b");
  if (out == nullptr) ::close(file);
  return out;
}

// A part of the page that waits for its place.
class Spool {
 public:
  base::Result<> write(std::string_view text) {
    if (!file_ && buffer_.size() + text.size() <= kBuffered) {  // a small page needs no file
      buffer_ += text;
      return {};
    }
    TRY(put(std::exchange(buffer_, {})));
    return put(text);
  }
  base::Result<> copy_to(const Sink& sink) {
    if (!file_) return buffer_.empty() ? base::Result<>() : sink(buffer_);
    if (std::fseek(file_.get(), 0, SEEK_SET) != 0) {
      return base::fail(base::ErrorKind::io,
                        fmt::format("cannot read a temporary file: {}", std::strerror(errno)));
    }
    std::string piece(1 << 16, '\0');
    for (;;) {
      const auto read = std::fread(piece.data(), 1, piece.size(), file_.get());
      if (read == 0) break;
      TRY(sink(std::string_view(piece).substr(0, read)));
    }
    if (std::ferror(file_.get()) != 0)
      return base::fail(base::ErrorKind::io, "cannot read a temporary file back");
    return {};
  }

 private:
  static constexpr std::size_t kBuffered = 1 << 18;

  base::Result<> put(std::string_view text) {
    if (!file_) file_.reset(open_temporary());
    if (!file_ || std::fwrite(text.data(), 1, text.size(), file_.get()) != text.size())
      return base::fail(base::ErrorKind::io,
                        fmt::format("cannot write a temporary file: {}", std::strerror(errno)), {},
                        "HTML keeps its parts in $TMPDIR or /tmp until the end; free some space there");
    return {};
  }

  std::string buffer_;
  std::unique_ptr<std::FILE, decltype([](std::FILE* file) { std::fclose(file); })> file_;
};

std::string_view tone(Severity level) {
  if (level >= Severity::high) return "bad";
  return level == Severity::medium ? "warn" : "soft";
}

std::string_view tone(Status status) {
  constexpr std::string_view kTones[] = {"bad", "warn", "good", "unknown"};
  return kTones[static_cast<std::size_t>(status)];
}

std::string_view tone(Disposition disposition) {
  constexpr std::string_view kTones[] = {"bad", "warn", "good", "unknown"};
  return kTones[static_cast<std::size_t>(disposition)];
}

// A name, or a text with names in it, that may go on in the next line behind a dot rather than anywhere.
std::string breakable(std::string_view text) {
  std::string out;
  for (const char c : html_text(text)) {
    out += c;
    if (c == '.') out += "<wbr>";
  }
  return out;
}

// The A-label, and the U-label beside it; <bdi dir=\"ltr\"> keeps a right-to-left name from turning its line
// round.
std::string name_html(const dns::Name& name) {
  const auto text = name.text();
  const auto shown = dns::display(name);
  auto out = fmt::format("<bdi dir=\"ltr\">{}</bdi>", breakable(text));
  if (shown != text)
    out += fmt::format(" <span class=\"soft\">(<bdi dir=\"ltr\">{}</bdi>)</span>", breakable(shown));
  return out;
}

// "WK-1 WK-3", which breaks between two and never behind a hyphen.
std::string weaknesses_html(const DomainReport& report) {
  std::string out;
  for (const auto weakness : report.weaknesses)
    out += fmt::format("{}<span class=\"mark\">{}</span>", out.empty() ? "" : " ", to_string(weakness));
  return out;
}

std::string bar(std::size_t part, std::size_t whole) {
  const auto width = whole == 0 ? 0.0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole);
  return fmt::format(
      "<svg viewBox=\"0 0 100 8\" height=\"10\" preserveAspectRatio=\"none\" aria-hidden=\"true\">"
      "<rect width=\"100\" height=\"8\" fill=\"var(--quiet)\"/><rect width=\"{:.2f}\" height=\"8\" "
      "fill=\"var(--bar)\"/></svg>",
      width);
}

// Unknown is hatched: never to be taken for good or bad.
std::string_view fill_of(Status status) {
  constexpr std::string_view kFills[] = {"var(--bad)", "var(--warn)", "var(--good)", "url(#hatch)"};
  return kFills[static_cast<std::size_t>(status)];
}

// The grades by their letter, the worst first.
std::string grade_chart(const Summary& summary) {
  std::string rows;
  for (const char letter : kBuckets) {
    std::size_t count = 0;
    for (const auto& [grade, domains] : summary.by_grade()) {
      if (!grade.empty() && grade[0] == letter) count += domains;
    }
    if (count != 0) {
      rows += fmt::format(
          "<tr><td class=\"mark\">{}</td><td class=\"number\">{}</td><td class=\"chart\">{}</td></tr>\n",
          letter, count, bar(count, summary.domains()));
    }
  }
  return fmt::format("<h3>Grades</h3>\n<table class=\"weak\">\n{}</table>\n", rows);
}

constexpr std::array kStatuses{Status::spoofable, Status::partly_protected, Status::unknown,
                               Status::protected_};

std::string status_chart(const Summary& summary) {
  std::string label;
  std::string bars;
  std::string legend;
  double x = 0;
  for (const auto status : kStatuses) {
    const auto count = summary.with_status(status);
    const auto width = 1000.0 * static_cast<double>(count) /
                       static_cast<double>(std::max<std::size_t>(summary.domains(), 1));
    if (count != 0)
      bars += fmt::format("<rect x=\"{:.1f}\" width=\"{:.1f}\" height=\"40\" fill=\"{}\"/>", x,
                          std::max(width - 3, 1.0), fill_of(status));
    x += width;
    label += fmt::format("{}{} {}", label.empty() ? "" : ", ", count, words(status));
    const bool hatched = status == Status::unknown;
    legend += fmt::format(
        "<li><svg viewBox=\"0 0 8 8\" aria-hidden=\"true\"><rect width=\"8\" height=\"8\" "
        "fill=\"{}\"/>{}</svg>{} {}</li>\n",
        hatched ? "none" : fill_of(status),
        hatched ? "<path d=\"M0 8L8 0M-2 2L2-2M6 10L10 6\" stroke=\"var(--unknown)\" stroke-width=\"2\"/>"
                : "",
        count, words(status));
  }
  return fmt::format(
      "<section><h3>Status</h3>\n<svg viewBox=\"0 0 1000 40\" height=\"34\" preserveAspectRatio=\"none\" "
      "role=\"img\" "
      "aria-label=\"{}\"><defs><pattern id=\"hatch\" width=\"10\" height=\"10\" "
      "patternUnits=\"userSpaceOnUse\" "
      "patternTransform=\"rotate(45)\"><rect width=\"4\" height=\"10\" "
      "fill=\"var(--unknown)\"/></pattern></defs>{}</svg>\n"
      "<ul class=\"legend\">\n{}</ul>\n{}</section>\n",
      label, bars, legend, grade_chart(summary));
}

std::string weakness_chart(const Summary& summary) {
  std::string rows;
  for (unsigned i = 1; i <= 7; ++i) {
    const auto weakness = static_cast<Weakness>(i);
    const auto count = summary.with_weakness(weakness);
    rows += fmt::format(
        "<tr><td class=\"mark\">{}</td><td>{}</td><td class=\"number\">{}</td><td "
        "class=\"chart\">{}</td></tr>\n",
        to_string(weakness), meaning(weakness), count, bar(count, summary.domains()));
  }
  return fmt::format(
      "<section><h3>Weaknesses of the advisory NCA-34.061725 <span class=\"soft\">(domains of "
      "{})</span></h3>\n<table "
      "class=\"weak\">\n{}</table></section>\n",
      summary.domains(), rows);
}

std::string spoofing_table(const DomainReport& report) {
  if (report.spoofing.empty()) return {};
  std::string out =
      "<div class=\"scroll\"><table "
      "class=\"spoof\">\n<tr><th>From</th><th>SPF</th><th>DMARC</th><th>Policy</th><th>RFC 9989 "
      "receiver</th><th>RFC 7489 receiver</th><th>Decided by</th></tr>\n";
  std::string shown;
  for (const auto& row : report.spoofing) {
    auto who = fmt::format("{} at {}", who_tries(row), base::printable(row.address));
    if (who != shown)
      out += fmt::format("<tr class=\"who\"><td colspan=\"7\">Mail from {}</td></tr>\n", html_text(who));
    shown = std::move(who);
    out += fmt::format(
        "<tr><td class=\"name\"><bdi dir=\"ltr\">{}</bdi></td><td>{}</td><td>{}</td><td>{}</td><td "
        "class=\"{}\">{}</td><td "
        "class=\"{}\">{}</td><td class=\"decided\">{}</td></tr>\n",
        breakable(row.from.text()), html_text(row.spf), html_text(row.dmarc), to_string(row.policy),
        tone(row.rfc9989), words(row.rfc9989), tone(row.rfc7489), words(row.rfc7489),
        breakable(row.decided_by));
  }
  out += "</table></div>\n";
  for (const auto& reason : reasons(report))
    out += fmt::format("<p class=\"about\">{}</p>\n", html_text(reason));
  return out;
}

std::string remedies_html(const Finding& finding) {
  std::string out;
  std::optional<Remedy::Action> action;
  for (const auto& remedy : finding.remedies) {
    if (action != remedy.action) {
      constexpr std::string_view kHeadings[] = {"Publish:", "Publish instead:", "Remove:"};
      if (action) out += "</pre>\n";
      out += fmt::format("<p>{}</p>\n<pre>", kHeadings[static_cast<std::size_t>(remedy.action)]);
    } else {
      out += '\n';
    }
    action = remedy.action;
    out += html_text(zone_line(remedy));
  }
  return action ? out + "</pre>\n" : out;
}

std::string finding_html(const Finding& finding) {
  const bool unknown = finding.status == FindingStatus::unknown;
  auto out = fmt::format("<article class=\"finding\"><div class=\"level {}\">{}</div><div><h4>",
                         unknown ? "unknown" : tone(finding.effective),
                         unknown ? "unknown" : to_string(finding.effective));
  if (finding.weakness != Weakness::none) out += fmt::format("{} ", to_string(finding.weakness));
  out += html_text(capitalised(base::printable(finding.title)));
  if (const auto rated = rating(finding); !rated.empty())
    out += fmt::format(" <span class=\"soft\">{}</span>", rated);
  out += "</h4>\n";
  if (finding.accepted)
    out += fmt::format("<p><b>{}</b></p>\n", html_text(capitalised(acceptance(*finding.accepted))));
  if (!finding.evidence.empty()) {
    out += "<ul class=\"evidence\">";
    for (const auto& evidence : finding.evidence)
      out += fmt::format("<li>{}</li>\n", html_text(one_line(evidence, kMaxRecordShown)));
    out += "</ul>\n";
  }
  if (!finding.advice.empty()) out += fmt::format("<p>{}</p>\n", html_text(finding.advice));
  out += remedies_html(finding);
  if (!finding.requirements.empty())
    out +=
        fmt::format("<p class=\"refs\">Breaks {}</p>\n", html_text(base::join(finding.requirements, ", ")));
  out += fmt::format("<p class=\"refs\"><code>{}</code> {}</p></div></article>\n", html_text(finding.code),
                     html_text(base::join(finding.references, ", ")));
  return out;
}

std::string outside_html(const Outside& outside) {
  auto out = fmt::format(
      "<article class=\"finding\"><div class=\"level unknown\">unknown</div><div><h4>{} <span "
      "class=\"soft\">{}</span></h4>\n<ul class=\"evidence\">",
      kOutsideTitle, at_worst(outside.worst));
  for (const auto* finding : outside.findings)
    out += fmt::format("<li>{}</li>\n", html_text(capitalised(base::printable(finding->title))));
  return out + fmt::format("</ul>\n<p>{}</p>\n<p class=\"refs\"><code>{}</code></p></div></article>\n",
                           kOutsideAdvice, html_text(outside.codes()));
}

std::string_view tone(Verdict verdict) {
  constexpr std::string_view kTones[kVerdicts] = {"bad", "unknown", "soft", "soft", "good"};
  return kTones[static_cast<std::size_t>(verdict)];
}

std::string profiles_html(const DomainReport& report) {
  std::string out;
  for (const auto& profile : report.profiles) {
    out += fmt::format(
        "<h3>{} <span class=\"soft\">({})</span></h3>\n<div class=\"scroll\"><table class=\"weak\">\n",
        html_text(profile.title), html_text(verdict_counts(profile)));
    for (unsigned i = 0; i < kVerdicts; ++i) {
      for (const auto& requirement : profile.requirements) {
        if (requirement.verdict != static_cast<Verdict>(i)) continue;
        out += fmt::format("<tr><td class=\"mark {}\">{}</td><td>{}</td></tr>\n", tone(requirement.verdict),
                           words(requirement.verdict), html_text(in_words(requirement)));
      }
    }
    out += "</table></div>\n";
  }
  return out;
}

// The requirements that domains break, beside the advisory's weaknesses.
std::string requirements_html(const Summary& summary) {
  if (summary.requirements().empty()) return {};
  std::string out =
      "<h3>Requirements</h3>\n<div class=\"scroll\"><table "
      "class=\"groups\">\n<tr><th></th><th></th><th>Broken</th>"
      "<th>Unknown</th><th>Met</th><th>Not judged, or not applicable</th></tr>\n";
  for (const auto& requirement : summary.requirements()) {
    out += fmt::format(
        "<tr><td class=\"mark\">{}</td><td>{}</td><td class=\"number\">{}</td><td "
        "class=\"number\">{}</td><td "
        "class=\"number\">{}</td><td class=\"number\">{}</td></tr>\n",
        html_text(requirement.profile), html_text(capitalised(requirement.title)),
        requirement.with(Verdict::broken), requirement.with(Verdict::unknown), requirement.with(Verdict::met),
        requirement.with(Verdict::unjudged) + requirement.with(Verdict::inapplicable));
  }
  return out + "</table></div>\n";
}

// A domain's section behind the quote that closes its id.
std::string domain_html(const DomainReport& report) {
  auto out = fmt::format(
      ">\n<div class=\"head\"><h2>{}</h2><div class=\"{}\"><span "
      "class=\"grade\">{}</span> "
      "{}</div></div>\n<p class=\"sentence\">{}.</p>\n",
      name_html(report.domain), tone(report.status), html_text(report.grade), words(report.status),
      html_text(capitalised(base::printable(report.sentence))));
  if (report.said)
    out += fmt::format("<p class=\"about\"><bdi>{}</bdi></p>\n", html_text(said_in_words(*report.said)));
  out += spoofing_table(report);
  if (!report.dkim_keys.empty())
    out += fmt::format("<p class=\"about\">DKIM keys: {}</p>\n", html_text(key_list(report)));
  std::string absent;
  const auto outside = outside_of(report);
  for (const auto& finding : report.findings) {
    if (finding.status == FindingStatus::absent) {
      absent += fmt::format("{}{}", absent.empty() ? "" : "; ", html_text(finding.title));
    } else if (!outside.holds(finding)) {
      out += finding_html(finding);
    } else if (outside.findings.front() == &finding) {
      out += outside_html(outside);
    }
  }
  if (!absent.empty()) out += fmt::format("<p class=\"about\">Looked for and not found: {}</p>\n", absent);
  if (report.findings.empty()) out += "<p class=\"good\">Nothing was found.</p>\n";
  out += profiles_html(report);
  return out + "</section>\n";
}

// Its row among the domains, behind the quote that closes its link.
std::string row_html(const DomainReport& report) {
  return fmt::format(
      ">{}</a></td><td class=\"grade {}\">{}</td><td class=\"mark {}\">{}</td><td class=\"mark\">{}</td><td "
      "class=\"sentence-cell\">{}</td></tr>\n",
      name_html(report.domain), tone(report.status), html_text(report.grade), tone(report.status),
      words(report.status), weaknesses_html(report),
      html_text(capitalised(base::printable(report.sentence))));
}

class Html : public ReportWriter {
 public:
  explicit Html(Sink sink) : sink_(std::move(sink)) {}

  base::Result<> begin(const Run& run) override {
    run_ = run;
    return {};
  }

  base::Result<> add(const DomainReport& report) override { return add_text(parts(report)); }
  [[nodiscard]] Render renderer() const override { return parts; }
  base::Result<> add_text(std::string_view text) override {
    Pieces pieces(text);
    const auto grade = pieces.next();
    const auto sentence = pieces.next();
    if (++domains_ == 1) only_ = sentence;
    TRY(rows_[grade_rank(grade)].write(
        fmt::format("<tr><td class=\"name\"><a href=\"#d{}\"{}", domains_, pieces.next())));
    return details_.write(fmt::format("<section class=\"domain\" id=\"d{}\"{}", domains_, pieces.next()));
  }

  base::Result<> begin_group(const Group& group) override {
    column_ = group.column;
    return details_.write(fmt::format("<h2 class=\"group\" id=\"g{}\"><bdi>{}</bdi></h2>\n", ++groups_count_,
                                      html_text(name_of(group))));
  }
  base::Result<> end_group(const Group& group, const Summary& summary) override {
    auto row = fmt::format(
        "<tr><td class=\"name\"><a href=\"#g{}\"><bdi>{}</bdi></a></td><td class=\"number\">{}</td>",
        groups_count_, group.value.empty() ? "not said" : html_text(group.value), summary.domains());
    for (const auto status : kStatuses)
      row += fmt::format("<td class=\"number\">{}</td>", summary.with_status(status));
    return groups_.write(row + fmt::format("<td class=\"mark\">{}</td></tr>\n", weakness_counts(summary)));
  }

  base::Result<> end(const Summary& summary, const Notes& notes) override {
    const auto title = capitalised(domains_ == 1 ? base::printable(only_) : summary.sentence());
    TRY(sink_(fmt::format(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
        "content=\"width=device-width\">\n<meta http-equiv=\"Content-Security-Policy\" content=\"default-src "
        "'none'; "
        "style-src 'unsafe-inline'\">\n<meta name=\"robots\" "
        "content=\"noindex\">\n<title>{}</title>\n<style>{}</style>"
        "</head><body>\n",
        html_text(title), kHtmlStyle)));
    TRY(sink_(head(title)));
    if (domains_ > 1) TRY(overview(summary));
    TRY(details_.copy_to(sink_));
    return sink_(foot(summary, notes));
  }

 private:
  // Where the parts of a domain's text go: its row by its grade, its section behind those before it.
  static std::string parts(const DomainReport& report) {
    return join_pieces({report.grade, report.sentence, row_html(report), domain_html(report)});
  }

  base::Result<> group_table() {
    if (groups_count_ == 0) return {};
    std::string out = fmt::format(
        "<h3>By {}</h3>\n<div class=\"scroll\"><table class=\"groups\">\n<tr><th></th><th>Domains</th>",
        html_text(column_));
    for (const auto status : kStatuses)
      out += fmt::format("<th>{}</th>", html_text(capitalised(std::string(words(status)))));
    TRY(sink_(out + "<th>Domains with each weakness</th></tr>\n"));
    TRY(groups_.copy_to(sink_));
    return sink_("</table></div>\n");
  }

  [[nodiscard]] std::string head(std::string_view title) const {
    return fmt::format(
        "<header>\n<h1>{}</h1>\n<p class=\"about\">Audited {} by Rampart {}; {}</p>\n</header>\n",
        html_text(title), base::format_time(run_.now), html_text(run_.version),
        html_text(base::join(run_.source, "; ")));
  }

  base::Result<> overview(const Summary& summary) {
    TRY(sink_("<div class=\"charts\">\n" + status_chart(summary) + weakness_chart(summary) + "</div>\n"));
    TRY(sink_(requirements_html(summary)));
    TRY(group_table());
    TRY(
        sink_("<h3>Domains, the worst first</h3>\n<div class=\"scroll\"><table "
              "class=\"overview\">\n<tr><th>Domain</th>"
              "<th>Grade</th><th>Status</th><th>Weaknesses</th><th class=\"sentence-cell\">What "
              "matters</th></tr>\n"));
    for (auto& rows : rows_) TRY(rows.copy_to(sink_));
    return sink_("</table></div>\n");
  }

  [[nodiscard]] static std::string foot(const Summary& summary, const Notes& notes) {
    std::string out;
    if (!notes.empty() || summary.refused_count() != 0) {
      out += "<section class=\"domain\"><h3>About this audit</h3>\n";
      for (const auto& note : notes) out += fmt::format("<p>{}</p>\n", html_text(note));
      for (const auto& line : summary.refused())
        out += fmt::format("<p>{}: {}: {}</p>\n", html_text(line.where), html_text(line.text),
                           html_text(line.why));
      if (summary.refused_count() > summary.refused().size())
        out += fmt::format("<p>… and {} more lines that name no domain</p>\n",
                           summary.refused_count() - summary.refused().size());
      out += "</section>\n";
    }
    return out + "</body></html>\n";
  }

  Sink sink_;
  Run run_;
  std::size_t domains_ = 0;
  std::string only_;  // the first domain's sentence: the page's title when it stays the only one
  std::array<Spool, kGradeRanks> rows_;  // by grade_rank()
  Spool details_;
  std::string column_;  // of the groups
  std::size_t groups_count_ = 0;
  Spool groups_;
};

}  // namespace

std::string html_text(std::string_view text) { return base::escape_markup(base::printable(text)); }

std::unique_ptr<ReportWriter> make_html_writer(Sink sink) { return std::make_unique<Html>(std::move(sink)); }

}  // namespace rampart::audit
