// The tables of events. Times are seconds since 1970. `event` is the whole of it as JSON (gate/gate.h); the columns beside it are what
// is looked for, in lower case where case does not matter. `number` is its place among those of its second, from 1 in the order in which
// they were told; 0 of what was written before there was that column. `guard_event_kept`: which event tells of an entry of the quarantine,
// since there is that table.
#pragma once

#include <array>

#include "store/database.h"

namespace rampart::guard {

inline constexpr std::array kEventMigrations{
    store::Migration{
        .sql =
            "CREATE TABLE guard_event (id TEXT PRIMARY KEY, at BIGINT NOT NULL, queue_id TEXT NOT NULL,"
            " message_id TEXT NOT NULL, author TEXT NOT NULL, mail_from TEXT NOT NULL, client TEXT NOT NULL,"
            " action TEXT NOT NULL, event TEXT NOT NULL);"
            "CREATE INDEX guard_event_at ON guard_event (at);"
            "CREATE INDEX guard_event_queue ON guard_event (queue_id);"
            "CREATE INDEX guard_event_message ON guard_event (message_id);"
            "CREATE INDEX guard_event_sender ON guard_event (mail_from);"
            "CREATE TABLE guard_event_recipient (event TEXT NOT NULL, address TEXT NOT NULL,"
            " PRIMARY KEY (event, address));"
            "CREATE INDEX guard_event_address ON guard_event_recipient (address);"},
    store::Migration{.sql = "ALTER TABLE guard_event ADD COLUMN number BIGINT NOT NULL DEFAULT 0;"
                            "DROP INDEX guard_event_at;"
                            "CREATE INDEX guard_event_at ON guard_event (at, number);"
                            "CREATE TABLE guard_event_kept (kept TEXT NOT NULL, event TEXT NOT NULL,"
                            " PRIMARY KEY (kept, event));"
                            "CREATE INDEX guard_event_kept_event ON guard_event_kept (event);"},
};

}  // namespace rampart::guard
