// The tables of the sender memory. `guard_sender`: from which network mail of a domain has passed DMARC, with seconds since 1970.
// `guard_deferral`: since when messages from a sender to a recipient are put off, by the digest of both. `guard_memory`: when it began to
// remember, in one row.
#pragma once

#include <array>

#include "store/database.h"

namespace rampart::guard {

inline constexpr std::array kMemoryMigrations{
    store::Migration{
        .sql =
            "CREATE TABLE guard_sender (domain TEXT NOT NULL, network TEXT NOT NULL, first BIGINT NOT NULL,"
            " last BIGINT NOT NULL, messages BIGINT NOT NULL, PRIMARY KEY (domain, network));"
            "CREATE INDEX guard_sender_last ON guard_sender (last);"
            "CREATE TABLE guard_deferral (pair TEXT PRIMARY KEY, since BIGINT NOT NULL);"
            "CREATE TABLE guard_memory (begun BIGINT NOT NULL);"},
};

}  // namespace rampart::guard
