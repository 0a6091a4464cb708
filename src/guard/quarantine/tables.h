// The tables of the quarantine. Times are seconds since 1970. `head` is what nobody looks for, in JSON; `identity` is the id
// itself, or, of what was split off an entry, a digest of that and the recipient; `copy` is the digest by which a message that is tried
// again is known, for that recipient (empty: kept by a program that knew none); `listed` is 1 of what a block list names or nobody could
// look into. `guard_kept_key`: what entries are listed by (kept_list.h), as events are (events/event_keys.h).
#pragma once

#include <array>

#include "store/database.h"

namespace rampart::guard {

inline constexpr std::array kQuarantineMigrations{
    store::Migration{
        .sql = "CREATE TABLE guard_kept (id TEXT PRIMARY KEY, identity TEXT NOT NULL UNIQUE, received BIGINT "
               "NOT NULL,"
               " state TEXT NOT NULL, changed BIGINT NOT NULL, by_whom TEXT NOT NULL, size BIGINT NOT NULL,"
               " author TEXT NOT NULL, head TEXT NOT NULL);"
               "CREATE INDEX guard_kept_received ON guard_kept (state, received);"
               "CREATE TABLE guard_kept_recipient (kept TEXT NOT NULL, address TEXT NOT NULL, domain TEXT "
               "NOT NULL,"
               " PRIMARY KEY (kept, address));"
               "CREATE INDEX guard_kept_address ON guard_kept_recipient (address);"
               "CREATE INDEX guard_kept_domain ON guard_kept_recipient (domain);"},
    // When a recipient was told of it, by a digest; 0: not yet.
    store::Migration{.sql =
                         "ALTER TABLE guard_kept_recipient ADD COLUMN told BIGINT NOT NULL DEFAULT 0;"
                         "CREATE INDEX guard_kept_untold ON guard_kept_recipient (address) WHERE told = 0;"},
    store::Migration{.sql = "ALTER TABLE guard_kept_recipient ADD COLUMN copy TEXT NOT NULL DEFAULT '';"
                            "CREATE INDEX guard_kept_copy ON guard_kept_recipient (copy) WHERE copy <> '';"},
    store::Migration{.sql = "ALTER TABLE guard_kept ADD COLUMN listed BIGINT NOT NULL DEFAULT 0;"},
    store::Migration{
        .sql =
            "CREATE TABLE guard_kept_key (word TEXT NOT NULL, received BIGINT NOT NULL, kept TEXT NOT NULL,"
            " PRIMARY KEY (word, received, kept)) WITHOUT ROWID;"
            "CREATE INDEX guard_kept_key_kept ON guard_kept_key (kept);"
            "INSERT INTO guard_kept_key SELECT 'to ' || r.address, k.received, k.id FROM guard_kept k JOIN "
            "guard_kept_recipient r ON"
            " r.kept = k.id;"
            "INSERT INTO guard_kept_key SELECT DISTINCT 'to @' || r.domain, k.received, k.id FROM guard_kept "
            "k JOIN"
            " guard_kept_recipient r ON r.kept = k.id WHERE r.domain <> '';"
            "INSERT INTO guard_kept_key SELECT DISTINCT 'in ' || r.domain, k.received, k.id FROM guard_kept "
            "k JOIN"
            " guard_kept_recipient r ON r.kept = k.id WHERE r.domain <> '';"
            "INSERT INTO guard_kept_key SELECT 'of ' || author, received, id FROM guard_kept WHERE author <> "
            "'';",
        .postgresql =
            "CREATE TABLE guard_kept_key (word TEXT NOT NULL, received BIGINT NOT NULL, kept TEXT NOT NULL,"
            " PRIMARY KEY (word, received, kept));"
            "CREATE INDEX guard_kept_key_kept ON guard_kept_key (kept);"
            "INSERT INTO guard_kept_key SELECT 'to ' || r.address, k.received, k.id FROM guard_kept k JOIN "
            "guard_kept_recipient r ON"
            " r.kept = k.id;"
            "INSERT INTO guard_kept_key SELECT DISTINCT 'to @' || r.domain, k.received, k.id FROM guard_kept "
            "k JOIN"
            " guard_kept_recipient r ON r.kept = k.id WHERE r.domain <> '';"
            "INSERT INTO guard_kept_key SELECT DISTINCT 'in ' || r.domain, k.received, k.id FROM guard_kept "
            "k JOIN"
            " guard_kept_recipient r ON r.kept = k.id WHERE r.domain <> '';"
            "INSERT INTO guard_kept_key SELECT 'of ' || author, received, id FROM guard_kept WHERE author <> "
            "'';"},
};

}  // namespace rampart::guard
