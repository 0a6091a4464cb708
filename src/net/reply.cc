#include "net/reply.h"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

namespace rampart::net {
namespace {

using dns::Message;
using dns::Name;
using dns::RrType;
using dns::Section;
using dns::WireRecord;
using facts::Why;
using Kind = Reading::Kind;

constexpr std::uint16_t kDname = 39;  // RFC 6672

Reading failed(Why why, std::string detail) { return {Kind::failed, why, std::move(detail)}; }

bool is_type(const WireRecord& record, RrType type) {
  return record.rr_class == dns::kClassInternet && record.type == static_cast<std::uint16_t>(type);
}

// The code of a reply that tells nothing about the name.
Reading read_failure(const Message& message, bool sent_edns) {
  const std::uint16_t code = message.rcode();
  const bool about_edns =
      code == dns::rcode::kFormErr || code == dns::rcode::kNotImp || code == dns::rcode::kBadVers;
  if (sent_edns && about_edns && (!message.has_edns() || code == dns::rcode::kBadVers)) {
    return {Kind::no_edns, Why::rcode, dns::rcode_text(code)};
  }
  std::string detail = dns::rcode_text(code);
  if (const auto extended = message.extended_error()) {
    const auto words = dns::extended_error_text(*extended);
    if (!words.empty()) detail += fmt::format(" ({})", words);
  }
  if (code == dns::rcode::kServFail) return failed(Why::servfail, std::move(detail));
  if (code == dns::rcode::kRefused) return failed(Why::refused, std::move(detail));
  return failed(Why::rcode, std::move(detail));
}

class Reader {
 public:
  Reader(const Message& message, const Name& asked, RrType type, Chain& chain, facts::AnswerBuilder& out)
      : message_(message), asked_(asked), at_(asked), type_(type), chain_(chain), out_(out) {}

  Reading read() {
    if (type_ != RrType::cname) {
      if (auto fault = follow_chain()) return std::move(*fault);
    }
    const auto records = read_records();
    if (!records) return failed(Why::malformed, "a record that is not of its type's shape");
    if (message_.rcode() == dns::rcode::kNxDomain) return *records ? present_but_nxdomain() : read_absence();
    return *records ? Reading{Kind::present, Why::none, {}} : read_absence();
  }

 private:
  [[nodiscard]] bool owned(const WireRecord& record, const Name& name) const {
    const auto owner = message_.owner(record);
    return owner && *owner == name;
  }
  void lower_ttl(std::uint32_t ttl) { chain_.ttl = std::min({chain_.ttl, ttl, kMaxTtl}); }

  // Walks the CNAMEs of the answer section from the asked name on; each step scans it, and there are at most
  // 16 of them.
  std::optional<Reading> follow_chain() {
    while (true) {
      std::optional<Name> target;
      for (const auto& record : message_.records()) {
        if (record.section != Section::answer || !is_type(record, RrType::cname) || !owned(record, at_)) {
          continue;
        }
        dns::RecordData data;
        if (!dns::read_data(message_, record, RrType::cname, data)) {
          return failed(Why::malformed, "a CNAME without a name");
        }
        const auto name = Name::from_wire(data.data);
        if (target && *target != *name) return failed(Why::malformed, "several CNAMEs at one name");
        target = name;
        lower_ttl(record.ttl);
      }
      if (!target) return std::nullopt;
      if (*target == asked_ || std::ranges::find(chain_.aliases, *target) != chain_.aliases.end()) {
        return failed(Why::cname_loop, "the CNAME chain loops");
      }
      if (chain_.aliases.size() >= facts::AnswerBuilder::kMaxAliases) {
        return failed(Why::cname_loop,
                      fmt::format("more than {} CNAMEs in a row", facts::AnswerBuilder::kMaxAliases));
      }
      chain_.aliases.push_back(*target);
      at_ = *target;
      followed_ = true;
    }
  }

  // Whether there were any; nothing when one is broken.
  std::optional<bool> read_records() {
    bool any = false;
    dns::RecordData data;
    for (const auto& record : message_.records()) {
      if (record.section != Section::answer || !is_type(record, type_) || !owned(record, at_)) continue;
      if (!dns::read_data(message_, record, type_, data)) return std::nullopt;
      out_.add_record(data.data, std::min(record.ttl, kMaxTtl), data.preference, data.strings);
      lower_ttl(record.ttl);
      any = true;
    }
    return any;
  }

