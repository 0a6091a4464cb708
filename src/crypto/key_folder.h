// The private keys of domains in a folder that nobody but its owner may read, and beside them a list of each domain's keys:
//
//   keys/bank.example/r20261126.pem     PKCS #8, sealed when a key for that was given (seal_key.h)
//   keys/bank.example/keys.json         what is known of them; no secret
//
// One thread at a time.
//
//   auto folder = crypto::KeyFolder::open(path, std::move(seal));   // Result<KeyFolder>
//   const auto key = folder->make("bank.example", "r20261126", SignKey::Type::rsa, 2048);
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/seal_key.h"
#include "crypto/sign_key.h"

namespace rampart::crypto {

class KeyFolder {
 public:
  // Makes the folder if it is not there. Refused (kind input) is one that others may look into, or that is another user's: to
  // root, too.
  static base::Result<KeyFolder> open(std::string path, std::optional<SealKey> seal);

  // Held while a domain's keys are changed: a second process is refused (kind unavailable).
  class Lock {
   public:
    explicit Lock(int file) : file_(file) {}
    Lock(Lock&& other) noexcept : file_(std::exchange(other.file_, -1)) {}
    Lock& operator=(Lock&&) = delete;
    ~Lock();

   private:
    int file_;
  };
  [[nodiscard]] base::Result<Lock> lock(const std::string& domain) const;

  // A new key, on the disk whole before this returns; the one of that name where there is one, as an earlier run that was
  // interrupted has left it. `domain` and `selector` are host names in lower case.
  [[nodiscard]] base::Result<SignKey> make(const std::string& domain, const std::string& selector,
                                           SignKey::Type type, unsigned bits) const;
  [[nodiscard]] base::Result<SignKey> read(const std::string& domain, const std::string& selector) const;
  [[nodiscard]] base::Result<bool> has(const std::string& domain, const std::string& selector) const;
  // Puts a key there that was made elsewhere. Refused where there is one, and (as by make) where check_seal() refuses.
  [[nodiscard]] base::Result<> put(const std::string& domain, const std::string& selector,
                                   const SignKey& key) const;

  // Whether the next key may be written: not without a seal while any key of the folder is sealed, as who seals keys wants the
  // next one sealed, too.
  [[nodiscard]] base::Result<> check_seal() const;

  // The list; nothing where there is none yet.
  [[nodiscard]] base::Result<std::optional<std::string>> read_list(const std::string& domain) const;
  [[nodiscard]] base::Result<> write_list(const std::string& domain, std::string_view text) const;
  [[nodiscard]] std::string list_path(const std::string& domain) const;
  [[nodiscard]] std::string key_path(const std::string& domain, const std::string& selector) const;

  [[nodiscard]] const std::string& path() const { return path_; }
  // Those that have a list, sorted; one whose list cannot be looked at counts, so that reading it says why.
  [[nodiscard]] std::vector<std::string> domains() const;

 private:
  KeyFolder(std::string path, std::optional<SealKey> seal) : path_(std::move(path)), seal_(std::move(seal)) {}
  [[nodiscard]] base::Result<> make_folder(const std::string& domain) const;

  std::string path_;
  std::optional<SealKey> seal_;
  mutable std::optional<std::string>
      sealed_;  // a sealed key of the folder, or an empty text; once it was looked for
};

}  // namespace rampart::crypto
