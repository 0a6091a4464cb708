// One DNS fact: what was asked, what came back, when, from whom, and, when nothing could be found out, why.
//
// An Answer is immutable, one allocation, and shared by pointer between caches, books and recordings. Its
// records are sorted when it is built (resolvers rotate RRsets, and a decision must not depend on that).
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/smart_ptr/intrusive_ptr.hpp>

#include "base/time.h"
#include "dns/name.h"
#include "dns/rr.h"

namespace rampart::facts {

enum class Presence : std::uint8_t {
  present,  // records() is not empty
  no_name,  // NXDOMAIN: the name (the last of the CNAME chain, RFC 6604 section 3) does not exist, nor
            // anything below (RFC 8020)
  no_data,  // the name exists without records of this type (NODATA)
  unknown,  // it could not be found out; why() and detail() say why
  open,     // not answered yet: only inside a run of a decision, never stored
};

// Why a fact is unknown. `none` for every other presence.
enum class Why : std::uint8_t {
  none,
  servfail,    // the resolver could not resolve it
  refused,     // the server would not answer us
  rcode,       // another response code (detail names it)
  timeout,     // no reply
  network,     // no route, connection refused
  truncated,   // the reply was cut and TCP did not bring the rest
  cname_loop,  // the CNAME chain loops or is too long
  malformed,   // the reply cannot be parsed
  resolver,    // the resolver was examined and cannot be trusted with this question (detail says what it did)
  outside,     // outside the given zones or the recorded book
  forbidden,   // the connection would have gone to an address that is not public
  not_asked,   // this kind of question was not enabled (probes)
  budget,      // the domain used up its questions or its time
};

std::string_view to_string(Presence presence);
std::string_view to_string(Why why);  // the enumerator's name: stored in books
std::string_view describe(Why why);   // words for people: "the resolver answered SERVFAIL"

struct Record {
  std::uint16_t preference = 0;  // MX only
  std::uint16_t strings = 1;     // TXT only: how many character-strings were joined
  std::uint32_t ttl = 0;         // seconds
  std::uint32_t offset = 0;
  std::uint32_t length = 0;
};

class Answer;
using AnswerPtr = boost::intrusive_ptr<const Answer>;

class Answer {
 public:
  Answer(const Answer&) = delete;
  Answer& operator=(const Answer&) = delete;

  [[nodiscard]] dns::Name name() const { return *dns::Name::from_wire(name_wire()); }
  [[nodiscard]] std::string_view name_wire() const { return {bytes(), name_length_}; }
  [[nodiscard]] dns::RrType type() const { return type_; }

  [[nodiscard]] Presence presence() const { return presence_; }
  [[nodiscard]] bool present() const { return presence_ == Presence::present; }
  [[nodiscard]] bool absent() const {
    return presence_ == Presence::no_name || presence_ == Presence::no_data;
  }
  [[nodiscard]] bool unknown() const { return presence_ == Presence::unknown; }
  [[nodiscard]] bool open() const { return presence_ == Presence::open; }
  // Neither present nor absent: a decision that meets this cannot say "missing" and cannot say "found".
  [[nodiscard]] bool undetermined() const { return unknown() || open(); }

  [[nodiscard]] Why why() const { return why_; }
  [[nodiscard]] bool ad() const {
    return ad_;
  }  // vouched for by DNSSEC, over the whole CNAME chain (RFC 6840 5.8)
  [[nodiscard]] std::uint32_t ttl() const {
    return ttl_;
  }  // seconds: least of chain and RRset; of a negative answer, RFC 2308
  [[nodiscard]] base::Time seen() const { return seen_; }
  [[nodiscard]] std::string_view server() const {
    return {bytes() + name_length_, server_length_};
  }  // "127.0.0.1:53", "zone file"
  [[nodiscard]] std::string_view detail() const {
    return {bytes() + name_length_ + server_length_, detail_length_};
  }

  // The CNAME chain walked, in order, without the asked name itself.
  [[nodiscard]] std::vector<dns::Name> aliases() const;
  [[nodiscard]] bool has_aliases() const { return aliases_length_ != 0; }