  static Reading present_but_nxdomain() {
    return failed(Why::malformed, "NXDOMAIN together with the records that were asked for");
  }

  // Whether a record of the answer section belongs to what was asked: the names of the chain, and the DNAMEs
  // that made it (RFC 6672 section 3.1).
  [[nodiscard]] bool belongs(const WireRecord& record) const {
    const auto owner = message_.owner(record);
    if (!owner) return false;
    const bool dname = record.rr_class == dns::kClassInternet && record.type == kDname;
    const auto above = [&](const Name& name) { return name == *owner || (dname && name.is_within(*owner)); };
    return above(asked_) || std::ranges::any_of(chain_.aliases, above);
  }

  Reading read_absence() {
    const bool no_name = message_.rcode() == dns::rcode::kNxDomain;
    const auto kind = no_name ? Kind::no_name : Kind::no_data;
    bool referral = false;
    bool other_zone = false;
    for (const auto& record : message_.records()) {
      if (record.section == Section::answer && !belongs(record))
        return failed(Why::malformed, "an answer with records of other names alone");
      if (record.section != Section::authority) continue;
      if (is_type(record, RrType::ns)) referral = true;
      if (!is_type(record, RrType::soa)) continue;
      const auto owner = message_.owner(record);
      if (!owner || !at_.is_within(*owner)) {
        other_zone = true;
        continue;
      }
      dns::RecordData data;
      if (!dns::read_data(message_, record, RrType::soa, data)) {
        return failed(Why::malformed, "a broken SOA record");
      }
      const auto soa = dns::parse_soa(data.data);
      // RFC 2308 section 5: the lesser of the SOA's own TTL and its MINIMUM field
      lower_ttl(std::min({record.ttl, soa ? soa->minimum : 0, kMaxNegativeTtl}));
      return {kind, Why::none, {}};
    }
    if (followed_) return {Kind::alias, Why::none, {}};  // whatever the code: nothing vouches for the end
    if (other_zone) return failed(Why::malformed, "no record, and the SOA of a zone that is not the name's");
    if (!no_name && referral) {
      return failed(Why::refused, "a referral (the server does not resolve this name)");
    }
    return without_soa(kind);
  }

  // See the header.
  Reading without_soa(Kind kind) {
    if (!message_.authoritative() && !message_.recursion_available()) {
      return failed(Why::malformed,
                    "no record and no SOA, from a server that neither holds the zone nor resolves names");
    }
    lower_ttl(0);  // without an SOA a negative answer is not for keeping: RFC 2308 section 5
    return {.kind = kind, .why = Why::none, .detail = {}, .bare = !message_.authoritative()};
  }

  const Message& message_;
  const Name& asked_;
  Name at_;  // the end of the chain so far
  RrType type_;
  Chain& chain_;
  facts::AnswerBuilder& out_;
  bool followed_ = false;
};

}  // namespace

Reading read_reply(std::string_view wire, const dns::Name& asked, dns::RrType type,
                   const ReadOptions& options, Chain& chain, facts::AnswerBuilder& out) {
  const auto message = Message::parse(wire);
  if (!message) return failed(Why::malformed, "a reply that is no DNS message");
  if (!message->is_response() || message->opcode() != 0) return failed(Why::malformed, "no reply to a query");
  const std::uint16_t code = message->rcode();
  const bool tells = code == dns::rcode::kNoError || code == dns::rcode::kNxDomain;
  // A server that fails may leave the question out; one that answers must repeat it (RFC 5452 section 9.1).
  if (tells && !message->answers(asked, type)) return failed(Why::malformed, "a reply to another question");
  if (message->truncated()) return {Kind::truncated, Why::truncated, "truncated"};
  if (!tells) return read_failure(*message, options.sent_edns);
  const Name from = asked;  // `asked` may be the last of chain.aliases, which grows below
  Reading reading = Reader(*message, from, type, chain, out).read();
  if (reading.kind != Kind::failed) chain.ad = chain.ad && options.trust_ad && message->authentic();
  return reading;
}

}  // namespace rampart::net
