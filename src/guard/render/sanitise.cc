#include "guard/render/sanitise.h"

#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>

#include "base/text.h"
#include "guard/inspect/html/element_style.h"
#include "guard/inspect/html/open_elements.h"
#include "guard/inspect/html/tokenizer.h"
#include "guard/inspect/url/find.h"
#include "guard/render/page_parts.h"
#include "guard/render/shown_run.h"

namespace rampart::guard::render {
namespace {

using html::Attributes;
using html::Element;
using html::Look;
using html::Name;
using html::Tag;
using html::TextKind;

class Notices {
 public:
  void add(Notice notice, std::string_view evidence = {}, std::uint64_t count = 1) {
    auto& one = all_[static_cast<std::size_t>(notice)];
    if (one.count == 0 && !evidence.empty())
      one.evidence = base::excerpt(base::trim(evidence), kMaxNoticeEvidence);
    one.count += count;
  }
  std::vector<Noticed> take() {
    std::vector<Noticed> out;
    for (std::size_t i = 0; i < all_.size(); ++i) {
      if (all_[i].count == 0) continue;
      all_[i].notice = static_cast<Notice>(i);
      out.push_back(std::move(all_[i]));
    }
    return out;
  }

 private:
  std::array<Noticed, kNotices> all_{};
};

void write_target(SafeWriter& out, const ShownTarget& target, std::string_view shown) {
  // A link whose text is where it leads says so already.
  if (target.text.empty() || (base::trim(shown) == target.text && target.through.empty())) return;
  AttributeList attributes{{"dir", "ltr"}, {"data-shown", "target"}};
  if (!target.through.empty()) attributes.emplace_back("data-through", target.through);
  out.text(" ", Piece::Kind::label);
  out.around("bdi", attributes, target.text);
}

void finish(SafeWriter& writer, Notices& notices, const UnseenCharacters& unseen, SafePage& out) {
  out.pieces = writer.take();
  if (writer.is_cut()) notices.add(Notice::cut);
  if (writer.is_deeper()) notices.add(Notice::deeper);
  if (unseen.count != 0) notices.add(Notice::unseen_characters, unseen.first, unseen.count);
  out.notices = notices.take();
}

// Where an element of the page stands while it is open.
struct Entry {
  html::Color behind{255, 255, 255};  // what its text is drawn on, as it is written here
  bool is_link = false;
};

class PageReader : public html::TokenSink {
 public:
  explicit PageReader(const PageOptions& options) : out_(options.limit) { entries_.reserve(64); }

  void on_text(TextKind kind, std::string_view text, std::size_t /*offset*/) override {
    switch (kind) {
      case TextKind::script:
        return;
      case TextKind::raw:
        if (raw_ == Element::style) return put_sheet(text);
        // Of xmp it is shown; what is in frames and the like nobody sees.
        return show(text, raw_ == Element::iframe ? std::optional(html::HiddenBy::display) : raw_hidden_);
      case TextKind::rcdata:
        if (raw_ == Element::title) return;
        break;
      default:
        break;
    }
    const auto top = elements_.top().element;  // in SVG these have text as any other element
    if (top == Element::script || top == Element::style || top == Element::title) return;
    show(text, elements_.top().hidden);
  }

  void on_start_tag(const Tag& tag) override {
    flush();
    const auto element = html::element_of(tag.name);
    const Attributes attributes(tag);
    elements_.imply(element, closed_);
    const auto style = html::element_style(element, tag, attributes, sheets_);
    const auto look = elements_.top().look.with(style);
    raw_ = element;
    raw_hidden_ = tag.name == "noframes" || tag.name == "noembed" ? std::optional(html::HiddenBy::display)
                                                                  : look.hidden_by();
    notice(element, tag, attributes);
    const auto depth = entries_.size() + 1;
    Entry entry{.behind = behind()};
    write(element, tag, attributes, style, look, depth, entry);
    if (element == Element::body) elements_.paint_page(look);
    if (html::is_void(element) || (tag.is_self_closing && tag.is_foreign)) return out_.close_to(depth);
    if (elements_.push(element, tag.name, look)) {
      entries_.push_back(entry);
      return;
    }
    out_.close_to(depth);
    if (entry.is_link) link_.reset();
    notices_.add(Notice::deeper);
  }

