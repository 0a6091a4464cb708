#include "server/setup/fact_source.h"

#include <algorithm>
#include <set>

#include <boost/asio/io_context.hpp>
#include <fmt/ranges.h>

#include "audit/zone_hints.h"
#include "dns/domain.h"
#include "facts/book_file.h"
#include "facts/recorded_provider.h"
#include "facts/zone_provider.h"
#include "net/live_provider.h"
#include "net/resolver_exam.h"
#include "server/setup/live_options.h"

namespace rampart::server {
namespace {

using base::Result;

constexpr std::chrono::milliseconds kHeedStop{200};  // how long it may go unseen; our own

class Recording final : public FactSource {
 public:
  static Result<std::unique_ptr<FactSource>> open(const std::string& path, std::size_t threads) {
    return std::make_unique<Recording>(TRY(facts::load_book(path)), threads);
  }
  Recording(facts::LoadedBook loaded, std::size_t threads)
      : loaded_(std::move(loaded)), provider_(loaded_.book, loaded_.header.now), threads_(threads) {}

  std::vector<audit::Lane> lanes() override {
    return std::vector<audit::Lane>(threads_, {.provider = &provider_, .wait = nullptr});
  }
  [[nodiscard]] base::Time now() const override { return loaded_.header.now; }
  [[nodiscard]] audit::RunNotes about() const override { return audit::recorded_run(*loaded_.book); }
  [[nodiscard]] std::vector<dns::Name> domains() const override {
    return audit::recorded_domains(*loaded_.book);
  }

  // As it was recorded; what is named on this command line comes before it.
  void hint(audit::Input& input) const override {
    auto recorded = audit::recorded_input(*loaded_.book, input.domain, input.now);
    if (!recorded) return;
    for (auto& selector : input.selectors) {
      const auto& known = recorded->selectors;
      if (std::ranges::find(known, selector) == known.end())
        recorded->selectors.push_back(std::move(selector));
    }
    if (input.said) recorded->said = input.said;
    if (input.sends != audit::Sends::unsaid) recorded->sends = input.sends;
    input = std::move(*recorded);
  }

 private:
  facts::LoadedBook loaded_;
  facts::RecordedProvider provider_;
  std::size_t threads_;
};

class Live final : public FactSource {
 public:
  static Result<std::unique_ptr<Live>> open(const base::Config& config, std::size_t threads,
                                            std::function<bool()> stop) {
    auto options = TRY(live_options(config));
    const auto& probes = config.list("audit.probe");
    // A mail server is probed once an hour, and a zone's server asked so much at a time, by all threads
    // together.
    if (!probes.empty() || options.authoritative) threads = 1;
    share_live_options(options, threads);
    return std::make_unique<Live>(options, threads, std::move(stop));
  }
  Live(const net::LiveOptions& options, std::size_t threads, std::function<bool()> stop)
      : resolvers_(texts(options)), authoritative_(options.authoritative), stop_(std::move(stop)) {
    for (std::size_t i = 0; i < threads; ++i) loops_.push_back(std::make_unique<Loop>(options, stop_));
  }

  Result<> prepare(const dns::Name& first) override {
    bool done = false;
    std::vector<net::ResolverNotes> found;
    auto& loop = *loops_.front();
    net::examine_resolvers(
        loop.io, loop.provider,
        {.domain = first, .public_suffix = dns::public_suffix(first), .authoritative = authoritative_},
        [&](std::vector<net::ResolverNotes> notes) {
          found = std::move(notes);
          done = true;
        });
    while (!done && loop.wait()) {
    }
    for (auto& resolver : found) {
      for (auto& message : resolver.messages) notes_.push_back(std::move(message));
      for (const auto& other : loops_) {
        if (resolver.distrust.any()) other->provider.distrust(resolver.resolver, resolver.distrust);
      }
    }
    if (std::ranges::none_of(found, &net::ResolverNotes::reachable)) {
      return base::fail(base::ErrorKind::unavailable,
                        fmt::format("no resolver answers: {}", fmt::join(resolvers_, ", ")), {},
                        "check the network, or name a resolver that can be reached: --resolver ADDRESS");
    }
    return {};
  }

  std::vector<audit::Lane> lanes() override {
    std::vector<audit::Lane> lanes;
    lanes.reserve(loops_.size());
    for (const auto& loop : loops_)
      lanes.push_back({.provider = &loop->provider, .wait = [&loop = *loop] { return loop.wait(); }});
    return lanes;
  }
  [[nodiscard]] base::Time now() const override { return now_; }
  [[nodiscard]] audit::RunNotes about() const override {
    const auto how = authoritative_ ? "the zones' own servers, found by resolvers" : "resolvers";
    return {.source = {fmt::format("{}: {}", how, fmt::join(resolvers_, ", "))}, .notes = notes_};
  }
  [[nodiscard]] bool stopped() const override { return stop_ && stop_(); }

