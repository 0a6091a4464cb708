#include "auth/spf/simplify.h"

#include <vector>

#include <fmt/format.h>

#include "auth/spf/address_set.h"
#include "base/text.h"

namespace rampart::spf {
namespace {

bool is_address(const Term& term) { return term.kind == TermKind::ip4 || term.kind == TermKind::ip6; }

Network network_of(const Term& term) {
  return {term.address, term.kind == TermKind::ip4 ? term.prefix4 : term.prefix6};
}

std::string text_of(const Network& network, Qualifier qualifier) {
  std::string out = qualifier == Qualifier::pass ? "" : std::string(1, to_char(qualifier));
  return out + (network.address.is_v4() ? "ip4:" : "ip6:") + network.text();
}

class Simplifier {
 public:
  explicit Simplifier(const Record& record) : record_(record) {}

  std::string run() {
    const bool has_all = record_.find(TermKind::all) != nullptr;
    bool ended = false;
    for (const Term& term : record_.terms) {
      if (term.is_modifier()) {
        if (term.kind == TermKind::redirect && has_all) continue;  // ignored, RFC 7208 section 5.1
        modifiers_.push_back(format(record_, term));               // their place does not matter, section 6
      } else if (!ended) {
        ended = term.kind == TermKind::all;
        take(term);
      }
    }
    flush();
    std::string out = "v=spf1";
    for (const auto& words : {words_, modifiers_}) {
      for (const auto& word : words) out += ' ' + word;
    }
    return out;
  }

 private:
  void take(const Term& term) {
    if (!run_.empty() && (!is_address(term) || term.qualifier != run_.front().qualifier)) {
      // Just before `all` of the same qualifier, addresses change nothing.
      if (term.kind == TermKind::all && term.qualifier == run_.front().qualifier) run_.clear();
      flush();
    }
    if (is_address(term)) {
      const auto set = AddressSet::of(network_of(term));
      if (!decided_.covers(set)) {
        decided_.add(set);
        run_.push_back(term);
      }
      return;
    }
    if (term.asks_dns()) {
      if (is_repeated(term)) return;
      asked_.push_back(&term);
    }
    words_.push_back(format(record_, term));
  }

  // The first of two equal terms has decided whatever the second could.
  [[nodiscard]] bool is_repeated(const Term& term) const {
    for (const Term* other : asked_) {
      if (other->kind == term.kind && other->prefix4 == term.prefix4 && other->prefix6 == term.prefix6 &&
          same_domain(*other, term)) {
        return true;
      }
    }
    return false;
  }

  [[nodiscard]] bool same_domain(const Term& a, const Term& b) const {
    if (a.macros) return record_.domain(a) == record_.domain(b);  // %{S} is not %{s}
    return base::iequals(record_.domain(a), record_.domain(b));
  }

  // Writes the pending run of addresses: as it stands, or as fewer prefixes.
  void flush() {
    if (run_.empty()) return;
    AddressSet set;
    for (const Term& term : run_) set.add(network_of(term));
    const auto networks = set.networks();
    const Qualifier qualifier = run_.front().qualifier;
    if (networks.size() < run_.size()) {
      for (const Network& network : networks) words_.push_back(text_of(network, qualifier));
    } else {
      for (const Term& term : run_) words_.push_back(text_of(network_of(term), qualifier));
    }
    run_.clear();
  }

  const Record& record_;
  AddressSet decided_;     // by the address terms so far
  std::vector<Term> run_;  // neighbouring address terms of one qualifier
  std::vector<const Term*> asked_;
  std::vector<std::string> words_;
  std::vector<std::string> modifiers_;
};

}  // namespace

std::optional<std::string> simplify(const Record& record) {
  if (!record.valid()) return std::nullopt;
  auto out = Simplifier(record).run();
  if (out.size() >= record.text.size()) return std::nullopt;
  return out;
}

}  // namespace rampart::spf
