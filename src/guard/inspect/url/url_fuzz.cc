// URLs of strangers: what is parsed is a fixed point, and everything made of it keeps its limits.
#include <cstdint>
#include <cstdlib>

#include "base/text.h"
#include "guard/inspect/url/find.h"
#include "guard/inspect/url/flowed.h"
#include "guard/inspect/url/url_facts.h"

using namespace rampart;
using namespace rampart::guard;

namespace {

void require(bool promise) {
  if (!promise) std::abort();
}

void look_at(const url::Url& url) {
  const auto& services = url::built_in_services();
  const auto facts = url::examine(url, services);
  require(base::printable(facts.shown_host) == facts.shown_host);
  const auto targets = url::unwrap(url, services);
  require(targets.size() <= url::kMaxTargets);
  for (const auto& target : targets) require(target.depth <= url::kMaxUnwrapDepth && target.url.has_host());
  const auto all = url::unwrap_all(url, services);
  require(all.urls.size() <= url::kMaxCarried);
  for (const auto& one : all.urls) require(one.has_host());
  if (!url.has_host() || url.is(url::kCut)) return;
  const auto again = url::parse(url.text());
  require(again && again->host == url.host && again->host_kind == url.host_kind && again->port == url.port);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto one = url::parse(text);
  if (one) {
    look_at(*one);
    const auto cut = text.find(' ');
    if (cut != std::string_view::npos) {
      if (const auto relative = url::resolve(*one, text.substr(cut))) look_at(*relative);
    }
    const auto shown = url::compare_shown(text, *one, url::built_in_services());
    require(!shown.claimed || !one->has_host() || !one->is_web() || one->is(url::kUserinfo) ||
            shown.relation != url::ShownRelation::no_claim);
  }
  if (const auto shown = url::parse_shown(text)) look_at(*shown);
  for (const auto& found : url::find_urls(text)) {
    require(text.substr(found.offset, found.text.size()) == found.text);
    look_at(found.url);
  }
  const auto all = url::find_all_urls(text);
  require(all.urls.size() <= url::kMaxFoundAll);
  for (const auto& one : all.urls) require(one.has_host());
  require(url::unflow(text, true).size() <= 2 * text.size() + 2);
  return 0;
}
