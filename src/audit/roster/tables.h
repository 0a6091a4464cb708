// The tables of the roster. Times are seconds since 1970, 0 where there is none; `bucket` is Bucket::number().
//
// audit_standing has an index for each order within each filter (listing.h), so that no list sorts or scans.
#pragma once

#include <array>

#include "store/database.h"

namespace rampart::audit::roster {

// A row for each domain that was audited and has none: nobody's, and not watched. StandingWriter asks it for one domain.
inline constexpr std::string_view kFillFromAudits =
    "INSERT INTO audit_standing ("
    "domain, organisation, watched, bucket, sentence, weaknesses, open, critical, high, "
    "medium, low, next_code, next_step, policy, subdomain_policy, tags, last, tried, why"
    ") SELECT d.domain, '', 0,"
    " CASE d.grade WHEN 'F' THEN 0 WHEN 'D-' THEN 24 WHEN 'D' THEN 36 WHEN 'D+' THEN 48 WHEN 'C-' THEN 60"
    " WHEN 'C' THEN 72 WHEN 'C+' THEN 84 WHEN 'B-' THEN 96 WHEN 'B' THEN 108 WHEN 'B+' THEN 120"
    " WHEN 'A-' THEN 132 WHEN 'A' THEN 144 WHEN 'A+' THEN 156 ELSE 12 END +"
    " CASE d.status WHEN 'spoofable' THEN 0 WHEN 'partly-protected' THEN 3 WHEN 'protected' THEN 6"
    " ELSE 9 END, '', 0,"
    " (SELECT COUNT(*) FROM audit_finding f WHERE f.domain = d.domain AND f.gone IS NULL),"
    " (SELECT COUNT(*) FROM audit_finding f WHERE f.domain = d.domain AND f.gone IS NULL"
    " AND f.effective = 'critical'),"
    " (SELECT COUNT(*) FROM audit_finding f WHERE f.domain = d.domain AND f.gone IS NULL"
    " AND f.effective = 'high'),"
    " (SELECT COUNT(*) FROM audit_finding f WHERE f.domain = d.domain AND f.gone IS NULL"
    " AND f.effective = 'medium'),"
    " (SELECT COUNT(*) FROM audit_finding f WHERE f.domain = d.domain AND f.gone IS NULL"
    " AND f.effective = 'low'),"
    " '', '', '', '', '', d.last, d.last, '' FROM audit_domain d";

inline constexpr std::string_view kCount =
    "INSERT INTO audit_count (organisation, bucket, domains)"
    " SELECT '', bucket, COUNT(*) FROM audit_standing GROUP BY bucket;"
    "INSERT INTO audit_count (organisation, bucket, domains)"
    " SELECT '*', bucket, COUNT(*) FROM audit_standing GROUP BY bucket;";

inline constexpr std::string_view kIndexes =
    "CREATE INDEX audit_standing_bucket ON audit_standing (bucket, domain);"
    "CREATE INDEX audit_standing_bucket_last ON audit_standing (bucket, last, domain);"
    "CREATE INDEX audit_standing_bucket_open ON audit_standing (bucket, open, domain);"
    "CREATE INDEX audit_standing_last ON audit_standing (last, domain);"
    "CREATE INDEX audit_standing_open ON audit_standing (open, domain);"
    "CREATE INDEX audit_standing_owner ON audit_standing (organisation, domain);"
    "CREATE INDEX audit_standing_owner_bucket ON audit_standing (organisation, bucket, domain);"
    "CREATE INDEX audit_standing_owner_last ON audit_standing (organisation, bucket, last, domain);"
    "CREATE INDEX audit_standing_owner_open ON audit_standing (organisation, bucket, open, domain);"
    "CREATE INDEX audit_tag_name ON audit_tag (name, domain);"
    "CREATE INDEX audit_tag_value ON audit_tag (name, value, domain);"
    "CREATE INDEX audit_tag_domain ON audit_tag (domain);"
    // Whose a finding is stands with it, so that one code of one organisation is found at once.
    "ALTER TABLE audit_finding ADD COLUMN organisation TEXT NOT NULL DEFAULT '';"
    "CREATE INDEX audit_finding_code ON audit_finding (code, domain) WHERE gone IS NULL;"
    "CREATE INDEX audit_finding_owner ON audit_finding (code, organisation, domain) WHERE gone IS NULL;"
    "CREATE INDEX audit_finding_came ON audit_finding (since);"
    "CREATE INDEX audit_finding_owner_came ON audit_finding (organisation, since);"
    "CREATE INDEX audit_finding_went ON audit_finding (gone) WHERE gone IS NOT NULL;"
    "CREATE INDEX audit_finding_owner_went ON audit_finding (organisation, gone) WHERE gone IS NOT NULL;";

inline constexpr std::string_view kTables =
    "CREATE TABLE audit_roster (domain TEXT PRIMARY KEY, organisation TEXT NOT NULL, sector TEXT NOT NULL,"
    " contact TEXT NOT NULL, sends INTEGER NOT NULL, selectors TEXT NOT NULL, tags TEXT NOT NULL,"
    " note TEXT NOT NULL, added BIGINT NOT NULL, added_by TEXT NOT NULL);"
    "CREATE TABLE audit_standing (domain TEXT PRIMARY KEY, organisation TEXT NOT NULL,"
    " watched INTEGER NOT NULL, bucket INTEGER NOT NULL, sentence TEXT NOT NULL, weaknesses INTEGER NOT NULL,"
    " open BIGINT NOT NULL, critical INTEGER NOT NULL, high INTEGER NOT NULL, medium INTEGER NOT NULL,"
    " low INTEGER NOT NULL, next_code TEXT NOT NULL, next_step TEXT NOT NULL, policy TEXT NOT NULL,"
    " subdomain_policy TEXT NOT NULL, tags TEXT NOT NULL, last BIGINT NOT NULL, tried BIGINT NOT NULL,"
    " why TEXT NOT NULL);"
    "CREATE TABLE audit_tag (domain TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL);"
    "CREATE TABLE audit_count (organisation TEXT NOT NULL, bucket INTEGER NOT NULL, domains BIGINT NOT NULL,"
    " PRIMARY KEY (organisation, bucket));"
    "CREATE TABLE audit_version (version BIGINT NOT NULL);"
    "INSERT INTO audit_version (version) VALUES (1);";

// Names are compared by their bytes, as here; PostgreSQL would otherwise ask the locale.
inline constexpr std::string_view kTablesPostgresql =
    "CREATE TABLE audit_roster (domain TEXT COLLATE \"C\" PRIMARY KEY, organisation TEXT COLLATE \"C\" NOT "
    "NULL, sector TEXT NOT NULL,"
    " contact TEXT NOT NULL, sends INTEGER NOT NULL, selectors TEXT NOT NULL, tags TEXT NOT NULL,"
    " note TEXT NOT NULL, added BIGINT NOT NULL, added_by TEXT NOT NULL);"
    "CREATE TABLE audit_standing (domain TEXT COLLATE \"C\" PRIMARY KEY, organisation TEXT COLLATE \"C\" NOT "
    "NULL,"
    " watched INTEGER NOT NULL, bucket INTEGER NOT NULL, sentence TEXT NOT NULL, weaknesses INTEGER NOT NULL,"
    " open BIGINT NOT NULL, critical INTEGER NOT NULL, high INTEGER NOT NULL, medium INTEGER NOT NULL,"
    " low INTEGER NOT NULL, next_code TEXT NOT NULL, next_step TEXT NOT NULL, policy TEXT NOT NULL,"
    " subdomain_policy TEXT NOT NULL, tags TEXT NOT NULL, last BIGINT NOT NULL, tried BIGINT NOT NULL,"
    " why TEXT NOT NULL);"
    "CREATE TABLE audit_tag (domain TEXT COLLATE \"C\" NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL);"
    "CREATE TABLE audit_count (organisation TEXT COLLATE \"C\" NOT NULL, bucket INTEGER NOT NULL, domains "
    "BIGINT NOT NULL,"
    " PRIMARY KEY (organisation, bucket));"
    "CREATE TABLE audit_version (version BIGINT NOT NULL);"
    "INSERT INTO audit_version (version) VALUES (1);";

inline constexpr std::array kMigrations{
    store::Migration{.sql = kTables, .postgresql = kTablesPostgresql},
    store::Migration{.sql = kIndexes},
    store::Migration{.sql = kFillFromAudits},
    store::Migration{.sql = kCount},
};

}  // namespace rampart::audit::roster
