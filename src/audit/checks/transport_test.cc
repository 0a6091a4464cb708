#include "audit/checks/transport.h"

#include <gtest/gtest.h>

#include "audit/checks/transport_parts.h"
#include "auth/zone_test.h"
#include "crypto/digest.h"

namespace rampart::audit {
namespace {

using auth::TestZone;

constexpr base::Time kNow{std::chrono::seconds(1'795'420'800)};  // 2026-11-23

Input input_for(std::string_view domain) {
  Input input;
  input.domain = TestZone::name(domain);
  input.now = kNow;
  return input;
}

std::vector<Finding> check(TestZone& zone, const Input& input) {
  return zone.run([&](facts::Facts& facts) { return check_transport(input, facts); });
}

const Finding* find(const std::vector<Finding>& findings, std::string_view code) {
  for (const auto& finding : findings) {
    if (finding.code == code) return &finding;
  }
  return nullptr;
}

bool has(const std::vector<Finding>& findings, std::string_view code) {
  return find(findings, code) != nullptr;
}

// A domain whose mail is as it should be.
TestZone good_zone() {
  TestZone zone;
  zone.signed_by_dnssec().mx("good.example", 10, "mx.good.example").address("mx.good.example", "192.0.2.1");
  zone.target("1.2.0.192.in-addr.arpa", dns::RrType::ptr, "mx.good.example");
  zone.txt("_mta-sts.good.example", "v=STSv1; id=1")
      .txt("_smtp._tls.good.example", "v=TLSRPTv1; rua=mailto:t@good.example");
  zone.add("_25._tcp.mx.good.example", dns::RrType::tlsa,
           std::string("\x03\x01\x01", 3) + crypto::sha256("key"));
  return zone;
}

facts::SmtpAnswer good_probe(std::string_view host) {
  facts::SmtpAnswer probe;
  probe.question.host = TestZone::name(host);
  probe.presence = facts::Presence::present;
  probe.starttls = true;
  probe.tls_version = "TLSv1.3";
  facts::Certificate certificate;
  certificate.name_matches = true;
  certificate.not_before = kNow - std::chrono::days(10);
  certificate.not_after = kNow + std::chrono::days(60);
  certificate.spki_sha256 = crypto::sha256("key");
  probe.certificate = {certificate};
  return probe;
}

facts::HttpAnswer policy(std::string_view domain, std::string body) {
  facts::HttpAnswer answer;
  answer.question = {*TestZone::name(domain).prepend("mta-sts"), "/.well-known/mta-sts.txt"};
  answer.presence = facts::Presence::present;
  answer.status = 200;
  answer.content_type = "text/plain; charset=utf-8";
  answer.body = std::move(body);
  return answer;
}

TEST(Transport, NothingIsSaidOfWhatIsRight) {
  auto zone = good_zone();
  zone.smtp(good_probe("mx.good.example"));
  zone.https(policy("good.example", "version: STSv1\nmode: enforce\nmx: mx.good.example\nmax_age: 604800\n"));
  auto input = input_for("good.example");
  input.probe_https = input.probe_smtp = true;
  for (const auto& finding : check(zone, input)) ADD_FAILURE() << finding.code << ": " << finding.title;
  EXPECT_LE(zone.rounds(), 4);
}

TEST(Transport, MxRecords) {
  TestZone zone;
  zone.mx("a.example", 10, "gone.a.example")
      .mx("a.example", 20, "alias.a.example")
      .mx("a.example", 30, "private.a.example");
  zone.mx("a.example", 40, "192.0.2.9").mx("a.example", 0, ".").mx("a.example", 50, "mx.nobody.test");
  zone.mx("a.example", 60, "dead.a.example").fails("dead.a.example", facts::Why::timeout);
  zone.cname("alias.a.example", "real.example").address("real.example", "192.0.2.2");
  zone.address("private.a.example", "10.0.0.1");
  const auto findings = check(zone, input_for("a.example"));
  for (const auto* code : {"mx-dangling", "mx-takeover", "mx-cname", "mx-private-address",
                           "mx-address-literal", "mx-null-with-others", "mx-host-unknown"}) {
    EXPECT_TRUE(has(findings, code)) << code;
  }
  EXPECT_EQ(find(findings, "mx-takeover")->effective, Severity::high);
  EXPECT_NE(find(findings, "mx-takeover")->title.find("nobody.test"), std::string::npos);
  EXPECT_EQ(find(findings, "mx-dangling")->evidence[0].record, "10 gone.a.example");
  EXPECT_EQ(find(findings, "mx-host-unknown")->status, FindingStatus::unknown);
}

TEST(Transport, UnknownIsNeverMissing) {
  TestZone zone;
  zone.fails_below("dead.example", facts::Why::servfail);
  for (const auto& finding : check(zone, input_for("dead.example"))) {
    EXPECT_EQ(finding.status, FindingStatus::unknown) << finding.code;
    EXPECT_EQ(finding.effective, Severity::info) << finding.code;
  }
  const auto dead = check(zone, input_for("dead.example"));
  EXPECT_TRUE(has(dead, "dnssec-unknown"));
  EXPECT_TRUE(has(dead, "tls-rpt-unknown"));
  zone.mx("half.example", 10, "mx.half.example").address("mx.half.example", "192.0.2.3");
  zone.fails("3.2.0.192.in-addr.arpa", facts::Why::timeout);
  EXPECT_FALSE(has(check(zone, input_for("half.example")), "mx-reverse-missing"));
}

TEST(Transport, ADomainThatTakesNoMailNeedsNone) {
  TestZone zone;
  zone.mx("null.example", 0, ".");
  zone.address("web.example", "192.0.2.1").txt("none.example", "x");
  EXPECT_FALSE(has(check(zone, input_for("null.example")), "mta-sts-missing"));
  EXPECT_FALSE(has(check(zone, input_for("none.example")), "mx-implicit"));
  const auto implicit = check(zone, input_for("web.example"));
  EXPECT_TRUE(has(implicit, "mx-implicit"));
  EXPECT_TRUE(has(implicit, "mta-sts-missing"));
  EXPECT_TRUE(has(implicit, "tls-rpt-missing"));
}

TEST(Transport, ReverseNames) {
  TestZone zone;
  zone.mx("a.example", 10, "mx.a.example")
      .address("mx.a.example", "192.0.2.1")
      .address("mx.a.example", "2001:db8::1");
  zone.target("1.2.0.192.in-addr.arpa", dns::RrType::ptr, "host.elsewhere.example")
      .address("host.elsewhere.example", "192.0.2.7");
  const auto findings = check(zone, input_for("a.example"));
  ASSERT_TRUE(has(findings, "mx-reverse-mismatch"));
  EXPECT_NE(find(findings, "mx-reverse-mismatch")->title.find("host.elsewhere.example"), std::string::npos);
  ASSERT_TRUE(has(findings, "mx-reverse-missing"));
  EXPECT_NE(find(findings, "mx-reverse-missing")->title.find("2001:db8::1"), std::string::npos);
  EXPECT_EQ(transport::reversed(*base::IpAddress::parse("192.0.2.1")), "1.2.0.192");
  EXPECT_EQ(transport::reversed(*base::IpAddress::parse("2001:db8::1")).substr(0, 6), "1.0.0.");
}

TEST(Transport, Records) {
  TestZone zone;
  zone.mx("a.example", 10, "mx.a.example").address("mx.a.example", "192.0.2.1");
  zone.txt("_mta-sts.a.example", "v=STSv1; id=a-b").txt("_smtp._tls.a.example", "v=TLSRPTv1; rua=x");
  zone.txt("default._bimi.a.example", "v=BIMI1; l=http://a.example/x.svg");
  zone.txt("_mta-sts.b.example", "v=STSv1; id=1").txt("_mta-sts.b.example", "v=STSv1; id=2");
  zone.txt("_mta-sts.c.example", "v=stsv1; id=1");
  const auto findings = check(zone, input_for("a.example"));
  for (const auto* code : {"mta-sts-invalid", "tls-rpt-invalid", "bimi-invalid", "dnssec-missing"}) {
    EXPECT_TRUE(has(findings, code)) << code;
  }
  EXPECT_TRUE(has(check(zone, input_for("b.example")), "mta-sts-invalid"));
  EXPECT_TRUE(has(check(zone, input_for("c.example")), "mta-sts-invalid"));
}

TEST(Transport, MtaStsPolicies) {
  const auto with = [](facts::HttpAnswer answer) {
    auto zone = good_zone();
    zone.https(std::move(answer));
    auto input = input_for("good.example");
    input.probe_https = true;
    return check(zone, input);
  };
  EXPECT_TRUE(
      has(with(policy("good.example", "version: STSv1\nmode: enforce\nmx: *.other.example\nmax_age: 604800")),
          "mta-sts-mx-mismatch"));
  EXPECT_TRUE(
      has(with(policy("good.example", "version: STSv1\nmode: testing\nmx: mx.good.example\nmax_age: 604800")),
          "mta-sts-not-enforced"));
  EXPECT_TRUE(has(with(policy("good.example", "<html>")), "mta-sts-policy-invalid"));
  auto redirect = policy("good.example", "");
  redirect.status = 301;
  EXPECT_TRUE(has(with(redirect), "mta-sts-policy-unavailable"));
  auto html = policy("good.example", "");
  html.content_type = "text/html";
  EXPECT_TRUE(has(with(html), "mta-sts-policy-unavailable"));
  auto tls = policy("good.example", "");
  tls.presence = facts::Presence::unknown;
  tls.tls_failed = true;
  EXPECT_TRUE(has(with(tls), "mta-sts-policy-unavailable"));
  auto timeout = policy("good.example", "");
  timeout.presence = facts::Presence::unknown;
  timeout.why = facts::Why::timeout;
  const auto unknown = with(timeout);
  ASSERT_TRUE(has(unknown, "mta-sts-policy-unknown"));
  EXPECT_EQ(find(unknown, "mta-sts-policy-unknown")->status, FindingStatus::unknown);
}

TEST(Transport, DaneAndDnssec) {
  auto zone = good_zone();
  auto probe = good_probe("mx.good.example");
  probe.certificate.front().spki_sha256 = crypto::sha256("another key");
  zone.smtp(probe);
  auto input = input_for("good.example");
  input.probe_smtp = true;
  EXPECT_TRUE(has(check(zone, input), "dane-mismatch"));

  TestZone bad;
  bad.signed_by_dnssec().mx("a.example", 10, "mx.a.example").address("mx.a.example", "192.0.2.1");
  bad.add("_25._tcp.mx.a.example", dns::RrType::tlsa, std::string("\x00\x01\x01", 3) + crypto::sha256("key"));
  EXPECT_TRUE(has(check(bad, input_for("a.example")), "dane-unusable"));
  bad.fails("_25._tcp.mx.a.example", facts::Why::servfail);
  EXPECT_TRUE(has(check(bad, input_for("a.example")), "dane-unknown"));

  TestZone unvalidated;
  unvalidated.mx("a.example", 10, "mx.a.example").address("mx.a.example", "192.0.2.1");
  unvalidated.add("a.example", dns::RrType::ds, std::string("\x00\x01\x08\x02", 4) + crypto::sha256("key"));
  const auto findings = check(unvalidated, input_for("a.example"));
  EXPECT_TRUE(has(findings, "dnssec-unvalidated"));
  EXPECT_FALSE(has(findings, "dnssec-missing"));
}

TEST(Transport, Probes) {
  const auto with = [](facts::SmtpAnswer probe) {
    auto zone = good_zone();
    zone.smtp(std::move(probe));
    auto input = input_for("good.example");
    input.probe_smtp = true;
    return check(zone, input);
  };
  auto plain = good_probe("mx.good.example");
  plain.starttls = false;
  plain.auth_in_clear = true;
  EXPECT_TRUE(has(with(plain), "smtp-no-starttls"));
  EXPECT_TRUE(has(with(plain), "smtp-auth-in-clear"));
  auto broken = good_probe("mx.good.example");
  broken.tls_error = "no shared cipher";
  EXPECT_TRUE(has(with(broken), "smtp-tls-broken"));
  auto old = good_probe("mx.good.example");
  old.tls_version = "TLSv1.1";
  old.certificate.front().name_matches = false;
  old.certificate.front().chain_error = "self-signed certificate";
  old.certificate.front().not_after = kNow + std::chrono::days(3);
  for (const auto* code :
       {"smtp-tls-old", "smtp-certificate-name", "smtp-certificate-chain", "smtp-certificate-expiring"}) {
    EXPECT_TRUE(has(with(old), code)) << code;
  }
  old.certificate.front().not_after = kNow - std::chrono::days(1);
  EXPECT_TRUE(has(with(old), "smtp-certificate-expired"));
  EXPECT_FALSE(has(with(old), "smtp-certificate-chain"));
  auto blocked = good_probe("mx.good.example");
  blocked.presence = facts::Presence::unknown;
  blocked.port_blocked = true;
  EXPECT_TRUE(has(with(blocked), "smtp-port-blocked"));
  blocked.port_blocked = false;
  EXPECT_TRUE(has(with(blocked), "smtp-unreachable"));
}

TEST(Transport, BlockLists) {  // RFC 5782
  const auto with = [](std::string_view code, bool working = true) {
    auto zone = good_zone();
    if (working) zone.address("2.0.0.127.list.test", "127.0.0.2");
    if (!code.empty()) zone.address("1.2.0.192.list.test", code);
    auto input = input_for("good.example");
    input.block_lists = {TestZone::name("list.test")};
    return check(zone, input);
  };
  EXPECT_TRUE(has(with("127.0.0.4"), "block-list-listed"));
  EXPECT_FALSE(has(with(""), "block-list-listed") || has(with(""), "block-list-unknown"));
  // An error code, an answer of a parked domain, a list that holds nothing: unknown, never listed.
  for (const auto& findings : {with("127.255.255.254"), with("203.0.113.1"), with("127.0.0.4", false)}) {
    EXPECT_FALSE(has(findings, "block-list-listed"));
    ASSERT_TRUE(has(findings, "block-list-unknown"));
    EXPECT_EQ(find(findings, "block-list-unknown")->status, FindingStatus::unknown);
  }
  auto zone = good_zone();
  zone.address("*.all.test", "127.0.0.2");
  auto input = input_for("good.example");
  input.block_lists = {TestZone::name("all.test")};
  EXPECT_FALSE(has(check(zone, input), "block-list-listed"));
  EXPECT_TRUE(has(check(zone, input), "block-list-unknown"));
}

}  // namespace
}  // namespace rampart::audit
