#include "guard/inspect/words/phrase_builder.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "guard/inspect/words/phrases.h"

namespace rampart::guard::words {
namespace {

class Parser {
 public:
  Parser(std::string_view text, std::string& fault) : text_(text), fault_(fault) {
    out_.nodes.emplace_back();
  }

  PhraseGraph parse() {
    out_.end = sequence(0, 0);
    if (at_ < text_.size()) wrong("a ) has no ( before it");
    return std::move(out_);
  }

 private:
  void wrong(std::string what) {
    if (fault_.empty()) fault_ = std::move(what);
  }

  std::uint32_t node() {
    out_.nodes.emplace_back();
    return static_cast<std::uint32_t>(out_.nodes.size() - 1);
  }

  // Up to a | or a ) or the end; returns the node behind it.
  std::uint32_t sequence(std::uint32_t from, std::size_t depth) {
    while (fault_.empty() && at_ < text_.size() && text_[at_] != '|' && text_[at_] != ')') {
      const char c = text_[at_];
      if (c == ' ') {
        ++at_;
      } else if (c == '(') {
        ++at_;
        from = alternatives(from, depth + 1);
      } else if (c == '*') {
        ++at_;
        from = star(from);
      } else {
        from = word(from);
      }
    }
    return from;
  }

  std::uint32_t alternatives(std::uint32_t from, std::size_t depth) {
    const auto join = node();
    if (depth > kMaxPhraseNesting)
      wrong(fmt::format("parentheses stand more than {} deep", kMaxPhraseNesting));
    while (fault_.empty()) {
      const auto begin = node();
      out_.nodes[from].empty.push_back(begin);
      const auto end = sequence(begin, depth);
      out_.nodes[end].empty.push_back(join);
      if (at_ == text_.size()) {
        wrong("a ( has no ) behind it");
      } else if (text_[at_++] == ')') {
        break;
      }
    }
    return join;
  }

  std::uint32_t star(std::uint32_t from) {
    if (++stars_ > kMaxStars) wrong(fmt::format("it has more than {} *", kMaxStars));
    const auto end = node();
    out_.nodes[from].empty.push_back(end);
    for (std::size_t i = 0; i < kAnyWords; ++i) {
      const auto next = node();
      out_.nodes[from].steps.push_back({.word = {}, .next = next});
      out_.nodes[next].empty.push_back(end);
      from = next;
    }
    return end;
  }

  std::uint32_t word(std::uint32_t from) {
    const auto end = std::min(text_.find_first_of(" (|)*", at_), text_.size());
    auto written = text_.substr(at_, end - at_);
    at_ = end;
    const bool optional = written.ends_with('?');
    if (optional) written.remove_suffix(1);
    const auto words = plain_words(written);
    if (words.empty() || (optional && words.back().size() < 2)) {
      wrong(fmt::format("\"{}\" is no word", base::excerpt(written, 40)));
      return from;
    }
    for (std::size_t i = 0; i < words.size(); ++i) {
      const auto next = node();
      put(words[i], from, next);
      if (optional && i + 1 == words.size()) put(words[i].substr(0, words[i].size() - 1), from, next);
      from = next;
    }
    return from;
  }

  void put(std::string word, std::uint32_t from, std::uint32_t next) {
    if (word.size() > kMaxWord) wrong(fmt::format("a word is longer than {} bytes", kMaxWord));
    if (++words_ > kMaxPhraseWords) wrong(fmt::format("it has more than {} words", kMaxPhraseWords));
    out_.nodes[from].steps.push_back({.word = std::move(word), .next = next});
  }

  std::string_view text_;
  std::string& fault_;
  std::size_t at_ = 0;
  std::size_t stars_ = 0;
  std::size_t words_ = 0;
  PhraseGraph out_;
};

}  // namespace

std::vector<std::uint32_t> PhraseGraph::closure(std::uint32_t node) const {
  std::vector<std::uint32_t> out{node};
  for (std::size_t i = 0; i < out.size(); ++i) {
    for (const auto next : nodes[out[i]].empty) {
      if (std::ranges::find(out, next) == out.end()) out.push_back(next);
    }
  }
  return out;
}

std::size_t PhraseGraph::longest() const {
  // Over the nodes until nothing grows any more: there is no way back, so it ends.
  std::vector<std::size_t> length(nodes.size());
  for (bool grew = true; grew;) {
    grew = false;
    const auto reach = [&](std::uint32_t node, std::size_t words) {
      if (length[node] >= words) return;
      length[node] = words;
      grew = true;
    };
    for (std::uint32_t i = 0; i < nodes.size(); ++i) {
      for (const auto next : nodes[i].empty) reach(next, length[i]);
      for (const auto& step : nodes[i].steps) reach(step.next, length[i] + 1);
    }
  }
  return length[end];
}

PhraseGraph read_phrase(std::string_view text, std::string& fault) { return Parser(text, fault).parse(); }

}  // namespace rampart::guard::words
