// The tables of a watch, for SQLite and PostgreSQL alike. Times are seconds since 1970. A migration that has been
// released is never changed: what comes later is one more.
#pragma once

#include <array>

#include "store/database.h"

namespace rampart::audit::watch {

inline constexpr std::array kMigrations{
    store::Migration{
        "CREATE TABLE watch_domain (account TEXT NOT NULL, domain TEXT NOT NULL, last_look BIGINT,"
        " look_again BIGINT, memory TEXT NOT NULL, PRIMARY KEY (account, domain));"
        // Looks that wait for a digest.
        "CREATE TABLE watch_waiting (number BIGINT PRIMARY KEY, account TEXT NOT NULL, organisation TEXT NOT "
        "NULL,"
        " address TEXT NOT NULL, language TEXT NOT NULL, look TEXT NOT NULL);"
        "CREATE INDEX watch_waiting_contact ON watch_waiting (account, organisation, address, language, "
        "number);"
        "CREATE TABLE watch_digest (account TEXT NOT NULL, organisation TEXT NOT NULL, address TEXT NOT NULL,"
        " language TEXT NOT NULL, last_digest BIGINT NOT NULL,"
        " PRIMARY KEY (account, organisation, address, language));"
        // state: queued, sent, refused.
        "CREATE TABLE watch_outbox (number BIGINT PRIMARY KEY, account TEXT NOT NULL, sink TEXT NOT NULL,"
        " id TEXT NOT NULL, recipient TEXT NOT NULL, payload TEXT NOT NULL, queued BIGINT NOT NULL,"
        " attempts INTEGER NOT NULL, next_try BIGINT NOT NULL, state TEXT NOT NULL, sent BIGINT, why TEXT "
        "NOT NULL);"
        "CREATE INDEX watch_outbox_next ON watch_outbox (account, sink, state, number);"
        "CREATE TABLE watch_sink (account TEXT NOT NULL, sink TEXT NOT NULL, failures INTEGER NOT NULL,"
        " blocked_until BIGINT, PRIMARY KEY (account, sink));"
        "CREATE TABLE watch_trouble (account TEXT NOT NULL, code TEXT NOT NULL, since BIGINT NOT NULL,"
        " what TEXT NOT NULL, PRIMARY KEY (account, code));",
    },
};

}  // namespace rampart::audit::watch