  [[nodiscard]] std::span<const Record> records() const;
  // Canonical data (dns/rr.h) of one of records(). Valid while the answer lives.
  [[nodiscard]] std::string_view data(const Record& record) const {
    return {bytes() + record.offset, record.length};
  }
  // The data as a name, for NS, CNAME, PTR and MX.
  [[nodiscard]] dns::Name target(const Record& record) const { return *dns::Name::from_wire(data(record)); }

  // The shared answer that stands for "not answered yet".
  static const Answer& open_answer();
  static AnswerPtr make_unknown(const dns::Name& name, dns::RrType type, Why why,
                                std::string_view detail = {}, std::string_view server = {},
                                base::Time seen = {});

 private:
  friend class AnswerBuilder;
  friend void intrusive_ptr_add_ref(const Answer* answer) {
    answer->references_.fetch_add(1, std::memory_order_relaxed);
  }
  friend void intrusive_ptr_release(const Answer* answer);

  Answer() = default;
  ~Answer() = default;
  // Behind the object: Record[record_count_], then the name, server, detail, aliases and data bytes.
  [[nodiscard]] const char* bytes() const;

  mutable std::atomic<std::uint32_t> references_{0};
  dns::RrType type_{};
  Presence presence_ = Presence::unknown;
  Why why_ = Why::none;
  base::Time seen_{};
  std::uint32_t ttl_ = 0;
  std::uint32_t aliases_offset_ = 0;
  std::uint16_t aliases_length_ = 0;
  std::uint16_t record_count_ = 0;
  std::uint16_t detail_length_ = 0;
  std::uint8_t name_length_ = 0;
  std::uint8_t server_length_ = 0;
  bool ad_ = false;
};

// Collects an answer; build() makes it. Records beyond kMaxRecords or kMaxDataBytes turn the answer into
// unknown(malformed).
class AnswerBuilder {
 public:
  static constexpr std::size_t kMaxRecords = 4096;  // our own: a 64 KiB message cannot hold more of any use
  static constexpr std::size_t kMaxDataBytes = 1 << 17;  // our own: twice the largest DNS message
  static constexpr std::size_t kMaxAliases = 16;         // our own: resolvers give up near here too

  AnswerBuilder(const dns::Name& name, dns::RrType type) : name_(name), type_(type) {}

  AnswerBuilder& set_presence(Presence presence) { return presence_ = presence, *this; }
  AnswerBuilder& set_unknown(Why why, std::string_view detail);
  AnswerBuilder& set_ad(bool ad) { return ad_ = ad, *this; }
  AnswerBuilder& set_ttl(std::uint32_t ttl) { return ttl_ = ttl, *this; }
  AnswerBuilder& set_seen(base::Time seen) { return seen_ = seen, *this; }
  AnswerBuilder& set_server(std::string_view server) { return server_ = server, *this; }
  AnswerBuilder& add_alias(const dns::Name& target);
  // Canonical data (dns/rr.h); duplicates are dropped (an RRset is a set, RFC 2181 section 5). Makes the
  // answer present.
  AnswerBuilder& add_record(std::string_view data, std::uint32_t ttl, std::uint16_t preference = 0,
                            std::uint16_t strings = 1);
  AnswerBuilder& add_target(const dns::Name& target, std::uint32_t ttl, std::uint16_t preference = 0) {
    return add_record(target.wire(), ttl, preference);
  }

  [[nodiscard]] AnswerPtr build();

 private:
  struct Pending {
    Record record;
    std::string_view data(const std::string& all) const {
      return std::string_view(all).substr(record.offset, record.length);
    }
  };

  dns::Name name_;
  dns::RrType type_;
  Presence presence_ = Presence::no_data;
  Why why_ = Why::none;
  bool ad_ = false;
  std::uint32_t ttl_ = 0;
  base::Time seen_{};
  std::string server_;
  std::string detail_;
  std::string aliases_;
  std::size_t alias_count_ = 0;
  std::vector<Pending> records_;
  std::string data_;
};

}  // namespace rampart::facts
