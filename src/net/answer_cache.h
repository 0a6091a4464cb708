// Answers kept for as long as they are good, bounded in number.
//
// Two generations: what is found in the old one moves to the young one; when the young one is full, the old
// one is dropped and they change places. So memory is bounded without a list of uses, and what is hot stays.
#pragma once

#include <chrono>
#include <cstdint>

#include <boost/unordered/unordered_flat_set.hpp>

#include "facts/answer.h"

namespace rampart::net {

class AnswerCache {
 public:
  using Time = std::chrono::steady_clock::time_point;

  static constexpr std::chrono::seconds kUnknownFor{
      30};  // an answer nobody gave is asked for again after this
  // A TTL of 0 still serves the questions of the same moment: a hundred domains that include one record.
  static constexpr std::chrono::seconds kLeast{5};

  // `entries` in all, over both generations.
  explicit AnswerCache(std::size_t entries) : half_(entries / 2 + 1) {}

  // Null when there is none, or none that is still good.
  facts::AnswerPtr find(const dns::Name& name, dns::RrType type, Time now);
  void add(const facts::AnswerPtr& answer, Time now);
  [[nodiscard]] std::size_t size() const { return young_.size() + old_.size(); }

 private:
  struct Key {
    std::string_view name;  // wire form
    dns::RrType type;
  };
  struct Entry {
    facts::AnswerPtr answer;
    Time until;
    [[nodiscard]] Key key() const { return {answer->name_wire(), answer->type()}; }
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(const Key& key) const {
      return dns::hash_bytes(key.name) ^ static_cast<std::size_t>(key.type) * 0x9e3779b97f4a7c15;
    }
    std::size_t operator()(const Entry& entry) const { return (*this)(entry.key()); }
  };
  struct Equal {
    using is_transparent = void;
    static bool same(const Key& a, const Key& b) { return a.type == b.type && a.name == b.name; }
    bool operator()(const Entry& a, const Entry& b) const { return same(a.key(), b.key()); }
    bool operator()(const Key& a, const Entry& b) const { return same(a, b.key()); }
    bool operator()(const Entry& a, const Key& b) const { return same(a.key(), b); }
  };
  using Generation = boost::unordered_flat_set<Entry, Hash, Equal>;
  void put(Entry entry);

  std::size_t half_;
  Generation young_;
  Generation old_;
};

}  // namespace rampart::net
