// The tables of events. Times are seconds since 1970. `event` is the whole of it as JSON (gate/gate.h); the columns beside it are what
// is looked for, in lower case where case does not matter. `number` is its place among those of its second, from 1 in the order in which
// they were told; 0 of what was written before there was that column. `guard_event_kept`: which event tells of an entry of the quarantine,
// since there is that table.
// `guard_event_key`: what events are listed by (event_keys.h), in their order; what was written before there was that table has those that
// columns and recipients said. `guard_event_rate`: how many there were in a minute or an hour (`span`, seconds), by what was done, of all
// (`domain` empty) and of each domain of ours.
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
    store::Migration{
        .sql =
            "CREATE TABLE guard_event_key (word TEXT NOT NULL, at BIGINT NOT NULL, number BIGINT NOT NULL, "
            "event TEXT NOT NULL,"
            " PRIMARY KEY (word, at, number, event)) WITHOUT ROWID;"
            "INSERT INTO guard_event_key SELECT 'to ' || r.address, e.at, e.number, e.id FROM guard_event e "
            "JOIN"
            " guard_event_recipient r ON r.event = e.id;"
            "INSERT INTO guard_event_key SELECT DISTINCT 'to ' || substr(r.address, instr(r.address, '@')), "
            "e.at, e.number, e.id"
            " FROM guard_event e JOIN guard_event_recipient r ON r.event = e.id WHERE r.address LIKE '%@%';"
            "INSERT INTO guard_event_key SELECT DISTINCT 'in ' || substr(r.address, instr(r.address, '@') + "
            "1), e.at, e.number, e.id"
            " FROM guard_event e JOIN guard_event_recipient r ON r.event = e.id WHERE r.address LIKE '%@%';"
            "INSERT INTO guard_event_key SELECT 'of ' || author, at, number, id FROM guard_event WHERE "
            "author <> '';"
            "INSERT INTO guard_event_key SELECT 'in ' || author, at, number, id FROM guard_event WHERE "
            "author <> '' ON CONFLICT DO"
            " NOTHING;"
            "INSERT INTO guard_event_key SELECT 'from ' || mail_from, at, number, id FROM guard_event WHERE "
            "mail_from <> '';"
            "INSERT INTO guard_event_key SELECT 'did ' || action, at, number, id FROM guard_event WHERE "
            "action <> 'accept';"
            "CREATE TABLE guard_event_rate (span BIGINT NOT NULL, domain TEXT NOT NULL, begun BIGINT NOT "
            "NULL, action TEXT NOT NULL,"
            " messages BIGINT NOT NULL, PRIMARY KEY (span, domain, begun, action)) WITHOUT ROWID;"
            "INSERT INTO guard_event_rate SELECT 3600, '', at / 3600 * 3600, action, COUNT(*) FROM "
            "guard_event GROUP BY at / 3600,"
            " action;"
            "INSERT INTO guard_event_rate SELECT 60, '', at / 60 * 60, action, COUNT(*) FROM guard_event "
            "GROUP BY at / 60, action;",
        .postgresql =
            "CREATE TABLE guard_event_key (word TEXT NOT NULL, at BIGINT NOT NULL, number BIGINT NOT NULL, "
            "event TEXT NOT NULL,"
            " PRIMARY KEY (word, at, number, event));"
            "INSERT INTO guard_event_key SELECT 'to ' || r.address, e.at, e.number, e.id FROM guard_event e "
            "JOIN"
            " guard_event_recipient r ON r.event = e.id;"
            "INSERT INTO guard_event_key SELECT DISTINCT 'to ' || substr(r.address, strpos(r.address, '@')), "
            "e.at, e.number, e.id"
            " FROM guard_event e JOIN guard_event_recipient r ON r.event = e.id WHERE r.address LIKE '%@%';"
            "INSERT INTO guard_event_key SELECT DISTINCT 'in ' || substr(r.address, strpos(r.address, '@') + "
            "1), e.at, e.number, e.id"
            " FROM guard_event e JOIN guard_event_recipient r ON r.event = e.id WHERE r.address LIKE '%@%';"
            "INSERT INTO guard_event_key SELECT 'of ' || author, at, number, id FROM guard_event WHERE "
            "author <> '';"
            "INSERT INTO guard_event_key SELECT 'in ' || author, at, number, id FROM guard_event WHERE "
            "author <> '' ON CONFLICT DO"
            " NOTHING;"
            "INSERT INTO guard_event_key SELECT 'from ' || mail_from, at, number, id FROM guard_event WHERE "
            "mail_from <> '';"
            "INSERT INTO guard_event_key SELECT 'did ' || action, at, number, id FROM guard_event WHERE "
            "action <> 'accept';"
            "CREATE TABLE guard_event_rate (span BIGINT NOT NULL, domain TEXT NOT NULL, begun BIGINT NOT "
            "NULL, action TEXT NOT NULL,"
            " messages BIGINT NOT NULL, PRIMARY KEY (span, domain, begun, action));"
            "INSERT INTO guard_event_rate SELECT 3600, '', at / 3600 * 3600, action, COUNT(*) FROM "
            "guard_event GROUP BY at / 3600,"
            " action;"
            "INSERT INTO guard_event_rate SELECT 60, '', at / 60 * 60, action, COUNT(*) FROM guard_event "
            "GROUP BY at / 60, action;"},
};

}  // namespace rampart::guard
