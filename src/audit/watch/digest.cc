#include "audit/watch/digest.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "audit/catalogue.h"
#include "audit/watch/texts.h"
#include "base/text.h"
#include "dns/domain.h"

namespace rampart::audit::watch {
namespace {

constexpr std::size_t kMaxShown = 800;  // bytes of one record, of a title, of a reason; our own

std::string fill_in(std::string_view text, std::initializer_list<std::string_view> arguments) {
  return fill(text, std::span(arguments.begin(), arguments.size()));
}

// Sets texts for one medium and language.
class Setter {
 public:
  Setter(Language language, bool html)
      : texts_(texts(language)), rtl_(language == Language::ur), html_(html) {}

  [[nodiscard]] const Texts& words() const { return texts_; }
  [[nodiscard]] bool rtl() const { return rtl_; }

  // Something that reads from left to right, or that is not ours.
  [[nodiscard]] std::string foreign(std::string_view text) const {
    const auto shown = base::excerpt(text, kMaxShown);
    if (html_) return fmt::format("<bdi dir=\"ltr\">{}</bdi>", base::escape_markup(shown));
    return rtl_ ? fmt::format("\u2066{}\u2069", shown) : shown;
  }
  // The same of a name whose own direction counts.
  [[nodiscard]] std::string name(std::string_view text) const {
    const auto shown = base::excerpt(text, kMaxShown);
    if (html_) return fmt::format("<bdi>{}</bdi>", base::escape_markup(shown));
    return rtl_ ? fmt::format("\u2068{}\u2069", shown) : shown;
  }
  [[nodiscard]] std::string domain(const dns::Name& domain) const {
    const auto shown = dns::display(domain);
    const auto ascii = domain.text();
    return shown == ascii ? foreign(ascii) : fmt::format("{} ({})", foreign(shown), foreign(ascii));
  }
  // Our own words; they hold nothing that HTML takes for markup.
  [[nodiscard]] std::string say(std::string_view text,
                                std::initializer_list<std::string_view> arguments = {}) const {
    return fill_in(text, arguments);
  }
  // A line of plain text whose first letter may be a foreign one.
  [[nodiscard]] std::string_view mark() const { return rtl_ && !html_ ? "\u200F" : ""; }

  [[nodiscard]] std::string finding(const Alert& alert) const {
    const auto own = texts_.weaknesses[static_cast<std::size_t>(alert.weakness)];
    auto out = own.empty() ? foreign(alert.title.empty() ? alert.key : alert.title) : std::string(own);
    if (alert.weakness != Weakness::none) out = fmt::format("{} {}", foreign(to_string(alert.weakness)), out);
    if (alert.what == What::went || alert.what == What::settled) return out;
    return fmt::format("{} ({})", out, texts_.levels[static_cast<std::size_t>(alert.severity)]);
  }

  [[nodiscard]] std::string sentence(const Alert& alert, const dns::Name& of) const {
    const auto looks = std::to_string(alert.looks);
    if (alert.subject == Subject::finding) return say(finding_words(alert), {finding(alert)});
    const auto thing = alert.subject == Subject::record ? foreign(alert.key) : domain(of);
    return say(alert.subject == Subject::record ? record_words(alert.what) : domain_words(alert.what),
               {thing, looks, foreign(alert.why)});
  }

 private:
  [[nodiscard]] std::string_view finding_words(const Alert& alert) const {
    switch (alert.what) {
      case What::went:
        return texts_.finding_went;
      case What::flapping:
        return texts_.finding_flapping;
      case What::settled:
        return alert.after_standing == Standing::present ? texts_.finding_settled_present
                                                         : texts_.finding_settled_absent;
      default:
        return texts_.finding_appeared;
    }
  }
  [[nodiscard]] std::string_view record_words(What what) const {
    switch (what) {
      case What::appeared:
        return texts_.record_appeared;
      case What::changed:
        return texts_.record_changed;
      case What::went:
        return texts_.record_went;
      case What::unexamined:
        return texts_.record_unexamined;
      case What::examined_again:
        return texts_.record_examined_again;
      case What::flapping:
        return texts_.record_flapping;
      case What::settled:
        break;
    }
    return texts_.record_settled;
  }
  [[nodiscard]] std::string_view domain_words(What what) const {
    return what == What::unexamined ? texts_.domain_unexamined : texts_.domain_examined_again;
  }

