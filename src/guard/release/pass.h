// What lets a message by that was kept and is released: a field that says so, made under a key of ours and honoured once.
//
//   X-Rampart-Released: v=1; id=ID; pass=NUMBER; until=1795086400; to=DIGEST; sig=HMAC
//
//   auto passes = TRY(Passes::open(database, quarantine, key));
//   const auto field = TRY(passes.make(entry, message, now));             // of the message as it is sent
//   const auto honoured = TRY(passes.honour(message, recipients, now));   // by the guard, when it arrives
//
// It is bound to the entry, its recipients, the time, and to what a reader sees of the message: From, Subject and the body, with
// any line ends. A relay may add and fold fields. Each recipient is let by once for each release, so that whoever gets the
// message cannot send it on to the others, or again.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "crypto/seal_key.h"
#include "guard/quarantine/quarantine.h"
#include "mail/message.h"

namespace rampart::guard {

inline constexpr std::string_view kPassName = "X-Rampart-Released";
inline constexpr std::chrono::hours kPassLife{24};  // our own: relays hand on within minutes
inline constexpr std::string_view kPassPurpose = "rampart release pass 1";  // of the key that is derived

// Whether there is one that counts, and why not.
struct Honoured {
  bool passes = false;
  std::string id;   // in the quarantine, of one that passes
  std::string why;  // one clause, printable; empty where the message has no such field
};

class Passes {
 public:
  // `database` and `quarantine` outlive it. `key` is what crypto::derive_key() made for kPassPurpose.
  static base::Result<Passes> open(store::Database& database, Quarantine& quarantine, crypto::Secret key);

  // The field with its name and CR LF.
  [[nodiscard]] base::Result<std::string> make(const KeptMessage& entry, const mail::Message& message,
                                               base::Time now) const;
  // Notes, where it passes, that these recipients had it. Errors are the store's.
  base::Result<Honoured> honour(const mail::Message& message, std::span<const std::string> recipients,
                                base::Time now);

 private:
  struct Pass {
    std::string id;
    std::string number;  // of the release
    base::Time until{};
    std::string recipients;  // their digest
    std::string signature;
  };
  Passes(store::Database& database, Quarantine& quarantine, crypto::Secret key)
      : database_(&database), quarantine_(&quarantine), key_(std::move(key)) {}
  static std::optional<Pass> parse(std::string_view value);
  [[nodiscard]] std::string sign(const Pass& pass, const mail::Message& message) const;
  base::Result<bool> use(const Pass& pass, std::span<const std::string> recipients, base::Time now);

  store::Database* database_;
  Quarantine* quarantine_;
  crypto::Secret key_;
};

}  // namespace rampart::guard
