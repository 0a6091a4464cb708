#include "guard/render/page_parts.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "base/text.h"
#include "guard/inspect/url/link_services.h"
#include "guard/inspect/url/unwrap.h"
#include "guard/render/sanitise.h"

namespace rampart::guard::render {
namespace {

constexpr double kReadable =
    3;  // contrast of large text (WCAG 2.2, 1.4.3): what a stranger chose and can still be read
constexpr std::size_t kMaxRead = 4'096;  // bytes of a label that are looked at

struct WrittenAs {
  std::string_view element;
  std::string_view as;
};
constexpr auto kWrittenAs = std::to_array<WrittenAs>({
    {"acronym", "abbr"}, {"address", "div"},    {"article", "div"}, {"aside", "div"},  {"bdi", "span"},
    {"body", "div"},     {"center", "div"},     {"details", "div"}, {"dfn", "i"},      {"dir", "ul"},
    {"fieldset", "div"}, {"figcaption", "div"}, {"figure", "div"},  {"font", ""},      {"footer", "div"},
    {"header", "div"},   {"hgroup", "div"},     {"html", "div"},    {"legend", "div"}, {"listing", "pre"},
    {"main", "div"},     {"mark", "span"},      {"menu", "ul"},     {"nav", "div"},    {"plaintext", "pre"},
    {"section", "div"},  {"summary", "div"},    {"xmp", "pre"},
});
static_assert(std::ranges::is_sorted(kWrittenAs, {}, &WrittenAs::element));

constexpr auto kKept =
    std::to_array<std::string_view>({"align", "border", "cellpadding", "cellspacing", "colspan", "dir",
                                     "lang", "rowspan", "start", "valign", "width"});

// Relative luminance (WCAG 2.2), with a plain square for the curve.
double luminance(const html::Color& color) {
  const auto channel = [](std::uint8_t value) { return std::pow(value / 255.0, 2.2); };
  return 0.2126 * channel(color.red) + 0.7152 * channel(color.green) + 0.0722 * channel(color.blue);
}

double contrast(const html::Color& a, const html::Color& b) {
  const auto light = std::max(luminance(a), luminance(b));
  const auto dark = std::min(luminance(a), luminance(b));
  return (light + 0.05) / (dark + 0.05);
}

bool is_host(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return base::is_digit(c) || (c >= 'a' && c <= 'z') || c == '.' || c == '-';
  });
}

std::string shown(std::string_view text) { return base::excerpt(text, kMaxTargetShown); }

}  // namespace

ShownTarget shown_target(const url::Url& url) {
  ShownTarget out{.text = shown(url.text()), .through = {}};
  for (const auto& target : url::unwrap(url, url::built_in_services())) {
    if (!target.is_known) break;
    out.text = shown(target.url.text());
    out.through = is_host(url.host) ? url.host.substr(0, 255) : std::string();
  }
  return out;
}

ShownTarget shown_target(std::string_view href, const std::optional<url::Url>& base) {
  const auto url = base && base->has_host() ? url::resolve(*base, href) : url::parse(href);
  if (url && url->is_web() && url->has_host()) return shown_target(*url);
  return {.text = shown(base::trim(href)), .through = {}};
}

std::string_view image_source(std::string_view source, std::string_view srcset) {
  if (!base::trim(srcset).empty()) return "remote";
  if (source.empty()) return "none";
  if (base::istarts_with(source, "cid:")) return "attached";
  return base::istarts_with(source, "data:") ? "inline" : "remote";
}

std::string hex_color(const html::Color& color) {
  return fmt::format("#{:02x}{:02x}{:02x}", color.red, color.green, color.blue);
}

std::string readable(const html::Color& color, const html::Color& behind) {
  constexpr html::Color kBlack{0, 0, 0};
  constexpr html::Color kWhite{255, 255, 255};
  auto out = color.is_known ? color : kBlack;
  if (contrast(out, behind) < kReadable)
    out = contrast(kBlack, behind) >= contrast(kWhite, behind) ? kBlack : kWhite;
  return out == kBlack ? std::string() : hex_color(out);
}

std::string_view written_as(std::string_view element) {
  const auto* const found = std::ranges::lower_bound(kWrittenAs, element, {}, &WrittenAs::element);
  if (found != kWrittenAs.end() && found->element == element) return found->as;
  return safe_name(element);
}

AttributeList kept_attributes(std::string_view element, const html::Tag& tag) {
  AttributeList out;
  for (const auto& attribute : tag.attributes) {
    const auto* const kept = std::ranges::find(kKept, attribute.name);
    if (kept == kKept.end()) continue;
    auto value = base::lower(base::trim(attribute.value.substr(0, 40)));
    if (*kept == "width" && value.ends_with("px")) value.resize(value.size() - 2);
    if (*kept == "border") value = value.empty() || value == "0" ? "0" : "1";
    if (is_safe_attribute(element, *kept, value)) out.emplace_back(*kept, std::move(value));
  }
  return out;
}

std::string label(std::string_view text) {
  std::string out;
  for (const char c : text.substr(0, kMaxRead)) {
    const bool is_space = c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\f';
    if (!is_space)
      out += c;
    else if (!out.empty() && out.back() != ' ')
      out += ' ';
    if (out.size() > 2 * kMaxLabelShown) break;
  }
  if (out.size() <= kMaxLabelShown) return out;
  std::size_t keep = kMaxLabelShown;
  while (keep != 0 && (static_cast<unsigned char>(out[keep]) & 0xc0U) == 0x80U) --keep;
  return out.substr(0, keep) + "\xe2\x80\xa6";
}

bool loads(std::string_view css) {
  if (css.find('(') == std::string_view::npos && css.find('@') == std::string_view::npos) return false;
  bool out = false;
  html::each_css_url(css, [&](std::string_view, std::size_t) { out = true; });
  return out;
}

namespace {

struct NoticeText {
  std::string_view code;
  std::string_view english;
};
constexpr std::array<NoticeText, kNotices> kNoticeTexts{{
    {"scripts", "Scripts were left out"},
    {"event-handlers", "Scripts that run at a click or when the page is shown were left out"},
    {"styles", "Styles that load something were left out"},
    {"remote-images", "Pictures that would be loaded from elsewhere are not shown"},
    {"tiny-images", "Tiny or hidden pictures, which tell the sender that it was opened, are not loaded"},
    {"frames", "Pages within the page were left out"},
    {"media", "Sound and video were left out"},
    {"forms", "It has a form; what is entered would be sent to whoever made it"},
    {"page-redirect", "The page would lead to another by itself"},
    {"base", "Its links are read from another place than they are written for"},
    {"drawings", "Of drawings only the text is shown"},
    {"conditional", "It holds parts that only some mail programs show, which are left out"},
    {"hidden-text", "It holds text that nobody would see, which is shown here"},
    {"unseen-characters", "It holds characters that show nothing or turn the line, which are named here"},
    {"turned-text", "Text that would be shown backwards is shown as it is written"},
    {"cut", "It is longer than is shown here"},
    {"deeper", "It is nested deeper than is shown here"},
    {"unread-charset", "It is in a character set that is not read; what is shown is a guess"},
}};

}  // namespace

std::string_view to_string(Notice notice) { return kNoticeTexts[static_cast<std::size_t>(notice)].code; }
std::string_view english(Notice notice) { return kNoticeTexts[static_cast<std::size_t>(notice)].english; }

}  // namespace rampart::guard::render
