#include "guard/inspect/words/phrases.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/text.h"
#include "base/toml_reader.h"
#include "guard/inspect/words/built_in.h"
#include "guard/inspect/words/phrase_builder.h"

namespace rampart::guard::words {
namespace {

using base::Result;

constexpr std::string_view kNames[] = {
    "payment-change", "gift-card", "credentials", "urgency", "account-threat", "secrecy", "favor",
    "parcel-fee",     "invoice",   "extortion",   "prize",   "document",       "greeting"};
static_assert(std::size(kNames) == kKinds);
constexpr std::size_t kShown = 60;         // bytes of a wrong text that an error repeats
constexpr std::size_t kMaxLanguages = 50;  // our own
constexpr std::size_t kMaxList = 1000;     // phrases of one list; our own

struct WrittenPhrase {
  Kind kind = Kind::payment_change;
  PhraseGraph graph;
};
struct File {
  std::string language;
  std::vector<WrittenPhrase> phrases;
};

class Reader : base::TomlReader {
 public:
  explicit Reader(const std::string& file) : TomlReader(file, kMaxPhrase) {}

  Result<File> read(const toml::table& top) {
    TRY(only(top, {"language", "phrases"}));
    File out{.language = TRY(needed(top, "language", {1, 1})), .phrases = {}};
    const auto* node = top.get("phrases");
    const auto* tables = node == nullptr ? nullptr : node->as_array();
    if (tables == nullptr || tables->size() > kMaxList)
      return wrong(node == nullptr ? toml::source_position{1, 1} : node->source().begin,
                   fmt::format("it has no list of at most {} tables \"phrases\"", kMaxList),
                   "write [[phrases]] before each");
    for (const auto& item : *tables) {
      const auto* table = item.as_table();
      if (table == nullptr) return wrong(item.source().begin, "one of phrases is no table");
      TRY(list(*table, out));
    }
    return out;
  }

 private:
  Result<> list(const toml::table& table, File& out) const {
    TRY(only(table, {"kind", "list"}));
    const auto kind = TRY(needed(table, "kind", table.source().begin));
    const auto found = std::ranges::find(kNames, kind);
    if (found == std::end(kNames))
      return wrong(table.get("kind")->source().begin,
                   fmt::format("there is no kind \"{}\"", base::excerpt(kind, kShown)),
                   fmt::format("the kinds are {}", fmt::join(kNames, ", ")));
    const auto* node = table.get("list");
    const auto* items = node == nullptr ? nullptr : node->as_array();
    if (items == nullptr || items->size() > kMaxList)
      return wrong(table.source().begin, fmt::format("it has no list of at most {} phrases", kMaxList),
                   "add list = [\"…\"]");
    for (const auto& item : *items) {
      const auto* text = item.as_string();
      if (text == nullptr || text->get().size() > kMaxPhrase)
        return wrong(item.source().begin,
                     fmt::format("list holds what is no text of at most {} bytes", kMaxPhrase));
      out.phrases.push_back({.kind = static_cast<Kind>(found - std::begin(kNames)),
                             .graph = TRY(phrase(text->get(), item.source().begin))});
    }
    return {};
  }

  Result<PhraseGraph> phrase(std::string_view text, const toml::source_position& at) const {
    std::string fault;
    auto out = read_phrase(text, fault);
    if (fault.empty()) {
      const auto begin = out.closure(0);
      const auto is_any = [&](std::uint32_t node) {
        return std::ranges::any_of(out.nodes[node].steps, [](const auto& step) { return step.word.empty(); });
      };
      if (std::ranges::find(begin, out.end) != begin.end()) fault = "it may be nothing at all";
      if (std::ranges::any_of(begin, is_any)) fault = "it may begin with *";
      if (out.longest() > kMaxPhraseLength)
        fault = fmt::format("it may be longer than {} words", kMaxPhraseLength);
    }
    if (fault.empty()) return out;
    return wrong(at, fmt::format("the phrase \"{}\" is wrong: {}", base::excerpt(text, kShown), fault));
  }
};

}  // namespace

// Adds graphs to the automaton, without their empty steps.
class Phrases::Builder {
 public:
  explicit Builder(Phrases& all) : all_(all) {}

  bool add(const PhraseGraph& graph, std::uint32_t phrase) {
    graph_ = &graph;
    phrase_ = phrase;
    places_.clear();
    for (const auto node : graph.closure(0)) {
      for (const auto& step : graph.nodes[node].steps) {
        const auto word = word_of(step.word);
        if (!word || !fits_) return false;
        if (all_.starts_.size() <= *word) all_.starts_.resize(*word + std::size_t{1});
        fill(all_.starts_[*word], step.next);
      }
    }
    return fits_;
  }

 private:
  std::optional<WordId> word_of(std::string_view word) {
    const auto id = all_.words_.add(word);
    fits_ = fits_ && id != 0;
    return fits_ ? std::optional(id) : std::nullopt;
  }

