#include "guard/inspect/html/elsewhere.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "dns/confusables.h"

namespace rampart::guard::html {
namespace {

constexpr std::string_view kData = "data:";

// "text/html;charset=utf-8;base64" of a data: URL, in lower case.
std::string media_of(std::string_view url) {
  const auto comma = std::min(url.find(','), url.size());
  return base::lower(url.substr(kData.size(), std::min<std::size_t>(comma - kData.size(), 200)));
}

bool is_page_type(std::string_view media) {
  const auto type = base::trim(media.substr(0, media.find(';')));
  return type.empty() || type.starts_with("text/") || type.ends_with("xml");
}

int hex_digit(char c) {
  const char lower = base::to_lower(c);
  return base::is_digit(c) ? c - '0' : lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

}  // namespace

std::size_t Elsewhere::add_hidden(std::string_view text) { return hidden_.add(text, 0, nullptr); }

void Elsewhere::add_aside(std::string_view text) {
  aside_.break_line();
  aside_.add(text, 0, nullptr);
}

void Elsewhere::add_script(std::string_view text) {
  text = text.substr(0, kMaxScriptText - script_bytes_);
  script_bytes_ += text.size();
  if (!text.empty()) aside_.add(text, 0, nullptr);
}

void Elsewhere::add_target(std::string_view target, std::size_t offset) {
  target = base::trim(target);
  if (target.empty() || target.starts_with('#')) return;
  std::string text(target.substr(0, url::kMaxUrl + url::kMaxHost));
  if (known_targets_.contains(text)) return;
  if (targets_.size() == kMaxOtherUrls || target_bytes_ + text.size() > kMaxTargetBytes ||
      text.size() < target.size())
    return left_out_.add(offset);
  target_bytes_ += text.size();
  known_targets_.insert(text);
  targets_.push_back(std::move(text));
}

void Elsewhere::add_base(std::string_view base, std::size_t offset) {
  std::string text(base.substr(0, url::kMaxUrl));
  if (std::ranges::find(bases_, text) != bases_.end()) return;
  if (bases_.size() == kMaxBases) return left_out_.add(offset);
  bases_.push_back(std::move(text));
}

void Elsewhere::add_page(HtmlFacts inner, std::size_t offset) {
  // What has no URL may have one with a base of the page around it.
  for (const auto& link : inner.links) {
    if (link.url)
      put(link.url);
    else
      add_target(link.target, offset);
  }
  for (auto& one : inner.other_urls) put(std::move(one));
  for (const auto& target : inner.other_targets) add_target(target, offset);
  for (const auto& one : inner.other_bases) add_base(one, offset);
  add_aside(inner.text);
  add_aside(inner.other_text);
  if (inner.left_out) left_out_.add(offset);
}

void Elsewhere::put(std::optional<url::Url> url) {
  if (!url || url->host_kind == url::HostKind::invalid) return;
  // Of schemes without a host what stands behind them may be a URL.
  if (url->host_kind == url::HostKind::none && (url->scheme == "data" || url->scheme == "cid")) return;
  auto text = url->text();
  if (known_urls_.contains(text)) return;
  if (urls_.size() == kMaxOtherUrls) return left_out_.add(0);
  known_urls_.insert(std::move(text));
  urls_.push_back(*std::move(url));
}

void Elsewhere::finish(HtmlFacts& facts) {
  std::vector<url::Url> bases;
  bases.reserve(bases_.size());
  for (const auto& one : bases_)
    if (auto base = url::parse(one); base && base->has_host()) bases.push_back(*std::move(base));
  // True when it needs no base.
  const auto put_absolute = [&](std::string_view target) {
    auto absolute = url::parse(target);
    const bool is_absolute = absolute.has_value();
    put(std::move(absolute));
    return is_absolute;
  };
  for (const auto& target : targets_) {
    if (put_absolute(target)) continue;
    for (const auto& base : bases) put(url::resolve(base, target));
    if (bases_.empty()) facts.other_targets.push_back(target);
  }
  if (bases.size() > (facts.base ? 1U : 0U)) {
    for (const auto& link : facts.links) {
      if (url::parse(link.target)) continue;
      for (const auto& base : bases) put(url::resolve(base, link.target));
    }
  }
  facts.other_urls = std::move(urls_);
  facts.other_bases = std::move(bases_);
  for (auto* stream : {&hidden_, &rest_, &aside_}) {
    if (stream->is_cut()) left_out_.add(0);
    const auto text = stream->take();
    if (!facts.other_text.empty() && !text.empty()) facts.other_text += '\n';
    facts.other_text += text;
  }
  if (left_out_) facts.left_out.add(left_out_.first);
}

bool is_page_of_data(std::string_view url) {
  return base::istarts_with(url, kData) && is_page_type(media_of(url));
}

std::optional<std::string> page_of_data(std::string_view url) {
  const auto comma = url.find(',');
  if (comma == std::string_view::npos || !is_page_of_data(url)) return std::nullopt;
  auto body = url::percent_decode(url.substr(comma + 1));
  const auto media = media_of(url);
  const auto last = media.rfind(';');
  if (last == std::string::npos || base::trim(std::string_view(media).substr(last + 1)) != "base64")
    return body;
  // As browsers do: white space is nothing, and what is missing at the end is, too.
  std::erase_if(body, [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == '='; });
  body.resize(body.size() - (body.size() % 4 == 1 ? 1 : 0));
  body.append((4 - body.size() % 4) % 4, '=');
  return base::decode_base64(body);
}

std::optional<std::string_view> conditional_page(std::string_view comment) {
  const auto begin = comment.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos || !base::istarts_with(comment.substr(begin), "[if"))
    return std::nullopt;
  if (comment.ends_with("<![endif]")) comment.remove_suffix(9);
  const auto end = comment.find('>', begin);
  return comment.substr(end == std::string_view::npos ? comment.size() : end + 1);
}

std::string css_unescape(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      out += text[i];
      continue;
    }
    std::uint32_t code = 0;
    std::size_t digits = 0;
    while (digits < 6 && i + 1 < text.size() && hex_digit(text[i + 1]) >= 0) {
      code = code * 16 + static_cast<std::uint32_t>(hex_digit(text[++i]));
      ++digits;
    }
    if (digits == 0) {
      out += text[++i];
      continue;
    }
    if (i + 1 < text.size() && (text[i + 1] == ' ' || text[i + 1] == '\n' || text[i + 1] == '\t')) ++i;
    const bool is_none = code == 0 || code > 0x10ffff || (code >= 0xd800 && code < 0xe000);
    out += dns::to_utf8(std::u32string(1, is_none ? 0xfffd : code));
  }
  return out;
}

}  // namespace rampart::guard::html
