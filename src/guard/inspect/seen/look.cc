#include "guard/inspect/seen/look.h"

#include <algorithm>
#include <optional>

#include <boost/unordered/unordered_flat_map.hpp>
#include <fmt/format.h>

#include "base/text.h"
#include "crypto/digest.h"
#include "dns/domain.h"
#include "guard/inspect/files/file_facts.h"
#include "guard/inspect/html/html_facts.h"
#include "guard/inspect/images/images.h"
#include "guard/inspect/images/text_art.h"
#include "guard/inspect/pdf/pdf.h"
#include "guard/inspect/seen/calendar.h"
#include "guard/inspect/seen/links.h"
#include "guard/inspect/seen/part_text.h"
#include "guard/inspect/url/find.h"
#include "guard/inspect/url/flowed.h"
#include "guard/inspect/yara/rules.h"
#include "mail/body_parts.h"
#include "mail/charset.h"

namespace rampart::guard {
namespace {

using mail::BodyPart;

constexpr std::size_t kMaxOddText = std::size_t{1}
                                    << 20U;  // bytes of a file of no known kind in which links are looked for
constexpr std::size_t kMaxFileBegin = 1'024;  // bytes that tell what a file is

bool is_shown_type(std::string_view type) { return is_text(type) || type.starts_with("multipart/"); }

// A page by its name, or by how it begins.
bool looks_like_page(std::string_view name, std::string_view begin) {
  for (const std::string_view end : {".html", ".htm", ".xhtml", ".shtml", ".svg", ".mht", ".mhtml"})
    if (name.size() > end.size() && base::iequals(name.substr(name.size() - end.size()), end)) return true;
  const auto low = base::lower(begin);
  const auto text =
      std::string_view(low).substr(std::min(low.find_first_not_of(" \t\r\n\xef\xbb\xbf"), low.size()));
  for (const std::string_view tag :
       {"<!doctype html", "<html", "<head", "<body", "<script", "<svg", "<meta", "<iframe", "<a ", "<!--"})
    if (text.starts_with(tag)) return true;
  return text.starts_with("<?xml") &&
         (text.find("<svg") != std::string_view::npos || text.find("<html") != std::string_view::npos);
}

// Of the process: set before it is forked, and read by its children.
std::optional<yara::Rules>& rules() {
  static std::optional<yara::Rules> kept;
  return kept;
}

bool may_hold_uuencoded(std::string_view text) {
  return text.starts_with("begin ") || text.find("\nbegin ") != std::string_view::npos;
}

std::size_t shown_characters_of(std::string_view text) {
  std::size_t out = 0;
  for (const char c : text)
    if (static_cast<unsigned char>(c) > ' ' && (static_cast<unsigned char>(c) & 0xc0U) != 0x80U) ++out;
  return out;
}

// Whether it is no file as it stands.
bool is_read_by_us(const BodyPart& part) { return !part.is_leaf() || is_body(part); }

class Look {
 public:
  explicit Look(Inspected& seen, bool in_company = false)
      : seen_(seen), links_(seen), in_company_(in_company) {
    if (in_company) images_ = {.pixels = 0, .scanned = 0};
  }

  // In company: it holds what others' libraries read, which was left out.
  [[nodiscard]] bool needs_own() const { return needs_own_; }

  void take(const mail::BodyParts& parts) {
    if (parts.has_more) seen_.doubt("it has more parts than are looked at");
    if (parts.is_deeper) seen_.doubt("its parts are nested deeper than is looked at");
    seen_.is_contradictory = parts.is_contradictory;
    if (parts.is_ambiguous) seen_.doubt("its parts may be read in more than one way");
    seen_.parts.reserve(parts.all.size());
    for (const auto& part : parts.all) take_part(part);
    match_images();
    finish_text();
    links_.finish();
  }