  std::uint32_t state(std::uint32_t node) {
    const auto [at, is_new] = places_.try_emplace(node, static_cast<std::uint32_t>(all_.states_.size()));
    const auto place = at->second;
    if (!is_new) return place;
    if (all_.states_.size() == kMaxStates) {
      fits_ = false;
      return 0;
    }
    all_.states_.emplace_back();
    State out;
    fill(out, node);
    all_.states_[place] = std::move(out);
    return place;
  }

  // As deep as the phrase is long.
  void fill(State& out, std::uint32_t node) {
    State behind;
    for (const auto one : graph_->closure(node)) {
      if (one == graph_->end) behind.phrase = phrase_;
      for (const auto& step : graph_->nodes[one].steps) {
        if (!fits_) return;
        if (step.word.empty()) {
          behind.any.push_back(state(step.next));
        } else if (const auto word = word_of(step.word)) {
          behind.edges.push_back({.word = *word, .next = state(step.next)});
        }
      }
    }
    if (out.phrase == 0) out.phrase = behind.phrase;
    out.any.insert(out.any.end(), behind.any.begin(), behind.any.end());
    out.edges.insert(out.edges.end(), behind.edges.begin(), behind.edges.end());
    const auto once = [](auto& list) {
      std::ranges::sort(list);
      const auto rest = std::ranges::unique(list);
      list.erase(rest.begin(), rest.end());
    };
    once(out.any);
    once(out.edges);
  }

  Phrases& all_;
  const PhraseGraph* graph_ = nullptr;
  std::uint32_t phrase_ = 0;
  std::map<std::uint32_t, std::uint32_t> places_;  // of the graph's nodes in states_
  bool fits_ = true;
};

// Puts states that are reached together into one node.
class Phrases::Compiler {
 public:
  explicit Compiler(Phrases& all) : all_(all) {}

  // False: there are too many.
  bool run() {
    all_.nodes_.assign(1, {});
    all_.edge_words_.clear();
    all_.edge_nodes_.clear();
    all_.ends_.clear();
    all_.start_nodes_.assign(all_.words_.size() + 1, 0);
    for (std::size_t word = 0; word < all_.starts_.size(); ++word) {
      const auto& start = all_.starts_[word];
      if (start.phrase == 0 && start.edges.empty() && start.any.empty()) continue;
      all_.start_nodes_[word] = static_cast<std::uint32_t>(all_.nodes_.size());
      all_.nodes_.emplace_back();
      waiting_.push_back({.node = all_.start_nodes_[word], .states = {}, .start = &start});
      while (!waiting_.empty()) {
        const auto next = std::move(waiting_.back());
        waiting_.pop_back();
        fill(next);
        if (all_.nodes_.size() > kMaxStates) return false;
      }
    }
    return true;
  }

 private:
  using Set = std::vector<std::uint32_t>;  // of states, in order
  struct Waiting {
    std::uint32_t node = 0;
    Set states;
    const State* start = nullptr;  // or one that is in none
  };

  std::uint32_t node_of(Set states) {
    std::ranges::sort(states);
    const auto rest = std::ranges::unique(states);
    states.erase(rest.begin(), rest.end());
    const auto [at, is_new] =
        known_.try_emplace(std::move(states), static_cast<std::uint32_t>(all_.nodes_.size()));
    if (is_new) {
      all_.nodes_.emplace_back();
      waiting_.push_back({.node = at->second, .states = at->first, .start = nullptr});
    }
    return at->second;
  }

  void fill(const Waiting& waiting) {
    std::map<WordId, Set> edges;
    Set any;
    Set ends;
    const auto take = [&](const State& state) {
      for (const auto& edge : state.edges) edges[edge.word].push_back(edge.next);
      any.insert(any.end(), state.any.begin(), state.any.end());
      if (state.phrase != 0 && std::ranges::find(ends, state.phrase) == ends.end())
        ends.push_back(state.phrase);
    };
    if (waiting.start != nullptr) take(*waiting.start);
    for (const auto state : waiting.states) take(all_.states_[state]);
    Node out{.words = 0,
             .edges = static_cast<std::uint32_t>(all_.edge_words_.size()),
             .edge_count = static_cast<std::uint32_t>(edges.size()),
             .any = any.empty() ? 0 : node_of(std::move(any)),
             .ends = static_cast<std::uint32_t>(all_.ends_.size()),
             .end_count = static_cast<std::uint32_t>(ends.size())};
    all_.ends_.insert(all_.ends_.end(), ends.begin(), ends.end());
    for (auto& [word, states] : edges) {
      out.words |= std::uint64_t{1} << (word & 63U);
      all_.edge_words_.push_back(word);
      all_.edge_nodes_.push_back(node_of(std::move(states)));
    }
    all_.nodes_[waiting.node] = out;
  }

  Phrases& all_;
  std::map<Set, std::uint32_t> known_;
  std::vector<Waiting> waiting_;
};

// One text. Each word that phrases begin with is a begin; what is found from there on is the longest of each kind.
class Phrases::Search {
 public:
  Search(const Phrases& all, std::string_view text)
      : all_(all), text_(text), tokens_(tokens(all.words_, text)), seen_(all.phrases_.size() + 1) {}

