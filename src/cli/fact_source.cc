#include "cli/fact_source.h"

#include <boost/asio/io_context.hpp>
#include <fmt/ranges.h>

#include "audit/zone_hints.h"
#include "dns/domain.h"
#include "facts/book_file.h"
#include "facts/recorded_provider.h"
#include "facts/zone_provider.h"
#include "net/live_provider.h"
#include "net/resolver_exam.h"
#include "net/resolvers.h"

namespace rampart::cli {
namespace {

using base::Result;

class Recording final : public FactSource {
 public:
  static Result<std::unique_ptr<FactSource>> open(const std::string& path) {
    return std::make_unique<Recording>(TRY(facts::load_book(path)));
  }
  explicit Recording(facts::LoadedBook loaded)
      : loaded_(std::move(loaded)), provider_(loaded_.book, loaded_.header.now) {}

  facts::Provider& provider() override { return provider_; }
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
    input = std::move(*recorded);
  }

 private:
  facts::LoadedBook loaded_;
  facts::RecordedProvider provider_;
};

class Live final : public FactSource {
 public:
  static Result<std::unique_ptr<FactSource>> open(const base::Config& config) {
    net::LiveOptions options;
    for (const auto& text : config.list("dns.resolvers"))
      options.resolvers.push_back(
          *base::parse_endpoint(text, net::kDnsPort));  // the setting's check has passed it
    if (options.resolvers.empty()) options.resolvers = TRY(net::system_resolvers());
    options.trust_ad = config.boolean("dns.trust_ad");
    options.authoritative = config.boolean("dns.authoritative");
    options.timeout = config.duration("dns.timeout");
    options.tries = static_cast<std::size_t>(config.integer("dns.tries"));
    options.probes.allow_private = config.boolean("probe.allow_private");
    const auto& probes = config.list("audit.probe");
    const auto wanted = [&](std::string_view kind) {
      return std::ranges::find(probes, kind) != probes.end();
    };
    if (wanted("https"))
      options.probes.https = net::HttpsOptions{.timeout = config.duration("probe.timeout")};
    if (wanted("smtp")) options.probes.smtp = net::SmtpOptions{.timeout = config.duration("probe.timeout")};
    options.cap.most = static_cast<std::size_t>(config.integer("dns.max_outstanding"));
    return std::make_unique<Live>(std::move(options));
  }
  explicit Live(net::LiveOptions options)
      : resolvers_(texts(options)),
        authoritative_(options.authoritative),
        provider_(io_, std::move(options)) {}

  Result<> prepare(const dns::Name& first) override {
    bool done = false;
    std::vector<net::ResolverNotes> found;
    net::examine_resolvers(
        io_, provider_,
        {.domain = first, .public_suffix = dns::public_suffix(first), .authoritative = authoritative_},
        [&](std::vector<net::ResolverNotes> notes) {
          found = std::move(notes);
          done = true;
        });
    while (!done && wait()()) {
    }
    for (auto& resolver : found) {
      for (auto& message : resolver.messages) notes_.push_back(std::move(message));
    }
    if (std::ranges::none_of(found, &net::ResolverNotes::reachable)) {
      return base::fail(base::ErrorKind::unavailable,
                        fmt::format("no resolver answers: {}", fmt::join(resolvers_, ", ")), {},
                        "check the network, or name a resolver that can be reached: --resolver ADDRESS");
    }
    return {};
  }

  facts::Provider& provider() override { return provider_; }
  std::function<bool()> wait() override {
    return [this] {
      if (io_.stopped()) io_.restart();  // it stops whenever nothing is under way
      return io_.run_one() != 0;
    };
  }
  [[nodiscard]] base::Time now() const override { return now_; }
  [[nodiscard]] audit::RunNotes about() const override {
    const auto how = authoritative_ ? "the zones' own servers, found by resolvers" : "resolvers";
    return {.source = {fmt::format("{}: {}", how, fmt::join(resolvers_, ", "))}, .notes = notes_};
  }

 private:
  static std::vector<std::string> texts(const net::LiveOptions& options) {
    std::vector<std::string> out;
    out.reserve(options.resolvers.size());
    for (const auto& endpoint : options.resolvers) out.push_back(endpoint.text());
    return out;
  }

  base::Time now_ = base::now();
  std::vector<std::string> resolvers_;
  bool authoritative_;
  std::vector<std::string> notes_;
  boost::asio::io_context io_{1};
  net::LiveProvider provider_;
};

class ZoneFiles final : public FactSource {
 public:
  static Result<std::unique_ptr<FactSource>> open(const std::vector<std::string>& paths,
                                                  std::unique_ptr<FactSource> live) {
    auto zones = TRY(facts::Zones::load(paths));
    return std::make_unique<ZoneFiles>(paths, std::move(zones), std::move(live));
  }
  ZoneFiles(const std::vector<std::string>& paths, facts::Zones zones, std::unique_ptr<FactSource> live)
      : paths_(paths),
        zones_(std::move(zones)),
        hints_(zones_),
        live_(std::move(live)),
        provider_(zones_, {.now = now_, .fallback = live_ ? &live_->provider() : nullptr}) {}

  Result<> prepare(const dns::Name& first) override { return live_ ? live_->prepare(first) : Result<>(); }
  facts::Provider& provider() override { return provider_; }
  std::function<bool()> wait() override { return live_ ? live_->wait() : nullptr; }
  [[nodiscard]] base::Time now() const override { return now_; }
  [[nodiscard]] audit::RunNotes about() const override {
    audit::RunNotes about;
    if (live_) about = live_->about();
    about.source.insert(about.source.begin(), fmt::format("zone files: {}", fmt::join(paths_, ", ")));
    for (const auto& note : zones_.notes()) about.notes.push_back(note);
    for (auto& note : provider_.assumptions()) about.notes.push_back(std::move(note));
    return about;
  }
  void hint(audit::Input& input) const override { hints_.apply(input, zones_); }

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
  facts::ZoneProvider provider_;
};

}  // namespace

Result<std::unique_ptr<FactSource>> open_fact_source(const FactSourceOptions& options,
                                                     const base::Config& config) {
  if (!options.recording.empty()) return Recording::open(options.recording);
  std::unique_ptr<FactSource> live;
  if (options.live || options.zones.empty()) live = TRY(Live::open(config));
  if (options.zones.empty()) return live;
  return ZoneFiles::open(options.zones, std::move(live));
}

}  // namespace rampart::cli
