#include "audit/subdomains/revealed.h"

#include <array>
#include <utility>

namespace rampart::audit::subdomains {

std::string_view to_string(Source source) {
  constexpr std::array<std::string_view, kSources> kNames{"given", "zone", "transfer", "list",  "ns",   "mx",
                                                          "spf",   "dkim", "dmarc",    "alias", "words"};
  return kNames[static_cast<std::size_t>(source)];
}

dns::Name host_of(const dns::Name& name) {
  auto labels = name.label_count();
  for (unsigned i = 0; i < name.label_count(); ++i) {
    const auto label = name.label(i);
    if (label.starts_with('_') || label == "*") labels = name.label_count() - i - 1;
  }
  return name.suffix(labels);
}

Revealed::Revealed(const dns::Name& domain) : domain_(domain) { add_one(domain, Source::given); }

Revealed::Added Revealed::add_one(const dns::Name& name, Source source) {
  const auto found = sources_.find(name);
  if (found != sources_.end()) {
    found->second.insert(source);
    return Added::known;
  }
  if (sources_.size() >= kMaxNames) {
    ++left_out_;
    return Added::full;
  }
  sources_[name].insert(source);
  fresh_.push_back(name);
  return Added::fresh;
}

Revealed::Added Revealed::add(const dns::Name& name, Source source) {
  const auto host = host_of(name);
  if (!host.is_within(domain_)) {
    ++outside_;
    return Added::outside;
  }
  // A name that a word makes is a guess, which says nothing of those above it.
  if (source != Source::words) {
    for (auto above = host.parent(); above != domain_ && above.is_within(domain_); above = above.parent())
      add_one(above, source);
  }
  return host == domain_ ? Added::known : add_one(host, source);
}

std::vector<dns::Name> Revealed::take_fresh() { return std::exchange(fresh_, {}); }

const std::set<Source>& Revealed::sources(const dns::Name& name) const {
  static const std::set<Source> kNone;
  const auto found = sources_.find(name);
  return found == sources_.end() ? kNone : found->second;
}

bool Revealed::is_proven(const dns::Name& name) const {
  const auto& by = sources(name);
  return by.contains(Source::given) || by.contains(Source::zone) || by.contains(Source::transfer);
}

}  // namespace rampart::audit::subdomains
