// The tables of accounts. Times are seconds since 1970, 0 where there is none; a hash is the SHA-256 of a secret that only its holder has,
// in hex; bytes are in base64; lists of words have a space between them.
//
// `stage` of a factor: 0 it was offered (an app's secret was shown), 1 it was confirmed in an enrolment that is not finished, 2 it counts.
#pragma once

#include <array>

#include "store/database.h"

namespace rampart::accounts {

inline constexpr std::array kMigrations{
    store::Migration{
        .sql =
            "CREATE TABLE accounts_account (id TEXT PRIMARY KEY, address TEXT NOT NULL UNIQUE, name TEXT NOT "
            "NULL,"
            " role TEXT NOT NULL, everything BIGINT NOT NULL, language TEXT NOT NULL, state TEXT NOT NULL,"
            " password TEXT NOT NULL, new_password TEXT NOT NULL, handle TEXT NOT NULL, made BIGINT NOT NULL,"
            " changed BIGINT NOT NULL, signed_in BIGINT NOT NULL);"
            "CREATE TABLE accounts_scope (account TEXT NOT NULL, organisation TEXT NOT NULL,"
            " PRIMARY KEY (account, organisation));"
            "CREATE TABLE accounts_organisation (id TEXT PRIMARY KEY, name TEXT NOT NULL, folded TEXT NOT "
            "NULL UNIQUE,"
            " sector TEXT NOT NULL, contact TEXT NOT NULL, language TEXT NOT NULL, changed BIGINT NOT NULL);"
            "CREATE TABLE accounts_totp (id TEXT PRIMARY KEY, account TEXT NOT NULL, stage BIGINT NOT NULL,"
            " secret TEXT NOT NULL, last_step BIGINT NOT NULL, added BIGINT NOT NULL, used BIGINT NOT NULL,"
            " UNIQUE (account, stage));"
            "CREATE TABLE accounts_passkey (id TEXT PRIMARY KEY, account TEXT NOT NULL, stage BIGINT NOT "
            "NULL,"
            " credential TEXT NOT NULL UNIQUE, public_key TEXT NOT NULL, algorithm BIGINT NOT NULL,"
            " sign_count BIGINT NOT NULL, verified BIGINT NOT NULL, eligible BIGINT NOT NULL, backed_up "
            "BIGINT NOT NULL,"
            " aaguid TEXT NOT NULL, transports TEXT NOT NULL, attestation TEXT NOT NULL, site TEXT NOT NULL,"
            " label TEXT NOT NULL, suspect BIGINT NOT NULL, added BIGINT NOT NULL, used BIGINT NOT NULL);"
            "CREATE INDEX accounts_passkey_account ON accounts_passkey (account, stage);"
            "CREATE TABLE accounts_recovery (hash TEXT PRIMARY KEY, account TEXT NOT NULL, made BIGINT NOT "
            "NULL);"
            "CREATE INDEX accounts_recovery_account ON accounts_recovery (account);"
            "CREATE TABLE accounts_link (id TEXT PRIMARY KEY, hash TEXT NOT NULL UNIQUE, account TEXT NOT "
            "NULL,"
            " purpose TEXT NOT NULL, made BIGINT NOT NULL, expires BIGINT NOT NULL, bound TEXT NOT NULL);"
            "CREATE INDEX accounts_link_account ON accounts_link (account);"
            "CREATE TABLE accounts_session (id TEXT PRIMARY KEY, hash TEXT NOT NULL UNIQUE, account TEXT NOT "
            "NULL,"
            " stage TEXT NOT NULL, link TEXT NOT NULL, made BIGINT NOT NULL, seen BIGINT NOT NULL,"
            " proven BIGINT NOT NULL, proven_by TEXT NOT NULL, expires BIGINT NOT NULL, address TEXT NOT "
            "NULL,"
            " agent TEXT NOT NULL, device TEXT NOT NULL, wrong BIGINT NOT NULL);"
            "CREATE INDEX accounts_session_account ON accounts_session (account, stage);"
            "CREATE INDEX accounts_session_expires ON accounts_session (expires);"
            "CREATE TABLE accounts_challenge (session TEXT NOT NULL, kind TEXT NOT NULL, challenge TEXT NOT "
            "NULL,"
            " expires BIGINT NOT NULL, PRIMARY KEY (session, kind));"
            "CREATE TABLE accounts_device (hash TEXT NOT NULL, account TEXT NOT NULL, made BIGINT NOT NULL,"
            " expires BIGINT NOT NULL, PRIMARY KEY (hash, account));"
            "CREATE TABLE accounts_limit (name TEXT PRIMARY KEY, tries BIGINT NOT NULL, last BIGINT NOT NULL,"
            " until BIGINT NOT NULL);"
            "CREATE INDEX accounts_limit_last ON accounts_limit (last);"
            "CREATE TABLE accounts_token (id TEXT PRIMARY KEY, hash TEXT NOT NULL UNIQUE, account TEXT NOT "
            "NULL,"
            " name TEXT NOT NULL, granted TEXT NOT NULL, organisations TEXT NOT NULL, made BIGINT NOT NULL,"
            " expires BIGINT NOT NULL, used BIGINT NOT NULL, used_from TEXT NOT NULL);"
            "CREATE INDEX accounts_token_account ON accounts_token (account);"
            "CREATE TABLE accounts_identity (issuer TEXT NOT NULL, subject TEXT NOT NULL, account TEXT NOT "
            "NULL,"
            " made BIGINT NOT NULL, PRIMARY KEY (issuer, subject));"
            "CREATE TABLE accounts_attempt (cookie TEXT PRIMARY KEY, state TEXT NOT NULL, provider TEXT NOT "
            "NULL,"
            " nonce TEXT NOT NULL, verifier TEXT NOT NULL, fresh BIGINT NOT NULL, begun BIGINT NOT NULL);"
            "CREATE TABLE accounts_notice (id TEXT PRIMARY KEY, time BIGINT NOT NULL, whom TEXT NOT NULL,"
            " kind TEXT NOT NULL, account TEXT NOT NULL, address TEXT NOT NULL, by_whom TEXT NOT NULL,"
            " detail TEXT NOT NULL, mailed BIGINT NOT NULL);"
            "CREATE INDEX accounts_notice_time ON accounts_notice (time);"
            "CREATE TABLE accounts_notice_away (notice TEXT NOT NULL, account TEXT NOT NULL,"
            " PRIMARY KEY (notice, account));"},
};

}  // namespace rampart::accounts
