// Messages that are kept from their recipients, byte for byte as the MTA passed them: a row each in the store, the message beside
// it in a file that is compressed and sealed (crypto/sealed_file.h).
//
//   auto quarantine = TRY(Quarantine::open(database, {.folder = "/var/lib/rampart/quarantine", .seal = key}));
//   const auto id = TRY(quarantine.keep(entry, message));      // on the disk before it returns
//
// The file is written before the row: whatever ends in between leaves a file that no row names, which sweep() takes away, and a
// message that the MTA still has, as it was never answered. What was kept and not answered its sender tries again: the same octets from the
// same envelope sender, for the same reasons, are for each recipient the entry that is there, for kRetryTime and while that is kept. What
// differs in anything is another message; so nobody can have a message taken for one that is kept.
//
// A release is two steps: begin_release() says that it is being handed over, finish_release() that it was. What was begun and not
// finished may have been delivered; nobody delivers it again without being asked to.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/seal_key.h"
#include "guard/policy/policy.h"
#include "store/database.h"

namespace rampart::guard {

enum class KeptState : std::uint8_t {
  kept,
  releasing,  // it was handed to an MTA, and nothing says yet whether that has it
  released,
  deleted,  // by somebody, or because its time was over: the message is gone, and the row tells of it
};
std::string_view to_string(KeptState state);

struct KeptMessage {
  std::string id;  // 26 letters and digits that nobody can guess
  base::Time received{};
  std::string queue_id;  // of the MTA; may be empty
  std::string content;   // SHA-256 of the message, hex
  std::uint64_t size = 0;
  std::string client;  // its address; may be empty
  std::string helo;
  std::string mail_from;
  std::vector<std::string> recipients;  // those that it is kept from
  std::string author;                   // the From field's domain, or several
  std::string from;                     // the From field, printable
  std::string subject;                  // printable
  std::string message_id;
  Action action = Action::quarantine;
  std::vector<Cause> causes;
  KeptState state = KeptState::kept;
  base::Time changed{};  // when it came into that state
  std::string by;        // who brought it there
};

// Our own. Of what is kept now, not of what ever was. What a block list names or nobody could look into, which strangers send as much
// of as they like, fills half of each at most: so all other mail has room.
struct QuarantineLimits {
  std::uint64_t entries_of_domain = 20'000;        // of a recipient's domain
  std::uint64_t bytes = std::uint64_t{10} << 30U;  // of all messages, as they came
  std::chrono::hours keep{24 * 30};
};

// As long as a sender tries again (RFC 5321 section 4.5.4.1: at least 4 to 5 days).
inline constexpr std::chrono::hours kRetryTime{24 * 5};

struct QuarantineOptions {
  std::string folder;  // made, 0700
  std::optional<crypto::SealKey> seal;
  QuarantineLimits limits;
};

struct KeptFilter {
  std::string recipient;  // an address, or "@domain"; empty: all
  std::string author;
  std::optional<KeptState> state;
  std::optional<base::Time> before;  // received
  std::size_t most = 100;
};

class Quarantine {
 public:
  static base::Result<Quarantine> open(store::Database& database, QuarantineOptions options);

  // `entry` without its id, state and hash. Its id; where it is kept already from each of the recipients, that of the entry that does so (for
  // several entries, of one of them), and where it is from some of them, of a new one for the others. An error of kind unavailable says
  // that a limit is reached: nothing was kept.
  base::Result<std::string> keep(KeptMessage entry, std::string_view message, base::Time now);

  // The files that a store's rows say are there, by their names within the folder; none where it never had a quarantine.
  static base::Result<std::vector<std::string>> kept_files(store::Database& database);

  // The newest first.
  base::Result<std::vector<KeptMessage>> list(const KeptFilter& filter);
  base::Result<KeptMessage> find(const std::string& id);  // an error (kind usage) when there is none
  // Of what is kept now: how many messages, and what they come to as they came.
  struct Totals {
    std::uint64_t messages = 0;
    std::uint64_t bytes = 0;
  };
  base::Result<Totals> totals();
  // The message in pieces. An error when it is gone, or the file is not what was written.
  base::Result<> read(const std::string& id, const std::function<base::Result<>(std::string_view)>& take);

  // An error of kind usage when it is not kept; `again`: also one whose release was begun and not finished.
  base::Result<KeptMessage> begin_release(const std::string& id, const std::string& by, bool again,
                                          base::Time now);
  base::Result<> finish_release(const std::string& id, base::Time now);
  // The MTA refused it: it is kept as before.
  base::Result<> undo_release(const std::string& id, base::Time now);

  // The entry by which a message is kept from this recipient: `id` itself, or what was split off it. An error (kind usage) when there
  // is none.
  base::Result<KeptMessage> find_for(const std::string& id, const std::string& recipient);
  // The id of an entry of this recipient alone, so that it can be released to nobody else: `id` itself where it is kept from nobody
  // else, or a new one, which takes this recipient off it. Doing it again finds the same. An error of kind usage when it is not kept.
  base::Result<std::string> split(const std::string& id, const std::string& recipient, base::Time now);

  // What is kept and a recipient has not been told of, by recipient; since then, by the time of receipt.
  struct Untold {
    std::string recipient;         // lower case
    std::vector<std::string> ids;  // the newest first
  };
  base::Result<std::vector<Untold>> untold(std::optional<base::Time> since);
  base::Result<> note_told(const Untold& told, base::Time now);

  base::Result<> remove(const std::string& id, const std::string& by, base::Time now);
  // What is older than limits.keep, and files that no row names and that nobody is writing. How many messages went.
  base::Result<std::size_t> sweep(base::Time now);

 private:
  Quarantine(store::Database& database, QuarantineOptions options)
      : database_(&database), options_(std::move(options)) {}
  [[nodiscard]] std::string path_of(const std::string& id) const;
  base::Result<> set_state(const std::string& id, std::initializer_list<KeptState> from, KeptState to,
                           const std::string& by, base::Time now);
  base::Result<> check_room(const KeptMessage& entry);
  base::Result<std::string> id_of_identity(const std::string& identity);  // empty: none
  base::Result<> drop_file(const std::string& id) const;
  base::Result<std::size_t> drop_strays(base::Time now);

  store::Database* database_;
  QuarantineOptions options_;
};

}  // namespace rampart::guard
