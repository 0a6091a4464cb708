// The keys of the key folder as the guard asks for them, one message after the other: kept in memory, and read again as soon as a file
// is another, so that a key that rotation switches to signs the next message.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "auth/dkim/signing_table.h"
#include "base/config.h"
#include "crypto/key_folder.h"
#include "guard/sign/key_ring.h"
#include "server/setup/file_mark.h"

namespace rampart::server {

inline constexpr std::size_t kMostRingKeys = 10'000;  // that are held; our own

class FolderRing : public guard::KeyRing {
 public:
  // The folder is opened when it is first needed: `config` outlives it.
  explicit FolderRing(const base::Config& config) : config_(config) {}

  // Whether the folder and its signing table can be read; errors are those of open_old_key_folder() and parse_table().
  base::Result<> check();
  // Reads every key that signs, and says how many there are.
  base::Result<std::size_t> check_keys();
  // Where the keys are, for people.
  [[nodiscard]] std::string place() const;

  // With a signing table whoever it names, else the keys of the author's own domain.
  base::Result<guard::FoundKeys> for_author(std::string_view address, const dns::Name& domain) override;
  base::Result<guard::FoundKeys> for_domain(const dns::Name& domain) override;

 private:
  using KeyPointer = std::shared_ptr<const crypto::SignKey>;
  struct Listed {
    FileMark mark;
    std::vector<std::pair<std::string, std::string>> signing;  // selector and file
    bool any = false;                                          // it has keys at all
  };
  struct Held {
    FileMark mark;
    KeyPointer key;
  };

  base::Result<crypto::KeyFolder*> folder();
  base::Result<const dkim::SigningTable*> table();
  // nullptr: it has no list.
  base::Result<const Listed*> list(const dns::Name& domain);
  base::Result<KeyPointer> key(const std::string& folder, const std::string& file);

  const base::Config& config_;
  std::optional<crypto::KeyFolder> folder_;
  std::optional<FileMark> table_mark_;
  dkim::SigningTable table_;
  std::map<std::string, Listed> lists_;
  std::map<std::string, Held> keys_;  // by FOLDER/FILE
};

}  // namespace rampart::server
