// Answers the HTTPS and SMTP questions of a provider: finds the host's addresses through the provider itself,
// has the guard look at them, probes, and remembers what came for an hour, so that a mail server of a
// thousand domains is visited once.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "facts/provider.h"
#include "net/https_probe.h"
#include "net/probe_guard.h"
#include "net/smtp_probe.h"

namespace rampart::net {

struct ProbeOptions {
  std::optional<HttpsOptions> https;  // not set: unknown(not_asked)
  std::optional<SmtpOptions> smtp;
  bool allow_private = false;
};

class ProbeDesk {
 public:
  using Done = std::function<void(facts::Fact)>;
  static constexpr std::chrono::hours kRemembered{1};
  static constexpr std::size_t kMaxRemembered = 10'000;  // of each kind; our own
  static constexpr std::chrono::seconds kAddressesWithin{15};

  ProbeDesk(boost::asio::io_context& io, facts::Provider& addresses, const ProbeOptions& options);

  ~ProbeDesk() { *self_ = nullptr; }

  // `question` is no DNS question. `done` runs once, at once or from the io_context.
  void ask(const facts::Question& question, Done done);

 private:
  using Clock = std::chrono::steady_clock;
  struct Entry {
    facts::Question question;
    std::optional<facts::Fact> fact;
    Clock::time_point until{};
    std::vector<Done> waiting;
  };
  void probe(const std::string& key, const facts::Question& question, const facts::Answer& a,
             const facts::Answer& aaaa);
  void finish(const std::string& key, const facts::Fact& fact);

  facts::Provider& addresses_;
  ProbeGuard guard_;
  std::unique_ptr<HttpsProber> https_;
  std::unique_ptr<SmtpProber> smtp_;
  std::map<std::string, Entry> entries_;                                   // by the question's text
  std::shared_ptr<ProbeDesk*> self_ = std::make_shared<ProbeDesk*>(this);  // shared with callbacks under way
};

}  // namespace rampart::net
