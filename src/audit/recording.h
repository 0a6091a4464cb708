// What a recording holds beside answers, so that `--facts FILE` alone says the same again, byte for byte:
// each domain's input (what a zone showed, which selectors were named) and what was noted about the run. They
// are kept as TXT answers under names that no audit asks for, so a book stays nothing but facts:
//
//   _rampart-input.ministry.example   {"number":0,"selectors":["s1"],"zone_selectors":[],…}
//   _rampart-run                      {"source":["zone files: zones/"],"notes":[]}
#pragma once

#include <string>
#include <vector>

#include "audit/assess.h"
#include "facts/book.h"

namespace rampart::audit {

struct RunNotes {
  std::vector<std::string> source;
  std::vector<std::string> notes;
};

// `number` is the domain's place in the run. Nothing when the domain is so long that no label fits before it.
std::optional<facts::Fact> record_input(const Input& input, std::size_t number);
facts::Fact record_run(const RunNotes& run, base::Time now);

// Whether a fact is one of those two and none of the DNS.
bool is_note(const facts::Fact& fact);

// The input as it was recorded, with `now` as given; nothing when the book has none for this domain, or one
// that cannot be read.
std::optional<Input> recorded_input(const facts::Book& book, const dns::Name& domain, base::Time now);
// The domains of the run, in their order.
std::vector<dns::Name> recorded_domains(const facts::Book& book);
RunNotes recorded_run(const facts::Book& book);

}  // namespace rampart::audit
