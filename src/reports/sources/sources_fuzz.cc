// Anything that could have been seen: every message is in one source, every line can be printed, and nobody is named without a
// mark that a spoofer cannot choose.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "reports/sources/source.h"

namespace {

using namespace rampart;
using namespace rampart::reports;

constexpr std::string_view kNames[] = {"",
                                       "bank.example",
                                       "mail.bank.example",
                                       "amazonses.com",
                                       "a8-31.smtp-out.amazonses.com",
                                       "mail-sor-f41.google.com",
                                       "_spf.google.com",
                                       "bank-example.20230601.gappssmtp.com",
                                       "sendgrid.net",
                                       "mta.esp.example",
                                       "bounce.esp.example",
                                       "web01.groups.io",
                                       "static.1.clients.your-server.de",
                                       "mimecast.com",
                                       "\xff\n..",
                                       "co.uk"};
constexpr std::string_view kSelectors[] = {"", "google", "s1", "k9"};
constexpr std::string_view kComments[] = {"", "arc=pass", "arc=fail", "\x1b[2J"};
constexpr std::string_view kAddresses[] = {"192.0.2.1",    "192.0.2.2",   "209.85.220.41",
                                           "54.240.48.94", "2001:db8::1", "2607:f8b0:4864:20::132"};

class Bytes {
 public:
  explicit Bytes(std::string_view data) : data_(data) {}
  [[nodiscard]] bool empty() const { return data_.empty(); }
  std::size_t below(std::size_t limit) {
    if (data_.empty()) return 0;
    const auto out = static_cast<unsigned char>(data_.front());
    data_.remove_prefix(1);
    return out % limit;
  }
  template <std::size_t N>
  std::string one_of(const std::string_view (&all)[N]) {
    return std::string(all[below(N)]);
  }

 private:
  std::string_view data_;
};

Outcome outcome(Bytes& bytes) {
  Outcome out;
  out.dkim = static_cast<Aligned>(bytes.below(3));
  out.spf = static_cast<Aligned>(bytes.below(3));
  out.header_from = "bank.example";
  for (auto n = bytes.below(3); n > 0; --n) {
    out.dkim_seen.push_back({.domain = bytes.one_of(kNames),
                             .selector = bytes.one_of(kSelectors),
                             .result = static_cast<AuthResult>(bytes.below(9))});
  }
  for (auto n = bytes.below(3); n > 0; --n) {
    out.spf_seen.push_back({.domain = bytes.one_of(kNames),
                            .helo = bytes.below(4) == 0,
                            .result = static_cast<AuthResult>(bytes.below(9))});
  }
  if (bytes.below(4) == 0)
    out.reasons.push_back({static_cast<Override>(bytes.below(8)), bytes.one_of(kComments)});
  return out;
}

void check(const MailSource& source) {
  if (base::printable(source.name) != source.name || source.id.empty()) std::abort();
  if (source.addresses.empty() || source.evidence.empty() || source.first_day > source.last_day) std::abort();
  bool named = source.provider == nullptr;
  bool explained = false;
  for (const auto& evidence : source.evidence) {
    const auto line = evidence.text();
    if (line.empty() || base::printable(line) != line) std::abort();
    named = named || evidence.kind == EvidenceKind::reverse_name ||
            evidence.kind == EvidenceKind::spf_include || evidence.kind == EvidenceKind::network ||
            evidence.kind == EvidenceKind::signature;
    explained = explained || evidence.kind == EvidenceKind::reason;
  }
  if (!named || !explained) std::abort();
  if (source.mark != nullptr && source.kind != source.mark->kind) std::abort();
  if (source.kind == SourceKind::spoofing && source.mark == nullptr &&
      (source.provider != nullptr || source.tally.dkim + source.tally.spf > 0))
    std::abort();
}

std::vector<Mark> owner_says() {
  std::vector<Mark> out;
  const auto add = [&](std::string_view subject, SourceKind kind, std::string name) {
    out.push_back({.subject = *parse_mark_subject(subject), .kind = kind, .name = std::move(name)});
  };
  add("192.0.2.0/24", SourceKind::own, "Branches \x1b[2J");
  add("192.0.2.2", SourceKind::spoofing, "");
  add("service:amazon-ses", SourceKind::spoofing, "");
  add("unknown:esp.example", SourceKind::service, "");
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Bytes bytes({reinterpret_cast<const char*>(data), size});
  std::vector<Outcome> outcomes;
  for (auto n = bytes.below(6); n > 0; --n) outcomes.push_back(outcome(bytes));
  std::vector<SeenAddress> addresses;
  std::uint64_t messages = 0;
  while (!bytes.empty() && addresses.size() < 50) {
    auto& seen = addresses.emplace_back();
    seen.address = base::IpAddress::parse(bytes.one_of(kAddresses)).value_or(base::IpAddress());
    seen.reverse_name = bytes.one_of(kNames);
    seen.confirmed = bytes.below(2) == 0;
    if (const auto authorised = bytes.below(3); authorised < 2) seen.authorised = authorised == 1;
    for (auto n = bytes.below(3); n > 0; --n) seen.through.push_back(bytes.one_of(kNames));
    for (auto n = bytes.below(4); n > 0; --n) {
      const auto day = static_cast<std::int32_t>(bytes.below(60));
      seen.rows.push_back({.outcome = static_cast<std::uint32_t>(bytes.below(6)),
                           .count = bytes.below(200),
                           .first_day = day,
                           .last_day = day + static_cast<std::int32_t>(bytes.below(10))});
      if (seen.rows.back().outcome < outcomes.size()) messages += seen.rows.back().count;
    }
  }
  const auto marks = owner_says();
  for (const auto some : {std::span<const Mark>(), std::span<const Mark>(marks)}) {
    auto left = messages;
    for (const auto& source : find_sources({.domain = *dns::Name::parse("bank.example"),
                                            .outcomes = outcomes,
                                            .addresses = addresses,
                                            .marks = some,
                                            .today = 60})) {
      check(source);
      left -= source.tally.messages();
    }
    if (left != 0) std::abort();
  }
  return 0;
}
