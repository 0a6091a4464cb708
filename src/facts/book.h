// Questions, and the book of their answers.
#pragma once

#include <set>
#include <span>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <boost/container/small_vector.hpp>

#include "facts/answer.h"
#include "facts/probe.h"

namespace rampart::facts {

struct DnsQuestion {
  dns::Name name;
  dns::RrType type{};
  friend bool operator==(const DnsQuestion&, const DnsQuestion&) = default;
};

using Question = std::variant<DnsQuestion, HttpsGet, SmtpProbe>;
using Fact =
    std::variant<AnswerPtr, HttpAnswerPtr, SmtpAnswerPtr>;  // each knows the question it answers; never null

std::string to_text(
    const Question& question);  // "TXT _dmarc.ministry.example", "GET https://…", "SMTP mx.…:25"
Fact unknown_fact(const Question& question, Why why, std::string_view detail, base::Time seen = {});

// A set of facts, at most one per question; a later add() of the same question replaces. Filled by a driver,
// then read only; many threads may read a filled book. Finding costs a few nanoseconds; 16 answers need no
// allocation.
class Book {
 public:
  void add(Fact fact);
  void merge(const Book& other);  // the other's facts win

  [[nodiscard]] const Answer* find(const dns::Name& name,
                                   dns::RrType type) const;  // null when not in the book
  [[nodiscard]] const HttpAnswer* find(const HttpsGet& question) const;
  [[nodiscard]] const SmtpAnswer* find(const SmtpProbe& question) const;

  [[nodiscard]] std::size_t size() const { return answers_ + https_.size() + smtp_.size(); }
  // Every fact, in an order that depends on the facts alone (by name and type; then HTTPS, then SMTP).
  [[nodiscard]] std::vector<Fact> sorted() const;

 private:
  // The order of sorted(), and the way to find an answer by its question.
  struct LessQuestion {
    using is_transparent = void;
    static auto key(const HttpsGet& question) {
      return std::pair(question.host.wire(), std::string_view(question.path));
    }
    static auto key(const SmtpProbe& question) { return question.host.wire(); }
    template <class Ptr>
    static auto key(const Ptr& answer) {
      return key(answer->question);
    }
    template <class A, class B>
    bool operator()(const A& a, const B& b) const {
      return key(a) < key(b);
    }
  };
  struct Slot {
    std::uint64_t hash = 0;
    AnswerPtr answer;
  };
  [[nodiscard]] Slot* slot_of(std::uint64_t hash, std::string_view name_wire, dns::RrType type);
  void grow();

  // Open addressing, a power of two, at most half full.
  boost::container::small_vector<Slot, 32> slots_{32};
  std::size_t answers_ = 0;
  std::set<HttpAnswerPtr, LessQuestion> https_;
  std::set<SmtpAnswerPtr, LessQuestion> smtp_;
};

}  // namespace rampart::facts