  void on_end_tag(const Tag& tag) override {
    flush();
    const auto element = html::element_of(tag.name);
    if (element == Element::style && raw_ == Element::style) end_sheet();
    raw_ = Element::other;
    elements_.end(element, tag.name, closed_);
  }

  void on_comment(html::CommentKind kind, std::string_view text, std::size_t /*size*/,
                  std::size_t /*offset*/) override {
    if (kind == html::CommentKind::comment && base::trim(text).starts_with("[if"))
      notices_.add(Notice::conditional);
  }

  SafePage finish_page() {
    flush();
    if (raw_ == Element::style) end_sheet();
    while (!entries_.empty()) close_entry();
    if (hidden_ != 0) notices_.add(Notice::hidden_text, hidden_first_, hidden_);
    SafePage out;
    finish(out_, notices_, unseen_, out);
    return out;
  }

 private:
  [[nodiscard]] html::Color behind() const {
    return entries_.empty() ? html::Color{255, 255, 255} : entries_.back().behind;
  }

  // --- text, in runs of one look ---

  void show(std::string_view text, std::optional<html::HiddenBy> hidden) {
    if (hidden != run_hidden_) flush();
    run_hidden_ = hidden;
    run_ += text;
  }

  void flush() {
    if (run_.empty()) return;
    const auto text = std::exchange(run_, {});
    const bool is_blank = text.find_first_not_of(" \t\r\n\f") == std::string::npos;
    if (run_hidden_) {
      if (!is_blank) write_hidden(text, *run_hidden_);
      return;
    }
    if (link_ && link_text_.size() < kMaxTargetShown) link_text_ += text;
    RunStyle style;
    if (const auto color = readable(elements_.top().look.color, behind()); !is_blank && !color.empty())
      style = {.element = "font", .attributes = {{"color", color}}};
    write_run(out_, text, style, unseen_);
  }

  void write_hidden(std::string_view text, html::HiddenBy by) {
    if (hidden_first_.empty()) hidden_first_ = base::trim(text).substr(0, kMaxNoticeEvidence);
    const auto room = kMaxHiddenShown - std::min<std::size_t>(kMaxHiddenShown, hidden_);
    hidden_ += text.size();
    if (room == 0) return;
    auto some = text.substr(0, room);
    while (some.size() < text.size() && !some.empty() &&
           (static_cast<unsigned char>(text[some.size()]) & 0xc0U) == 0x80U)
      some.remove_suffix(1);
    UnseenCharacters of_hidden;  // that nobody sees anyway
    write_run(out_, some,
              {.element = "span",
               .attributes = {{"data-shown", "hidden"}, {"data-by", std::string(to_string(by))}}},
              of_hidden);
  }

  // --- elements ---

  void write(Element element, const Tag& tag, const Attributes& attributes, const html::Style& style,
             const Look& look, std::size_t depth, Entry& entry) {
    const bool is_hidden = look.hidden_by().has_value();
    switch (element) {
      case Element::a:
        return begin_link(attributes, depth, entry);
      case Element::area:
        return write_area(attributes);
      case Element::img:
      case Element::image:
        return write_image(attributes, style, is_hidden);
      case Element::form:
        return begin_form(attributes, depth);
      case Element::button:
        out_.open("span", {{"data-shown", "button"}}, depth);
        return;
      case Element::input:
        return write_input(attributes, is_hidden);
      case Element::textarea:
        out_.open("span", {{"data-shown", "field"}}, depth);
        return;
      case Element::iframe:
      case Element::frame:
      case Element::embed:
      case Element::object:
        return write_frame(attributes);
      case Element::option:
        return out_.text(" ");
      default:
        break;
    }
    const auto as = written_as(tag.name);
    if (as.empty()) return;
    if (place_of(as) == Place::empty) return out_.empty(as);
    auto list = kept_attributes(as, tag);
    if (tag.name == "center") list.emplace_back("align", "center");
    const bool is_wrapper = as == "span" || tag.name == "html" || tag.name == "body";
    if (is_wrapper && list.empty()) return;
    const auto color = style.background && style.background->is_known ? style.background : std::nullopt;
    if (color && is_safe_attribute(as, "bgcolor", "#000000")) list.emplace_back("bgcolor", hex_color(*color));
    if (out_.open(as, list, depth) && color && is_safe_attribute(as, "bgcolor", "#000000"))
      entry.behind = *color;
  }