 private:
  static std::vector<std::string> texts(const net::LiveOptions& options) {
    std::vector<std::string> out;
    out.reserve(options.resolvers.size());
    for (const auto& endpoint : options.resolvers) out.push_back(endpoint.text());
    return out;
  }

  // A provider and the event loop that it lives in: one thread's.
  struct Loop {
    Loop(net::LiveOptions options, const std::function<bool()>& heeded)
        : provider(io, std::move(options)), stop(heeded) {}
    bool wait() {
      if (io.stopped()) io.restart();  // it stops whenever nothing is under way
      while (!stop || !stop()) {
        if (io.run_one_for(kHeedStop) != 0) return true;
        if (io.stopped()) return false;
      }
      return false;
    }
    boost::asio::io_context io{1};
    net::LiveProvider provider;
    const std::function<bool()>& stop;
  };

  base::Time now_ = base::now();
  std::vector<std::string> resolvers_;
  bool authoritative_;
  std::function<bool()> stop_;
  std::vector<std::string> notes_;
  std::vector<std::unique_ptr<Loop>> loops_;  // they do not move: their handlers know where they are
};

class ZoneFiles final : public FactSource {
 public:
  static Result<std::unique_ptr<FactSource>> open(const std::vector<std::string>& paths,
                                                  std::unique_ptr<FactSource> live, std::size_t threads) {
    auto zones = TRY(facts::Zones::load(paths));
    return std::make_unique<ZoneFiles>(paths, std::move(zones), std::move(live), threads);
  }
  ZoneFiles(const std::vector<std::string>& paths, facts::Zones zones, std::unique_ptr<FactSource> live,
            std::size_t threads)
      : paths_(paths), zones_(std::move(zones)), hints_(zones_), live_(std::move(live)) {
    lanes_ = live_ ? live_->lanes() : std::vector<audit::Lane>(threads);
    for (auto& lane : lanes_) {
      providers_.push_back(std::make_unique<facts::ZoneProvider>(
          zones_, facts::ZoneProviderOptions{.now = now_, .fallback = lane.provider}));
      lane.provider = providers_.back().get();
    }
  }

  Result<> prepare(const dns::Name& first) override { return live_ ? live_->prepare(first) : Result<>(); }
  std::vector<audit::Lane> lanes() override { return lanes_; }
  [[nodiscard]] base::Time now() const override { return now_; }
  [[nodiscard]] audit::RunNotes about() const override {
    audit::RunNotes about;
    if (live_) about = live_->about();
    about.source.insert(about.source.begin(), fmt::format("zone files: {}", fmt::join(paths_, ", ")));
    for (const auto& note : zones_.notes()) about.notes.push_back(note);
    std::set<std::string> assumptions;
    for (const auto& provider : providers_) {
      for (auto& assumption : provider->assumptions()) assumptions.insert(std::move(assumption));
    }
    for (const auto& note : assumptions) about.notes.push_back(note);
    return about;
  }
  void hint(audit::Input& input) const override { hints_.apply(input, zones_); }
  [[nodiscard]] bool stopped() const override { return live_ && live_->stopped(); }

  [[nodiscard]] std::vector<dns::Name> names_within(const dns::Name& domain) const override {
    std::vector<dns::Name> out;
    zones_.for_each_name([&](const dns::Name& name, const facts::Zone::Node&) {
      if (name.is_within(domain)) out.push_back(name);
    });
    std::ranges::sort(out);
    return out;
  }

  // Every zone's apex but the root and reverse zones, which send no mail.
  [[nodiscard]] std::vector<dns::Name> domains() const override {
    const auto arpa = *dns::Name::try_parse("arpa");
    std::vector<dns::Name> out;
    for (const auto& apex : zones_.apexes()) {
      if (!apex.is_root() && !apex.is_within(arpa)) out.push_back(apex);
    }
    std::ranges::sort(out, {}, [](const dns::Name& name) { return name.text(); });
    return out;
  }

 private:
  std::vector<std::string> paths_;
  base::Time now_ = base::now();
  facts::Zones zones_;
  audit::ZoneHints hints_;
  std::unique_ptr<FactSource> live_;
  std::vector<std::unique_ptr<facts::ZoneProvider>> providers_;  // one for each lane; lanes point at them
  std::vector<audit::Lane> lanes_;
};

}  // namespace

Result<std::unique_ptr<FactSource>> open_fact_source(const FactSourceOptions& options,
                                                     const base::Config& config) {
  if (!options.recording.empty()) return Recording::open(options.recording, options.threads);
  std::unique_ptr<FactSource> live;
  if (options.live || options.zones.empty()) live = TRY(Live::open(config, options.threads, options.stop));
  if (options.zones.empty()) return live;
  return ZoneFiles::open(options.zones, std::move(live), options.threads);
}

}  // namespace rampart::server
