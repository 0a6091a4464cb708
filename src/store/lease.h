// A hold on a part of the store: whoever has it works on it, and nobody else.
//
//   auto lease = TRY(store::Lease::take(database, "watch", base::now()));
//   …
//   TRY(lease.renew(base::now()));  // now and then
#pragma once

#include <chrono>
#include <string>
#include <utility>

#include "base/result.h"
#include "base/time.h"
#include "store/database.h"

namespace rampart::store {

// How long a holder that gives no sign of life is believed to live.
inline constexpr std::chrono::seconds kLeaseTime{300};

class Lease {
 public:
  // An error of kind unavailable, which names the holder, when another one has it. A holder on this machine whose
  // process is gone, and one that gave no sign for kLeaseTime, has it no longer.
  static base::Result<Lease> take(Database& database, std::string name, base::Time now);
  Lease(Lease&& other) noexcept;
  Lease& operator=(Lease&&) = delete;
  ~Lease();  // gives it back

  // A sign of life; cheap when the last was given a moment ago. An error when somebody else has taken it meanwhile.
  base::Result<> renew(base::Time now);

 private:
  Lease(Database& database, std::string name, std::string holder, base::Time now)
      : database_(&database), name_(std::move(name)), holder_(std::move(holder)), renewed_(now) {}

  Database* database_;
  std::string name_;
  std::string holder_;  // "4711@mail.example/1764145000": process, host, when that process began
  base::Time renewed_{};
};

}  // namespace rampart::store
