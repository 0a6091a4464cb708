#include "guard/digest/digest.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/text.h"
#include "crypto/digest.h"
#include "guard/digest/link.h"
#include "guard/digest/may_release.h"

namespace rampart::guard {
namespace {

// Of mails; pages have kStyle.
constexpr std::string_view kBodyStyle =
    "font-family:{0};font-size:16px;line-height:1.6;color:#1a1a1a;max-width:44em";
constexpr std::string_view kStyle =
    "body{font-family:sans-serif;font-size:18px;line-height:1.6;color:#1a1a1a;max-width:40em;margin:2em "
    "auto;padding:0 1em}dt{color:#555}dd{margin:0 0 .6em}button{font:inherit;padding:.5em 1.2em}"
    ":lang(ur){font-family:'Noto Nastaliq Urdu','Jameel Noori Nastaleeq',Tahoma,sans-serif}";

std::string minute(base::Time time) {
  const auto text = base::format_time(time);
  return fmt::format("{} {} UTC", text.substr(0, 10), text.substr(11, 5));
}

// Sets texts for one medium and language.
class Setter {
 public:
  Setter(DigestLanguage language, bool html)
      : words_(digest_texts(language)), language_(language), html_(html) {}

  [[nodiscard]] const DigestTexts& words() const { return words_; }
  [[nodiscard]] bool rtl() const { return language_ == DigestLanguage::ur; }
  // What a stranger wrote; its own direction counts.
  [[nodiscard]] std::string foreign(std::string_view text) const {
    const auto shown = base::excerpt(text, kMostDigestBytes);
    if (html_) return fmt::format("<bdi>{}</bdi>", base::escape_markup(shown));
    return rtl() ? fmt::format("\u2068{}\u2069", shown) : shown;
  }
  // What reads from left to right: a time, an address, a link.
  [[nodiscard]] std::string latin(std::string_view text) const {
    if (html_) return fmt::format("<bdi dir=\"ltr\">{}</bdi>", base::escape_markup(text));
    return rtl() ? fmt::format("\u2066{}\u2069", text) : std::string(text);
  }
  // A line of plain text whose first letter may be a foreign one.
  [[nodiscard]] std::string_view mark() const { return rtl() && !html_ ? "\u200F" : ""; }
  [[nodiscard]] std::string page_start(std::string_view title, std::string_view head,
                                       std::string_view body) const {
    return fmt::format(
        "<!DOCTYPE html>\n<html lang=\"{}\" dir=\"{}\">\n<head><meta "
        "charset=\"utf-8\"><title>{}</title>{}</head>\n<body{}>\n",
        to_string(language_), rtl() ? "rtl" : "ltr", base::escape_markup(title), head, body);
  }
  [[nodiscard]] std::string sender(const KeptMessage& entry) const {
    return foreign(entry.from.empty() ? entry.mail_from : entry.from);
  }
  [[nodiscard]] std::string about(const KeptMessage& entry) const {
    return entry.subject.empty() ? std::string(words_.no_subject) : foreign(entry.subject);
  }
  [[nodiscard]] std::string_view why(const KeptMessage& entry) const {
    return words_.reasons[static_cast<std::size_t>(reason_of(entry))];
  }

