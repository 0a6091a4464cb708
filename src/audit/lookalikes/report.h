// What a run has found out about the names like one domain, in the order in which it is to be read, and which of it is
// news. Pure.
#pragma once

#include <string>
#include <vector>

#include "audit/lookalikes/generate.h"
#include "audit/lookalikes/state.h"

namespace rampart::audit::lookalikes {

struct Row {
  Candidate candidate;
  Standing standing;
  Change change = Change::none;
  base::Time first_seen{};
  bool accepted = false;  // by `accept` or --known
  std::string reason;     // why it was accepted
};

struct Report {
  static constexpr std::size_t kMaxUnknown = 50;  // names of that kind that are kept; ours

  dns::Name domain;
  std::size_t candidates = 0;
  std::size_t left_out = 0;  // beyond the limit
  std::size_t registered = 0;
  std::size_t unregistered = 0;
  std::size_t unknown = 0;
  std::vector<Row> rows;  // the registered, and what is gone: the most dangerous first, then the most alike
  std::vector<Row> unknown_rows;  // at most kMaxUnknown

  [[nodiscard]] std::vector<Row> news() const;  // rows that changed and are not accepted
  // Whether something new can send or receive mail.
  [[nodiscard]] bool is_armed() const;
};

// `standings[i]` is that of made.candidates[i]. `known`: names that --known lists.
Report make_report(const Generated& made, const std::vector<Standing>& standings, const State& state,
                   const std::vector<dns::Name>& known, base::Time now);
// Takes everything into the state.
void note(const Report& report, State& state, base::Time now);

}  // namespace rampart::audit::lookalikes
