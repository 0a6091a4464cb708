#include "guard/events/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rampart::guard {
namespace {

using testing::HasSubstr;
using testing::Not;

Event event(Action asked, Action answered, std::int64_t took, std::string code = "dmarc-reject") {
  Event out;
  out.asked = asked;
  out.answered = answered;
  out.took = std::chrono::microseconds(took);
  out.size = 100;
  out.role = "inbound";
  out.causes = {{.code = std::move(code), .text = {}, .section = {}}};
  return out;
}

TEST(Metrics, CountWhatIsDoneAndWhatWasAskedFor) {
  Metrics metrics;
  metrics.note(event(Action::reject, Action::accept, 900));
  metrics.note(event(Action::reject, Action::reject, 1'000));
  metrics.note(event(Action::reject, Action::reject, 20'000'000));
  auto signed_one = event(Action::accept, Action::accept, 1, "role-submission");
  signed_one.role = "submission";
  signed_one.signed_by = {"e1._domainkey.bank.example", "r1._domainkey.bank.example"};
  metrics.note(signed_one);
  signed_one.signed_by.clear();
  signed_one.sealed_by = "r1._domainkey.bank.example";
  metrics.note(signed_one);
  metrics.note_failure(Trouble::overload);
  metrics.note_lost(Metrics::Lost::stored, 3);
  const auto text = metrics.text({});
  for (const auto* line :
       {"rampart_guard_messages_total{action=\"accept\",asked=\"reject\"} 1\n",
        "rampart_guard_messages_total{action=\"reject\",asked=\"reject\"} 2\n",
        "rampart_guard_messages_total{action=\"tempfail\",asked=\"tempfail\"} 0\n",
        "rampart_guard_message_bytes_total 500\n", "rampart_guard_decision_seconds_bucket{le=\"0.001\"} 4\n",
        "rampart_guard_decision_seconds_bucket{le=\"10\"} 4\n",
        "rampart_guard_decision_seconds_bucket{le=\"+Inf\"} 5\n",
        "rampart_guard_decision_seconds_sum 20.001902\n", "rampart_guard_decision_seconds_count 5\n",
        "rampart_guard_failures_total{why=\"overload\"} 1\n",
        "rampart_guard_events_lost_total{where=\"store\"} 3\n",
        "rampart_guard_causes_total{code=\"dmarc-reject\"} 3\n",
        "rampart_guard_roles_total{role=\"inbound\"} 3\n", "rampart_guard_signed_total{as=\"dkim\"} 1\n",
        "rampart_guard_signed_total{as=\"arc\"} 1\n",
        "rampart_guard_info{version=\"\",mode=\"monitor\"} 1\n"})
    EXPECT_THAT(text, HasSubstr(line));
  EXPECT_THAT(text, Not(HasSubstr("quarantined"))) << "there is none";
}

TEST(Metrics, TellWhatIsThere) {
  const auto text = Metrics().text({.version = "1",
                                    .mode = Mode::enforce,
                                    .in_flight = 2,
                                    .most_in_flight = 5,
                                    .senders = 7,
                                    .correspondents = 11,
                                    .lists = {{"/etc/a \"b\\c\".txt", 9}},
                                    .kept = 4,
                                    .kept_bytes = 400});
  for (const auto* line :
       {"rampart_guard_info{version=\"1\",mode=\"enforce\"} 1\n", "rampart_guard_messages_in_flight 2\n",
        "rampart_guard_senders_known 7\n", "rampart_guard_correspondents_known 11\n",
        "rampart_guard_listed{file=\"/etc/a \\\"b\\\\c\\\".txt\"} 9\n",
        "rampart_guard_quarantined_messages 4\n", "rampart_guard_quarantined_bytes 400\n"})
    EXPECT_THAT(text, HasSubstr(line));
}

TEST(Metrics, HaveSoManyLabelsAndNoMore) {
  Metrics metrics;
  for (int i = 0; i < 300; ++i)
    metrics.note(event(Action::accept, Action::accept, 1, "code-" + std::to_string(i)));
  const auto text = metrics.text({});
  EXPECT_THAT(text, HasSubstr("rampart_guard_causes_total{code=\"other\"} 200\n"));
  EXPECT_THAT(text, Not(HasSubstr("code-150")));
}

}  // namespace
}  // namespace rampart::guard
