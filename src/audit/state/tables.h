// The tables of an audit's state. Times are seconds since 1970; `book` is a fact book in JSON lines, compressed with
// zstd, in base64.
#pragma once

#include <array>

#include "store/database.h"

namespace rampart::audit::state {

inline constexpr std::array kMigrations{
    store::Migration{
        .sql =
            "CREATE TABLE audit_domain (domain TEXT PRIMARY KEY, first BIGINT NOT NULL, last BIGINT NOT NULL,"
            " status TEXT NOT NULL, grade TEXT NOT NULL, facts TEXT NOT NULL);"
            "CREATE TABLE audit_snapshot (number INTEGER PRIMARY KEY AUTOINCREMENT, domain TEXT NOT NULL,"
            " first BIGINT NOT NULL, last BIGINT NOT NULL, status TEXT NOT NULL, grade TEXT NOT NULL,"
            " book TEXT NOT NULL);"
            "CREATE INDEX audit_snapshot_domain ON audit_snapshot (domain, number);"
            "CREATE TABLE audit_finding (domain TEXT NOT NULL, code TEXT NOT NULL, since BIGINT NOT NULL,"
            " effective TEXT NOT NULL, title TEXT NOT NULL, gone BIGINT, PRIMARY KEY (domain, code, since));"
            "CREATE TABLE audit_key (domain TEXT NOT NULL, selector TEXT NOT NULL, fingerprint TEXT NOT NULL,"
            " first BIGINT NOT NULL, last BIGINT NOT NULL, PRIMARY KEY (domain, selector, fingerprint));"
            "CREATE TABLE audit_risk (number INTEGER PRIMARY KEY AUTOINCREMENT, domain TEXT NOT NULL,"
            " code TEXT NOT NULL, reason TEXT NOT NULL, who TEXT NOT NULL, accepted BIGINT NOT NULL, until "
            "BIGINT,"
            " withdrawn BIGINT);",
        .postgresql =
            "CREATE TABLE audit_domain (domain TEXT PRIMARY KEY, first BIGINT NOT NULL, last BIGINT NOT NULL,"
            " status TEXT NOT NULL, grade TEXT NOT NULL, facts TEXT NOT NULL);"
            "CREATE TABLE audit_snapshot (number BIGSERIAL PRIMARY KEY, domain TEXT NOT NULL,"
            " first BIGINT NOT NULL, last BIGINT NOT NULL, status TEXT NOT NULL, grade TEXT NOT NULL,"
            " book TEXT NOT NULL);"
            "CREATE INDEX audit_snapshot_domain ON audit_snapshot (domain, number);"
            "CREATE TABLE audit_finding (domain TEXT NOT NULL, code TEXT NOT NULL, since BIGINT NOT NULL,"
            " effective TEXT NOT NULL, title TEXT NOT NULL, gone BIGINT, PRIMARY KEY (domain, code, since));"
            "CREATE TABLE audit_key (domain TEXT NOT NULL, selector TEXT NOT NULL, fingerprint TEXT NOT NULL,"
            " first BIGINT NOT NULL, last BIGINT NOT NULL, PRIMARY KEY (domain, selector, fingerprint));"
            "CREATE TABLE audit_risk (number BIGSERIAL PRIMARY KEY, domain TEXT NOT NULL,"
            " code TEXT NOT NULL, reason TEXT NOT NULL, who TEXT NOT NULL, accepted BIGINT NOT NULL, until "
            "BIGINT,"
            " withdrawn BIGINT);",
    },
};

}  // namespace rampart::audit::state
