// One phrase as written, into the automaton of all (phrases.h). For phrases.cc alone.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "guard/inspect/words/tokens.h"

namespace rampart::guard::words {

// An automaton of one phrase, with empty steps, and no way back to a node.
struct PhraseGraph {
  struct Step {
    std::string word;  // plain; empty: any word
    std::uint32_t next = 0;
  };
  struct Node {
    std::vector<Step> steps;
    std::vector<std::uint32_t> empty;  // where one is without a word
  };
  std::vector<Node> nodes;  // the first is the begin
  std::uint32_t end = 0;

  // The node and all that it is without a word, each once.
  [[nodiscard]] std::vector<std::uint32_t> closure(std::uint32_t node) const;
  // Words of the longest way from the begin to the end.
  [[nodiscard]] std::size_t longest() const;
};

// Says what is wrong in `fault`; then the graph is of no use.
PhraseGraph read_phrase(std::string_view text, std::string& fault);

}  // namespace rampart::guard::words
