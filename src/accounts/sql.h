// The few forms of SQL that the flows of accounts have, with parameters by their place. Exceptions are SOCI's, which Database::run()
// explains. Parameters and columns are long long and std::string.
#pragma once

#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include <soci/soci.h>

#include "base/time.h"

namespace rampart::accounts {

inline long long seconds(base::Time time) { return time.time_since_epoch().count(); }
inline base::Time time_of(long long number) { return base::Time(std::chrono::seconds(number)); }

// How many rows it changed.
template <class... Use>
long long change(soci::session& sql, const std::string& text, const Use&... use) {
  soci::statement statement(sql);
  (statement.exchange(soci::use(use)), ...);
  statement.alloc();
  statement.prepare(text);
  statement.define_and_bind();
  statement.execute(true);
  return statement.get_affected_rows();
}

// Each row into the variables that `into` ties, then function().
template <class... Into, class F, class... Use>
void each(soci::session& sql, const std::string& text, std::tuple<Into&...> into, F&& function,
          const Use&... use) {
  soci::statement statement(sql);
  std::apply([&](auto&... column) { (statement.exchange(soci::into(column)), ...); }, into);
  (statement.exchange(soci::use(use)), ...);
  statement.alloc();
  statement.prepare(text);
  statement.define_and_bind();
  statement.execute();
  while (statement.fetch()) function();
}

// The first row; false where there is none.
template <class... Into, class... Use>
bool first(soci::session& sql, const std::string& text, std::tuple<Into&...> into, const Use&... use) {
  soci::statement statement(sql);
  std::apply([&](auto&... column) { (statement.exchange(soci::into(column)), ...); }, into);
  (statement.exchange(soci::use(use)), ...);
  statement.alloc();
  statement.prepare(text);
  statement.define_and_bind();
  statement.execute();
  return statement.fetch();
}

template <class... Use>
long long number(soci::session& sql, const std::string& text, const Use&... use) {
  long long out = 0;
  first(sql, text, std::tie(out), use...);
  return out;
}

}  // namespace rampart::accounts