  const Texts& texts_;
  bool rtl_;
  bool html_;
};

bool shows_records(const Alert& alert) {
  return alert.subject == Subject::record && alert.what != What::unexamined &&
         alert.what != What::examined_again;
}

std::vector<std::string_view> lines_of(const std::string& value) {
  return value.empty() ? std::vector<std::string_view>() : base::split(value, '\n');
}

// All that is told of one domain, whatever looks it comes from.
struct Group {
  dns::Name domain;
  std::string grade_before;
  std::string grade;
  std::vector<const Alert*> alerts;
  Severity worst = Severity::info;
};

std::vector<Group> grouped(std::span<const Look> looks) {
  std::vector<Group> out;
  std::map<dns::Name, std::size_t> places;
  for (const auto& look : looks) {
    const auto [at, fresh] = places.try_emplace(look.domain, out.size());
    if (fresh)
      out.push_back({.domain = look.domain, .grade_before = look.grade_before, .grade = {}, .alerts = {}});
    auto& group = out[at->second];
    group.grade = look.grade;
    for (const auto& alert : look.alerts) {
      group.alerts.push_back(&alert);
      if (alert.subject == Subject::finding && alert.what != What::went)
        group.worst = std::max(group.worst, alert.severity);
    }
  }
  std::ranges::sort(out, [](const Group& a, const Group& b) {
    return std::pair(b.worst, a.domain.text()) < std::pair(a.worst, b.domain.text());
  });
  return out;
}

std::string grade_of(const Setter& set, const Group& group) {
  if (group.grade_before == group.grade || group.grade_before.empty())
    return set.say(set.words().grade, {set.foreign(group.grade)});
  return set.say(set.words().grade_changed, {set.foreign(group.grade), set.foreign(group.grade_before)});
}

std::string minute(base::Time time) {
  const auto text = base::format_time(time);
  return fmt::format("{} {} UTC", text.substr(0, 10), text.substr(11, 5));
}

struct Span {
  base::Time from;
  base::Time to;
};

Span span_of(std::span<const Look> looks) {
  Span out{looks.front().at, looks.front().at};
  for (const auto& look : looks) {
    out.from = std::min(out.from, look.at);
    out.to = std::max(out.to, look.at);
  }
  return out;
}

std::string period(const Setter& set, std::span<const Look> looks, std::string_view organisation) {
  const auto span = span_of(looks);
  const auto& words = set.words();
  return set.say(organisation.empty() ? words.period : words.period_of,
                 {set.foreign(minute(span.from)), set.foreign(minute(span.to)), set.name(organisation)});
}

// In Urdu the commands stand apart; in English they are part of the sentence.
std::string closing(const Setter& set) {
  return set.say(set.words().once, {set.foreign("rampart audit, rampart fix plan")});
}
std::string footer(const Setter& set) { return set.say(set.words().footer, {set.foreign("rampart watch")}); }

void add_text(std::string& out, const Setter& set, const Alert& alert, const dns::Name& domain) {
  out += fmt::format("{}  * {}\n", set.mark(), set.sentence(alert, domain));
  if (!shows_records(alert)) return;
  const auto& words = set.words();
  const auto records = [&](std::string_view label, const std::string& value) {
    if (value.empty()) out += fmt::format("{}      {}: {}\n", set.mark(), label, words.nothing);
    for (const auto line : lines_of(value))
      out += fmt::format("{}      {}: {}\n", set.mark(), label, set.foreign(line));
  };
  if (alert.what != What::settled) records(words.before, alert.before);
  records(words.now, alert.after);
}

std::string digest_text(std::span<const Look> looks, const std::vector<Group>& groups,
                        std::string_view organisation, Language language) {
  const Setter set(language, false);
  auto out = fmt::format("{}{}\n", set.mark(), period(set, looks, organisation));
  for (const auto& group : groups) {
    out += fmt::format("\n{}{} - {}\n", set.mark(), set.domain(group.domain), grade_of(set, group));
    for (const auto* alert : group.alerts) add_text(out, set, *alert, group.domain);
  }
  return out + fmt::format("\n{0}{1}\n\n-- \n{0}{2}\n", set.mark(), closing(set), footer(set));
}

constexpr std::string_view kPage =
    "<!DOCTYPE html>\n<html lang=\"{0}\" dir=\"{1}\">\n<head><meta "
    "charset=\"utf-8\"><title>{2}</title></head>\n"
    "<body style=\"font-family:{3};font-size:16px;line-height:1.6;color:#1a1a1a;max-width:44em\">\n";
constexpr std::string_view kCode = "font-family:monospace;font-size:14px;word-break:break-all";

std::string page_start(const Setter& set, Language language, std::string_view title) {
  return fill_in(
      kPage, {to_string(language), set.rtl() ? "rtl" : "ltr", base::escape_markup(title),
              set.rtl() ? "'Noto Nastaliq Urdu','Jameel Noori Nastaleeq',Tahoma,sans-serif" : "sans-serif"});
}

void add_html(std::string& out, const Setter& set, const Alert& alert, const dns::Name& domain) {
  out += fmt::format("<li>{}", set.sentence(alert, domain));
  if (shows_records(alert)) {
    const auto& words = set.words();
    const auto records = [&](std::string_view label, const std::string& value) {
      if (value.empty()) out += fmt::format("<br>{}: {}", label, words.nothing);
      for (const auto line : lines_of(value))
        out += fmt::format("<br>{}: <span style=\"{}\">{}</span>", label, kCode, set.foreign(line));
    };
    if (alert.what != What::settled) records(words.before, alert.before);
    records(words.now, alert.after);
  }
  out += "</li>\n";
}

std::string digest_html(std::span<const Look> looks, const std::vector<Group>& groups,
                        std::string_view organisation, Language language, std::string_view subject) {
  const Setter set(language, true);
  auto out = page_start(set, language, subject);
  out += fmt::format("<p>{}</p>\n", period(set, looks, organisation));
  for (const auto& group : groups) {
    out += fmt::format("<h2 style=\"font-size:18px\">{} - {}</h2>\n<ul>\n", set.domain(group.domain),
                       grade_of(set, group));
    for (const auto* alert : group.alerts) add_html(out, set, *alert, group.domain);
    out += "</ul>\n";
  }
  return out + fmt::format("<p>{}</p>\n<p style=\"font-size:13px;color:#555\">{}</p>\n</body>\n</html>\n",
                           closing(set), footer(set));
}

// A subject has no markup: its isolates are characters, and in Urdu it begins from the right.
std::string subject_line(const std::vector<Group>& groups, std::string_view organisation, Language language) {
  const Setter set(language, false);
  const auto& words = set.words();
  std::size_t count = 0;
  auto worst = Severity::info;
  bool any = false;
  for (const auto& group : groups) {
    count += group.alerts.size();
    for (const auto* alert : group.alerts) {
      if (alert->subject != Subject::finding || alert->what != What::appeared) continue;
      worst = std::max(worst, alert->severity);
      any = true;
    }
  }
  const auto changes =
      count == 1 ? std::string(words.one_change) : set.say(words.changes, {std::to_string(count)});
  const auto where = groups.size() == 1 ? set.foreign(dns::display(groups[0].domain))
                                        : set.say(words.domains, {std::to_string(groups.size())});
  auto out = set.say(organisation.empty() ? words.subject : words.subject_of,
                     {changes, where, set.name(organisation)});
  if (any) out = set.say(words.worst, {out, words.levels[static_cast<std::size_t>(worst)]});
  return out;
}

}  // namespace

Written write_digest(std::span<const Look> looks, std::string_view organisation, Language language) {
  const auto groups = grouped(looks);
  Written out;
  out.subject = subject_line(groups, organisation, language);
  out.text = digest_text(looks, groups, organisation, language);
  out.html = digest_html(looks, groups, organisation, language, out.subject);
  return out;
}

Written write_trouble(const Trouble& trouble, Language language) {
  const Setter plain(language, false);
  const Setter html(language, true);
  const auto& words = plain.words();
  Written out;
  const auto head = trouble.over ? words.over_subject : words.trouble_subject;
  out.subject = plain.say(head, {plain.foreign(trouble.what)});
  out.text = fmt::format("{0}{1}\n\n{0}{2}\n{0}{3}\n\n-- \n{0}{4}\n", plain.mark(), out.subject,
                         plain.foreign(minute(trouble.at)), words.trouble_footer, footer(plain));
  out.html =
      page_start(html, language, out.subject) +
      fmt::format(
          "<p>{}</p>\n<p>{}<br>{}</p>\n<p style=\"font-size:13px;color:#555\">{}</p>\n</body>\n</html>\n",
          html.say(head, {html.foreign(trouble.what)}), html.foreign(minute(trouble.at)),
          words.trouble_footer, footer(html));
  return out;
}

std::string write_text(const Look& look) {
  const Setter set(Language::en, false);
  Group group{.domain = look.domain, .grade_before = look.grade_before, .grade = look.grade, .alerts = {}};
  auto out =
      fmt::format("{} {} - {}\n", base::format_time(look.at), set.domain(look.domain), grade_of(set, group));
  for (const auto& alert : look.alerts) add_text(out, set, alert, look.domain);
  return out;
}

std::string write_text(const Trouble& trouble) {
  return fmt::format("{} {}: {}\n", base::format_time(trouble.at), trouble.over ? "over" : "trouble",
                     base::printable(trouble.what));
}

}  // namespace rampart::audit::watch
