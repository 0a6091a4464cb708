// The tables of the sender memory. `guard_sender`: from which network mail of a domain has passed DMARC, with seconds since 1970.
// `guard_deferral`: since when messages from a sender to a recipient are put off, by the digest of both. `guard_memory`: when it began to
// remember, in one row. `guard_correspondent`: who wrote to whom, which is proven to be theirs; `first`, `last` and `messages` of the author's
// messages to the recipient, `replied` when the recipient last wrote to the author, `wide` when the author last wrote to more recipients than
// are looked at, `seen` the later of `last` and `replied`; 0 for never. A row with no recipient is of the author to anybody.
// `guard_correspondence`: when that memory began, and when it last had to forget something for want of room.
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
    store::Migration{
        .sql =
            "CREATE TABLE guard_correspondent (author TEXT NOT NULL, recipient TEXT NOT NULL, first BIGINT"
            " NOT NULL, last BIGINT NOT NULL, messages BIGINT NOT NULL, replied BIGINT NOT NULL, wide BIGINT"
            " NOT NULL, seen BIGINT NOT NULL, PRIMARY KEY (author, recipient));"
            "CREATE INDEX guard_correspondent_recipient ON guard_correspondent (recipient);"
            "CREATE INDEX guard_correspondent_seen ON guard_correspondent (seen);"
            "CREATE TABLE guard_correspondence (begun BIGINT NOT NULL, lost BIGINT NOT NULL);"},
};

}  // namespace rampart::guard
