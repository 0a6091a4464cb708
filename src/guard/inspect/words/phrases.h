// The phrases as data, and finding them.
//
//   language = "en"
//   [[phrases]]
//   kind = "credentials"
//   list = ["(verify|confirm) your * accounts?"]
//
// A phrase is words; (a|b c|) is any of these, the last of them nothing; s? is with or without that letter; * is up to two words of any
// kind. Words are written as they are compared (tokens.h): small letters or not, marks or not, is the same.
//
//   Phrases phrases;
//   TRY(phrases.add(text, "en.toml"));
//   phrases.find("Confirm now your bank account")[0].kind        Kind::credentials
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "guard/inspect/words/tokens.h"
#include "guard/inspect/words/words.h"

namespace rampart::guard::words {

// All our own.
inline constexpr std::size_t kMaxPhrasesBytes = std::size_t{1} << 20;
inline constexpr std::size_t kMaxPhrase = 1000;      // bytes of one
inline constexpr std::size_t kMaxPhraseWords = 300;  // in one, with all it may be
inline constexpr std::size_t kMaxPhraseLength = 16;  // words that one matches
inline constexpr std::size_t kMaxPhraseNesting = 4;  // of parentheses
inline constexpr std::size_t kMaxStars = 3;          // in one
inline constexpr std::size_t kAnyWords = 2;          // that a star stands for
inline constexpr std::size_t kMaxStates = 500'000;   // and nodes
inline constexpr std::size_t kMaxSteps =
    400;  // from one word of the text on; what is not found by then is not looked for

class Phrases {
 public:
  // Adds what a TOML text has. Errors are of kind config, with `file:line:column`; nothing has changed then.
  base::Result<> add(std::string_view text, const std::string& file);
  // Several at once, which takes less time.
  struct Written {
    std::string_view file;  // its name
    std::string_view text;
  };
  base::Result<> add(std::span<const Written> files);

  // Each kind at most once, in the order of Kind. `text` is UTF-8; other bytes part words.
  [[nodiscard]] std::vector<Found> find(std::string_view text) const;
  [[nodiscard]] std::size_t size() const { return phrases_.size(); }

 private:
  class Builder;
  class Search;
  class Compiler;
  base::Result<> add_states(std::string_view text, const std::string& file);
  struct Phrase {
    Kind kind = Kind::payment_change;
    std::uint16_t language = 0;  // in languages_
  };
  struct Edge {
    WordId word = 0;
    std::uint32_t next = 0;
    friend auto operator<=>(const Edge&, const Edge&) = default;
  };
  // As phrases are added: without empty steps, each phrase by itself. Edges by their words.
  struct State {
    std::vector<Edge> edges;
    std::vector<std::uint32_t> any;  // behind any word
    std::uint32_t phrase = 0;        // that ends here, counted from 1; 0: none
  };
  // As they are looked for: phrases together, so that there is one way for a word, and one for any word. The first node is none.
  struct Node {
    std::uint64_t words = 0;  // a bit for each of its words, by the last bits of their numbers
    std::uint32_t edges = 0;  // in edge_words_ and edge_nodes_, by word
    std::uint32_t edge_count = 0;
    std::uint32_t any = 0;
    std::uint32_t ends = 0;  // in ends_: phrases that end here
    std::uint32_t end_count = 0;
  };

  Vocabulary words_;
  std::vector<State> states_;
  std::vector<State> starts_;  // by the first word: what may stand behind it, of all phrases together
  std::vector<Phrase> phrases_;
  std::vector<std::string> languages_;

  std::vector<Node> nodes_;
  std::vector<WordId> edge_words_;
  std::vector<std::uint32_t> edge_nodes_;
  std::vector<std::uint32_t> ends_;         // phrases, counted from 1
  std::vector<std::uint32_t> start_nodes_;  // by word
};

// words/*.toml, as they were when the program was built. Read at the first call; safe from any thread.
const Phrases& built_in_phrases();

}  // namespace rampart::guard::words