 private:
  void take_part(const BodyPart& part) {
    auto& seen = seen_.parts.emplace_back();
    seen.path = part.path;
    seen.type = base::printable(part.type);
    // Which of two a program goes by nobody knows: the more dangerous one counts.
    const bool is_other = !files::is_dangerous(files::kind_of_name(part.name)) &&
                          (files::is_dangerous(files::kind_of_name(part.other_name)) ||
                           files::kind_of_name(part.other_name) == files::NameKind::web_page);
    seen.name = base::printable(is_other ? part.other_name : part.name);
    seen.charset = base::printable(part.charset);
    seen.content_id = base::printable(part.content_id);
    seen.depth = part.depth;
    if (part.has_parts) return;
    seen.is_attachment = !is_body(part) && !part.is_message;
    if (part.is_message)
      seen.is_attachment = part.disposition == mail::Disposition::attachment || !part.name.empty();
    auto content = mail::decode_body(part);
    seen.size = content.size();
    seen.sha256 = base::hex(crypto::sha256(content));
    add_hash(seen.sha256);
    if (part.encoding == mail::BodyEncoding::unknown)
      seen_.doubt("a part is encoded in a way that is not known");
    if (!part.is_leaf()) return;
    match_rules(seen, content, seen.name);
    // What others offer as a file is looked at as one, too; and what could not be taken apart as it stands.
    const bool is_shown = is_shown_type(part.type);
    const bool is_file = !is_shown || seen.is_attachment || may_hold_uuencoded(content);
    if (is_file && in_company_) needs_own_ = true;
    if (is_file && !in_company_) take_file(seen, content, is_shown);
    if (is_shown) take_text(part, seen, std::move(content));
  }

  void add_hash(std::string hash) {
    if (seen_.hashes.size() == kMaxSeenHashes) return seen_.doubt("it holds more files than are compared");
    seen_.hashes.push_back(std::move(hash));
  }

  void match_rules(SeenPart& seen, std::string_view bytes, std::string_view name) {
    if (!rules()) return;
    const auto facts = rules()->scan(bytes, name);
    if (seen.unseen.empty()) seen.unseen = base::excerpt(facts.unseen, kMaxSeenName - 40);
    for (const auto& match : facts.matches) {
      if (seen.rules.size() == kMaxSeenRules) return;
      auto said = fmt::format("{} ({})", match.rule, match.file);
      if (!match.description.empty()) said += ": " + match.description;
      seen.rules.push_back(base::excerpt(said, kMaxSeenName - 40));
    }
  }

  // Whatever its type says: what it is, what is in it, where that leads.
  void take_file(SeenPart& seen, std::string_view content, bool is_text) {
    const files::File file{.name = seen.name, .declared_type = seen.type, .bytes = content};
    std::string unseen;
    auto facts = files::look_at_file(file, files_, [&](const files::Found& found) {
      if (found.depth != 0) match_rules(seen, found.bytes, found.name);
      if (found.depth != 0) add_hash(base::hex(crypto::sha256(found.bytes)));
      // A text's own links are those of the text.
      if (found.depth != 0 || !is_text) take_found(seen, found, unseen);
    });
    for (const auto& link : facts.links)
      if (const auto url = url::parse_shown(link.url); url && link.origin != files::LinkOrigin::page)
        links_.add(*url, {.source = LinkSource::file,
                          .part = seen.path,
                          .inside = link.path,
                          .is_in_attachment = seen.is_attachment});
    facts.links.clear();
    for (auto& one : facts.evidence) {
      one.path = base::excerpt(one.path, kMaxSeenInside - 40);
      one.text = base::excerpt(one.text, kMaxSeenName - 40);
    }
    for (auto& one : facts.not_seen) one.path = base::excerpt(one.path, kMaxSeenInside - 40);
    for (auto& name : facts.names) name = base::excerpt(name, kMaxSeenInside - 40);
    seen.file = std::move(facts);
    if (seen.unseen.empty()) seen.unseen = base::excerpt(unseen, kMaxSeenName - 40);
  }

  void take_found(SeenPart& seen, const files::Found& found, std::string& unseen) {
    using enum files::FileType;
    switch (found.type) {
      case png:
      case jpeg:
      case gif:
      case bmp:
      case webp:
        return take_image(seen, found, unseen);
      case pdf:
        return take_pdf(seen, found, unseen);
      case message:
        return take_message(seen, found);
      default:
        break;
    }
    const auto begin = found.bytes.substr(0, kMaxFileBegin);
    const bool is_page = found.page != nullptr || looks_like_page(found.name, begin);
    // Without zeroes it is text of some kind, or has some.
    if (!is_page && (begin.find('\0') != std::string_view::npos || found.bytes.size() > kMaxOddText)) return;
    std::string content(found.bytes);
    if (!has_room(content)) return;
    if (is_page) {
      auto decoded = decode_text(std::move(content), {}, true);
      take_page(decoded.text, seen.path, true, LinkSource::html,
                found.depth == 0 ? std::string_view() : found.path);
    } else {
      take_links_of_text(content, seen.path, true, LinkSource::file,
                         found.depth == 0 ? std::string_view() : found.path);
    }
  }

