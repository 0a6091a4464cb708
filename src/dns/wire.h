// DNS messages on the wire (RFC 1035 section 4): queries built, replies read. No sockets here.
//
//   std::string packet = dns::build_query(id, name, dns::RrType::txt);
//   auto message = dns::Message::parse(reply);            // a view of `reply`, bounds-checked; nothing when
//   broken for (const auto& record : message->records()) ...     // owner names are decoded when asked for
//
// A reader of strangers' bytes: every offset is checked, compression pointers only ever go backwards, names
// end at 255 octets, and the work is linear in the size of the message.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <boost/container/small_vector.hpp>

#include "dns/name.h"
#include "dns/rr.h"

namespace rampart::dns {

inline constexpr std::uint16_t kEdnsPayload = 1232;  // octets: no fragments on any path; DNS flag day 2020
inline constexpr std::size_t kMaxMessage = 65535;    // octets; RFC 1035 section 4.2.2
inline constexpr std::uint16_t kClassInternet = 1;   // IN; RFC 1035 section 3.2.4

// Response codes that mean something to us; every other number is possible too (RFC 6895 section 2.3).
namespace rcode {
inline constexpr std::uint16_t kNoError = 0;
inline constexpr std::uint16_t kFormErr = 1;
inline constexpr std::uint16_t kServFail = 2;
inline constexpr std::uint16_t kNxDomain = 3;
inline constexpr std::uint16_t kNotImp = 4;
inline constexpr std::uint16_t kRefused = 5;
inline constexpr std::uint16_t kBadVers = 16;
}  // namespace rcode
std::string rcode_text(std::uint16_t code);  // "SERVFAIL", "RCODE 23"
// The words of an extended error (RFC 8914 section 4) that explain a failure; empty for a code without any.
std::string_view extended_error_text(std::uint16_t code);

struct QueryOptions {
  bool recurse = true;  // RD
  bool edns = true;     // an OPT record of kEdnsPayload octets (RFC 6891)
  bool ask_ad = true;   // AD in a query: tell us whether the answer is authentic (RFC 6840 section 5.7)
};
std::string build_query(std::uint16_t id, const Name& name, RrType type, const QueryOptions& options = {});

enum class Section : std::uint8_t { answer, authority, additional };

struct WireRecord {
  std::uint16_t owner = 0;  // offset of the owner name in the message
  std::uint16_t type = 0;
  std::uint16_t rr_class = 0;
  std::uint16_t rdata = 0;   // offset of the record data
  std::uint16_t length = 0;  // octets of record data
  std::uint32_t ttl = 0;     // seconds; a value with the top bit set reads as 0 (RFC 2181 section 8)
  Section section = Section::answer;
};

// A reply, read in place: keeps a view of the bytes it was parsed from.
class Message {
 public:
  // Nothing when the header, the single question or a record is broken. Records behind the cut of a truncated
  // message (TC) are no fault: they are left out. OPT is not among records().
  static std::optional<Message> parse(std::string_view wire);

  [[nodiscard]] std::uint16_t id() const { return id_; }
  [[nodiscard]] bool is_response() const { return (flags_ & 0x8000) != 0; }
  [[nodiscard]] unsigned opcode() const { return flags_ >> 11 & 15; }
  [[nodiscard]] bool authoritative() const { return (flags_ & 0x0400) != 0; }
  [[nodiscard]] bool truncated() const { return (flags_ & 0x0200) != 0; }
  [[nodiscard]] bool recursion_available() const { return (flags_ & 0x0080) != 0; }
  [[nodiscard]] bool authentic() const { return (flags_ & 0x0020) != 0; }
  [[nodiscard]] std::uint16_t rcode() const { return rcode_; }  // with the high bits of OPT
  [[nodiscard]] bool has_edns() const { return has_edns_; }
  [[nodiscard]] std::optional<std::uint16_t> extended_error() const { return extended_error_; }

  // Whether the reply repeats exactly this question, class IN (RFC 5452 section 9.1).
  [[nodiscard]] bool answers(const Name& name, RrType type) const;

  [[nodiscard]] std::span<const WireRecord> records() const { return {records_.data(), records_.size()}; }
  [[nodiscard]] std::optional<Name> owner(const WireRecord& record) const { return name_at(record.owner); }
  [[nodiscard]] std::string_view rdata(const WireRecord& record) const {
    return wire_.substr(record.rdata, record.length);
  }
  // The name at an offset, decompressed. `end`, when given, becomes the offset behind it in place.
  [[nodiscard]] std::optional<Name> name_at(std::size_t offset, std::size_t* end = nullptr) const;

 private:
  bool parse_header_and_question();
  bool parse_section(Section section, unsigned count);
  void read_opt(const WireRecord& record);

  std::string_view wire_;
  std::size_t at_ = 0;
  std::uint16_t id_ = 0;
  std::uint16_t flags_ = 0;
  std::uint16_t rcode_ = 0;
  std::uint16_t question_type_ = 0;
  std::uint16_t question_class_ = 0;
  bool has_question_ = false;
  bool has_edns_ = false;
  std::optional<std::uint16_t> extended_error_;
  boost::container::small_vector<WireRecord, 12> records_;
};

// Record data in its canonical form (rr.h), with what stands beside it.
struct RecordData {
  std::string data;
  std::uint16_t preference = 0;  // MX
  std::uint16_t strings = 1;     // TXT
};
// False when the data is not of its type's shape. `out` is reused without allocating where it can be.
bool read_data(const Message& message, const WireRecord& record, RrType type, RecordData& out);

}  // namespace rampart::dns
