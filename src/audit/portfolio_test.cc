// The example portfolio that the project ships, audited from its zone files: what its README promises.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "audit/zone_audit_test.h"
#include "facts/zone_provider.h"

namespace rampart::audit {
namespace {

struct Expected {
  std::string_view domain;
  std::string_view summary;  // status grade weaknesses
};

class Portfolio : public ::testing::TestWithParam<Expected> {
 protected:
  static const facts::Zones& zones() {
    static const auto loaded = [] {
      const std::array<std::string, 1> paths = {std::string(RAMPART_SOURCE_DIR) + "/examples/portfolio"};
      return facts::Zones::load(paths);
    }();
    if (!loaded) throw std::runtime_error(loaded.error().message());
    return *loaded;
  }
};

TEST_P(Portfolio, IsAsItsReadmeSays) {
  facts::ZoneProvider provider(zones(), {});
  const auto input = input_of(GetParam().domain);
  std::optional<DomainReport> report;
  facts::drive<DomainReport>(
      [&](facts::Facts& facts) { return assess(input, facts); }, provider, {},
      [&](facts::Driven<DomainReport> driven) { report = std::move(driven.decision); });
  EXPECT_EQ(fmt::format("{} {} [{}]", to_string(report->status), report->grade, weaknesses(*report)),
            GetParam().summary)
      << faults(*report);
}

INSTANTIATE_TEST_SUITE_P(Examples, Portfolio,
                         ::testing::Values(Expected{"ministry.example", "spoofable F [WK-1 WK-2 WK-3]"},
                                           Expected{"university.example", "protected A- [WK-2]"},
                                           Expected{"cs.university.example", "protected A- [WK-2 WK-6]"},
                                           Expected{"bank.example", "spoofable F [WK-3]"},
                                           Expected{"hospital.example", "spoofable D- [WK-4]"},
                                           Expected{"telecom.example", "protected A+ [WK-5]"},
                                           Expected{"airline.example", "partly-protected B [WK-6]"},
                                           Expected{"tax.example", "protected A- [WK-2 WK-7]"},
                                           Expected{"census.example", "protected A+ []"},
                                           Expected{"power.example", "partly-protected D- []"},
                                           Expected{"post.example", "partly-protected C- []"},
                                           Expected{"library.example", "spoofable F []"},
                                           Expected{"xn--mgbai9azgqp6j.example", "spoofable F []"},
                                           Expected{"treasury.example", "protected A+ []"}),
                         [](const auto& info) {
                           std::string name(info.param.domain.substr(0, info.param.domain.find(".example")));
                           std::replace_if(
                               name.begin(), name.end(), [](char c) { return c == '.' || c == '-'; }, '_');
                           return name;
                         });

}  // namespace
}  // namespace rampart::audit
