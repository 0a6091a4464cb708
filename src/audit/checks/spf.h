// SPF as an audit looks at it: the record, what it lets in, and what is wrong with it (RFC 7208).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "audit/report.h"
#include "auth/spf/analyse.h"
#include "facts/facts.h"

namespace rampart::audit {

struct Picture;

enum class SpfState : std::uint8_t {
  usable,   // one record without a syntax error of its own
  broken,   // one record with a syntax error
  several,  // several records
  absent,   // proven
  unknown,
};

struct SpfPicture {
  SpfState state = SpfState::unknown;
  std::vector<std::string> texts;  // the SPF records at the domain
  std::string server;
  std::string why;  // unknown: what went wrong
  spf::Analysis analysis;
  std::vector<dns::Name> targets;        // the records that it includes or redirects to
  std::optional<spf::Qualifier> all;     // of the `all` that ends it, in the record or behind its redirect
  std::optional<std::string> hard_fail;  // the record with that `all` turned into -all, when it stands in it
  bool only_fail_all = false;            // its only term is -all
  std::optional<spf::SharedAddress> shared;  // an address of others that passes
  std::string takeover;  // a registrable domain that nobody has registered and that the record trusts

  [[nodiscard]] Evidence evidence(const dns::Name& domain) const {
    if (!texts.empty()) return {domain.text() + " TXT", texts.front(), server, {}};
    const bool no_name = !analysis.nodes.empty() && analysis.root().state == spf::RecordState::no_name;
    const auto* found = no_name                     ? ": does not exist (NXDOMAIN)"
                        : state == SpfState::absent ? ": no SPF record"
                                                    : "";
    return {domain.text() + " TXT" + found, {}, server, {}};
  }
};

// Whether whoever is behind the issue's term may send: it and the way to it are pass-qualified.
bool lets_in(const spf::Analysis& analysis, const spf::Issue& issue);
// Whether it speaks of a term that leads nowhere and whose registration could not be looked up.
bool may_dangle(const spf::Analysis& analysis, const spf::Issue& issue);

SpfPicture look_spf(const dns::Name& domain, facts::Facts& facts);

// Every finding about SPF but the advisory's weaknesses (weaknesses.h).
void check_spf(const Picture& picture, std::vector<Finding>& findings);

}  // namespace rampart::audit
