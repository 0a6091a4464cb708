#include "guard/inspect/content/content.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/text.h"
#include "crypto/digest.h"
#include "guard/inspect/html/html_facts.h"
#include "guard/inspect/url/find.h"
#include "guard/inspect/url/unwrap.h"
#include "mail/mime.h"

namespace rampart::guard {
namespace {

constexpr std::size_t kHashDigits = 64;
constexpr std::string_view kEnd = ".\n";  // the last line: without it the rest is missing

struct Found {
  std::set<std::string> urls;
  std::vector<std::string> hashes;
  std::string fault;

  void doubt(std::string_view why) {
    if (fault.empty()) fault = why;
  }
};

void take(const url::Url& link, Found& found) {
  const auto put = [&](const url::Url& one) {
    auto key = link_key(one);
    if (key.empty()) return;
    if (found.urls.size() < kMaxContentUrls)
      found.urls.insert(std::move(key));
    else
      found.doubt("it has more links than are looked at");
  };
  put(link);
  for (const auto& target : url::unwrap(link, url::built_in_services())) put(target.url);
}

void take_text(std::string_view text, Found& found) {
  const auto links = url::find_urls(text);
  if (links.size() == url::kMaxFound) found.doubt("a part has more links than are looked at");
  for (const auto& link : links) take(link.url, found);
}

void take_html(std::string_view text, Found& found) {
  const auto facts = html::read_html(text);
  if (facts.links_left_out != 0 || facts.is_text_cut) found.doubt("a part is longer than is looked at");
  for (const auto& link : facts.links)
    if (link.url) take(*link.url, found);
  take_text(facts.text, found);
}

bool is_hash(std::string_view text) {
  return text.size() == kHashDigits &&
         std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

}  // namespace

std::string link_key(const url::Url& url) {
  if (!url.is_web() || !url.has_host()) return {};
  auto out = url.host_kind == url::HostKind::domain ? url.name.text() : url.host;
  if (url.port != 0) out += fmt::format(":{}", url.port);
  const auto put = [&](std::string_view text) {
    for (const char c : text) {
      if (out.size() >= kMaxContentUrl) return;
      if (static_cast<unsigned char>(c) <= ' ' || static_cast<unsigned char>(c) >= 0x7f)
        out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
      else
        out += c;
    }
  };
  put(url.path.empty() ? "/" : url.path);
  if (!url.query.empty()) {
    put("?");
    put(url.query);
  }
  return out;
}

void prepare_content() {
  url::built_in_services();
  crypto::sha256({});  // OpenSSL reads its configuration, which a worker may not
}

std::string look_at_content(std::string_view message) {
  Found found;
  const auto parts = mail::parse_parts(mail::unpack_mime(message));
  if (!parts) {
    found.doubt("its parts cannot be read");
  } else {
    if (parts->size() >= mail::kMaxParts) found.doubt("it has more parts than are looked at");
    for (const auto& part : *parts) {
      if (part.depth >= mail::kMaxMimeDepth) found.doubt("its parts are nested deeper than is looked at");
      if (part.type.starts_with("multipart/")) continue;
      found.hashes.push_back(base::hex(crypto::sha256(part.content)));
      // UTF-16 and the like: its links are there, and are not found.
      if (part.type.starts_with("text/") && part.content.find('\0') != std::string::npos)
        found.doubt("a text is in an encoding that is not read");
      if (part.type == "text/html" || part.type == "application/xhtml+xml")
        take_html(part.content, found);
      else if (part.type.starts_with("text/"))
        take_text(part.content, found);
    }
  }
  std::string out;
  for (const auto& hash : found.hashes) out += fmt::format("h {}\n", hash);
  for (const auto& link : found.urls) out += fmt::format("u {}\n", link);
  if (!found.fault.empty()) out += fmt::format("! {}\n", found.fault);
  return out.append(kEnd);
}

Content content_of(const base::Worker::Reply& reply) {
  Content out;
  out.fault = base::printable(reply.fault);
  std::string_view rest = reply.bytes;
  if (!rest.ends_with(kEnd)) {
    if (out.fault.empty()) out.fault = "what its process said is not whole";
    return out;
  }
  rest.remove_suffix(kEnd.size());
  while (!rest.empty()) {
    const auto line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    const auto value = line.substr(std::min<std::size_t>(2, line.size()));
    if (line.starts_with("h ") && is_hash(value) && out.hashes.size() < mail::kMaxParts) {
      out.hashes.emplace_back(value);
    } else if (line.starts_with("u ") && value.size() <= 2 * kMaxContentUrl &&
               out.urls.size() < kMaxContentUrls) {
      out.urls.emplace_back(value);
    } else if (line.starts_with("! ")) {
      out.fault = base::excerpt(value, 200);
    } else {
      out.fault = "what its process said is not understood";
      return out;
    }
  }
  return out;
}

}  // namespace rampart::guard
