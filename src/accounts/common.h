// What all threads of the program share of accounts: what was decided (Policy), the keys, and the room in which passwords are hashed.
//
//   Common common{.policy = {.public_url = "https://rampart.ministry.example"}, .keys = TRY(Keys::open(folder))};
//   auto desk = TRY(Desk::open(database, common));          // one a thread; `common` outlives them all (desk.h)
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>

#include "accounts/factor/breached_list.h"
#include "accounts/factor/secret_box.h"
#include "base/result.h"
#include "crypto/sign_key.h"

namespace rampart::accounts {

struct Policy {
  // Where people reach the console. Its host is the RP ID of passkeys and its origin the only one that is accepted: another one
  // kills every passkey (accounts_of_rp() lists whose).
  std::string public_url = "http://localhost:8080";
  std::chrono::minutes idle{30};           // ASVS 5.0, 7.3.1
  std::chrono::minutes absolute{12 * 60};  // 7.3.2
  std::string issuer = "Rampart";          // what an authenticator app shows beside the name
  // Whether a browser's key must prove its person (PIN, finger) and not only that somebody touched it.
  bool user_verification = false;  // it is the second factor, beside a password: preferred, not required
};

// The host ("rampart.ministry.example") and origin ("https://rampart.ministry.example", no path, a port only where one is written) of
// a public_url. An error of kind config where it is neither https nor on localhost.
struct Site {
  std::string host;
  std::string origin;
};
base::Result<Site> site_of(const std::string& public_url);

// The keys of accounts: a folder (0700) with accounts.key (32 bytes in base64, seals TOTP secrets) and audit-log.pem (Ed25519, signs the
// log's heads), each 0600 and made when it is not there. Without accounts.key of then, all apps have to be enrolled anew.
struct Keys {
  factor::SecretBox box;
  crypto::SignKey log;
  static base::Result<Keys> open(const std::string& folder);
};

// At most kHashesAtOnce hashes of passwords, each of which takes 64 MiB, are made at once; as many as kHashesWaiting wait for at most
// kHashPatience. Otherwise the sign-in page is the memory attack. Any number of threads.
class HashRoom {
 public:
  static constexpr unsigned kHashesAtOnce = 2;    // our own: 128 MiB
  static constexpr unsigned kHashesWaiting = 32;  // our own: 16 deep at some 60 ms each is about a second
  static constexpr std::chrono::seconds kHashPatience{3};

  class Place {  // held while one is made
   public:
    explicit Place(HashRoom* room) : room_(room) {}
    Place(Place&& other) noexcept : room_(std::exchange(other.room_, nullptr)) {}
    Place& operator=(Place&&) = delete;
    ~Place();
    [[nodiscard]] explicit operator bool() const { return room_ != nullptr; }

   private:
    HashRoom* room_;
  };
  explicit HashRoom(unsigned at_once = kHashesAtOnce, unsigned waiting = kHashesWaiting,
                    std::chrono::milliseconds patience = kHashPatience)
      : at_once_(at_once), most_waiting_(waiting), patience_(patience) {}
  // False where there is no room: the caller says Why::busy.
  [[nodiscard]] Place enter();
  [[nodiscard]] unsigned most_seen() const;  // at once, ever

 private:
  void leave();
  const unsigned at_once_;
  const unsigned most_waiting_;
  const std::chrono::milliseconds patience_;
  mutable std::mutex mutex_;
  std::condition_variable free_;
  // Under the mutex.
  unsigned inside_ = 0;
  unsigned waiting_ = 0;
  unsigned most_seen_ = 0;
};

struct Common {
  Policy policy;
  Keys keys;
  std::optional<factor::BreachedList> breached{};  // passwords that nobody may take; nothing: none is given
  mutable HashRoom room{};
};

// Where a request comes from, as far as we know it.
struct Client {
  std::string address;   // IP; empty: of this machine
  std::string agent;     // User-Agent, as it came; kept printable and cut
  std::string device{};  // the value of the device cookie; empty: a browser that is not known
};

}  // namespace rampart::accounts
