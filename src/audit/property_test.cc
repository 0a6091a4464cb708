// What holds for every domain: an answer that fails never makes anything missing, and never makes a domain
// look better than it is; and the same facts give the same report.
#include <gtest/gtest.h>

#include "audit/zone_audit_test.h"

namespace rampart::audit {
namespace {

// Another provider's answers, one of them failing.
class OneFails : public facts::Provider {
 public:
  OneFails(facts::Provider& inner, dns::Name name, dns::RrType type)
      : inner_(inner), name_(name), type_(type) {}

  void ask(std::vector<facts::Question> questions, facts::Deadline deadline, Done done) override {
    std::vector<facts::Question> rest;
    std::vector<facts::Fact> failed;
    for (auto& question : questions) {
      const auto* dns_question = std::get_if<facts::DnsQuestion>(&question);
      if (dns_question != nullptr && dns_question->name == name_ && dns_question->type == type_) {
        failed.push_back(facts::unknown_fact(question, facts::Why::servfail, "one fails"));
      } else {
        rest.push_back(std::move(question));
      }
    }
    inner_.ask(std::move(rest), deadline, [&](std::vector<facts::Fact> facts) {
      facts.insert(facts.end(), failed.begin(), failed.end());
      done(std::move(facts));
    });
  }

 private:
  facts::Provider& inner_;
  dns::Name name_;
  dns::RrType type_;
};

DomainReport audit_with(facts::Provider& provider, const Input& input) {
  std::optional<DomainReport> report;
  facts::drive<DomainReport>(
      [&](facts::Facts& facts) { return assess(input, facts); }, provider, {},
      [&](facts::Driven<DomainReport> driven) { report = std::move(driven.decision); });
  return *report;
}

int rank(Status status) {
  switch (status) {
    case Status::unknown:
    case Status::spoofable:
      return 0;
    case Status::partly_protected:
      return 1;
    case Status::protected_:
      return 2;
  }
  return 0;
}

// '?' and F are the least; then by letter, and within it - nothing +.
int rank(const std::string& grade) {
  if (grade == "?" || grade == "F") return 0;
  const int sign = grade.size() == 1 ? 1 : grade[1] == '+' ? 2 : 0;
  return ('F' - grade[0]) * 3 + sign;
}

std::vector<Domain> domains() {
  const std::string rua = "; rua=mailto:a@reports.example";
  const auto reports = [](Zone& zone) {
    zone.mx("reports.example", 10, "mail.reports.example")
        .txt("right.example._report._dmarc.reports.example", "v=DMARC1");
  };
  return {
      {},
      {.spf = "", .dkim = "", .dmarc = ""},
      {.dkim = ""},
      {.spf = "", .dkim = ""},
      {.spf = "v=spf1 ip4:192.0.2.21 ~all", .dmarc = "v=DMARC1; p=none" + rua, .more = reports},
      {.spf = "v=spf1 a mx include:_spf.host.example -all",
       .dmarc = "v=DMARC1; p=reject; np=none" + rua,
       .more =
           [=](Zone& zone) {
             reports(zone);
             zone.txt("_spf.host.example", "v=spf1 ip4:198.51.100.0/24 -all");
           }},
      {.spf = "v=spf1 include:spf.oldmailer.example -all", .dkim = key(crypto::kRsa1024)},
      {.spf = "v=spf1 -all", .dkim = "", .mx = ".", .www = false},
      {.dmarc = "v=DMARC1; p=reject; sp=quarantine; np=reject; t=y", .www = false},
      {.dmarc = "v=DMARC1; p=reject; sp=none; np=reject",
       .more =
           [](Zone& zone) {
             zone.address("*.right.example", "192.0.2.9").txt("*.right.example", "v=spf1 +all");
           }},
      {.dmarc = "",
       .more =
           [](Zone& zone) {
             zone.cname("_dmarc.right.example", "p.host.example").txt("p.host.example", "v=DMARC1; p=reject");
           }},
      {.domain = "cs.right.example",
       .dmarc = "",
       .more = [](Zone& zone) { zone.txt("_dmarc.right.example", "v=DMARC1; p=reject; sp=quarantine"); }},
      {.more =
           [](Zone& zone) {
             zone.txt("www.right.example", "v=spf1 +all")
                 .txt("k1._domainkey.right.example", key(crypto::kRsa768));
           }},
  };
}

TEST(Property, AFailedAnswerIsNeverMissingAndNeverBetter) {
  std::size_t tried = 0;
  for (const auto& domain : domains()) {
    auto zone = zone_of(domain);
    const auto input = input_of(domain.domain);
    const auto before = audit_in(zone, input);
    const auto asked = zone.book().sorted();
    for (const auto& fact : asked) {
      const auto* answer = std::get_if<facts::AnswerPtr>(&fact);
      if (answer == nullptr) continue;
      const auto what = (*answer)->name().text() + " " + std::string(dns::to_string((*answer)->type()));
      SCOPED_TRACE(domain.dmarc + " | " + domain.spf + " | " + what);
      OneFails provider(zone, (*answer)->name(), (*answer)->type());
      const auto after = audit_with(provider, input);
      ++tried;
      for (const auto weakness : after.weaknesses) {
        EXPECT_TRUE(std::find(before.weaknesses.begin(), before.weaknesses.end(), weakness) !=
                    before.weaknesses.end())
            << to_string(weakness);
      }
      for (const auto& finding : after.findings) {
        if (finding.status != FindingStatus::present || finding.code.find("missing") == std::string::npos)
          continue;
        EXPECT_TRUE(has(before, finding.code)) << finding.code;
      }
      EXPECT_LE(rank(after.status), rank(before.status))
          << to_string(after.status) << " was " << to_string(before.status);
      EXPECT_LE(rank(after.grade), rank(before.grade))
          << after.grade << " was " << before.grade << ": " << faults(after);
    }
  }
  EXPECT_GT(tried, 200U);
}

// Or --fail-on would pass what the table shows to be open.
TEST(Property, WhatIsDeliveredHasAGraveFinding) {
  auto all = domains();
  for (const auto* spf : {"v=spf1 exists:%{h} -all", "v=spf1 a:%{p} -all",
                          "v=spf1 a:x1.right.example a:x2.right.example "
                          "a:x3.right.example +all"}) {
    all.push_back({.spf = spf});
  }
  all.push_back({.more = [](Zone& zone) { zone.txt("*.right.example", "v=DMARC1; p=none"); }});
  for (const auto& domain : all) {
    auto zone = zone_of(domain);
    const auto report = audit_in(zone, input_of(domain.domain));
    const bool open = std::ranges::any_of(report.spoofing, [](const SpoofRow& row) {
      return row.origin == SpoofRow::Origin::stranger && row.rfc9989 == Disposition::deliver;
    });
    const bool said = std::ranges::any_of(report.findings, [](const Finding& finding) {
      return finding.status == FindingStatus::present && finding.effective >= Severity::high;
    });
    EXPECT_TRUE(said || !open) << domain.spf << " | " << domain.dmarc << ": " << faults(report);
  }
}

TEST(Property, TheSameFactsGiveTheSameReport) {
  for (const auto& domain : domains()) {
    auto zone = zone_of(domain);
    const auto input = input_of(domain.domain);
    auto first = audit_in(zone, input);
    const auto book = zone.book();
    auto step = facts::decide([&](facts::Facts& facts) { return assess(input, facts); }, book);
    ASSERT_EQ(step.index(), 0U) << "the book holds all that the decision asked";
    EXPECT_EQ(faults(std::get<0>(step)), faults(first));
    EXPECT_EQ(std::get<0>(step).sentence, first.sentence);
  }
}

}  // namespace
}  // namespace rampart::audit