  void begin_link(const Attributes& attributes, std::size_t depth, Entry& entry) {
    auto href = attributes.value(Name::href);
    if (href.empty()) href = attributes.value(Name::xlink_href);
    href = base::trim(href);
    // Within the message, or nowhere.
    if (href.empty() || href.starts_with('#')) return;
    link_ = shown_target(href, base_);
    link_text_.clear();
    entry.is_link = true;
    out_.open("span", {{"data-shown", "link"}}, depth);
  }

  void write_area(const Attributes& attributes) {
    const auto href = base::trim(attributes.value(Name::href));
    if (href.empty() || href.starts_with('#')) return;
    const auto alt = label(attributes.value(Name::alt));
    if (!alt.empty())
      write_run(out_, alt, {.element = "span", .attributes = {{"data-shown", "link"}}}, unseen_);
    write_target(out_, shown_target(href, base_), {});
  }

  void write_image(const Attributes& attributes, const html::Style& style, bool is_hidden) {
    const auto source = base::trim(attributes.value(Name::src).empty() ? attributes.value(Name::href)
                                                                       : attributes.value(Name::src));
    const auto from = image_source(source, attributes.value(Name::srcset));
    const auto width = html::pixels(attributes.value(Name::width));
    const auto height = html::pixels(attributes.value(Name::height));
    const bool is_tiny = (width && *width <= html::kTinyImage) || (height && *height <= html::kTinyImage) ||
                         style.has_no_size.value_or(false) || is_hidden;
    if (from == "remote")
      notices_.add(is_tiny ? Notice::tiny_images : Notice::remote_images, shown_target(source, base_).text);
    const RunStyle as{
        .element = "span",
        .attributes = {{"data-shown", is_tiny ? "tiny-image" : "image"}, {"data-from", std::string(from)}}};
    const auto alt = label(attributes.value(Name::alt));
    if (alt.empty())
      out_.around(as.element, as.attributes, {});
    else
      write_run(out_, alt, as, unseen_);
  }

  // Within a table a form is no element around its fields.
  void begin_form(const Attributes& attributes, std::size_t depth) {
    const auto action = base::trim(attributes.value(Name::action));
    notices_.add(Notice::forms, action);
    if (!out_.is_between_cells()) out_.open("div", {{"data-shown", "form"}}, depth);
    if (!action.empty() && !out_.is_between_cells()) write_target(out_, shown_target(action, base_), {});
  }

  void write_input(const Attributes& attributes, bool is_hidden) {
    const auto type = base::lower(base::trim(attributes.value(Name::type)).substr(0, 20));
    if (type == "hidden" || is_hidden) return;
    const bool is_button = type == "submit" || type == "button" || type == "reset" || type == "image";
    // Its value is no name that we know, and says less than these.
    std::string said;
    for (const auto name : {Name::placeholder, Name::aria_label, Name::alt, Name::name, Name::id})
      if (said.empty()) said = label(attributes.value(name));
    if (!is_button && !type.empty() && type != "text")
      said = said.empty() ? label(type) : fmt::format("{} ({})", said, label(type));
    write_run(out_, said, {.element = "span", .attributes = {{"data-shown", is_button ? "button" : "field"}}},
              unseen_);
  }

  void write_frame(const Attributes& attributes) {
    auto source = base::trim(attributes.value(Name::src));
    if (source.empty()) source = base::trim(attributes.value(Name::data));
    const auto target = source.empty() ? ShownTarget{} : shown_target(source, base_);
    notices_.add(Notice::frames, target.text);
    out_.around("span", {{"data-shown", "frame"}}, target.text);
  }

  void closed(Element /*element*/) { close_entry(); }

  void close_entry() {
    const auto depth = entries_.size();
    const bool is_link = entries_.back().is_link;
    entries_.pop_back();
    out_.close_to(depth);
    if (!is_link || !link_) return;
    write_target(out_, *link_, link_text_);
    link_.reset();
  }

