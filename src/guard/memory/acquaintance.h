// What is known of a message's author among those who get it: facts for the policy and for whoever looks at the content, told in events
// and verdicts. Of a name, not of the message: whether that is its author's is `proven`, and a name that is known excuses nothing.
//
//   if (sender.proven && sender.anybody.known == Known::never) …    // mail from somebody new
//   write_sender(json, sender, recipients);                         // "sender":{"known":false,…}
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/time.h"

namespace rampart::guard {

enum class Known : std::uint8_t {
  yes,      // mail that was proven to be its came and was let through, or somebody here wrote to it
  never,    // neither, in as long as the memory keeps; what is not proven may have come
  unknown,  // Acquaintance::why
};

// Why it is not known whether a name was seen. The codes are stable.
enum class NotKnown : std::uint8_t {
  none,             // it is known
  no_store,         // "no-store": nothing is remembered without a store
  off,              // "switched-off": guard.remember_correspondents
  store_trouble,    // "store-trouble": the store cannot be read
  no_author,        // "no-author": From names no single author whose address can be read
  no_address,       // "no-address": the recipient's address is none that is remembered
  too_young,        // "too-young": the memory is younger than kMemoryAge
  incomplete,       // "incomplete": there was no room for all
  many_recipients,  // "many-recipients": its author wrote to more at a time than are looked at
};
std::string_view to_string(NotKnown why);         // the code; empty for none
std::string_view words_of(NotKnown why);          // a clause for people; empty for none
NotKnown parse_not_known(std::string_view code);  // none for what is no code

struct Acquaintance {
  Known known = Known::unknown;
  NotKnown why = NotKnown::no_store;  // none unless `known` is unknown
  // Of messages that were proven to be the author's and let through; 1970 and 0 where none was.
  base::Time first{};
  base::Time last{};
  std::int64_t messages = 0;
  std::optional<base::Time> replied;  // when the recipient last wrote to that address

  friend bool operator==(const Acquaintance&, const Acquaintance&) = default;
};

// Recipients of one message that are looked at and remembered, the first ones; our own.
inline constexpr std::size_t kMostCorrespondents = 20;
// That a user of ours wrote to with one message and are remembered; as many as Postfix takes (smtpd_recipient_limit).
inline constexpr std::size_t kMostWritten = 1'000;

struct Correspondence {
  Acquaintance anybody;                  // to anybody here; `messages` counts a message once
  std::vector<Acquaintance> recipients;  // to each, by its place; kMostCorrespondents at most
  bool proven = false;                   // the message passed DMARC for its one author's domain
};

// What is remembered of a name, in seconds since 1970; 0 for never.
struct Seen {
  std::int64_t first = 0;
  std::int64_t last = 0;
  std::int64_t messages = 0;
  std::int64_t replied = 0;
  bool wide = false;  // of an author: it wrote to more recipients at a time than are looked at
};

// How far a memory can be believed.
struct Reach {
  std::int64_t begun = 0;  // when it began to remember, in seconds since 1970
  std::int64_t lost = 0;   // when it last had to forget something for want of room; 0 for never
  std::int64_t keep = 0;   // seconds
};

// What is said of a name: `seen` is what is remembered of it, nullptr for nothing; `author` the same of its author to anybody. Pure.
Acquaintance acquaintance(const Seen* seen, const Seen* author, const Reach& reach, base::Time now);

// Into an open object: the member "sender", null for nothing. `recipients` are those of the message, in order.
void write_sender(base::JsonWriter& json, const std::optional<Correspondence>& sender,
                  std::span<const std::string> recipients);
// One of an object that write_sender() wrote; total.
Acquaintance read_acquaintance(const boost::json::object& object);

// "since 2026-11-27, 12 messages, a@else.example wrote to it on 2026-11-28"; `who` it is known to, printable.
std::string describe(const Acquaintance& one, std::string_view who);

}  // namespace rampart::guard