  void take_codes(const std::vector<images::Code>& codes, std::string_view part, bool is_attachment,
                  std::string_view inside) {
    for (const auto& code : codes) {
      for (const auto& link : code.links)
        if (const auto url = url::parse_shown(link))
          links_.add(
              *url,
              {.source = LinkSource::qr, .part = part, .inside = inside, .is_in_attachment = is_attachment});
      take_keys_of_text(code.text);
    }
  }

  // Codes that are drawn with characters.
  void take_drawings(std::string_view text, std::string_view part, bool is_attachment,
                     std::string_view inside) {
    const auto facts = images::look_at_text(text, images_);
    if (in_company_ && (facts.width != 0 || !facts.unseen.empty())) needs_own_ = true;
    take_codes(facts.codes, part, is_attachment, inside);
  }

  void take_image(SeenPart& seen, const files::Found& found, std::string& unseen) {
    const auto facts = images::look_at_image(found.bytes, images_);
    if (found.depth == 0) {
      seen.width = facts.width;
      seen.height = facts.height;
    }
    if (unseen.empty()) unseen = facts.unseen;
    take_codes(facts.codes, seen.path, seen.is_attachment, found.path);
  }

  void take_pdf(const SeenPart& seen, const files::Found& found, std::string& unseen) {
    const auto facts = pdf::read_pdf(found.bytes, images_, pdfs_);
    for (const auto& link : facts.links) {
      take_keys_of_text(link.url);
      if (const auto url = url::parse_shown(link.url))
        links_.add(*url, {.source = LinkSource::pdf,
                          .part = seen.path,
                          .inside = found.path,
                          .is_in_attachment = seen.is_attachment,
                          .share = link.share});
    }
    take_codes(facts.codes, seen.path, seen.is_attachment, found.path);
    if (unseen.empty()) unseen = facts.unseen;
    if (seen_.pdfs.size() == kMaxSeenPdfs) {
      if (unseen.empty()) unseen = "it has more PDFs than are told of";
      return;
    }
    auto& one = seen_.pdfs.emplace_back();
    one.part = seen.path;
    one.inside = base::excerpt(found.path, kMaxSeenInside - 40);
    one.marks = facts.marks;
    one.evidence.reserve(facts.evidence.size());
    for (const auto& evidence : facts.evidence)
      one.evidence.push_back(base::excerpt(evidence.text, kMaxSeenName - 40));
    one.pages = facts.pages;
    one.images = facts.images;
    one.text_characters = facts.text_characters;
    one.is_image_only = facts.is_image_only();
    one.unseen = base::excerpt(facts.unseen, kMaxSeenName - 40);
  }

  // A message in a file: its texts and pages. What comes along with it is found as what is in an archive.
  void take_message(const SeenPart& seen, const files::Found& found) {
    const auto inside = mail::read_body_parts(found.bytes);
    if (inside.has_more || inside.is_deeper || inside.is_ambiguous)
      seen_.doubt("a message in a file may be read in more than one way");
    for (const auto& part : inside.all) {
      if (!part.is_leaf() || !is_text(part.type)) continue;
      auto content = mail::decode_body(part);
      if (!has_room(content)) continue;
      const bool is_page = is_html(part.type);
      const auto decoded = decode_text(std::move(content), part.charset, is_page);
      if (is_page)
        take_page(decoded.text, seen.path, true, LinkSource::html, found.path, true);
      else
        take_links_of_text(decoded.text, seen.path, true, LinkSource::file, found.path);
    }
  }

  // Whether all of it may be looked at; else it is cut.
  bool has_room(std::string& content) {
    const auto room = kMaxTextLookedAt - std::min(kMaxTextLookedAt, text_bytes_);
    if (content.size() > room) {
      content.resize(room);
      seen_.doubt("its texts are longer than is looked at");
    }
    text_bytes_ += content.size();
    return !content.empty();
  }

  void take_text(const BodyPart& part, const SeenPart& seen, std::string content) {
    if (!has_room(content)) return;
    const bool is_page = is_html(part.type) ||
                         ((seen.is_attachment || part.is_guess) &&
                          looks_like_page(seen.name, std::string_view(content).substr(0, kMaxFileBegin)));
    auto decoded = decode_text(std::move(content), part.charset, is_page);
    if (part.is_flowed) decoded.text = url::unflow(decoded.text, part.has_delsp);
    if (decoded.is_unread) seen_.doubt("a text is in a character set that is not read");
    if (is_page)
      take_page(decoded.text, seen.path, seen.is_attachment, LinkSource::html);
    else if (part.type == "text/calendar")
      take_calendar(decoded.text, seen);
    else
      take_plain(decoded.text, seen.path, seen.is_attachment, LinkSource::text);
  }

