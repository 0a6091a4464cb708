// An audit over books made from the input: it must end, say the same twice, and keep its promises: three rows
// for each origin, nothing missing where nothing was found out, an effective severity of info for what is
// unknown.
#include <cstdint>
#include <cstdlib>
#include <map>

#include "audit/assess.h"

namespace {

using namespace rampart;

void require(bool promise) {
  if (!promise) std::abort();
}

// The input, byte by byte; zeros behind its end.
class Bytes {
 public:
  Bytes(const std::uint8_t* data, std::size_t size) : data_(data), size_(size) {}
  unsigned next() { return at_ < size_ ? data_[at_++] : 0U; }
  std::string text(std::size_t length) {
    std::string out;
    for (; length > 0 && at_ < size_; --length) out.push_back(static_cast<char>(data_[at_++]));
    return out;
  }

 private:
  const std::uint8_t* data_;
  std::size_t size_;
  std::size_t at_ = 0;
};

constexpr std::string_view kTexts[] = {
    "v=spf1 -all",
    "v=spf1 +all",
    "v=spf1 a mx ptr ~all",
    "v=spf1 include:d.example include:gone.test -all",
    "v=spf1 redirect=_spf.d.example",
    "v=spf1 exists:%{i}.d.example ip4:128.0.0.0/1 ?all",
    "v=DMARC1; p=reject",
    "v=DMARC1; p=none; sp=reject; np=none; rua=mailto:a@reports.test",
    "v=DMARC1; p=quarantine; sp=bogus; t=y; pct=3",
    "v=DMARC1; p=reject; psd=y; aspf=s; rua=mailto:a@d.example!10m, nonsense",
    "V=DMARC1; p=reject",
    "v=DKIM1; k=rsa; "
    "p=MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAKsBNJx1/OfgTv0OFJgCwDEc+xVsqSrkArHKrsaCwamyHr7j70kUMZLJuK4Lk"
    "utJwwn36RNbVUnbWz395U3J0HcCAwEAAQ==",
    "v=DKIM1; p=",
    "v=DKIM1; k=ed25519; t=y; s=other; p=ubBH0dbQXAg6l/f3L8IQ0x7qq1Q7z0wVbYfDS5+OW7w=",
};
constexpr std::string_view kTargets[] = {"mail.d.example", "www.d.example", "gone.test", "_dmarc.d.example",
                                         "d.example"};
constexpr facts::Why kWhys[] = {facts::Why::servfail, facts::Why::timeout, facts::Why::outside,
                                facts::Why::malformed};

facts::AnswerPtr draw(Bytes& bytes, const facts::DnsQuestion& question) {
  facts::AnswerBuilder builder(question.name, question.type);
  const auto choice = bytes.next() % 16;
  if (choice < 2) return builder.set_presence(facts::Presence::no_name).build();
  if (choice < 4) return builder.set_presence(facts::Presence::no_data).build();
  if (choice == 4) return facts::Answer::make_unknown(question.name, question.type, kWhys[bytes.next() % 4]);
  if (choice == 5) builder.add_alias(*dns::Name::try_parse(kTargets[bytes.next() % std::size(kTargets)]));
  for (auto records = bytes.next() % 3 + 1; records > 0; --records) {
    const auto target = *dns::Name::try_parse(kTargets[bytes.next() % std::size(kTargets)]);
    const auto pick = bytes.next();
    switch (question.type) {
      case dns::RrType::mx:
        builder.add_target(pick % 8 == 0 ? dns::Name() : target, 60, static_cast<std::uint16_t>(pick));
        break;
      case dns::RrType::ns:
      case dns::RrType::cname:
      case dns::RrType::ptr:
        builder.add_target(target, 60);
        break;
      case dns::RrType::a:
        builder.add_record(std::string_view("\xc0\x00\x02\x15", 4), 60);
        break;
      case dns::RrType::aaaa:
        builder.add_record(std::string(16, static_cast<char>(pick)), 60);
        break;
      case dns::RrType::txt:
        builder.add_record(pick < 32 ? bytes.text(pick * 4) : std::string(kTexts[pick % std::size(kTexts)]),
                           60);
        break;
      default:
        builder.add_record(bytes.text(pick), 60);
        break;
    }
  }
  return builder.build();
}

void check(const audit::DomainReport& report) {
  require(!report.spoofing.empty() && report.spoofing.size() % 3 == 0);
  require(!report.grade.empty() && !report.sentence.empty());
  require((report.status == audit::Status::unknown) == (report.grade == "?"));
  for (const auto& finding : report.findings) {
    require(!finding.title.empty() && !finding.advice.empty());
    if (finding.status == audit::FindingStatus::unknown) require(finding.effective == audit::Severity::info);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Bytes bytes(data, size);
  audit::Input input;
  input.domain = *dns::Name::try_parse("d.example");
  input.now = base::Time(std::chrono::seconds(1'795'000'000));
  const auto options = bytes.next();
  if ((options & 1) != 0) input.selectors = {"s1"};
  if ((options & 2) != 0) input.zone_is_complete = true;
  if ((options & 4) != 0)
    input.known_subdomains = input.spf_subdomains = {*dns::Name::try_parse("erp.d.example")};

  facts::Book book;
  for (int round = 0; round < 24; ++round) {
    auto step = facts::decide([&](facts::Facts& facts) { return audit::assess(input, facts); }, book);
    if (auto* report = std::get_if<0>(&step)) {
      check(*report);
      const auto again =
          facts::decide([&](facts::Facts& facts) { return audit::assess(input, facts); }, book);
      require(std::get<0>(again).findings.size() == report->findings.size());
      require(std::get<0>(again).sentence == report->sentence && std::get<0>(again).grade == report->grade);
      return 0;
    }
    for (const auto& question : std::get<1>(step)) {
      const auto* dns_question = std::get_if<facts::DnsQuestion>(&question);
      book.add(dns_question != nullptr ? facts::Fact(draw(bytes, *dns_question))
                                       : facts::unknown_fact(question, facts::Why::not_asked, ""));
    }
  }
  facts::Facts facts(book);  // as the driver does when the rounds are used up
  facts.close(facts::Why::budget, "rounds");
  check(audit::assess(input, facts));
  return 0;
}