  std::vector<Found> run() {
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      const auto start = all_.start_nodes_[tokens_[i].id];
      if (start == 0) continue;
      steps_ = 0;
      begin_ = i;
      walk(all_.nodes_[start], i + 1);
    }
    std::vector<Found> out;
    for (auto& found : found_) {
      if (found.count != 0) out.push_back(std::move(found));
    }
    return out;
  }

 private:
  // `at` is the word behind the node. As deep as a phrase is long.
  void walk(const Node& node, std::size_t at) {
    for (std::uint32_t i = 0; i < node.end_count; ++i) note(all_.ends_[node.ends + i], at);
    if (at == tokens_.size() || ++steps_ > kMaxSteps) return;
    const auto word = tokens_[at].id;
    if (word != 0 && (node.words >> (word & 63U) & 1U) != 0) {
      const auto begin = all_.edge_words_.begin() + node.edges;
      const auto end = begin + node.edge_count;
      const auto found = std::lower_bound(begin, end, word);
      if (found != end && *found == word)
        walk(all_.nodes_[all_.edge_nodes_[static_cast<std::size_t>(found - all_.edge_words_.begin())]],
             at + 1);
    }
    if (node.any != 0) walk(all_.nodes_[node.any], at + 1);
  }

  void note(std::uint32_t phrase, std::size_t end) {
    const auto kind = static_cast<std::size_t>(all_.phrases_[phrase - 1].kind);
    auto& found = found_[kind];
    if (!seen_[phrase]) {
      seen_[phrase] = true;
      ++found.phrases;
    }
    // The same place, longer; or within one that is counted.
    if (found.count != 0 && begin_ < ends_[kind]) {
      ends_[kind] = std::max(ends_[kind], end);
      if (found.count == 1 && begin_ == first_[kind]) show(found, end);
      return;
    }
    ends_[kind] = end;
    if (++found.count != 1) return;
    found.kind = static_cast<Kind>(kind);
    found.language = all_.languages_[all_.phrases_[phrase - 1].language];
    found.offset = tokens_[begin_].begin;
    first_[kind] = begin_;
    show(found, end);
  }

  // Up to the word before `end`, where that is more than is shown already.
  void show(Found& found, std::size_t end) const {
    const auto from = tokens_[begin_].begin;
    auto written = std::string(text_.substr(from, tokens_[end - 1].end - from));
    std::ranges::replace_if(written, [](char c) { return c == '\n' || c == '\r' || c == '\t'; }, ' ');
    auto shown = base::excerpt(base::printable(written.substr(0, 2 * kMaxPhraseShown)), kMaxPhraseShown);
    if (shown.size() > found.phrase.size()) found.phrase = std::move(shown);
  }

  const Phrases& all_;
  std::string_view text_;
  std::vector<Token> tokens_;
  std::vector<bool> seen_;  // by phrase
  std::array<Found, kKinds> found_{};
  std::array<std::size_t, kKinds> ends_{};   // of what was counted last
  std::array<std::size_t, kKinds> first_{};  // where the first begins
  std::size_t begin_ = 0;
  std::size_t steps_ = 0;
};

std::string_view to_string(Kind kind) { return kNames[static_cast<std::size_t>(kind)]; }

base::Result<> Phrases::add_states(std::string_view text, const std::string& file) {
  auto read = TRY(Reader(file).read(TRY(base::TomlReader::parse(text, file, kMaxPhrasesBytes))));
  auto language = std::ranges::find(languages_, read.language);
  if (language == languages_.end()) language = languages_.insert(language, read.language);
  const auto place = static_cast<std::uint16_t>(language - languages_.begin());
  Builder builder(*this);
  for (const auto& phrase : read.phrases) {
    phrases_.push_back({.kind = phrase.kind, .language = place});
    if (place >= kMaxLanguages || !builder.add(phrase.graph, static_cast<std::uint32_t>(phrases_.size())))
      return base::fail(base::ErrorKind::config, "there are too many languages, words or phrases",
                        base::printable(file));
  }
  return {};
}

base::Result<> Phrases::add(std::span<const Written> files) {
  auto next = *this;
  for (const auto& written : files) TRY(next.add_states(written.text, std::string(written.file)));
  if (!Compiler(next).run())
    return base::fail(base::ErrorKind::config, "there are too many phrases, or too many * in them");
  *this = std::move(next);
  return {};
}

base::Result<> Phrases::add(std::string_view text, const std::string& file) {
  const Written written{.file = file, .text = text};
  return add({&written, 1});
}

std::vector<Found> Phrases::find(std::string_view text) const {
  return phrases_.empty() ? std::vector<Found>() : Search(*this, text).run();
}

const Phrases& built_in_phrases() {
  static const Phrases phrases = [] {
    std::vector<Phrases::Written> files;
    for (const auto& built_in : built_in_phrase_files())
      files.push_back({.file = built_in.file, .text = built_in.text});
    Phrases out;
    if (const auto added = out.add(files); !added) {
      // A test proves that it never is.
      std::fputs(fmt::format("rampart: {}\n", added.error().message()).c_str(), stderr);
      std::abort();
    }
    return out;
  }();
  return phrases;
}

std::vector<Found> find_phrases(std::string_view text) { return built_in_phrases().find(text); }

}  // namespace rampart::guard::words