  void take_links_of_text(std::string_view text, std::string_view part, bool is_attachment, LinkSource source,
                          std::string_view inside = {}) {
    for (const auto& link : url::find_urls(text))
      links_.add(link.url,
                 {.source = source, .part = part, .inside = inside, .is_in_attachment = is_attachment});
    take_keys_of_text(text);
  }

  // For lists: links in whatever way somebody may read them.
  void take_keys_of_text(std::string_view text) {
    const auto all = url::find_all_urls(text);
    if (all.is_cut) seen_.doubt("a part has more links than are looked at");
    for (const auto& one : all.urls) links_.add_keys(one);
  }

  void take_plain(const std::string& text, const std::string& part, bool is_attachment, LinkSource source) {
    take_links_of_text(text, part, is_attachment, source);
    take_drawings(text, part, is_attachment, {});
    if (is_attachment) return;
    show(plain_, part, text, shown_characters_of(text));
    add_words(words::find_phrases(text));
  }

  void take_calendar(std::string_view text, const SeenPart& seen) {
    const auto said = read_calendar(text);
    if (said.is_cut) seen_.doubt("a calendar is longer than is looked at");
    for (const auto& link : said.links) {
      take_keys_of_text(link);
      if (const auto url = url::parse(link); url && url->has_host())
        links_.add(
            *url,
            {.source = LinkSource::calendar, .part = seen.path, .is_in_attachment = seen.is_attachment});
    }
    take_links_of_text(said.text, seen.path, seen.is_attachment, LinkSource::calendar);
    if (!said.html.empty()) take_page(said.html, seen.path, true, LinkSource::calendar);
    if (!said.text.empty()) add_words(words::find_phrases(said.text));
  }

  void take_page(std::string_view text, const std::string& part, bool is_attachment, LinkSource source,
                 std::string_view inside = {}, bool is_of_mail = false) {
    auto facts = html::read_html(text);
    if (html::is_cut(facts)) seen_.doubt("a part is longer than is looked at");
    for (const auto& one : facts.other_urls) links_.add_keys(one);
    take_keys_of_text(facts.other_text);
    for (const auto& link : facts.links) {
      if (base::istarts_with(link.target, "cid:"))
        shown_ids_.emplace_back(link.target.substr(4), seen_.pages.size());
      if (link.url)
        links_.add(*link.url, {.source = source,
                               .kind = link.kind,
                               .part = part,
                               .inside = inside,
                               .text = link.text,
                               .alt = link.alt,
                               .is_hidden = link.is_hidden,
                               .is_in_attachment = is_attachment});
    }
    take_links_of_text(facts.text, part, is_attachment,
                       source == LinkSource::html ? LinkSource::text : source, inside);
    take_drawings(facts.text, part, is_attachment, inside);
    if (!is_attachment) show(page_, part, facts.text, facts.shown_characters);
    auto found = facts.text.empty() ? std::vector<words::Found>() : words::find_phrases(facts.text);
    if (!is_attachment) add_words(found);
    if (seen_.pages.size() == kMaxSeenPages) {
      ++seen_.pages_left_out;
      return;
    }
    auto& page = seen_.pages.emplace_back();
    page.part = part;
    page.inside = base::excerpt(inside, kMaxSeenInside - 40);
    page.is_attachment = is_attachment;
    page.is_of_mail = is_of_mail;
    page.title = base::excerpt(facts.title, kMaxSeenLinkText - 40);
    page.words = std::move(found);
    page.has_base = facts.base.has_value();
    page.is_image_only = facts.is_image_only();
    page.forms.reserve(std::min(facts.forms.size(), kMaxSeenForms));
    for (const auto& form : facts.forms) {
      if (page.forms.size() == kMaxSeenForms) break;
      page.forms.push_back(form_of(form));
    }
    facts.links.clear();
    facts.forms.clear();
    facts.text.clear();
    facts.title.clear();
    facts.base.reset();
    facts.other_urls.clear();
    facts.other_text.clear();
    facts.other_targets.clear();
    facts.other_bases.clear();
    page.facts = std::move(facts);
  }

  static SeenForm form_of(const html::Form& form) {
    SeenForm out{.action = base::excerpt(form.action, kMaxSeenUrl - 40),
                 .host = {},
                 .registered = {},
                 .fields = form.fields,
                 .password = static_cast<bool>(form.password),
                 .user = static_cast<bool>(form.user),
                 .code = static_cast<bool>(form.code),
                 .card = static_cast<bool>(form.card)};
    if (form.url && form.url->has_host()) {
      out.host = form.url->host_kind == url::HostKind::domain ? form.url->name.text() : form.url->host;
      if (const auto name = form.url->registered()) out.registered = name->text();
    }
    return out;
  }

