// What kind of source sent a row's messages (source.h): decided for each row, since one address may send for itself and hand on
// what others sent. Every decision has its reason.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "reports/sources/facts.h"
#include "reports/sources/identity.h"
#include "reports/sources/source.h"

namespace rampart::reports {

// Why a row is of its kind; `detail` is put in.
enum class Why : std::uint8_t {
  marked,
  own_server,
  said_list,
  said_forwarded,
  said_trusted,
  arc_chain,
  spf_lists,
  signs_itself,         // with the provider's own key or bounces
  signs_with_selector,  // one of those that the provider gives
  only_signer,          // a key that verifies from there alone
  sends_only,           // a provider that forwards nothing
  key_of_another,       // detail: whose
  foreign_bounce,       // detail: the domain
  unlisted_signer,
  foreign_host,  // detail: the organisation
  broken_key,    // detail: whose
  broken_unknown,
  forwards_else,
  forwards_too,  // and that does not explain so much
  unanswered,    // detail: which question
  passes_else,
  not_set_up,
  list_host,
  spf_term_unknown,
  authorised_unaligned,
  own_unaligned,
  vouched_by_itself,  // detail: as whom
  nobody_refused,     // SPF says that it may not
  nobody_open,
};
std::string sentence(Why why, std::string_view detail);

struct Verdict {
  SourceKind kind = SourceKind::unknown;
  Confidence confidence = Confidence::unknown;
  Why why = Why::nobody_open;
  std::string_view detail;  // of what the classifier was given or holds
};

class Classifier {
 public:
  // All of them outlive it; `identities` are those of the addresses, by place.
  Classifier(const SourcesInput& input, std::span<const OutcomeFacts> facts,
             std::span<const Identity> identities, std::size_t keys);

  // Of all rows of an address, by place. Rows whose outcome is none are unknown.
  [[nodiscard]] std::vector<Verdict> classify(std::size_t address) const;

 private:
  // Labels by number, in the order of their texts.
  using LabelId = std::uint32_t;
  using Labels = std::vector<LabelId>;  // in order, each once

  [[nodiscard]] const Outcome& outcome_of(const OutcomeFacts& facts) const {
    return input_.outcomes[static_cast<std::size_t>(&facts - facts_.data())];
  }
  void number_labels();
  void find_homes(std::size_t keys);
  // How surely a row that verified was sent from there, and not handed on.
  enum class Direct : std::uint8_t { no, likely, certain };
  [[nodiscard]] Direct direct(const Identity& identity, const SeenAddress& seen,
                              const OutcomeFacts& facts) const;
  [[nodiscard]] std::string_view home_elsewhere(const std::vector<KeyId>& keys, LabelId label) const;
  [[nodiscard]] bool home_here(const std::vector<KeyId>& keys, LabelId label) const;
  [[nodiscard]] Verdict passing(std::size_t address, const OutcomeFacts& facts) const;
  [[nodiscard]] Verdict signed_only(std::size_t address, const OutcomeFacts& facts) const;
  // What the address hands on of the owner's mail, and what that explains of what fails there.
  enum class HandsOn : std::uint8_t {
    nothing,
    some,    // what carries a broken signature of the owner's
    enough,  // all of it: it is as little as is lost on any way
    flooded  // as `some`; so much more fails that the rest is as if it handed on nothing
  };
  [[nodiscard]] HandsOn hands_on(std::size_t address, std::span<const Verdict> verdicts) const;
  [[nodiscard]] Verdict failing(std::size_t address, const OutcomeFacts& facts, HandsOn hands_on) const;

  const SourcesInput& input_;
  std::span<const OutcomeFacts> facts_;
  std::span<const Identity> identities_;
  std::vector<LabelId> labels_;          // of the addresses, by place
  std::vector<std::string_view> names_;  // of labels, for people
  std::vector<Labels> homes_;            // by key: who signs with it
  std::vector<bool> passes_;             // by label: sends mail that passes, for itself
};

}  // namespace rampart::reports
