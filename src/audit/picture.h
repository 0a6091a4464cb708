// What an audit has seen of one domain, before it is judged. look() fills it by asking; the checks, the
// weaknesses, the spoofing table and the grade read it and ask nothing more (only the spoofing table
// evaluates SPF and DMARC again, for addresses of its own).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "audit/assess.h"
#include "audit/candidates.h"
#include "audit/checks/dkim.h"
#include "audit/checks/dmarc.h"
#include "audit/checks/spf.h"
#include "audit/known.h"
#include "facts/facts.h"

namespace rampart::audit {

// The label of the subdomain that does not exist. Fixed, so that an audit of the same facts is the same.
inline constexpr std::string_view kInventedLabel = "rampart-invented-name";

// The names that a stranger may write into the From field.
struct Identities {
  dns::Name domain;
  dns::Name existing;                      // a subdomain that exists; the text below when none is known
  bool hypothetical = false;               // no existing subdomain is known: `existing` stands for any
  dns::Name invented;                      // kInventedLabel below the domain, whether it exists or not
  Known invented_exists = Known::unknown;  // yes: a wildcard covers it
};

struct Picture {
  const Input* input = nullptr;
  dns::Name domain;
  Known exists = Known::unknown;   // the domain itself
  Known null_mx = Known::unknown;  // RFC 7505: it says that it takes no mail
  Identities identities;
  SpfPicture spf;
  DkimPicture dkim;
  DmarcPicture dmarc;
  Candidates candidates;  // a stranger's envelope senders beside the domain

  // Proven not to send: a null MX, and an SPF record whose only term is -all.
  [[nodiscard]] bool non_sending() const { return null_mx == Known::yes && spf.only_fail_all; }
  // Sends no mail: by its owner's word, or where he is silent by proof.
  [[nodiscard]] bool silent() const {
    const auto word = input == nullptr ? Sends::unsaid : input->sends;
    return word == Sends::unsaid ? non_sending() : word == Sends::no;
  }
};

// Whether DKIM keys are looked for, which is most of what an audit asks. Nothing in the spoofing table needs them.
enum class Keys : std::uint8_t { look, leave };

Picture look(const Input& input, facts::Facts& facts, Keys keys = Keys::look);

// Findings about the domain as such: it does not exist, it is parked.
void check_domain(const Picture& picture, std::vector<Finding>& findings);

}  // namespace rampart::audit
