#include "guard/inspect/seen/links.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "guard/inspect/url/unwrap.h"

namespace rampart::guard {
namespace {

constexpr std::size_t kMaxLoaded = 200;        // links that merely load
constexpr std::size_t kMaxUnwrapped = 20'000;  // URLs that are kept in mind as looked into

std::string host_of(const url::Url& url) {
  if (url.host_kind == url::HostKind::domain) return url.name.text();
  return base::printable(std::string_view(url.host).substr(0, kMaxSeenName));
}

std::string registered_of(const url::Url& url) {
  const auto name = url.registered();
  return name ? name->text() : std::string();
}

}  // namespace

void Links::add_key(const url::Url& url) {
  auto key = link_key(url);
  if (key.empty()) return;
  if (keys_.contains(key)) return;
  if (keys_.size() == kMaxLinkKeys || key_bytes_ + key.size() > kMaxLinkKeyBytes)
    return seen_.doubt("it has more links than are looked at");
  key_bytes_ += key.size();
  seen_.link_keys.push_back(key);
  keys_.insert(std::move(key));
}

void Links::add_keys(const url::Url& url) {
  if (unwrapped_.size() < kMaxUnwrapped && !unwrapped_.insert(url.text()).second) return;
  add_key(url);
  const auto carried = url::unwrap_all(url, url::built_in_services(), carried_left_);
  if (carried.is_cut) seen_.doubt("a link carries more than is looked at");
  for (const auto& one : carried.urls) add_key(one);
}

void Links::add(const url::Url& url, const At& at) {
  // Parts of the message itself, and what is no place.
  if (url.scheme == "cid" || url.scheme == "mid" || url.scheme == "about" || url.scheme == "tel") return;
  if (url.scheme == "data" && !html::is_followed_by_people(at.kind)) return;
  const bool is_followed = at.source != LinkSource::html || html::is_followed_by_people(at.kind);
  const auto text = url.text();
  const auto mark =
      fmt::format("{} {} {} {} {}\n{}\n{}", at.part, at.inside, static_cast<int>(at.source),
                  static_cast<int>(at.kind), static_cast<int>(at.is_in_attachment), text, at.text);
  auto& all = is_followed ? followed_ : loaded_;
  if (const auto known = known_.find(mark); known != known_.end()) {
    auto& link = all[known->second];
    ++link.count;
    link.is_hidden = link.is_hidden && at.is_hidden;
    return;
  }
  add_keys(url);
  const auto& services = url::built_in_services();
  if (all.size() == (is_followed ? kMaxSeenLinks : kMaxLoaded)) {
    ++seen_.links_left_out;
    return;
  }
  const auto targets = url::unwrap(url, services);
  known_.emplace(mark, all.size());
  auto& link = all.emplace_back();
  link.source = at.source;
  link.kind = at.kind;
  link.part = at.part;
  link.inside = base::excerpt(at.inside, kMaxSeenInside - 40);
  link.share = at.share;
  link.url = base::excerpt(text, kMaxSeenUrl - 40);
  link.scheme = url.scheme;
  if (url.has_host()) link.host = host_of(url);
  link.registered = registered_of(url);
  link.text = base::excerpt(at.text, kMaxSeenLinkText - 40);
  link.alt = base::excerpt(at.alt, kMaxSeenLinkText - 40);
  link.is_hidden = at.is_hidden;
  link.is_in_attachment = at.is_in_attachment;
  link.facts = url::examine(url, services);
  const auto shown = url::compare_shown(at.text, url, services);
  link.relation = shown.relation;
  if (shown.claimed && shown.claimed->has_host()) {
    link.claimed_host = host_of(*shown.claimed);
    link.claimed_registered = registered_of(*shown.claimed);
  }
  link.targets.reserve(std::min(targets.size(), kMaxSeenTargets));
  for (const auto& target : targets) {
    if (link.targets.size() == kMaxSeenTargets) break;
    link.targets.push_back({.host = target.url.has_host() ? host_of(target.url) : std::string(),
                            .registered = registered_of(target.url),
                            .by = base::printable(target.by),
                            .is_known = target.is_known,
                            .is_final = target.is_final,
                            .facts = url::examine(target.url, services)});
  }
}

void Links::finish() {
  const auto room = kMaxSeenLinks - std::min(followed_.size(), kMaxSeenLinks);
  if (loaded_.size() > room) {
    seen_.links_left_out += loaded_.size() - room;
    loaded_.resize(room);
  }
  seen_.links = std::move(followed_);
  seen_.links.insert(seen_.links.end(), std::move_iterator(loaded_.begin()),
                     std::move_iterator(loaded_.end()));
}

}  // namespace rampart::guard
