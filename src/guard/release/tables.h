// Which recipients a pass has let by. Times are seconds since 1970.
#pragma once

#include <array>

#include "store/database.h"

namespace rampart::guard {

inline constexpr std::array kPassMigrations{
    store::Migration{.sql =
                         "CREATE TABLE guard_pass_used (pass TEXT NOT NULL, recipient TEXT NOT NULL, until "
                         "BIGINT NOT NULL, PRIMARY KEY (pass, recipient));"},
};

}  // namespace rampart::guard
