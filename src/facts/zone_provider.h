// Answers from zone files: an audit before publishing.
//
// What the zones do not say is unknown(outside), with two exceptions:
//   - with a fallback (the live provider), questions outside go there, CNAME targets and delegated names too;
//   - without one, TXT at `_dmarc.PARENT` of a given zone is answered no_data, because a DMARC tree walk (RFC
//     9989 section 4.10) would otherwise never end. Each such assumption is noted, and the report prints it.
// HTTPS and SMTP questions go to the fallback, or are unknown(not_asked).
#pragma once

#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "facts/provider.h"
#include "facts/zones.h"

namespace rampart::facts {

struct ZoneProviderOptions {
  base::Time now{};              // when the answers were seen
  Provider* fallback = nullptr;  // must outlive every question
};

// Answers before ask() returns, unless the fallback is needed. Any number of threads may ask at once when the
// fallback allows it.
class ZoneProvider : public Provider {
 public:
  // `zones` must outlive the provider.
  ZoneProvider(const Zones& zones, const ZoneProviderOptions& options) : zones_(zones), options_(options) {}

  void ask(std::vector<Question> questions, Deadline deadline, Done done) override;

  // What was taken for granted so far, each once, sorted.
  [[nodiscard]] std::vector<std::string> assumptions() const;

 private:
  AnswerPtr assume(const DnsQuestion& question);

  const Zones& zones_;
  ZoneProviderOptions options_;
  mutable std::mutex mutex_;
  std::set<std::string> assumptions_;  // under mutex_
};

}  // namespace rampart::facts