  // Images that came along, and which pages show them.
  void match_images() {
    boost::unordered_flat_map<std::string, std::size_t> by_id;
    for (std::size_t i = 0; i < seen_.parts.size(); ++i)
      if (!seen_.parts[i].content_id.empty()) by_id.emplace(seen_.parts[i].content_id, i);
    for (const auto& [id, page] : shown_ids_) {
      const auto found = by_id.find(url::percent_decode(id));
      if (found == by_id.end()) continue;
      auto& part = seen_.parts[found->second];
      part.is_referenced = true;
      part.is_attachment = false;
      if (page < seen_.pages.size()) ++seen_.pages[page].part_images;
    }
  }

  // Of all texts together, each kind once.
  void add_words(const std::vector<words::Found>& found) {
    for (const auto& one : found) {
      const auto known = std::ranges::find(seen_.words, one.kind, &words::Found::kind);
      if (known == seen_.words.end()) {
        seen_.words.push_back(one);
        continue;
      }
      // The same text in two alternatives is no more than one.
      known->count = std::max(known->count, one.count);
      known->phrases = std::max(known->phrases, one.phrases);
    }
  }

  void finish_text() {
    const auto& shown = page_ ? page_ : plain_;
    if (!shown) return;
    seen_.text = shown->text;
    while (!seen_.text.empty() && !base::is_utf8(seen_.text)) seen_.text.pop_back();
    std::erase_if(seen_.text, [](char c) { return (c >= 0 && c < ' ' && c != '\n') || c == 0x7f; });
    seen_.body_part = shown->part;
    seen_.is_body_html = page_.has_value();
    seen_.shown_characters = shown->characters;
  }

  struct Shown {
    std::string part;
    std::string text;
    std::size_t characters = 0;
  };

  // Several texts are shown one below the other, as mail programs do: the first alone may be a decoy. It stands for them by its place.
  static void show(std::optional<Shown>& all, const std::string& part, std::string_view text,
                   std::size_t characters) {
    if (!all) all = Shown{.part = part, .text = {}, .characters = 0};
    all->characters += characters;
    if (text.empty()) return;
    const auto room = kMaxSeenText - std::min(all->text.size() + 1, kMaxSeenText);
    if (!all->text.empty() && room != 0) all->text += '\n';
    all->text += text.substr(0, room);
  }

  Inspected& seen_;
  Links links_;
  bool in_company_ = false;
  bool needs_own_ = false;
  files::Budget files_;
  images::Budget images_;
  pdf::Budget pdfs_;
  std::size_t text_bytes_ = 0;
  std::optional<Shown> plain_;
  std::optional<Shown> page_;
  std::vector<std::pair<std::string, std::size_t>> shown_ids_;  // Content-ID, and the page
};

}  // namespace

std::string content_header(const mail::Header& header) {
  std::string out;
  for (const auto& field : header.fields)
    if (base::istarts_with(field.name, "Content-")) {
      out += field.raw;
      if (!out.ends_with('\n')) out += "\r\n";
    }
  return out += "\r\n";
}

void prepare_to_look() {
  url::built_in_services();
  files::prepare_files();
  // What reads its configuration or its data at the first use, which a worker may not.
  crypto::sha256({});
  for (const auto* charset : {"windows-1252", "utf-16", "shift_jis", "gb18030"})
    mail::decode_charset("x", charset);
  (void)inspect(
      "Content-Type: text/html\r\n\r\n<a "
      "href=\"https://xn--bcher-kva.example/\">b\xc3\xbc\xc3\xbc.example</a>");
}

base::Result<> load_rules(const std::string& folder) {
  rules() = TRY(yara::Rules::compile(folder));
  return {};
}

Inspected inspect(std::string_view text) {
  Inspected out;
  Look(out).take(mail::read_body_parts(text));
  return out;
}

std::string look(std::string_view text) { return write_inspected(inspect(text)); }

std::optional<std::string> look_in_company(std::string_view text) {
  const auto parts = mail::read_body_parts(text);
  if (rules() || !std::ranges::all_of(parts.all, is_read_by_us)) return std::nullopt;
  Inspected out;
  Look look(out, true);
  look.take(parts);
  dns::forget_public_suffixes();
  if (look.needs_own()) return std::nullopt;
  return write_inspected(out);
}

}  // namespace rampart::guard
