// What an auditor reads in an SPF record: what it costs, whom it lets in, what dangles, what is needless.
//
//   const spf::Analysis analysis = spf::analyse(domain, facts);
//   analysis.lookups()                      12: over the limit of 10, so receivers answer permerror
//   analysis.authorised.ipv4_count()        how many addresses may send
//   for (const spf::Issue& issue : analysis.issues) …
//   spf::shared_address(analysis)           an address that a stranger can rent and that passes
//
// A decision over facts; with open questions the result is void. Records reached through include and redirect
// are each analysed once and linked, so that loops and hostile trees stay bounded. What could not be looked
// up is said to be unknown and never taken for missing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/spf/address_set.h"
#include "auth/spf/evaluate.h"
#include "auth/spf/providers.h"
#include "auth/spf/record.h"
#include "facts/facts.h"

namespace rampart::spf {

struct AnalysisOptions {
  Limits limits;
  // All our own, against hostile records; what lies beyond is Issue::Kind::too_much.
  std::size_t max_records = 50;    // records followed
  std::size_t max_hosts = 40;      // names asked for a, mx and exists terms
  std::size_t max_terms = 300;     // of one record
  std::size_t max_ranges = 20000;  // that the set of authorised addresses may be kept as
  // From where a range is called wide: a stranger can rent an address inside.
  unsigned wide_prefix4 = 12;                      // a single IPv4 term of this length or shorter
  unsigned wide_prefix6 = 24;                      // a single IPv6 term
  std::uint64_t wide_ipv4_count = 1ULL << 24;      // addresses in all: a /8
  std::uint64_t near_all_ipv4_count = 1ULL << 31;  // half of all: near-`+all`
};

enum class RecordState : std::uint8_t {
  record,   // one SPF record without faults
  faulty,   // one SPF record with syntax errors
  several,  // more than one
  none,     // the name has none
  no_name,  // the name does not exist
  unknown,  // could not be looked up
};

// A term that leads to another record.
struct Link {
  Span term;
  Qualifier qualifier = Qualifier::pass;  // of an include
  bool redirect = false;
  std::size_t node = 0;  // in Analysis::nodes
};

// One record of the tree. Numbers are for a client that nothing matches, with everything below.
struct Node {
  dns::Name name;
  RecordState state = RecordState::unknown;
  facts::AnswerPtr txt;
  std::string text;         // of its record; empty when there is not exactly one
  std::vector<Link> links;  // in the order of the terms
  bool authorises = false;  // reached through pass-qualified terms only: whom it lets in may send
  int lookups = 0;          // terms that ask DNS
  int voids4 = 0;           // void lookups for an IPv4 client
  int voids6 = 0;           // void lookups for an IPv6 client
  AddressSet passes;        // the addresses it gives pass
  bool complete = true;     // false when `passes` may not be exact: macros, ptr, unknown answers, limits
  std::vector<Network> networks;  // of its own pass terms, in order; hosts resolved
};

struct Issue {
  enum class Kind : std::uint8_t {
    // of a record
    no_record,
    several_records,
    record_unknown,
    syntax,             // fault, term
    misplaced_version,  // a TXT record that was meant as SPF and is none: detail
    sender_id,          // a spf2.0/ record: Sender ID, historic (RFC 4406, 8996 era); detail
    over_lookup_limit,  // number
    over_void_limit,    // number; `detail` says "IPv4" or "IPv6" clients
    over_mx_limit,      // number of exchangers, term
    large,              // number: octets of the record, or of all TXT records of the name, over a UDP reply
    // of where a term leads: `target`
    no_target_record,  // include or redirect to a name without an SPF record: permerror
    target_record_unknown,
    void_host,  // a, mx, exists: no such host
    host_unknown,
    unregistered,  // the target's registered domain does not exist: whoever registers it may send
    loop,
    too_much,  // over a limit of AnalysisOptions
    dynamic,   // depends on the message (macros): not followed
    // of whom it lets in
    pass_all,  // +all
    near_all,  // number: IPv4 addresses
    wide,      // number: IPv4 addresses (all), or a single wide term
    neutral_all,
    softfail_all,
    no_all,  // neither all nor redirect
    shared,  // target; detail names the service
    // of needless or doubtful terms
    after_all,
    redirect_ignored,
    ptr,  // target: the public suffix below which every host passes; root when it is none
    repeated,
    shadowed,
    unknown_modifier,  // detail: what was perhaps meant
    exp_target,        // nothing usable at exp=: detail
  };
  Kind kind{};
  std::size_t node = 0;  // the record it was found in
  Span term;             // in that record's text; length 0 for the whole
  dns::Name target;      // the root when there is none
  FaultCode fault = FaultCode::none;
  std::uint64_t number = 0;
  std::string detail;  // safe for a terminal
  std::vector<facts::AnswerPtr> evidence;
};

inline bool is_ptr_suffix(const Issue& issue) {
  return issue.kind == Issue::Kind::ptr && !issue.target.is_root();
}

std::string_view to_string(Issue::Kind kind);  // "over_lookup_limit"

struct SharedInclude {
  std::size_t node = 0;                  // the included record
  const SharedSender* sender = nullptr;  // from the table; null: only known to be outside the organisation
};

struct Analysis {
  std::vector<Node> nodes;             // [0] is the domain's own
  std::vector<Issue> issues;           // by record in the order reached, then by term
  AddressSet authorised;               // who gets pass
  bool complete = true;                // see Node::complete
  std::optional<Qualifier> all;        // of the `all` that a stranger meets, over redirects
  std::vector<SharedInclude> shared;   // pass-qualified includes of services and of other organisations
  std::optional<std::string> simpler;  // see simplify.h

  [[nodiscard]] const Node& root() const { return nodes.front(); }
  [[nodiscard]] int lookups() const { return nodes.front().lookups; }
  [[nodiscard]] bool has(Issue::Kind kind) const;
  // The term an issue speaks of, as it stands in its record.
  [[nodiscard]] std::string_view term_text(const Issue& issue) const;
};

Analysis analyse(const dns::Name& domain, facts::Facts& facts, const AnalysisOptions& options = {});

// An address that passes and that a stranger can rent: in a shared service of the table if there is one, else
// in an include outside the organisation.
struct SharedAddress {
  base::IpAddress ip;
  dns::Name include;    // the record that lets it in
  std::string owner;    // "Google Workspace", or "include target spf.host.example"
  bool shared = false;  // a service that anyone can join; false: only another organisation's
};
std::optional<SharedAddress> shared_address(const Analysis& analysis);

}  // namespace rampart::spf
