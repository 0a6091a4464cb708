// What is wrong with the keys: the findings.
#include "audit/checks/dkim.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "audit/catalogue.h"
#include "audit/picture.h"
#include "audit/weaknesses.h"
#include "base/text.h"

namespace rampart::audit {
namespace {

using SelectorState = dkim::Selector::State;

Evidence evidence_of(const SelectorPicture& selector, const dkim::KeyRecord* key) {
  return {fmt::format("{} TXT", selector.name.text()),
          key == nullptr ? std::string() : key->text,
          selector.server,
          {}};
}

// Faults that have findings of their own.
bool has_finding(std::string_view fault) {
  static constexpr std::array<std::string_view, 5> kOthers = {"key-too-short", "key-short", "testing",
                                                              "service-other", "hash-sha1"};
  return std::find(kOthers.begin(), kOthers.end(), fault) != kOthers.end();
}

std::string describe(const dkim::KeyRecord& key) {
  return key.type == dkim::KeyType::rsa ? fmt::format("RSA, {} bits", key.bits)
                                        : std::string(dkim::to_string(key.type));
}

class Check {
 public:
  Check(const Picture& picture, std::vector<Finding>& findings)
      : picture_(picture), dkim_(picture.dkim), domain_(picture.domain.text()), findings_(findings) {}

  void run() {
    if (dkim_.state == DkimState::unknown && !(dkim_.all_revoked && picture_.silent())) unknown();
    if (dkim_.wildcard) {
      auto& finding = add(make_finding("dkim-wildcard", {domain_}));
      finding.evidence.push_back({dkim_.why, {}, {}, {}});
    }
    if (dkim_.all_revoked) {
      auto& finding = add(make_finding("dkim-key-revoked", {fmt::format("*._domainkey.{}", domain_)}));
      const auto& first = dkim_.selectors.front();
      finding.evidence.push_back(evidence_of(first, &first.found.keys.front()));
      return;
    }
    for (const auto& takeover : dkim_.takeovers) taken_over(takeover);
    for (const auto& selector : dkim_.selectors) check(selector);
    if (!failed_.empty()) {
      auto& finding = add(make_unknown("dkim-selector-unknown", {failed_names_}, std::move(failed_.front())));
      finding.evidence.insert(finding.evidence.end(), failed_.begin() + 1, failed_.end());
    }
    whole();
  }

 private:
  Finding& add(Finding finding) { return findings_.emplace_back(std::move(finding)); }

  void unknown() {
    Evidence evidence{
        fmt::format("{} selectors below _domainkey.{}", dkim_.tried, domain_), {}, {}, dkim_.why};
    add(make_unknown("dkim-unknown",
                     {domain_, std::to_string(dkim_.tried), weaknesses_without_dkim(picture_)},
                     std::move(evidence)));
  }

  void check(const SelectorPicture& selector) {
    const auto name = selector.name.text();
    if (selector.found.state == SelectorState::unknown) {
      Evidence evidence = evidence_of(selector, nullptr);
      evidence.why = selector.found.why;
      if (selector.named) {
        add(make_unknown("dkim-selector-unknown", {name}, std::move(evidence)));
      } else {  // one line for all the guesses that failed
        failed_names_ += (failed_names_.empty() ? "" : ", ") + name;
        failed_.push_back(std::move(evidence));
      }
      return;
    }
    if (selector.found.keys.empty()) {
      if (selector.named) {
        add(make_finding("dkim-selector-missing", {name})).evidence.push_back(evidence_of(selector, nullptr));
      }
      return;
    }
    if (selector.found.records > 1) {
      auto& finding = add(make_finding("dkim-several-keys", {name, std::to_string(selector.found.records)}));
      for (const auto& key : selector.found.keys) finding.evidence.push_back(evidence_of(selector, &key));
    }
    for (const auto& key : selector.found.keys) check(selector, key, name);
  }

