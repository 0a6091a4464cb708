// What people have to be told of accounts, apart from the log that nobody reads daily: "ayesha@… was recovered on the host by root at
// …". A notice is for one account, for owners, or for administrators (owners among them); each sees it until he puts it away himself, and the
// server mails it once where mail is set up.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "accounts/common.h"
#include "accounts/outcome.h"
#include "accounts/principal.h"
#include "base/time.h"
#include "store/database.h"

namespace rampart::accounts {

struct Notice {
  enum class For : std::uint8_t { account, owners, administrators };
  std::string id;
  base::Time time{};
  For whom = For::owners;
  std::string
      kind;  // "account.recovered", "factor.added", "factor.removed", "recovery-code.used", "key.suspect", "password.changed", "codes.guessed"
  std::string account;  // whom it is about: id
  std::string address;  // his login name
  std::string by;       // who did it: a name as in the log; empty: unknown
  std::string detail;   // printable; a factor's label, an IP address; may be empty
};
std::string_view to_string(Notice::For whom);  // "owners"
std::string text_of(const Notice& notice);     // an English sentence

class Notices {
 public:
  explicit Notices(store::Database& database) : database_(&database) {}

  // What the asker has not put away yet, the newest first.
  base::Result<std::vector<Notice>> open_for(const Principal& asker, std::size_t most = 50);
  base::Result<Outcome<>> put_away(const Principal& asker, const std::string& id, base::Time now);
  // For mail: what was not mailed yet and to whom (addresses of active accounts).
  struct Unmailed {
    Notice notice;
    std::vector<std::string> to;
  };
  base::Result<std::vector<Unmailed>> unmailed(std::size_t most = 50);
  base::Result<> note_mailed(const std::string& id);

 private:
  store::Database* database_;
};

}  // namespace rampart::accounts
