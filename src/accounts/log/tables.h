// The tables of the audit log. `tip` has one row, which the writer locks; triggers refuse what would change the past.
#pragma once

#include <array>

#include "store/database.h"

namespace rampart::accounts::log {

inline constexpr std::array kMigrations{
    store::Migration{
        .sql =
            "CREATE TABLE accounts_log (number BIGINT PRIMARY KEY, time BIGINT NOT NULL, account TEXT NOT "
            "NULL,"
            " name TEXT NOT NULL, by_what TEXT NOT NULL, by_id TEXT NOT NULL, address TEXT NOT NULL, act "
            "TEXT NOT NULL,"
            " object TEXT NOT NULL, organisation TEXT NOT NULL, details TEXT NOT NULL, outcome TEXT NOT NULL,"
            " previous TEXT NOT NULL, hash TEXT NOT NULL);"
            "CREATE INDEX accounts_log_time ON accounts_log (time);"
            "CREATE INDEX accounts_log_account ON accounts_log (account, number);"
            "CREATE INDEX accounts_log_object ON accounts_log (object, number);"
            "CREATE TABLE accounts_log_tip (one BIGINT PRIMARY KEY, number BIGINT NOT NULL, time BIGINT NOT "
            "NULL,"
            " hash TEXT NOT NULL);"
            "INSERT INTO accounts_log_tip (one, number, time, hash) VALUES (1, 0, 0, '');"
            "CREATE TABLE accounts_log_head (number BIGINT PRIMARY KEY, time BIGINT NOT NULL, hash TEXT NOT "
            "NULL,"
            " key TEXT NOT NULL, signature TEXT NOT NULL);"
            "CREATE TRIGGER accounts_log_no_update BEFORE UPDATE ON accounts_log BEGIN"
            " SELECT RAISE(ABORT, 'the audit log is not changed');; END;"
            "CREATE TRIGGER accounts_log_no_delete BEFORE DELETE ON accounts_log BEGIN"
            " SELECT RAISE(ABORT, 'the audit log is not changed');; END;"
            "CREATE TRIGGER accounts_log_head_no_update BEFORE UPDATE ON accounts_log_head BEGIN"
            " SELECT RAISE(ABORT, 'the audit log is not changed');; END;"
            "CREATE TRIGGER accounts_log_head_no_delete BEFORE DELETE ON accounts_log_head BEGIN"
            " SELECT RAISE(ABORT, 'the audit log is not changed');; END;",
        .postgresql =
            "CREATE TABLE accounts_log (number BIGINT PRIMARY KEY, time BIGINT NOT NULL, account TEXT NOT "
            "NULL,"
            " name TEXT NOT NULL, by_what TEXT NOT NULL, by_id TEXT NOT NULL, address TEXT NOT NULL, act "
            "TEXT NOT NULL,"
            " object TEXT NOT NULL, organisation TEXT NOT NULL, details TEXT NOT NULL, outcome TEXT NOT NULL,"
            " previous TEXT NOT NULL, hash TEXT NOT NULL);"
            "CREATE INDEX accounts_log_time ON accounts_log (time);"
            "CREATE INDEX accounts_log_account ON accounts_log (account, number);"
            "CREATE INDEX accounts_log_object ON accounts_log (object, number);"
            "CREATE TABLE accounts_log_tip (one BIGINT PRIMARY KEY, number BIGINT NOT NULL, time BIGINT NOT "
            "NULL,"
            " hash TEXT NOT NULL);"
            "INSERT INTO accounts_log_tip (one, number, time, hash) VALUES (1, 0, 0, '');"
            "CREATE TABLE accounts_log_head (number BIGINT PRIMARY KEY, time BIGINT NOT NULL, hash TEXT NOT "
            "NULL,"
            " key TEXT NOT NULL, signature TEXT NOT NULL);"
            "CREATE FUNCTION accounts_log_refuse() RETURNS trigger AS $$ BEGIN"
            " RAISE EXCEPTION 'the audit log is not changed';; END $$ LANGUAGE plpgsql;"
            "CREATE TRIGGER accounts_log_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON accounts_log"
            " FOR EACH STATEMENT EXECUTE FUNCTION accounts_log_refuse();"
            "CREATE TRIGGER accounts_log_head_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON "
            "accounts_log_head"
            " FOR EACH STATEMENT EXECUTE FUNCTION accounts_log_refuse();"},
};

}  // namespace rampart::accounts::log