 private:
  const DigestTexts& words_;
  DigestLanguage language_;
  bool html_;
};

// Empty: its recipient does not get to it.
std::string link_to(const KeptMessage& entry, std::string_view recipient, const DigestOptions& options) {
  if (options.url.empty() || options.key == nullptr || !may_release(entry)) return {};
  const auto token = format_link(
      {.id = entry.id, .recipient = base::lower(recipient), .until = options.until, .signature = {}},
      *options.key);
  if (token.empty()) return {};
  std::string_view url = options.url;
  while (url.ends_with('/')) url.remove_suffix(1);
  return fmt::format("{}{}?m={}", url, kLinkPath, token);
}

struct Told {
  const KeptMessage* entry = nullptr;
  std::string link;
};

std::string intro(const Setter& set, std::string_view recipient, std::size_t total) {
  return fill_in(total == 1 ? set.words().intro_one : set.words().intro,
                 {set.latin(base::printable(recipient)), std::to_string(total)});
}

std::vector<std::string> closing(const Setter& set, std::span<const Told> told, std::size_t total,
                                 const DigestOptions& options) {
  const auto& words = set.words();
  std::vector<std::string> out;
  if (total > told.size()) out.push_back(fill_in(words.more, {std::to_string(total - told.size())}));
  out.emplace_back(words.claims);
  if (std::ranges::any_of(told, [](const Told& one) { return !one.link.empty(); })) {
    out.push_back(fill_in(words.expires, {set.latin(minute(options.until))}));
    out.emplace_back(words.warning);
  }
  out.emplace_back(words.once);
  return out;
}

std::string digest_text(std::string_view recipient, std::span<const Told> told, std::size_t total,
                        const DigestOptions& options) {
  const Setter set(options.language, false);
  const auto& words = set.words();
  auto out = fmt::format("{}{}\n", set.mark(), intro(set, recipient, total));
  const auto line = [&](std::string_view label, std::string_view value) {
    out += fmt::format("{}  {}: {}\n", set.mark(), label, value);
  };
  for (const auto& [entry, link] : told) {
    out += '\n';
    line(words.from, set.sender(*entry));
    line(words.about, set.about(*entry));
    line(words.when, set.latin(minute(entry->received)));
    line(words.why, set.why(*entry));
    // On a line of its own, so that a program which makes links of texts takes all of it and nothing more.
    if (link.empty())
      out += fmt::format("{}  {}\n", set.mark(), words.ask);
    else
      out += fmt::format("{}  {}:\n{}\n", set.mark(), words.release, link);
  }
  for (const auto& sentence : closing(set, told, total, options))
    out += fmt::format("\n{}{}\n", set.mark(), sentence);
  return out + fmt::format("\n-- \n{}{}\n", set.mark(), words.footer);
}

std::string entry_html(const Setter& set, const KeptMessage& entry) {
  const auto& words = set.words();
  return fmt::format(
      "<dl>\n<dt>{}</dt><dd>{}</dd>\n<dt>{}</dt><dd>{}</dd>\n<dt>{}</dt><dd>{}</dd>\n<dt>{}</dt><dd>{}</dd>"
      "\n</dl>\n",
      words.from, set.sender(entry), words.about, set.about(entry), words.when,
      set.latin(minute(entry.received)), words.why, set.why(entry));
}

std::string digest_html(std::string_view recipient, std::span<const Told> told, std::size_t total,
                        const DigestOptions& options, std::string_view subject) {
  const Setter set(options.language, true);
  const auto& words = set.words();
  const auto style =
      fill_in(kBodyStyle,
              {set.rtl() ? "'Noto Nastaliq Urdu','Jameel Noori Nastaleeq',Tahoma,sans-serif" : "sans-serif"});
  auto out = set.page_start(subject, "", fmt::format(" style=\"{}\"", style));
  out += fmt::format("<p>{}</p>\n", intro(set, recipient, total));
  for (const auto& [entry, link] : told) {
    out += entry_html(set, *entry);
    out += link.empty() ? fmt::format("<p>{}</p>\n<hr>\n", words.ask)
                        : fmt::format("<p><a href=\"{}\" rel=\"noreferrer\">{}</a></p>\n<hr>\n",
                                      base::escape_markup(link), words.release);
  }
  for (const auto& sentence : closing(set, told, total, options)) out += fmt::format("<p>{}</p>\n", sentence);
  return out + fmt::format("<p style=\"font-size:13px;color:#555\">{}</p>\n</body>\n</html>\n", words.footer);
}

struct PageWords {
  unsigned status;
  std::string_view DigestTexts::* text;
};
PageWords words_of(PageKind kind) {
  switch (kind) {
    case PageKind::question:
      return {200, &DigestTexts::page_question};
    case PageKind::released:
      return {200, &DigestTexts::page_released};
    case PageKind::was_released:
      return {200, &DigestTexts::page_was_released};
    case PageKind::perhaps:
      return {200, &DigestTexts::page_perhaps};
    case PageKind::refused:
      return {502, &DigestTexts::page_refused};
    case PageKind::later:
      return {503, &DigestTexts::page_later};
    case PageKind::deleted:
      return {410, &DigestTexts::page_deleted};
    case PageKind::not_yours:
      return {403, &DigestTexts::page_not_yours};
    case PageKind::expired:
      return {410, &DigestTexts::page_expired};
    case PageKind::unknown:
      return {404, &DigestTexts::page_unknown};
    case PageKind::busy:
      break;
  }
  return {503, &DigestTexts::page_busy};
}

}  // namespace

WrittenDigest write_digest(std::string_view recipient, std::span<const KeptMessage> entries,
                           std::size_t total, const DigestOptions& options) {
  const auto& words = digest_texts(options.language);
  total = std::max(total, entries.size());
  std::vector<Told> told;
  for (const auto& entry : entries.first(std::min(entries.size(), kMostDigestEntries)))
    told.push_back({.entry = &entry, .link = link_to(entry, recipient, options)});
  WrittenDigest out;
  out.subject = fill_in(total == 1 ? words.subject_one : words.subject, {std::to_string(total)});
  out.text = digest_text(recipient, told, total, options);
  out.html = digest_html(recipient, told, total, options, out.subject);
  return out;
}

Page write_page(PageKind kind, DigestLanguage language, const KeptMessage* entry, base::Time at) {
  const Setter set(language, true);
  const auto& words = set.words();
  const auto [status, text] = words_of(kind);
  Page out{.status = status,
           .html = set.page_start(words.page_title, fmt::format("<style>{}</style>", kStyle), "")};
  out.html += fmt::format("<h1>{}</h1>\n", words.page_title);
  if (entry != nullptr) out.html += entry_html(set, *entry) + fmt::format("<p>{}</p>\n", words.claims);
  out.html += fmt::format("<p>{}</p>\n", fill_in(words.*text, {set.latin(minute(at))}));
  // Without an action it goes where it came from, whatever a proxy calls that.
  if (kind == PageKind::question)
    out.html +=
        fmt::format("<form method=\"post\"><button type=\"submit\">{}</button></form>\n", words.page_button);
  out.html += "</body>\n</html>\n";
  return out;
}

std::string page_policy() {
  return fmt::format(
      "default-src 'none'; style-src 'sha256-{}'; form-action 'self'; base-uri 'none'; frame-ancestors "
      "'none'",
      base::encode_base64(crypto::sha256(kStyle)));
}

std::string check_digest_url(std::string_view text) {
  constexpr std::string_view kWrong = "is no URL, such as https://mail.bank.example/rampart";
  if (text.empty()) return {};
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (!text.starts_with(scheme)) continue;
    const auto rest = text.substr(scheme.size());
    const bool plain = std::ranges::all_of(rest, [](char c) {
      return base::is_alnum(c) || std::string_view("-._~/:[]%").find(c) != std::string_view::npos;
    });
    return plain && !rest.empty() && rest.front() != '/' && text.size() <= 500 ? "" : std::string(kWrong);
  }
  return std::string(kWrong);
}

}  // namespace rampart::guard