  // --- what is told beside it ---

  void notice(Element element, const Tag& tag, const Attributes& attributes) {
    if (!attributes.handlers().empty())
      notices_.add(Notice::event_handlers, attributes.handlers().front()->name, attributes.handlers().size());
    if (loads(attributes.value(Name::style)) || attributes.find(Name::background) != nullptr)
      notices_.add(Notice::styles);
    switch (element) {
      case Element::script:
        return notices_.add(Notice::scripts, attributes.value(Name::src));
      case Element::link:
        return notices_.add(Notice::styles, attributes.value(Name::href));
      case Element::audio:
      case Element::video:
        return notices_.add(Notice::media, attributes.value(Name::src));
      case Element::meta:
        if (base::iequals(base::trim(attributes.value(Name::http_equiv)), "refresh"))
          notices_.add(Notice::page_redirect, html::refresh_target(attributes.value(Name::content)));
        return;
      case Element::base:
        if (const auto href = base::trim(attributes.value(Name::href)); !href.empty() && !tag.is_foreign) {
          notices_.add(Notice::base, href);
          if (!base_) base_ = url::parse(href);
        }
        return;
      default:
        break;
    }
    if (tag.name == "svg" || tag.name == "math") notices_.add(Notice::drawings);
    if (tag.name == "bdo") notices_.add(Notice::turned_text);
  }

  void put_sheet(std::string_view text) {
    sheet_ +=
        text.substr(0, html::kMaxStyleSheet - std::min(html::kMaxStyleSheet, sheet_bytes_ + sheet_.size()));
  }

  void end_sheet() {
    sheet_bytes_ += sheet_.size();
    if (loads(sheet_)) notices_.add(Notice::styles);
    sheets_.add(sheet_);
    sheet_.clear();
    raw_ = Element::other;
  }

  SafeWriter out_;
  Notices notices_;
  UnseenCharacters unseen_;
  html::OpenElements elements_;
  std::vector<Entry> entries_;  // one for each open element of elements_, without its root
  const std::function<void(Element)> closed_ = [this](Element element) { closed(element); };
  html::StyleSheet sheets_;
  std::string sheet_;
  std::size_t sheet_bytes_ = 0;
  Element raw_ = Element::other;  // of the last start tag, whose text may be raw
  std::optional<html::HiddenBy> raw_hidden_;
  std::string run_;
  std::optional<html::HiddenBy> run_hidden_;
  std::size_t hidden_ = 0;  // bytes of hidden text
  std::string hidden_first_;
  std::optional<ShownTarget> link_;  // of the open link
  std::string link_text_;            // so far
  std::optional<url::Url> base_;
};

}  // namespace

SafePage sanitise_html(std::string_view html, const PageOptions& options) {
  PageReader reader(options);
  html::Tokenizer tokenizer(reader);
  tokenizer.feed(html.substr(0, kMaxPageIn));
  tokenizer.finish();
  auto out = reader.finish_page();
  const bool is_told =
      std::ranges::any_of(out.notices, [](const Noticed& one) { return one.notice == Notice::cut; });
  if (html.size() > kMaxPageIn && !is_told)
    out.notices.push_back({.notice = Notice::cut, .count = 1, .evidence = {}});
  return out;
}

SafePage sanitise_text(std::string_view text, const PageOptions& options) {
  SafeWriter writer(options.limit);
  Notices notices;
  UnseenCharacters unseen;
  if (text.size() > kMaxPageIn) notices.add(Notice::cut);
  text = text.substr(0, kMaxPageIn);
  writer.open("pre", {}, 1);
  std::size_t at = 0;
  for (const auto& found : url::find_urls(text)) {
    if (found.offset < at) continue;
    write_run(writer, text.substr(at, found.offset - at), {}, unseen);
    write_run(writer, found.text, {.element = "span", .attributes = {{"data-shown", "link"}}}, unseen);
    write_target(writer, shown_target(found.url), found.text);
    at = found.offset + found.text.size();
  }
  write_run(writer, text.substr(at), {}, unseen);
  SafePage out;
  finish(writer, notices, unseen, out);
  return out;
}

}  // namespace rampart::guard::render
