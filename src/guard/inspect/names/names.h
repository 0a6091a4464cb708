// Whom a message says it is from, against whom it is from: facts of its header's names, none of which is a crime; a score is made
// elsewhere.
//
//   const auto rules = TRY(NameRules::make({.own_domains = {ministry}, .people = {TRY(parse_person("Sana Malik <sana@ministry.example>"))}}));
//   const auto facts = read_names({.header = &header, .mail_from = "x@evil.example", .recipients = recipients}, rules);
//   facts.has(NameFact::protected_person)     From: Sana Malik <sana.malik@evil.example>
//   facts.find(NameFact::brand_name)->text    "PayPal Support" is what PayPal calls itself, and evil.example is none of its domains
//
// Pure; some 10 us for an ordinary header; time linear in the header's bytes but for what kMaxMailboxes and the like bound.
// What a mailing list does to a From field ("Sana via list <list@lists.example>") and what services do that send for others
// (calendars, e-signatures: BrandRegistry) is not held against a message.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "guard/inspect/names/name_rules.h"
#include "mail/header.h"

namespace rampart::guard::names {

// All our own.
inline constexpr std::size_t kMaxShownName = 512;      // bytes of a display name that are looked at
inline constexpr std::size_t kMaxShownSubject = 1024;  // bytes of a subject that are looked at
inline constexpr std::size_t kMaxAuthorsShown = 5;     // mailboxes of a field that are looked at
inline constexpr std::size_t kMaxEvidence = 40;        // pieces that are kept
inline constexpr std::size_t kMaxEvidenceText = 300;   // bytes of one

enum class NameFact : std::uint8_t {
  // Whom the display name claims to be. Never where the author's domain is the claimed one's, or the claim is the author's address.
  protected_person,  // a protected person, at an address that is none of his
  own_name,          // our own organisation, by its name or a domain of ours
  recipient_name,    // the recipient's own address or domain
  brand_name,        // a brand, and nothing but words such as "support" beside it
  brand_in_name,     // a brand among other words
  brand_disguised,   // a brand in letters that look like its own: PayPaI, Micros0ft
  address_in_name,   // another address
  domain_in_name,    // another domain
  // The same of other places.
  brand_in_subject,       // a brand, from a domain that is none of its own
  brand_in_address,       // before the @
  recipient_in_subject,   // the recipient's own address
  claim_through_service,  // a protected person or a brand, through a service that sends for anyone
  // Free mail (gmail.com), which no organisation writes from.
  free_mail_role,     // "HR", "CEO", "IT helpdesk"
  free_mail_company,  // "Example Trading Ltd."
  // A domain of From, Reply-To, Sender or the envelope that looks like another.
  own_lookalike,
  partner_lookalike,
  brand_lookalike,
  // Where answers and bounces go: weak alone, as lists and services do it.
  reply_to_elsewhere,     // another registered domain than From's
  reply_to_free_mail,     // at free mail, and From is not
  return_path_elsewhere,  // another registered domain than From's
  // Re: or Fwd: without In-Reply-To, References or the index of an answer.
  reply_without_thread,
  forward_without_thread,
  // The From field.
  from_missing,
  from_several,    // fields, or lines that another reader takes for one
  from_authors,    // several addresses of different domains in one field
  from_malformed,  // not as RFC 5322 has it
  // Characters.
  bidi_in_name,  // that turn the direction of writing, in a display name
  bidi_in_subject,
  hidden_in_name,  // that show nothing
  hidden_in_subject,
  mixed_scripts_in_name,  // a word of letters of two scripts that look alike
  mixed_scripts_in_subject,
  look_alike_text,  // letters of another kind in place of plain ones: 𝐏𝐚𝐲𝐏𝐚𝐥, ＰａｙＰａｌ
  odd_encoding,     // encoded words that no honest program makes: plain words in pieces, controls
  // The display name is a role within the reader's own organisation ("IT Helpdesk", "HR"), from outside of it.
  internal_role,
};
inline constexpr std::size_t kNameFacts = static_cast<std::size_t>(NameFact::internal_role) + 1;
std::string_view to_string(NameFact fact);  // "protected-person"

// One reason for a fact.
struct Evidence {
  NameFact fact = NameFact::from_missing;
  std::string field;    // "From", "Reply-To", "Subject", "envelope"
  std::string shown;    // what stands there, printable
  std::string claimed;  // whom it is taken for: a person, a brand's name, a domain; may be empty
  std::string how;      // a clause for people: `"paypa1.example" looks like paypal.com`

  friend bool operator==(const Evidence&, const Evidence&) = default;
};

// A brand that the header names, truly or not.
struct NamedBrand {
  std::string id;
  std::string field;       // "From", "Subject"
  bool is_author = false;  // From is a domain of it
  friend bool operator==(const NamedBrand&, const NamedBrand&) = default;
};

struct NameFacts {
  std::uint64_t bits = 0;          // of NameFact
  std::vector<Evidence> evidence;  // in the order of NameFact, at most kMaxEvidence
  // The author as shown, of the first mailbox in From.
  std::string display_name;  // decoded, printable
  std::string address;       // printable; empty without one
  std::string domain;        // A-labels; empty without one
  std::string registered;    // its registered domain
  std::string subject;       // decoded, printable
  std::string author_brand;  // id of the brand that the author's domain belongs to; empty: none
  bool is_service = false;   // which sends for anyone: a calendar, an e-signature
  bool is_free_mail = false;
  bool is_own = false;  // the author's domain is ours
  bool is_partner = false;
  bool has_list_trace = false;
  std::vector<NamedBrand> brands;

  [[nodiscard]] bool has(NameFact fact) const { return (bits >> static_cast<unsigned>(fact) & 1U) != 0; }
  // The first reason for it; null: it is not so.
  [[nodiscard]] const Evidence* find(NameFact fact) const;
};
static_assert(kNameFacts <= 64);

struct NamesOf {
  const mail::Header* header = nullptr;
  std::string_view mail_from;                    // of the envelope, without brackets; empty: the null sender
  bool has_envelope = true;                      // false: mail_from is not known (a file)
  std::span<const std::string> recipients = {};  // of the envelope; empty: those of To and Cc stand in
};
NameFacts read_names(const NamesOf& of, const NameRules& rules);

}  // namespace rampart::guard::names
