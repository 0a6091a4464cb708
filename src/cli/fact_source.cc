#include "cli/fact_source.h"

#include <fmt/ranges.h>

namespace rampart::cli {

base::Result<std::unique_ptr<FactSource>> FactSource::open(const FactSourceOptions& options,
                                                           const base::Config&) {
  std::unique_ptr<FactSource> source(new FactSource);
  source->now_ = base::now();
  if (options.zones.empty()) {
    return base::fail(base::ErrorKind::usage, "nothing says where the facts come from", {},
                      "name zone files: rampart audit --zone FILE");
  }
  source->zones_ = TRY(facts::Zones::load(options.zones));
  source->hints_.emplace(*source->zones_);
  source->description_.push_back(fmt::format("zone files: {}", fmt::join(options.zones, ", ")));
  source->zone_provider_.emplace(*source->zones_, facts::ZoneProviderOptions{.now = source->now_});
  source->provider_ = &*source->zone_provider_;
  return source;
}

std::vector<std::string> FactSource::notes() const {
  std::vector<std::string> notes;
  if (zones_) notes = zones_->notes();
  if (zone_provider_) {
    for (auto& note : zone_provider_->assumptions()) notes.push_back(std::move(note));
  }
  return notes;
}

void FactSource::hint(audit::Input& input) const {
  if (hints_) hints_->apply(input, *zones_);
}

}  // namespace rampart::cli
