// The mailboxes of an address field as mail programs show them: name, comment and address. Lenient, where from.h is strict: this says
// what a person sees, that says who it is.
//
//   read_mailboxes("\"Sana, CEO\" <sana@bank.example> (x@y.example)")
//     {.name = "Sana, CEO", .comment = "x@y.example", .address = "sana@bank.example"}
//
// Linear; nesting of comments is counted, not followed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rampart::mail {

struct ShownMailbox {
  std::string name;     // without quotes and folds, encoded words as they are (encoded_words.h)
  std::string comment;  // what stands in parentheses, all of it
  std::string
      address;  // as written between < and >, or the whole of a bare one, without white space; empty: none
};
// At most `most` of them. `value` may have folds.
std::vector<ShownMailbox> read_mailboxes(std::string_view value, std::size_t most = 100);

}  // namespace rampart::mail
