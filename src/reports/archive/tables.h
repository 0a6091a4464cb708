// The tables of the reports. Times are seconds since 1970, days are days since 1970 (UTC).
//
// Texts that come again and again have numbers: addresses, outcomes (aggregate/outcome.h), domains, and reporters with how
// far they are believed ("verified google.com"). `facts` are a report's rows by these numbers (packed.h), `head` is the rest
// of it in JSON. `report_day` adds the rows of all reports up, by day, and `report_total`
// those by what became of them (EndKind), for pages of many domains. `report_failure` has single
// messages that failed, as their receivers tell it. `report_killer` has mails that end what unpacks them, by
// their digest.
//
// `report_tls` has what TLS reports say of one policy domain each, its `facts` in JSON (tls.h). `fidelity` says whether a
// report is there as it was sent (2) or as another program's export has it (1: JSON, 0: CSV); `alias` is what such an export
// keeps of a report's identity (fidelity.h), empty for what was read by a program older than these columns.
#pragma once

#include <array>

#include "store/database.h"

namespace rampart::reports {

inline constexpr std::array kMigrations{
    store::Migration{
        .sql =
            "CREATE TABLE report_domain (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);"
            "CREATE TABLE report_address (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);"
            "CREATE TABLE report_outcome (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);"
            "CREATE TABLE report_reporter (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);"
            "CREATE TABLE report (id INTEGER PRIMARY KEY, identity TEXT NOT NULL UNIQUE, content TEXT NOT "
            "NULL,"
            " domain BIGINT NOT NULL, reporter BIGINT NOT NULL, trust TEXT NOT NULL, organisation TEXT NOT "
            "NULL,"
            " report_id TEXT NOT NULL, first BIGINT NOT NULL, last BIGINT NOT NULL, received BIGINT NOT NULL,"
            " origin TEXT NOT NULL, records BIGINT NOT NULL, messages BIGINT NOT NULL, head TEXT NOT NULL,"
            " facts TEXT NOT NULL);"
            "CREATE INDEX report_of_domain ON report (domain, last);"
            "CREATE TABLE report_day (domain BIGINT NOT NULL, day BIGINT NOT NULL, address BIGINT NOT NULL,"
            " outcome BIGINT NOT NULL, reporter BIGINT NOT NULL, messages BIGINT NOT NULL, estimated BIGINT "
            "NOT NULL,"
            " PRIMARY KEY (domain, day, address, outcome, reporter)) WITHOUT ROWID;"
            "CREATE TABLE report_total (domain BIGINT NOT NULL, day BIGINT NOT NULL, reporter BIGINT NOT "
            "NULL,"
            " kind BIGINT NOT NULL, messages BIGINT NOT NULL, estimated BIGINT NOT NULL,"
            " PRIMARY KEY (domain, day, reporter, kind)) WITHOUT ROWID;"
            "CREATE TABLE report_failure (id INTEGER PRIMARY KEY, content TEXT NOT NULL UNIQUE, domain TEXT "
            "NOT NULL,"
            " trust TEXT NOT NULL, origin TEXT NOT NULL, received BIGINT NOT NULL, head TEXT NOT NULL);"
            "CREATE INDEX report_failure_of_domain ON report_failure (domain, received);"
            "CREATE TABLE report_aside (id INTEGER PRIMARY KEY, origin TEXT NOT NULL, reason TEXT NOT NULL,"
            " at BIGINT NOT NULL, UNIQUE (origin, reason));"
            "CREATE TABLE report_killer (content TEXT PRIMARY KEY, reason TEXT NOT NULL, at BIGINT NOT "
            "NULL);",
        .postgresql =
            "CREATE TABLE report_domain (id BIGSERIAL PRIMARY KEY, text TEXT NOT NULL UNIQUE);"
            "CREATE TABLE report_address (id BIGSERIAL PRIMARY KEY, text TEXT NOT NULL UNIQUE);"
            "CREATE TABLE report_outcome (id BIGSERIAL PRIMARY KEY, text TEXT NOT NULL UNIQUE);"
            "CREATE TABLE report_reporter (id BIGSERIAL PRIMARY KEY, text TEXT NOT NULL UNIQUE);"
            "CREATE TABLE report (id BIGSERIAL PRIMARY KEY, identity TEXT NOT NULL UNIQUE, content TEXT NOT "
            "NULL,"
            " domain BIGINT NOT NULL, reporter BIGINT NOT NULL, trust TEXT NOT NULL, organisation TEXT NOT "
            "NULL,"
            " report_id TEXT NOT NULL, first BIGINT NOT NULL, last BIGINT NOT NULL, received BIGINT NOT NULL,"
            " origin TEXT NOT NULL, records BIGINT NOT NULL, messages BIGINT NOT NULL, head TEXT NOT NULL,"
            " facts TEXT NOT NULL);"
            "CREATE INDEX report_of_domain ON report (domain, last);"
            "CREATE TABLE report_day (domain BIGINT NOT NULL, day BIGINT NOT NULL, address BIGINT NOT NULL,"
            " outcome BIGINT NOT NULL, reporter BIGINT NOT NULL, messages BIGINT NOT NULL, estimated BIGINT "
            "NOT NULL,"
            " PRIMARY KEY (domain, day, address, outcome, reporter));"
            "CREATE TABLE report_total (domain BIGINT NOT NULL, day BIGINT NOT NULL, reporter BIGINT NOT "
            "NULL,"
            " kind BIGINT NOT NULL, messages BIGINT NOT NULL, estimated BIGINT NOT NULL,"
            " PRIMARY KEY (domain, day, reporter, kind));"
            "CREATE TABLE report_failure (id BIGSERIAL PRIMARY KEY, content TEXT NOT NULL UNIQUE, domain "
            "TEXT NOT NULL,"
            " trust TEXT NOT NULL, origin TEXT NOT NULL, received BIGINT NOT NULL, head TEXT NOT NULL);"
            "CREATE INDEX report_failure_of_domain ON report_failure (domain, received);"
            "CREATE TABLE report_aside (id BIGSERIAL PRIMARY KEY, origin TEXT NOT NULL, reason TEXT NOT NULL,"
            " at BIGINT NOT NULL, UNIQUE (origin, reason));"
            "CREATE TABLE report_killer (content TEXT PRIMARY KEY, reason TEXT NOT NULL, at BIGINT NOT "
            "NULL);",
    },
    store::Migration{
        .sql =
            "ALTER TABLE report ADD COLUMN fidelity BIGINT NOT NULL DEFAULT 2;"
            "ALTER TABLE report ADD COLUMN alias TEXT NOT NULL DEFAULT '';"
            "CREATE INDEX report_alias ON report (alias);"
            "CREATE INDEX report_export ON report (fidelity) WHERE fidelity < 2;"
            "CREATE INDEX report_ended ON report (last);"
            "ALTER TABLE report_failure ADD COLUMN fidelity BIGINT NOT NULL DEFAULT 2;"
            "ALTER TABLE report_failure ADD COLUMN alias TEXT NOT NULL DEFAULT '';"
            "CREATE INDEX report_failure_alias ON report_failure (alias);"
            "CREATE TABLE report_tls (id INTEGER PRIMARY KEY, identity TEXT NOT NULL UNIQUE, content TEXT "
            "NOT "
            "NULL,"
            " domain TEXT NOT NULL, trust TEXT NOT NULL, fidelity BIGINT NOT NULL, reporter TEXT NOT NULL,"
            " report_id TEXT NOT NULL, first BIGINT NOT NULL, last BIGINT NOT NULL, received BIGINT NOT NULL,"
            " origin TEXT NOT NULL, successful BIGINT NOT NULL, failed BIGINT NOT NULL, facts TEXT NOT NULL);"
            "CREATE INDEX report_tls_of_domain ON report_tls (domain, last);",
        .postgresql =
            "ALTER TABLE report ADD COLUMN fidelity BIGINT NOT NULL DEFAULT 2;"
            "ALTER TABLE report ADD COLUMN alias TEXT NOT NULL DEFAULT '';"
            "CREATE INDEX report_alias ON report (alias);"
            "CREATE INDEX report_export ON report (fidelity) WHERE fidelity < 2;"
            "CREATE INDEX report_ended ON report (last);"
            "ALTER TABLE report_failure ADD COLUMN fidelity BIGINT NOT NULL DEFAULT 2;"
            "ALTER TABLE report_failure ADD COLUMN alias TEXT NOT NULL DEFAULT '';"
            "CREATE INDEX report_failure_alias ON report_failure (alias);"
            "CREATE TABLE report_tls (id BIGSERIAL PRIMARY KEY, identity TEXT NOT NULL UNIQUE, content TEXT "
            "NOT "
            "NULL,"
            " domain TEXT NOT NULL, trust TEXT NOT NULL, fidelity BIGINT NOT NULL, reporter TEXT NOT NULL,"
            " report_id TEXT NOT NULL, first BIGINT NOT NULL, last BIGINT NOT NULL, received BIGINT NOT NULL,"
            " origin TEXT NOT NULL, successful BIGINT NOT NULL, failed BIGINT NOT NULL, facts TEXT NOT NULL);"
            "CREATE INDEX report_tls_of_domain ON report_tls (domain, last);",
    },
    // The domain of a TLS report's contact: what its id says nothing of, and what whoever replaces it has to have.
    store::Migration{.sql = "ALTER TABLE report_tls ADD COLUMN contact TEXT NOT NULL DEFAULT '';"},
    // Who sent what is believed: the mailbox of the mail that brought it. `report_tls` has beside what a report calls itself
    // (`organisation`) who it is (`reporter`); `alias` stands for organisation, id, period and policy domain, `voice` is the
    // domain of the contact. Reports of before have no sender, and what they call themselves for a reporter.
    store::Migration{.sql =
                         "ALTER TABLE report ADD COLUMN sender TEXT NOT NULL DEFAULT '';"
                         "ALTER TABLE report_tls ADD COLUMN sender TEXT NOT NULL DEFAULT '';"
                         "ALTER TABLE report_tls ADD COLUMN organisation TEXT NOT NULL DEFAULT '';"
                         "ALTER TABLE report_tls ADD COLUMN alias TEXT NOT NULL DEFAULT '';"
                         "ALTER TABLE report_tls ADD COLUMN voice TEXT NOT NULL DEFAULT '';"
                         "UPDATE report_tls SET organisation = reporter, alias = identity, voice = contact;"
                         "CREATE INDEX report_tls_alias ON report_tls (alias, voice);"},
};

// `report_since` has the first day on which an address was seen in a domain's mail, by a report that counts: what a page would
// else look for among all days there are. Apart from the others, whose numbers it does not share.
inline constexpr std::array kSinceMigrations{
    store::Migration{
        .sql = "CREATE TABLE report_since (domain BIGINT NOT NULL, address BIGINT NOT NULL, day BIGINT NOT "
               "NULL,"
               " PRIMARY KEY (domain, address)) WITHOUT ROWID;"
               "INSERT INTO report_since SELECT domain, address, MIN(day) FROM report_day"
               " WHERE reporter IN (SELECT id FROM report_reporter WHERE text LIKE 'imported %'"
               " OR text LIKE 'verified %') GROUP BY domain, address;",
        .postgresql =
            "CREATE TABLE report_since (domain BIGINT NOT NULL, address BIGINT NOT NULL, day BIGINT NOT NULL,"
            " PRIMARY KEY (domain, address));"
            "INSERT INTO report_since SELECT domain, address, MIN(day) FROM report_day"
            " WHERE reporter IN (SELECT id FROM report_reporter WHERE text LIKE 'imported %'"
            " OR text LIKE 'verified %') GROUP BY domain, address;",
    },
    // Lists of reports, the newest first.
    store::Migration{.sql = "CREATE INDEX report_received ON report (received, id);"
                            "CREATE INDEX report_tls_received ON report_tls (received, id);"
                            "CREATE INDEX report_failure_received ON report_failure (received, id);"},
};

}  // namespace rampart::reports
