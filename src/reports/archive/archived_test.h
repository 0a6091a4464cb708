// For tests only: reports put into a store in a few words.
//
//   Archived archived(database);
//   archived.report({.day = 0, .rows = {{"192.0.2.1", outcome, 5}}});
#pragma once

#include <stdexcept>
#include <string>
#include <tuple>
#include <vector>

#include <fmt/format.h>

#include "reports/archive/archive.h"
#include "reports/archive/days.h"

namespace rampart::reports {

inline constexpr std::int64_t kLastDay = 20'000;  // days since 1970: 2024-10-04

class Archived {
 public:
  struct Told {
    std::int64_t day = kLastDay;
    std::int64_t days = 1;
    std::vector<std::tuple<std::string, Outcome, std::uint64_t>> rows;
    Trust trust = Trust::verified;
    std::string reporter = "mx.example";
    std::string domain = "bank.example";
  };

  explicit Archived(store::Database& database) : archive_(must(Archive::open(database))) {}

  Fate report(const Told& told) {
    Incoming one{.report = {.organisation = told.reporter,
                            .report_id = fmt::format("r{}", ++number_),
                            .begin = told.day * kDay,
                            .end = (told.day + told.days) * kDay - 1,
                            .policy = {.domain = told.domain, .p = "none"}},
                 .trust = told.trust,
                 .reporter = told.reporter,
                 .origin = "test"};
    for (const auto& [address, outcome, count] : told.rows) {
      std::string text;
      append_outcome(outcome, text);
      one.report.rows.push_back(
          {.address = texts_.add(address), .outcome = texts_.add(text), .count = count});
    }
    one.report.records = one.report.rows.size();
    return must(archive_.add(std::span(&one, 1), texts_)).front();
  }

 private:
  template <class T>
  static T must(base::Result<T> result) {
    if (!result) throw std::runtime_error(result.error().message());
    return *std::move(result);
  }

  Archive archive_;
  Texts texts_;
  int number_ = 0;
};

}  // namespace rampart::reports
