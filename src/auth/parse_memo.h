// What the last few answers were parsed to.
//
// A decision runs several times over the same answers, and asks for some of them (a DMARC record) dozens of
// times a run. Parsing is a pure function of an immutable answer, so remembering it changes nothing but the
// time. One memo a thread.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "facts/answer.h"

namespace rampart::auth {

template <class T>
class ParseMemo {
 public:
  // `text` must be the data of one of the answer's records. The result is valid until the next call.
  template <class Parse>
  const T& get(const facts::Answer& answer, std::string_view text, Parse parse) {
    auto& entry = entries_[(reinterpret_cast<std::uintptr_t>(&answer) >> 5) % entries_.size()];
    if (entry.answer.get() != &answer || entry.text.data() != text.data()) {
      entry = {facts::AnswerPtr(&answer), text, parse(text)};
    }
    return entry.value;
  }

 private:
  struct Entry {
    facts::AnswerPtr answer;  // held, so that its address never comes to mean another
    std::string_view text;
    T value;
  };
  std::vector<Entry> entries_{512};  // hundreds of decisions are under way at a time
};

}  // namespace rampart::auth
