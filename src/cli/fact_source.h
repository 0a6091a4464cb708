// Where the facts of an audit come from: zone files, a recording, or the live DNS; opened once for a run.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "audit/zone_hints.h"
#include "base/config.h"
#include "facts/provider.h"
#include "facts/zone_provider.h"

namespace rampart::cli {

struct FactSourceOptions {
  std::vector<std::string> zones;  // files and folders; what they do not say is asked live when `live` is set
  bool live = false;
};

class FactSource {
 public:
  static base::Result<std::unique_ptr<FactSource>> open(const FactSourceOptions& options,
                                                        const base::Config& config);

  [[nodiscard]] facts::Provider& provider() { return *provider_; }
  // Lets the provider work until something has happened; false when nothing is under way. Empty when it
  // answers at once.
  [[nodiscard]] const std::function<bool()>& wait() const { return wait_; }
  [[nodiscard]] base::Time now() const { return now_; }
  [[nodiscard]] const facts::Zones* zones() const { return zones_ ? &*zones_ : nullptr; }
  // "zone files: examples/portfolio", for the report's `source`.
  [[nodiscard]] const std::vector<std::string>& description() const { return description_; }
  // What was assumed or found out about the source, each once. After the run.
  [[nodiscard]] std::vector<std::string> notes() const;

  // What the zones know of a domain beyond answers.
  void hint(audit::Input& input) const;

 private:
  FactSource() = default;

  base::Time now_{};
  std::vector<std::string> description_;
  std::optional<facts::Zones> zones_;
  std::optional<audit::ZoneHints> hints_;
  std::optional<facts::ZoneProvider> zone_provider_;
  facts::Provider* provider_ = nullptr;
  std::function<bool()> wait_;
};

}  // namespace rampart::cli
