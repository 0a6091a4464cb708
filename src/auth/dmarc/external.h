// Where reports go: whether a destination outside the owner's organisation agreed to take them (RFC 9990
// section 4), and whether it can receive mail at all.
//
// "_report._dmarc": a record at <policy domain>._report._dmarc.<destination host> says yes.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "auth/dmarc/discover.h"

namespace rampart::dmarc {

struct Destination {
  enum class Authorisation : std::uint8_t {
    same_organization,  // needs none
    authorised,         // one or more valid records (step 8)
    unauthorised,       // receivers MUST ignore the address
    overridden_away,    // the record names another host, so neither address gets a report (step 9)
    unknown,
    not_applicable,  // the address is not valid, or its scheme has no host
  };
  enum class Receives : std::uint8_t {
    yes,
    no,
    unknown,
    not_applicable
  };  // mail; not asked for other schemes

  Uri uri;
  Authorisation authorisation = Authorisation::not_applicable;
  std::optional<dns::Name> asked;  // the name of the authorisation record
  std::vector<Uri> override_uris;  // what the destination put in place of `uri` (step 9); may be empty
  Receives receives = Receives::not_applicable;
  std::string why;           // of the authorisation
  std::string receives_why;  // of `receives`
};

enum class ReportKind : std::uint8_t { aggregate, failure };  // rua, ruf

// Every address of `kind` in the record that was found at `policy.name`, in order. All questions that do not
// depend on another's answer are asked at once.
std::vector<Destination> check_destinations(const Found& policy, ReportKind kind, facts::Facts& facts);

// Whether a domain can receive mail: an MX that is not the null MX (RFC 7505), or without any MX an address
// (RFC 5321 section 5.1).
Destination::Receives receives_mail(const dns::Name& host, facts::Facts& facts, std::string& why);

}  // namespace rampart::dmarc
