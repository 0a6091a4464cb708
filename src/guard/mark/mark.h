// What marks a message that was let through, so that it is known when a content filter or a list manager puts it back.
//
//   X-Rampart-Seen: v=1; id=ID; until=1795086400; sig=HMAC
//
//   const Marks marks(key);
//   const auto field = marks.make(event_id, header, now);    // added to what is let through
//   const auto seen = marks.check(header, now);              // when it comes again
//
// It is bound to the time and to From, Date and Message-ID, which neither of them changes; the body, the subject, the recipients and the
// envelope sender they do change. Whoever gets the message has the mark, too, and could put another body behind it: it counts for
// nothing with what comes from outside (gate.cc), and spares nobody what he is not spared without it.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "base/time.h"
#include "crypto/secret.h"
#include "mail/header.h"

namespace rampart::guard {

inline constexpr std::string_view kMarkName = "X-Rampart-Seen";
inline constexpr std::string_view kMarkPurpose = "rampart seen mark 1";  // of the key that is derived
inline constexpr std::chrono::hours kMarkLife{
    24};  // our own: a filter may have a queue; lists are not held for days

struct MarkCheck {
  bool holds = false;
  std::string id;   // of the event of its first pass, where it holds
  std::string why;  // why not, one clause; empty where the message has no such field
};

class Marks {
 public:
  // `key` is what crypto::SealKey::derive() made for kMarkPurpose.
  explicit Marks(crypto::Secret key) : key_(std::move(key)) {}

  // The field with its name and CR LF; empty only when OpenSSL itself fails.
  [[nodiscard]] std::string make(std::string_view id, const mail::Header& header, base::Time now) const;
  // Total. Of several fields none counts.
  [[nodiscard]] MarkCheck check(const mail::Header& header, base::Time now) const;

 private:
  [[nodiscard]] std::string sign(std::string_view id, base::Time until, const mail::Header& header) const;

  crypto::Secret key_;
};

}  // namespace rampart::guard
