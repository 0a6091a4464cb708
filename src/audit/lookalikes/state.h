// What earlier runs have shown: so that a later one shows only news. A file of JSON lines, written whole or not at all,
// and locked for the length of a run.
//
//   auto lock = TRY(Lock::take(path));                 // or: "another run holds it"
//   State state = TRY(State::parse(text, path));
//   state.change(domain, name, standing)               Change::gained_mail
//   state.note(domain, name, standing, now);
//   TRY(base::write_file(path, state.text()));
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "audit/lookalikes/standing.h"
#include "base/result.h"
#include "base/time.h"

namespace rampart::audit::lookalikes {

inline constexpr std::size_t kMaxStateBytes = std::size_t{64} << 20;  // ours: some 400,000 names

// What is new about a name since it was last seen.
enum class Change : std::uint8_t {
  none,
  appeared,          // it was not registered, or not known to be
  gained_mail,       // it has a mail server now
  gained_sender,     // its SPF lets somebody send now
  gained_addresses,  // it has addresses now
  lessened,          // it can do less than before
  gone,              // it is not registered any more
};
std::string_view to_string(Change change);  // "gained-mail"

class State {
 public:
  struct Seen {
    Danger danger = Danger::registered;
    base::Time first{};
    base::Time last{};
  };
  struct Accepted {
    std::string reason;  // may be empty
    base::Time at{};
  };

  // The text of a state file; an empty one is the state of a first run. `path` is for errors: `path:line`.
  static base::Result<State> parse(std::string_view text, const std::string& path);
  [[nodiscard]] std::string text() const;  // the same state, the same bytes

  [[nodiscard]] const Seen* find(const dns::Name& domain, const dns::Name& name) const;  // or null
  // What is unknown changes nothing.
  [[nodiscard]] Change change(const dns::Name& domain, const dns::Name& name, const Standing& standing) const;
  // Takes in what was found out; of what is unknown the earlier word stays.
  void note(const dns::Name& domain, const dns::Name& name, const Standing& standing, base::Time now);

  // Names that are somebody's in good faith: they are not news, whatever becomes of them.
  [[nodiscard]] const Accepted* accepted(const dns::Name& name) const;  // or null
  void accept(const dns::Name& name, std::string reason, base::Time now);
  bool withdraw(const dns::Name& name);  // whether it was accepted

 private:
  std::map<std::pair<dns::Name, dns::Name>, Seen> seen_;  // by the domain and the name like it
  std::map<dns::Name, Accepted> accepted_;
};

// A lock beside the state file (`path` with .lock behind it), as long as it lives; the kernel lets go of it when the
// process ends, however that is. Makes the folders of `path` where they are missing, for their owner alone.
class Lock {
 public:
  static base::Result<Lock> take(const std::string& path);
  Lock(Lock&& other) noexcept : file_(std::exchange(other.file_, -1)) {}
  Lock& operator=(Lock&& other) noexcept {
    std::swap(file_, other.file_);
    return *this;
  }
  ~Lock();

 private:
  explicit Lock(int file) : file_(file) {}
  int file_;
};

}  // namespace rampart::audit::lookalikes
