#include "guard/inspect/html/html_facts.h"

#include <algorithm>

#include "base/text.h"
#include "guard/inspect/html/element_style.h"
#include "guard/inspect/html/elsewhere.h"
#include "guard/inspect/html/names.h"
#include "guard/inspect/html/open_elements.h"
#include "guard/inspect/html/shown_text.h"
#include "guard/inspect/html/style.h"
#include "guard/inspect/html/tokenizer.h"

namespace rampart::guard::html {
namespace {

constexpr std::size_t kMaxTitle = 1024;         // bytes
constexpr std::size_t kMaxRawText = 1'048'576;  // bytes of one element whose text is no markup to most

constexpr std::string_view kLinkNames[] = {"anchor", "area",     "form",   "refresh", "image", "background",
                                           "css",    "resource", "script", "frame",   "media"};
static_assert(std::size(kLinkNames) == kLinkKinds);
constexpr std::string_view kHiddenNames[] = {"display", "visibility", "opacity", "font",
                                             "color",   "size",       "place"};
static_assert(std::size(kHiddenNames) == kHiddenBys);

bool is_space(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f'; }

// Whether an attribute may hold where something leads, and is cut where that may be lost. What is cut of a picture is not.
bool has_lost_url(Name of, const Attribute& attribute) {
  using enum Name;
  static constexpr std::array kUrls{action, background, content, data,   formaction, href,      ping,
                                    poster, src,        srcdoc,  srcset, style,      xlink_href};
  if (!attribute.is_cut() || std::ranges::find(kUrls, of) == kUrls.end()) return false;
  auto last = base::trim(attribute.value);
  if (of == style) {
    const auto open = last.rfind('(');
    last = open == std::string_view::npos ? last : last.substr(open + 1);
    while (!last.empty() && (is_space(last[0]) || last[0] == '"' || last[0] == '\'')) last.remove_prefix(1);
  }
  return !base::istarts_with(last, "data:") || is_page_of_data(last);
}

bool is_picture(LinkKind kind) {
  return kind == LinkKind::image || kind == LinkKind::css || kind == LinkKind::background ||
         kind == LinkKind::media;
}

// What a field asks for, by words in what names it.
bool names_any(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::ranges::any_of(words, [text](auto word) { return text.find(word) != std::string_view::npos; });
}

HtmlFacts read_page(std::string_view html, unsigned depth, std::size_t& pages);

class FactReader : public TokenSink {
 public:
  FactReader(unsigned depth, std::size_t& pages) : depth_(depth), pages_(pages) {}

  void on_text(TextKind kind, std::string_view text, std::size_t offset) override {
    switch (kind) {
      case TextKind::script:
        return put_script(text);
      case TextKind::raw:
        if (raw_ == Element::style) return put_style(text);
        raw_text_ += text.substr(0, kMaxRawText - std::min(kMaxRawText, raw_text_.size()));
        if (raw_text_.size() == kMaxRawText) facts_.left_out.add(offset);
        return;
      case TextKind::rcdata:
        if (raw_ != Element::title) return show(text, offset);
        title_.add(text, offset, nullptr);
        elsewhere_.add_rest(text);
        return;
      default:
        break;
    }
    switch (elements_.top().element) {  // in SVG these have text as any other element
      case Element::script:
        return put_script(text);
      case Element::style:
        return put_style(text);
      case Element::title:
        return elsewhere_.add_rest(text);
      default:
        return show(text, offset);
    }
  }

  void on_start_tag(const Tag& tag) override {
    const auto element = element_of(tag.name);
    const Attributes attributes(tag);
    if (tag.is_cut) facts_.cut_tags.add(tag.offset);
    elements_.imply(element, closed_);
    if (is_block(element)) {
      text_.break_line();
      elsewhere_.part();
    } else if (element == Element::td) {
      text_.break_word();
      elsewhere_.part();
    }
    if (element == Element::title) elsewhere_.part();
    const auto style = element_style(element, tag, attributes, sheets_);
    const auto look = elements_.top().look.with(style);
    raw_ = element;
    raw_offset_ = tag.offset;
    read_styles(attributes);
    read_handlers(attributes);
    if (const auto* background = attributes.find(Name::background))
      add_link(LinkKind::background, *background, tag.offset, look.hidden_by().has_value());
    used_ = 0;
    read_element(element, tag, attributes, look, style);
    look_elsewhere(element, tag, attributes);
    if (element == Element::body) elements_.paint_page(look);
    if (is_void(element) || (tag.is_self_closing && tag.is_foreign)) return;
    if (!elements_.push(element, tag.name, look)) facts_.too_deep.add(tag.offset);
  }

  void on_end_tag(const Tag& tag) override {
    const auto element = element_of(tag.name);
    if (element == Element::script) scripts_.finish();
    if (element == Element::style && raw_ == Element::style) end_style();
    raw_ = Element::other;
    end_raw();
    if (is_block(element)) text_.break_line();
    if (element == Element::td) text_.break_word();
    if (is_block(element) || element == Element::td || element == Element::title) elsewhere_.part();
    elements_.end(element, tag.name, closed_);
  }

  void on_comment(CommentKind kind, std::string_view text, std::size_t size, std::size_t offset) override {
    if (kind != CommentKind::comment) return;
    if (text.starts_with("[if")) facts_.conditional_comments.add(offset);
    const auto page = conditional_page(text);
    if (!page) return;
    if (size != text.size()) facts_.left_out.add(offset);
    read_within(*page, offset);
  }

  HtmlFacts finish() {
    if (raw_ == Element::style) end_style();
    scripts_.finish();
    end_raw();
    end_link();
    facts_.is_text_cut = text_.is_cut();
    facts_.text = text_.take();
    facts_.title = title_.take();
    facts_.script_marks = scripts_.bits();
    facts_.script_bytes = scripts_.bytes();
    facts_.longest_base64 = scripts_.longest_base64();
    resolve();
    elsewhere_.finish(facts_);
    return std::move(facts_);
  }

 private:
  void show(std::string_view text, std::size_t offset) {
    const auto& hidden = elements_.top().hidden;
    if (hidden) {
      const auto count = elsewhere_.add_hidden(text);
      auto& seen = facts_.hidden[static_cast<std::size_t>(*hidden)];
      if (count != 0 && seen.count == 0) seen.first = offset;
      seen.count += count;
      return;
    }
    // What does not fit, with the word that it may go on with.
    std::string word;
    if (!text_.is_cut() && text_.size() + text.size() >= kMaxText) word = text_.last_word();
    facts_.shown_characters += text_.add(text, offset, &facts_);
    if (text_.is_cut()) {
      if (!word.empty()) elsewhere_.add_rest(word);
      elsewhere_.add_rest(text);
    }
    if (link_) link_text_.add(text, offset, nullptr);
  }

  void put_script(std::string_view text) {
    scripts_.feed(text);
    elsewhere_.add_script(text);
  }

  // --- what only some clients show or follow ---

  void read_within(std::string_view page, std::size_t offset) {
    if (page.find('<') == std::string_view::npos) return elsewhere_.add_aside(page);
    if (depth_ == kMaxPagesWithin || pages_ == kMaxPages) return facts_.left_out.add(offset);
    ++pages_;
    elsewhere_.add_page(read_page(page, depth_ + 1, pages_), offset);
  }

  void end_raw() {
    if (raw_text_.empty()) return;
    const auto text = std::move(raw_text_);
    raw_text_.clear();
    read_within(text, raw_offset_);
  }

  // Of the last tag, in a link of its own.
  void use(Name name) { used_ |= std::uint32_t{1} << static_cast<unsigned>(name); }
  [[nodiscard]] bool is_used(Name name) const { return (used_ >> static_cast<unsigned>(name) & 1U) != 0; }

  void look_elsewhere(Element element, const Tag& tag, const Attributes& attributes) {
    static_assert(kAttributeNames <= 32);
    if (tag.has_lost) facts_.left_out.add(tag.offset);
    for (const auto* one : attributes.urls()) elsewhere_.add_aside(one->value);
    for (std::size_t i = 1; i < kAttributeNames; ++i) {
      const auto name = static_cast<Name>(i);
      const auto* attribute = attributes.find(name);
      if (attribute == nullptr) continue;
      if (tag.is_cut && has_lost_url(name, *attribute)) facts_.left_out.add(tag.offset);
      if (!is_used(name)) look_at(element, tag, name, attribute->value);
    }
  }

  void look_at(Element element, const Tag& tag, Name name, std::string_view value) {
    switch (name) {
      case Name::href:
      case Name::xlink_href:
      case Name::src:
        if (element == Element::base) return elsewhere_.add_base(value, tag.offset);
        return elsewhere_.add_target(value, tag.offset);
      case Name::srcdoc:
        return read_within(value, tag.offset);
      case Name::ping:
        for (const auto one : base::split(value, ' ')) elsewhere_.add_target(one, tag.offset);
        return;
      case Name::alt:
        return elsewhere_.add_aside(value);
      case Name::action:
      case Name::content:
      case Name::data:
      case Name::formaction:
      case Name::placeholder:
      case Name::poster:
      case Name::srcset:
        if (value.find("://") != std::string_view::npos) elsewhere_.add_aside(value);
        return;
      default:
        return;
    }
  }

  // --- styles ---

  void read_styles(const Attributes& attributes) {
    if (const auto* style = attributes.find(Name::style); style != nullptr)
      read_css_urls(style->value, style->offset);
  }

  void read_css_urls(std::string_view css, std::size_t offset) {
    if (css.find('(') == std::string_view::npos && css.find('@') == std::string_view::npos) return;
    each_css_url(css, [&](std::string_view target, std::size_t) {
      add_link(LinkKind::css, {.value = target, .size = target.size()}, offset, false);
      if (target.find('\\') != std::string_view::npos) elsewhere_.add_target(css_unescape(target), offset);
    });
  }

  void put_style(std::string_view text) {
    const auto room = kMaxStyleSheet - std::min(kMaxStyleSheet, sheet_bytes_ + sheet_.size());
    if (text.size() > room) facts_.left_out.add(raw_offset_);
    sheet_ += text.substr(0, room);
  }

  void end_style() {
    sheet_bytes_ += sheet_.size();
    sheets_.add(sheet_);
    read_css_urls(sheet_, raw_offset_);
    sheet_.clear();
    raw_ = Element::other;
  }

  // --- links ---

  bool add_link(LinkKind kind, const Attribute& target, std::size_t offset, bool is_hidden) {
    auto value = target.value;
    while (!value.empty() && is_space(value.front())) value.remove_prefix(1);
    while (!value.empty() && is_space(value.back())) value.remove_suffix(1);
    if (value.empty()) return false;
    const bool is_data = base::istarts_with(value, "data:");
    if (is_data && !is_picture(kind)) {
      if (const auto page = page_of_data(value)) read_within(*page, offset);
    }
    if (is_data) value = value.substr(0, kMaxDataUrl);
    if (facts_.links.size() == kMaxLinks || link_bytes_ + value.size() > kMaxLinkBytes) {
      ++facts_.links_left_out;
      if (!is_data) elsewhere_.add_target(value, offset);
      return false;
    }
    link_bytes_ += value.size();
    facts_.links.push_back({.kind = kind,
                            .target = std::string(value),
                            .url = {},
                            .text = {},
                            .alt = {},
                            .offset = offset,
                            .is_cut = target.is_cut() || (is_data && target.size > kMaxDataUrl),
                            .is_hidden = is_hidden});
    return true;
  }

  void end_link() {
    if (!link_) return;
    auto& link = facts_.links[*link_];
    link.is_cut = link.is_cut || link_text_.is_cut();
    link.text = link_text_.take();
    link_bytes_ += link.text.size();
    link_.reset();
    link_text_ = ShownText(kMaxLinkText);
  }

  void read_srcset(std::string_view value, std::size_t offset, bool is_hidden) {
    use(Name::srcset);
    for (std::size_t count = 0; !value.empty(); ++count) {
      while (!value.empty() && (is_space(value[0]) || value[0] == ',')) value.remove_prefix(1);
      const auto end = static_cast<std::size_t>(std::ranges::find_if(value, is_space) - value.begin());
      auto target = value.substr(0, end);
      value.remove_prefix(end);
      if (target.ends_with(',')) {
        target.remove_suffix(1);
      } else {
        value.remove_prefix(std::min(value.size(), value.find(',')));
      }
      if (count < kMaxSources)
        add_link(LinkKind::image, {.value = target, .size = target.size()}, offset, is_hidden);
      else
        elsewhere_.add_target(target, offset);
    }
  }

  // --- elements ---

  void read_element(Element element, const Tag& tag, const Attributes& attributes, const Look& look,
                    const Style& style) {
    const bool is_hidden = look.hidden_by().has_value();
    const auto link = [&](LinkKind kind, Name name) {
      const auto* target = attributes.find(name);
      use(name);
      return target != nullptr && add_link(kind, *target, tag.offset, is_hidden);
    };
    switch (element) {
      case Element::a:
        end_link();
        if (link(LinkKind::anchor, Name::href) || link(LinkKind::anchor, Name::xlink_href))
          link_ = facts_.links.size() - 1;
        if (attributes.find(Name::download) != nullptr) facts_.download_links.add(tag.offset);
        break;
      case Element::area:
        link(LinkKind::area, Name::href);
        break;
      case Element::base:
        // In SVG and in a template it is none.
        if (const auto* href = attributes.find(Name::href);
            href != nullptr && !facts_.base && !tag.is_foreign && !elements_.holds(Element::template_))
          facts_.base = std::string(href->value.substr(0, url::kMaxUrl));
        break;
      case Element::meta:
        if (base::iequals(base::trim(attributes.value(Name::http_equiv)), "refresh")) {
          const auto target = refresh_target(attributes.value(Name::content));
          add_link(LinkKind::refresh, {.value = target, .size = target.size()}, tag.offset, false);
        }
        break;
      case Element::link:
        link(LinkKind::resource, Name::href);
        break;
      case Element::script:
        facts_.scripts.add(tag.offset);
        if (link(LinkKind::script, Name::src)) facts_.remote_scripts.add(tag.offset);
        break;
      case Element::iframe:
      case Element::frame:
      case Element::embed:
        link(LinkKind::frame, Name::src);
        break;
      case Element::object:
        link(LinkKind::frame, Name::data);
        break;
      case Element::audio:
      case Element::video:
      case Element::source:
      case Element::track:
        link(LinkKind::media, Name::src);
        link(LinkKind::image, Name::poster);
        read_srcset(attributes.value(Name::srcset), tag.offset, is_hidden);
        break;
      case Element::img:
      case Element::image:
        link(LinkKind::image, Name::src);
        if (element == Element::image && !link(LinkKind::image, Name::href))
          link(LinkKind::image, Name::xlink_href);
        read_srcset(attributes.value(Name::srcset), tag.offset, is_hidden);
        read_image(tag, attributes, style, is_hidden);
        break;
      case Element::form:
        begin_form(tag, attributes);
        break;
      case Element::button:
        link(LinkKind::form, Name::formaction);
        break;
      case Element::input:
      case Element::textarea:
      case Element::select:
        link(LinkKind::form, Name::formaction);
        if (base::iequals(attributes.value(Name::type), "image")) link(LinkKind::image, Name::src);
        read_field(element, tag, attributes);
        break;
      default:
        break;
    }
  }

  void read_image(const Tag& tag, const Attributes& attributes, const Style& style, bool is_hidden) {
    const auto width = pixels(attributes.value(Name::width));
    const auto height = pixels(attributes.value(Name::height));
    const bool is_tiny = (width && *width <= kTinyImage) || (height && *height <= kTinyImage) ||
                         style.has_no_size.value_or(false) || is_hidden;
    if (is_tiny) return facts_.tiny_images.add(tag.offset);
    facts_.images.add(tag.offset);
    if (!width || !height || *width * *height >= static_cast<float>(kLargeImage))
      facts_.has_large_image = true;
    if (!link_) return;
    facts_.linked_images.add(tag.offset);
    auto& alt = facts_.links[*link_].alt;
    const auto said =
        attributes.value(Name::alt).substr(0, kMaxLinkText - std::min(kMaxLinkText, alt.size() + 1));
    if (said.empty() || link_bytes_ + said.size() > kMaxLinkBytes) return;
    link_bytes_ += said.size();
    if (!alt.empty()) alt += ' ';
    alt += said;
  }

  void begin_form(const Tag& tag, const Attributes& attributes) {
    const auto* action = attributes.find(Name::action);
    use(Name::action);
    if (action != nullptr) add_link(LinkKind::form, *action, tag.offset, false);
    form_.reset();
    if (facts_.forms.size() == kMaxForms) {
      ++facts_.forms_left_out;
      return;
    }
    form_ = facts_.forms.size();
    facts_.forms.push_back({.action = std::string(attributes.value(Name::action).substr(0, url::kMaxUrl)),
                            .url = {},
                            .offset = tag.offset});
  }

  Form* form_for_field(std::size_t offset) {
    if (form_) return &facts_.forms[*form_];
    if (!loose_form_) {
      if (facts_.forms.size() == kMaxForms) {
        ++facts_.forms_left_out;
        return nullptr;
      }
      loose_form_ = facts_.forms.size();
      facts_.forms.push_back({.action = {}, .url = {}, .offset = offset});
    }
    return &facts_.forms[*loose_form_];
  }

  void read_field(Element element, const Tag& tag, const Attributes& attributes) {
    const auto type = base::lower(base::trim(attributes.value(Name::type)).substr(0, 20));
    for (const std::string_view other :
         {"hidden", "submit", "button", "image", "reset", "checkbox", "radio"}) {
      if (type == other && element == Element::input) return;
    }
    auto* form = form_for_field(tag.offset);
    if (form == nullptr) return;
    ++form->fields;
    std::string said = type;
    for (const auto name : {Name::name, Name::id, Name::placeholder, Name::autocomplete, Name::aria_label})
      (said += ' ') += base::lower(attributes.value(name).substr(0, 100));
    if (type == "password" ||
        names_any(said, {"passw", "passwd", "pwd", "kennwort", "contrase", "mot de passe"})) {
      form->password.add(tag.offset);
    } else if (names_any(said, {"otp", "one-time", "onetime", "2fa", "verification", "verif_code", "passcode",
                                "pincode", "pin_code", " pin "})) {
      form->code.add(tag.offset);
    } else if (names_any(said,
                         {"cvv", "cvc", "cardnumber", "card_number", "card-number", "ccnum", "cc-number",
                          "cc_number", "iban", "account_number", "accountnumber", "card number"})) {
      form->card.add(tag.offset);
    } else if (type == "email" || names_any(said, {"user", "email", "e-mail", "login", "account"})) {
      form->user.add(tag.offset);
    }
  }

  void read_handlers(const Attributes& attributes) {
    for (const auto* handler : attributes.handlers()) {
      facts_.event_handlers.add(handler->offset);
      scripts_.finish();
      scripts_.feed(handler->value);
      scripts_.finish();
    }
  }

  void closed(Element element) {
    if (element == Element::a) end_link();
    if (element == Element::form) form_.reset();
  }

  // --- at the end ---

  void resolve() {
    const auto base = facts_.base ? url::parse(*facts_.base) : std::nullopt;
    const auto at_base = [&](std::string_view text) {
      return base && base->has_host() ? url::resolve(*base, text) : url::parse(text);
    };
    for (auto& link : facts_.links) {
      link.url = at_base(link.target);
      if (!link.url) continue;
      if (link.url->scheme == "data" && !is_picture(link.kind)) facts_.data_links.add(link.offset);
      if (link.url->scheme == "javascript" || link.url->scheme == "vbscript")
        facts_.script_links.add(link.offset);
    }
    for (auto& form : facts_.forms) {
      if (!form.action.empty()) form.url = at_base(form.action);
    }
  }

  unsigned depth_;      // of pages within pages
  std::size_t& pages_;  // so far, of all depths
  HtmlFacts facts_;
  Elsewhere elsewhere_;
  std::uint32_t used_ = 0;  // of Name
  std::string raw_text_;    // of noframes, iframe and the like
  OpenElements elements_;
  const std::function<void(Element)> closed_ = [this](Element element) { closed(element); };
  ShownText text_{kMaxText};
  ShownText title_{kMaxTitle};
  ScriptReader scripts_;
  StyleSheet sheets_;
  std::string sheet_;             // the text of the style element that is open
  std::size_t sheet_bytes_ = 0;   // of those before
  Element raw_ = Element::other;  // of the last start tag, whose text may be raw
  std::size_t raw_offset_ = 0;
  std::optional<std::size_t> link_;  // the open a, in facts_.links
  ShownText link_text_{kMaxLinkText};
  std::size_t link_bytes_ = 0;
  std::optional<std::size_t> form_;        // the open form
  std::optional<std::size_t> loose_form_;  // of fields outside of forms
};

HtmlFacts read_page(std::string_view html, unsigned depth, std::size_t& pages) {
  FactReader reader(depth, pages);
  Tokenizer tokenizer(reader);
  tokenizer.feed(html);
  tokenizer.finish();
  return reader.finish();
}

}  // namespace

std::string_view to_string(LinkKind kind) { return kLinkNames[static_cast<std::size_t>(kind)]; }
std::string_view to_string(HiddenBy by) { return kHiddenNames[static_cast<std::size_t>(by)]; }

bool is_followed_by_people(LinkKind kind) {
  return kind == LinkKind::anchor || kind == LinkKind::area || kind == LinkKind::form;
}

std::size_t HtmlFacts::hidden_characters() const {
  std::size_t sum = 0;
  for (const auto& seen : hidden) sum += seen.count;
  return sum;
}

HtmlFacts read_html(std::string_view html) {
  std::size_t pages = 0;
  return read_page(html, 0, pages);
}

}  // namespace rampart::guard::html
