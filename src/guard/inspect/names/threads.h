// What a subject says of a conversation before it: Re: and Fwd: in the languages that mail programs write them in.
//
//   subject_prefix("AW: Rechnung")         SubjectPrefix::reply
#pragma once

#include <cstdint>
#include <string_view>

namespace rampart::guard::names {

enum class SubjectPrefix : std::uint8_t { none, reply, forward };
// Of the first prefix, behind tags of lists in brackets.
SubjectPrefix subject_prefix(std::string_view utf8);

// Whether a Thread-Index (Outlook, Exchange) is of an answer: it begins with 22 bytes, and each answer adds 5.
bool is_answer_index(std::string_view thread_index);

}  // namespace rampart::guard::names
