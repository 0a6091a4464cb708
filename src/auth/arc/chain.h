// A message's ARC sets, read and put in order (RFC 8617 section 4.2).
//
//   const auto chain = arc::read_chain(header, index);
//   chain.fault       empty: the sets 1 to N are whole; otherwise why the chain fails whatever its signatures are
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "auth/dkim/signature.h"
#include "mail/message.h"

namespace rampart::arc {

inline constexpr std::size_t kFieldsOfSet = 3;

// One set; the places are those of Header::fields.
struct Set {
  unsigned instance = 0;
  std::size_t results = 0;  // ARC-Authentication-Results
  std::size_t message = 0;  // ARC-Message-Signature
  std::size_t seal = 0;     // ARC-Seal
  dkim::Signature message_signature;
  dkim::Signature seal_signature;
};

struct Chain {
  std::vector<Set> sets;  // by instance, from 1; of a chain with a fault none
  unsigned highest = 0;   // the highest instance that any field names
  bool ended = false;  // its newest seal says cv=fail: it has failed, and nobody adds to it (section 5.1.2)
  std::string fault;   // one clause, printable
  std::string_view section;

  [[nodiscard]] bool absent() const { return sets.empty() && fault.empty(); }
};

// Total.
Chain read_chain(const mail::Header& header, const mail::FieldIndex& index);

// The instance that an ARC-Authentication-Results field begins with ("i=1; mx.bank.example; spf=pass"), 0 when it begins
// with none, and what stands behind it.
struct ResultsOf {
  unsigned instance = 0;
  std::string_view payload;
};
ResultsOf read_results(std::string_view value);

// What a seal covers (section 5.1.1): the fields of `sets` in their order in canonical form. `whole`: for another seal above
// them; otherwise the last seal is the one that covers, so it comes without its b= and without its line end.
std::string sealed_text(const mail::Header& header, std::span<const Set> sets, bool whole);

}  // namespace rampart::arc
