// Decisions over zone data written as YAML, for the tests of this folder.
#pragma once

#include <string>
#include <utility>

#include "auth/spf/suite_runner.h"

namespace rampart::spf::testing {

inline dns::Name name_of(std::string_view text) { return *dns::Name::parse(text); }

template <class F>
auto decide_over(const std::string& zonedata, F decision) {
  using Decision = std::invoke_result_t<F&, facts::Facts&>;
  suite::SuiteProvider provider(YAML::Load(zonedata));
  facts::Driven<Decision> out{};
  facts::drive<Decision>(decision, provider, {},
                         [&](facts::Driven<Decision> driven) { out = std::move(driven); });
  return out;
}

}  // namespace rampart::spf::testing
