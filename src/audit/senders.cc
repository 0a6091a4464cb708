#include "audit/senders.h"

#include <algorithm>
#include <limits>
#include <optional>

#include <fmt/format.h>

#include "audit/picture.h"
#include "audit/spoofing.h"
#include "base/text.h"

namespace rampart::audit {
namespace {

constexpr std::size_t kMaxNetworksTried = 16;  // of one record; ours: the set already leaves out exceptions
constexpr std::size_t kMaxValuesTried = 8;     // names below a fixed ending that are tried as values; ours
constexpr int kNoLimit = std::numeric_limits<int>::max();

// What the sender writes where a record leaves it to him.
struct Values {
  std::string local_part;
  std::string helo;
};

class Senders {
 public:
  Senders(const Picture& picture, facts::Facts& facts, const base::IpAddress* address)
      : picture_(picture), facts_(facts), address_(address) {}

  std::vector<Sender> run() {
    add(picture_.identities.domain, picture_.spf.analysis, false);
    for (const auto& candidate : picture_.candidates) add(candidate);
    return std::move(senders_);
  }

 private:
  void add(const Candidate& candidate) {
    const auto& [domain, any_domain, analysis] = candidate;
    if (analysis) return add(domain, *analysis, any_domain);
    senders_.push_back(best(domain, address_ != nullptr ? *address_ : senders_.front().address, any_domain));
  }

  void add(const dns::Name& domain, const spf::Analysis& analysis, bool any_domain) {
    auto sender = best(domain, address_ != nullptr ? *address_ : stranger(domain, analysis), any_domain);
    // What was not followed may hold a range as wide as the world. A permanent error is one for every address.
    if (address_ == nullptr && analysis.has(spf::Issue::Kind::too_much) && !sender.passes() &&
        sender.outcome.result != spf::Result::permerror && sender.doubt.empty()) {
      sender.doubt = fmt::format("the SPF record of {} holds more than was followed, so it may let in anyone",
                                 domain.text());
    }
    senders_.push_back(std::move(sender));
  }

  spf::Outcome check(const dns::Name& domain, const base::IpAddress& address, const Values& values,
                     spf::Steering* steering, const spf::Limits& limits = {}) {
    spf::Input input;
    input.ip = address;
    input.domain = domain;
    input.local_part = values.local_part;
    input.helo = values.helo;
    input.now = picture_.input->now;
    input.steering = steering;
    return spf::check_host(input, facts_, limits);
  }

  bool passes(const dns::Name& domain, const base::IpAddress& address) {
    return check(domain, address, invented(), nullptr, {.voids = kNoLimit}).result == spf::Result::pass;
  }

  static Values invented() { return {std::string(kInventedLabel), std::string(kInventedLabel)}; }

  // See spoofing.h: an address that SPF does not let pass, unless it lets in so many that a stranger has one
  // that passes.
  base::IpAddress stranger(const dns::Name& domain, const spf::Analysis& analysis) {
    const bool anyone = lets_in_anyone(analysis);
    std::optional<base::IpAddress> found;
    for (const auto text : kStrangers) {
      const auto address = *base::IpAddress::parse(text);
      const bool in = passes(domain, address);
      // Let in by what lists no address (exists:%{v}.example): so are others, who can be anyone.
      if (in && !analysis.authorised.contains(address)) return address;
      if (in == anyone && !found) found = address;
      if (found && analysis.complete) break;  // the list says all
    }
    if (found) return *found;
    if (anyone) {
      auto networks = analysis.authorised.networks();
      std::ranges::sort(networks, {}, [](const spf::Network& network) {
        return std::pair(network.length, network.address);
      });
      if (networks.size() > kMaxNetworksTried) networks.resize(kMaxNetworksTried);
      for (const auto& network : networks) {
        if (network.length > kWideNetwork) break;
        if (passes(domain, network.address)) return network.address;
      }
    }
    return *base::IpAddress::parse(kStrangers.front());
  }

  static bool lets_in_anyone(const spf::Analysis& analysis) {
    return analysis.has(spf::Issue::Kind::pass_all) ||
           analysis.authorised.ipv4_count() >= spf::AnalysisOptions{}.wide_ipv4_count ||
           analysis.authorised.ipv6_count() >= kAnyoneIpv6;
  }

  // The best that he can do with this name in MAIL FROM, from this address.
  Sender best(const dns::Name& domain, const base::IpAddress& address, bool any_domain) {
    Sender sender{.domain = domain, .address = address, .outcome = {}, .doubt = {}, .how = {}, .beside = {}};
    spf::Steering steering{.any_domain = any_domain, .doubt = {}, .ending = {}, .named = {}, .beside = {}};
    sender.outcome = check(domain, address, invented(), &steering);
    if (sender.outcome.why == spf::Reason::void_limit) without_void_limit(sender, steering);
    if (sender.passes()) {
      if (!steering.named.empty()) {
        sender.how = fmt::format("the sender fills the macro in {} with a name of his own",
                                 base::excerpt(steering.named, kMaxTermShown));
      }
      return sender;
    }
    sender.beside = base::excerpt(steering.beside, kMaxTermShown);
    if (steering.doubt.empty()) return sender;
    for (const auto& values : values_below(domain, steering.ending)) {
      auto outcome = check(domain, address, values, nullptr, {.voids = kNoLimit});
      if (outcome.result != spf::Result::pass) continue;
      sender.outcome = std::move(outcome);
      sender.how = values.local_part.empty()
                       ? fmt::format("the sender is null and the HELO name {}", values.helo)
                       : fmt::format("the sender writes {} as local part and HELO name", values.helo);
      return sender;
    }
    sender.doubt = std::move(steering.doubt);
    return sender;
  }

  // RFC 7208 section 4.6.4 says SHOULD of this limit, and MUST of the others.
  void without_void_limit(Sender& sender, spf::Steering& steering) {
    spf::Steering again{
        .any_domain = steering.any_domain, .doubt = {}, .ending = {}, .named = {}, .beside = {}};
    auto outcome = check(sender.domain, sender.address, invented(), &again, {.voids = kNoLimit});
    if (outcome.result == spf::Result::pass) {
      sender.outcome = std::move(outcome);
      sender.how =
          "only the limit on void lookups stops him, and receivers need not have it (RFC 7208 section "
          "4.6.4)";
    } else if (outcome.result == spf::Result::temperror) {
      sender.outcome = std::move(outcome);
    }
    if (steering.doubt.empty()) steering = std::move(again);
  }

  // Values for the macros that lead to names that are known below a fixed ending, and those of a bounce in the
  // domain's own name (RFC 7208 section 2.4).
  [[nodiscard]] std::vector<Values> values_below(const dns::Name& domain, const dns::Name& ending) const {
    std::vector<Values> out{{{}, domain.text()}};
    const auto& input = *picture_.input;
    for (const auto* known : {&input.known_subdomains, &input.spf_subdomains}) {
      for (const auto& name : *known) {
        if (name == ending || !name.is_within(ending) || ending.is_root()) continue;
        if (out.size() > kMaxValuesTried) return out;
        auto text = name.text();
        text.resize(text.size() - ending.text().size() - 1);
        out.push_back({text, text});
      }
    }
    return out;
  }

  static constexpr std::size_t kMaxTermShown = 80;  // characters of a term in a sentence; ours

  const Picture& picture_;
  facts::Facts& facts_;
  const base::IpAddress* address_;
  std::vector<Sender> senders_;
};

}  // namespace

std::vector<Sender> senders(const Picture& picture, facts::Facts& facts, const base::IpAddress* address) {
  return Senders(picture, facts, address).run();
}

}  // namespace rampart::audit
