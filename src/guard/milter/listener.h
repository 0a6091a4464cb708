// A place where an MTA connects: a TCP port, or a socket in the file system.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"

namespace rampart::guard::milter {

// As Postfix writes it in smtpd_milters: "inet:HOST:PORT" with an address for the host, "unix:/path".
struct ListenAddress {
  std::string path;      // of a unix socket, or
  std::string endpoint;  // address and port

  [[nodiscard]] std::string text() const;
  friend bool operator==(const ListenAddress&, const ListenAddress&) = default;
};
// Errors are of kind config.
base::Result<ListenAddress> parse_listen(std::string_view text);

// Whether a milter answers there: connects, offers what Postfix does, and reads what comes back. Errors are of kind unavailable.
base::Result<> ask_milter(const ListenAddress& address, std::chrono::seconds patience);

class Listener {
 public:
  // A socket that is left from a run that was killed is replaced; one that somebody listens at is an error (kind io), and so is
  // a file that is no socket. `mode`: of a unix socket, such as 0660.
  static base::Result<Listener> open(const ListenAddress& address, unsigned mode);
  Listener(Listener&& other) noexcept
      : file_(std::exchange(other.file_, -1)),
        family_(other.family_),
        address_(std::move(other.address_)),
        path_(std::move(other.path_)) {
    other.path_.clear();
  }
  Listener& operator=(Listener&&) = delete;
  ~Listener();

  // For one loop: a descriptor of its own.
  [[nodiscard]] base::Result<int> descriptor() const;
  [[nodiscard]] int family() const { return family_; }
  [[nodiscard]] std::string text() const { return address_; }  // of a port 0, with the one that was chosen

 private:
  Listener(int file, int family, std::string address, std::string path)
      : file_(file), family_(family), address_(std::move(address)), path_(std::move(path)) {}

  int file_;
  int family_;
  std::string address_;
  std::string path_;  // to be taken away in the end
};

}  // namespace rampart::guard::milter