  void check(const SelectorPicture& selector, const dkim::KeyRecord& key, const std::string& name) {
    const auto found = [&](Finding finding) {
      add(std::move(finding)).evidence.push_back(evidence_of(selector, &key));
    };
    if (key.revoked) return found(make_finding("dkim-key-revoked", {name}));
    if (key.type == dkim::KeyType::rsa && key.bits > 0 && key.bits < dkim::kMinRsaBits) {
      found(make_finding("dkim-key-weak", {name, std::to_string(key.bits)}));
    } else if (key.type == dkim::KeyType::rsa && key.bits > 0 && key.bits < dkim::kRecommendedRsaBits) {
      found(make_finding("dkim-key-short", {name, std::to_string(key.bits)}));
    }
    if (const auto days = too_old(selector, key)) {
      found(make_finding(
          "dkim-key-old",
          {name, std::to_string(*days),
           std::to_string(std::chrono::floor<std::chrono::days>(picture_.input->max_key_age).count())}));
    }
    if (!key.allows_sha256()) found(make_finding("dkim-key-sha1", {name}));
    if (!key.serves(dkim::Service::email)) found(make_finding("dkim-key-service", {name}));
    if (key.testing) found(make_finding("dkim-key-testing", {name}));
    faults(selector, key, name);
  }

  // The age in days of a key that is due for replacement, as far as earlier audits have seen it.
  [[nodiscard]] std::optional<long> too_old(const SelectorPicture& selector,
                                            const dkim::KeyRecord& key) const {
    const auto& input = *picture_.input;
    if (input.max_key_age.count() == 0) return std::nullopt;
    for (const auto& known : input.known_keys) {
      if (known.selector != selector.selector || known.fingerprint != key.fingerprint) continue;
      const auto age = input.now - known.first_seen;
      if (age > input.max_key_age) return std::chrono::floor<std::chrono::days>(age).count();
    }
    return std::nullopt;
  }

  void faults(const SelectorPicture& selector, const dkim::KeyRecord& key, const std::string& name) {
    std::string fatal;
    std::string overlooked;
    for (const auto& fault : key.faults) {
      if (fault.gravity == auth::Gravity::note || has_finding(fault.code)) continue;
      auto& text = fault.gravity == auth::Gravity::fatal ? fatal : overlooked;
      text += (text.empty() ? "" : "; ") + fault.text;
    }
    if (!fatal.empty()) {
      add(make_finding("dkim-key-syntax", {name, fatal})).evidence.push_back(evidence_of(selector, &key));
    }
    if (!overlooked.empty()) {
      add(make_finding("dkim-key-tag", {name, overlooked})).evidence.push_back(evidence_of(selector, &key));
    }
  }

  void taken_over(const Takeover& takeover) {
    const auto name = takeover.name.text();
    if (takeover.open == Known::unknown) {
      const auto why = takeover.evidence.why;
      add(make_unknown("dkim-takeover", {name, takeover.trusts, why, domain_}, takeover.evidence));
      return;
    }
    const auto registrable = takeover.registrable.text();
    auto& finding = add(make_finding("dkim-takeover", {name, takeover.trusts, registrable, domain_}));
    finding.evidence.push_back(takeover.evidence);
    finding.evidence.push_back({fmt::format("{} SOA, NS: NXDOMAIN", registrable), {}, {}, {}});
  }

  // What all the keys together say.
  void whole() {
    std::vector<std::string> usable;
    std::vector<Evidence> evidence;
    bool all_ed25519 = true;
    for (const auto& selector : dkim_.selectors) {
      for (const auto& key : selector.found.keys) {
        if (!key.usable()) continue;
        usable.push_back(fmt::format("{} ({})", selector.selector, describe(key)));
        evidence.push_back({fmt::format("{} TXT", selector.name.text()), {}, selector.server, {}});
        if (key.type != dkim::KeyType::ed25519) all_ed25519 = false;
      }
    }
    if (usable.empty()) return;
    const auto count =
        usable.size() == 1 ? std::string("1 DKIM key") : fmt::format("{} DKIM keys", usable.size());
    auto& finding = add(make_finding("dkim-found", {domain_, count + ": " + base::join(usable, ", ")}));
    finding.evidence = evidence;
    if (all_ed25519) add(make_finding("dkim-ed25519-only", {domain_})).evidence = evidence;
  }

  const Picture& picture_;
  const DkimPicture& dkim_;
  std::string domain_;
  std::string failed_names_;
  std::vector<Evidence> failed_;
  std::vector<Finding>& findings_;
};

}  // namespace

void check_dkim(const Picture& picture, std::vector<Finding>& findings) { Check(picture, findings).run(); }

}  // namespace rampart::audit
