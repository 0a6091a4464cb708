// The records by which a central mailbox agrees to take other domains' reports: RFC 9990 section 4.
//
//   const auto one = authorisation(bank, rua_host, facts);   // a pure function over facts
//   one.record    bank.example._report._dmarc.rua.example, where a record is needed
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "dns/name.h"
#include "facts/facts.h"

namespace rampart::reports {

struct Authorisation {
  enum class State : std::uint8_t {
    not_needed,  // the mailbox belongs to the domain's organisation
    present,     // receivers find a record, be it of a wildcard
    missing,
    elsewhere,  // what is found sends the reports to another host, so that nobody gets them
    unknown,
    impossible,  // the record's name would be too long
  };
  dns::Name domain;  // as it was asked for
  dns::Name policy;  // the Policy Domain: where its DMARC record is, or would be
  State state = State::unknown;
  std::optional<dns::Name> record;  // the name of the record
  std::string why;                  // printable
  // Whether the DMARC record of `policy` names an address at the host now; nothing when that is unknown.
  std::optional<bool> asks;
};

Authorisation authorisation(const dns::Name& domain, const dns::Name& host, facts::Facts& facts);

std::string_view to_string(Authorisation::State state);  // "not needed"

// By Policy Domain, each once; the name of the record stands first where it is needed.
std::vector<Authorisation> each_once(std::vector<Authorisation> all);

// As lines of a zone file, whose comments say the rest.
std::string format_authorisations(const dns::Name& host, const std::vector<Authorisation>& all);
std::string format_authorisations_json(const dns::Name& host, const std::vector<Authorisation>& all);

}  // namespace rampart::reports
