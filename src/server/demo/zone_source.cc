#include "server/demo/zone_source.h"

#include "audit/zone_hints.h"
#include "facts/zone_provider.h"

namespace rampart::server::demo {
namespace {

class ZoneSource final : public FactSource {
 public:
  ZoneSource(const World& world, std::size_t threads) : zones_(world.zones(Then::now)), hints_(zones_) {
    for (std::size_t i = 0; i < threads; ++i)
      providers_.push_back(std::make_unique<facts::ZoneProvider>(
          zones_, facts::ZoneProviderOptions{.now = now_, .fallback = nullptr}));
  }

  std::vector<audit::Lane> lanes() override {
    std::vector<audit::Lane> out;
    out.reserve(providers_.size());
    for (const auto& provider : providers_) out.push_back({.provider = provider.get(), .wait = {}});
    return out;
  }
  [[nodiscard]] base::Time now() const override { return now_; }
  [[nodiscard]] audit::RunNotes about() const override {
    return {.source = {"the demo's own zones"}, .notes = {}};
  }
  void hint(audit::Input& input) const override { hints_.apply(input, zones_); }

 private:
  base::Time now_ = base::now();
  const facts::Zones& zones_;
  audit::ZoneHints hints_;
  std::vector<std::unique_ptr<facts::ZoneProvider>> providers_;  // one for each lane
};

}  // namespace

std::unique_ptr<FactSource> zone_source(const World& world, std::size_t threads) {
  return std::make_unique<ZoneSource>(world, threads);
}

}  // namespace rampart::server::demo
