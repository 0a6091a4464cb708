// Organisations: whose domains and mail there are. The id never changes (a ULID-like word), the name may; other slices hold the id.
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

inline constexpr std::size_t kMaxOrganisationName = 200;  // bytes
inline constexpr std::size_t kMaxSector = 80;

struct Organisation {
  std::string id;
  std::string name;       // one of its kind, whatever the case
  std::string sector{};   // "health"; may be empty
  std::string contact{};  // an address that advice and digests go to; may be empty
  std::string language = "en";
  base::Time changed{};
  std::string etag{};  // of this content: for If-Match
};

class Organisations {
 public:
  explicit Organisations(store::Database& database) : database_(&database) {}

  // By name, within the scope. `after`: the id behind which to go on.
  base::Result<std::vector<Organisation>> list(const Scope& scope, const std::string& after = {},
                                               std::size_t most = 200);
  base::Result<std::size_t> count(const Scope& scope);
  base::Result<std::optional<Organisation>> find(const Scope& scope, const std::string& id);
  base::Result<std::optional<Organisation>> find_by_name(const Scope& scope, const std::string& name);

  // `wanted` without id, changed and etag. Refused: not_allowed, invalid, conflict (the name is another's).
  base::Result<Outcome<Organisation>> add(const Principal& asker, Organisation wanted, base::Time now);
  // If `wanted.etag` is not empty it must be that of now (Why::changed).
  base::Result<Outcome<Organisation>> change(const Principal& asker, const Organisation& wanted,
                                             base::Time now);
  // Refused (conflict) while an account is limited to it alone. Whether it has domains the caller asks first.
  base::Result<Outcome<>> remove(const Principal& asker, const std::string& id, const std::string& etag,
                                 base::Time now);

 private:
  store::Database* database_;
};

}  // namespace rampart::accounts
