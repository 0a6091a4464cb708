#include "guard/inspect/names/names.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "dns/confusables.h"
#include "dns/domain.h"
#include "guard/inspect/names/characters.h"
#include "guard/inspect/names/claims.h"
#include "guard/inspect/names/threads.h"
#include "mail/domain_part.h"
#include "mail/encoded_words.h"
#include "mail/from.h"
#include "mail/mailboxes.h"

namespace rampart::guard::names {
namespace {

constexpr std::size_t kMaxRecipients = 20;  // that names are compared with; our own
constexpr std::size_t kMinLabel = 4;  // letters of a recipient's domain that is looked for in names; our own
constexpr std::size_t kManyPieces = 3;     // encoded words
constexpr std::size_t kSmallPiece = 6;     // bytes each of them decodes to on average
constexpr std::size_t kMaxLocalPart = 64;  // RFC 5321 section 4.5.3.1.1
constexpr std::size_t kMinLocalBrand = 5;  // letters of a brand that is looked for within a word before the @

constexpr std::string_view kNames[] = {"protected-person",      "own-name",
                                       "recipient-name",        "brand-name",
                                       "brand-in-name",         "brand-disguised",
                                       "address-in-name",       "domain-in-name",
                                       "brand-in-subject",      "brand-in-address",
                                       "recipient-in-subject",  "claim-through-service",
                                       "free-mail-role",        "free-mail-company",
                                       "own-lookalike",         "partner-lookalike",
                                       "brand-lookalike",       "reply-to-elsewhere",
                                       "reply-to-free-mail",    "return-path-elsewhere",
                                       "reply-without-thread",  "forward-without-thread",
                                       "from-missing",          "from-several",
                                       "from-authors",          "from-malformed",
                                       "bidi-in-name",          "bidi-in-subject",
                                       "hidden-in-name",        "hidden-in-subject",
                                       "mixed-scripts-in-name", "mixed-scripts-in-subject",
                                       "look-alike-text",       "odd-encoding",
                                       "internal-role"};
static_assert(std::size(kNames) == kNameFacts);

// At a character's border.
std::string_view cut(std::string_view text, std::size_t most) {
  if (text.size() <= most) return text;
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xc0U) == 0x80U) --most;
  return text.substr(0, most);
}

// Within kMaxEvidenceText as printed, but for a word on what was left out.
std::string shown_text(std::string_view text) {
  return base::excerpt(base::printable(base::trim(text.substr(0, 2 * kMaxEvidenceText))), kMaxEvidenceText);
}

struct Recipient {
  std::string address;  // lower case
  dns::Name registered;
  std::string label;  // of that, where it may be somebody's name; else empty
};

// The fields that names are read from: the first of each.
struct Fields {
  const mail::Field* from = nullptr;
  const mail::Field* reply_to = nullptr;
  const mail::Field* subject = nullptr;
  const mail::Field* return_path = nullptr;
  const mail::Field* thread_index = nullptr;
  std::vector<const mail::Field*> to;  // To and Cc
  bool has_thread = false;
  bool has_list = false;
};

Fields find_fields(const mail::Header& header) {
  Fields out;
  const auto take = [](const mail::Field*& place, const mail::Field& field) {
    if (place == nullptr) place = &field;
  };
  for (const auto& field : header.fields) {
    switch (base::to_lower(field.name.empty() ? ' ' : field.name[0])) {
      case 'f':
        if (field.is("From")) take(out.from, field);
        break;
      case 'r':
        if (field.is("Reply-To")) take(out.reply_to, field);
        if (field.is("Return-Path")) take(out.return_path, field);
        if (field.is("References")) out.has_thread = out.has_thread || !base::trim(field.value).empty();
        break;
      case 's':
        if (field.is("Subject")) take(out.subject, field);
        break;
      case 't':
        if (field.is("To")) out.to.push_back(&field);
        if (field.is("Thread-Index")) take(out.thread_index, field);
        break;
      case 'c':
        if (field.is("Cc")) out.to.push_back(&field);
        break;
      case 'i':
        if (field.is("In-Reply-To")) out.has_thread = out.has_thread || !base::trim(field.value).empty();
        break;
      case 'l':
        out.has_list = out.has_list || field.is("List-Post");
        break;
      case 'm':
        out.has_list = out.has_list || field.is("Mailing-List");
        break;
      case 'x':
        out.has_list = out.has_list || field.is("X-BeenThere") || field.is("X-Google-Group-Id");
        break;
      default:
        break;
    }
  }
  return out;
}

class Reader {
 public:
  Reader(const NamesOf& of, const NameRules& rules)
      : of_(of), rules_(rules), fields_(find_fields(*of.header)) {}

  NameFacts read() {
    out_.has_list_trace = fields_.has_list;
    read_author();
    read_recipients();
    read_reply_to();
    read_return_path();
    read_subject();
    for (const auto& box : boxes_) read_name(box);
    read_local_part();
    return std::move(out_);
  }

 private:
  struct Box {
    std::string name;  // decoded
    std::string comment;
    std::string address;
  };

  void add(NameFact fact, std::string_view field, std::string_view shown, std::string_view claimed,
           std::string how) {
    out_.bits |= std::uint64_t{1} << static_cast<unsigned>(fact);
    if (out_.evidence.size() == kMaxEvidence) return;
    const auto place = std::ranges::upper_bound(out_.evidence, fact, {}, &Evidence::fact);
    out_.evidence.insert(place, {.fact = fact,
                                 .field = std::string(field),
                                 .shown = shown_text(shown),
                                 .claimed = shown_text(claimed),
                                 .how = shown_text(how)});
  }

  // --- the author ---

  void read_author() {
    const auto author = mail::read_author(*of_.header);
    if (fields_.from != nullptr) {
      for (auto& box : mail::read_mailboxes(fields_.from->value, kMaxAuthorsShown)) {
        const auto name = mail::decode_words(box.name);
        if (name.encoded != 0) check_encoding(name, "From", box.name);
        Box shown{.name = std::string(cut(name.text, kMaxShownName)),
                  .comment = std::string(cut(mail::decode_words(box.comment).text, kMaxShownName)),
                  .address = base::lower(box.address)};
        if (shown.name.empty()) std::swap(shown.name, shown.comment);  // "a@b.example (Sana Malik)"
        boxes_.push_back(std::move(shown));
      }
    }
    if (author.fields == 0) add(NameFact::from_missing, "From", "", "", "there is no From field");
    const bool several = author.fields > 1 || !of_.header->like_from.empty();
    if (several) add(NameFact::from_several, "From", "", "", author.fault);
    if (author.domains.size() > 1)
      add(NameFact::from_authors, "From", dns::display(author.domains[0]), dns::display(author.domains[1]),
          fmt::format("it names authors of {} domains", author.domains.size()));
    if (!author.fault.empty() && author.fields == 1 && !several)
      add(NameFact::from_malformed, "From", fields_.from->value, "", author.fault);
    set_author(author);
  }

  void set_author(const mail::Author& author) {
    if (!boxes_.empty()) out_.display_name = base::printable(boxes_.front().name);
    if (!author.domains.empty()) {
      author_ = author.domains.front();
      address_ = base::lower(author.addresses.front());
    } else if (!boxes_.empty() && boxes_.front().address.find('@') != std::string::npos) {
      address_ = boxes_.front().address;
      if (const auto name = dns::parse_domain(mail::behind_at(address_))) author_ = *name;
    }
    out_.address = base::printable(address_);
    if (!author_) return;
    registered_ = dns::registered_domain(*author_).value_or(*author_);
    out_.domain = author_->text();
    out_.registered = registered_.text();
    out_.is_own = rules_.is_own(*author_);
    out_.is_partner = rules_.is_partner(*author_);
    out_.is_free_mail = rules_.brands().is_free_mail(*author_);
    owner_ = rules_.brands().owner(*author_);
    if (owner_ != nullptr) {
      out_.author_brand = owner_->id;
      out_.is_service = owner_->sends_for_others;
    }
    for (const auto& domain : author.domains) check_lookalike(domain, "From");
  }

  // --- domains that look like others ---

  void check_lookalike(const dns::Name& name, std::string_view field) {
    if (std::ranges::find(compared_, name) != compared_.end()) return;
    compared_.push_back(name);
    const auto found = rules_.lookalike(name);
    if (!found) return;
    static constexpr NameFact kFacts[] = {NameFact::own_lookalike, NameFact::partner_lookalike,
                                          NameFact::brand_lookalike};
    const auto& target = *found->target;
    const auto claimed = dns::display(target.domain);
    const auto shown = dns::unmasked(name);
    add(kFacts[static_cast<std::size_t>(target.owner)], field, shown, claimed,
        fmt::format("{} {} {}", shown, describe(found->kind), claimed));
  }

  // --- recipients ---

  void read_recipients() {
    for (const auto& address : of_.recipients) add_recipient(address);
    if (!of_.recipients.empty()) return;
    for (const auto* field : fields_.to) {
      for (const auto& box : mail::read_mailboxes(field->value, kMaxRecipients)) add_recipient(box.address);
    }
  }

  void add_recipient(std::string_view address) {
    const auto domain = dns::parse_domain(mail::domain_part(address));
    if (recipients_.size() == kMaxRecipients || !domain) return;
    Recipient out{.address = base::lower(address),
                  .registered = dns::registered_domain(*domain).value_or(*domain),
                  .label = {}};
    if (!rules_.brands().is_free_mail(*domain)) out.label = shown_label(out.registered);
    if (out.label.size() < kMinLabel || is_beside_word(out.label) || is_company_word(out.label))
      out.label.clear();
    recipients_.push_back(std::move(out));
  }

  // --- where answers go ---

  void read_reply_to() {
    if (fields_.reply_to == nullptr) return;
    for (const auto& box : mail::read_mailboxes(fields_.reply_to->value, kMaxAuthorsShown)) {
      const auto domain = dns::parse_domain(mail::domain_part(box.address));
      if (!domain) continue;
      reply_to_.push_back(base::lower(box.address));
      check_lookalike(*domain, "Reply-To");
      if (!author_) continue;
      const bool is_free = rules_.brands().is_free_mail(*domain);
      if (is_free && !out_.is_free_mail && !out_.is_service && !fields_.has_list && owner_ == nullptr)
        add(NameFact::reply_to_free_mail, "Reply-To", box.address, out_.domain,
            fmt::format("answers to {} go to free mail", dns::display(*author_)));
      if (is_elsewhere(*domain, box.address))
        add(NameFact::reply_to_elsewhere, "Reply-To", box.address, address_,
            fmt::format("answers do not go to {}", address_));
    }
  }

  [[nodiscard]] bool is_elsewhere(const dns::Name& domain, std::string_view address) const {
    if (fields_.has_list || out_.is_service) return false;
    if (out_.is_free_mail) return base::lower(address) != address_;
    const auto registered = dns::registered_domain(domain).value_or(domain);
    if (registered == registered_) return false;
    return owner_ == nullptr || rules_.brands().owner(domain) != owner_;
  }

  void read_return_path() {
    std::string_view path = of_.mail_from;
    std::vector<mail::ShownMailbox> written;
    if (!of_.has_envelope && fields_.return_path != nullptr) {
      written = mail::read_mailboxes(fields_.return_path->value, 1);
      path = written.empty() ? std::string_view() : written.front().address;
    }
    is_bounce_ = path.empty() && (of_.has_envelope || fields_.return_path != nullptr);
    const auto domain = dns::parse_domain(mail::domain_part(path));
    if (!domain || !author_) return;
    check_lookalike(*domain, "envelope");
    if (dns::registered_domain(*domain).value_or(*domain) == registered_) return;
    if (owner_ != nullptr && rules_.brands().owner(*domain) == owner_) return;
    add(NameFact::return_path_elsewhere, "envelope", path, out_.domain,
        fmt::format("its bounces go to {}, not to {}", dns::display(*domain), dns::display(*author_)));
  }

  // --- the display name ---

  void check_encoding(const mail::DecodedWords& text, std::string_view field, std::string_view written) {
    const auto odd = [&](std::string_view why) {
      add(NameFact::odd_encoding, field, written, text.text, std::string(why));
    };
    if (text.has_controls) {
      odd("it hides control characters in encoded words");
    } else if (text.has_nested) {
      odd("an encoded word is encoded again");
    } else if (text.has_unread_charset) {
      odd("it is in a character set that nobody reads");
    } else if (text.all_ascii && text.encoded >= kManyPieces &&
               text.encoded_bytes < text.encoded * kSmallPiece) {
      odd("plain words are encoded in small pieces");
    }
  }

  void read_name(const Box& box) {
    const auto words = shown_words(without_addresses(box.name));
    note_characters(box.name, words, "From");
    is_on_behalf_ = is_on_behalf(words);
    if (!words.empty()) {
      read_people(box, words);
      read_brands(box, words);
      read_roles(box, words);
    }
    read_claims(box);
  }

  void note_characters(std::string_view text, std::span<const ShownWord> words, std::string_view field) {
    const auto odd = odd_characters(text, words);
    const bool in_name = field == "From";
    if (odd.turns)
      add(in_name ? NameFact::bidi_in_name : NameFact::bidi_in_subject, field, text, "",
          "it turns the direction of writing");
    if (odd.hides)
      add(in_name ? NameFact::hidden_in_name : NameFact::hidden_in_subject, field, text, "",
          "it has characters that show nothing");
    if (odd.mixes)
      add(in_name ? NameFact::mixed_scripts_in_name : NameFact::mixed_scripts_in_subject, field, text,
          joined(words, " "), "a word mixes letters of two scripts that look alike");
    if (odd.styles)
      add(NameFact::look_alike_text, field, text, joined(words, " "),
          "it is written in signs that look like letters");
  }

  // Lists write whose a message was beside their own address.
  [[nodiscard]] bool is_handed_on() const { return fields_.has_list && is_on_behalf_; }

  void read_people(const Box& box, std::span<const ShownWord> words) {
    if (out_.is_own || !author_) return;
    const auto* person = rules_.person(words);
    if (person != nullptr && !is_handed_on() &&
        std::ranges::find(person->addresses, address_) == person->addresses.end()) {
      if (out_.is_service) {
        add(NameFact::claim_through_service, "From", box.name, person->name,
            fmt::format("{} sends for anyone who calls himself {}", owner_->name, person->name));
      } else {
        add(NameFact::protected_person, "From", box.name, person->name,
            fmt::format("{} is no address of {}", address_, person->name));
      }
    }
    const auto own = rules_.own_name(words);
    if (!own.empty() && !out_.is_partner && !is_handed_on() && !out_.is_service)
      add(NameFact::own_name, "From", box.name, own, fmt::format("{} is no domain of {}", out_.domain, own));
    for (const auto& recipient : recipients_) {
      if (recipient.label.empty() || recipient.registered == registered_ || out_.is_partner ||
          is_handed_on() || out_.is_service)
        continue;
      const auto same = [&](const ShownWord& word) { return word.text == recipient.label; };
      if (std::ranges::none_of(words, same)) continue;
      add(NameFact::recipient_name, "From", box.name, recipient.registered.text(),
          fmt::format("it bears the name of its recipient's domain, {}", dns::display(recipient.registered)));
      break;
    }
  }

  // Whether a brand's name may stand there though the author's domain is none of the brand's.
  [[nodiscard]] bool may_name_brands() const {
    if (!author_ || out_.is_own || out_.is_partner || is_handed_on()) return true;
    // Exchange calls itself "Microsoft Outlook" in the bounces of whoever runs it.
    const auto local = std::string_view(address_).substr(0, address_.rfind('@'));
    return is_bounce_ &&
           (local == "postmaster" || local == "mailer-daemon" || local.starts_with("microsoftexchange"));
  }

  void read_brands(const Box& box, std::span<const ShownWord> words) {
    const bool may = may_name_brands();
    for (const auto& match : rules_.brands().named_in(words)) {
      const bool is_author = match.brand == owner_;
      out_.brands.push_back({.id = match.brand->id, .field = "From", .is_author = is_author});
      if (is_author || may) continue;
      const auto& name = match.brand->name;
      if (out_.is_service) {
        add(NameFact::claim_through_service, "From", box.name, name,
            fmt::format("{} sends for anyone who calls himself {}", owner_->name, name));
        continue;
      }
      if (owner_ != nullptr) continue;  // brands name one another
      const auto how = fmt::format("{} is no domain of {}", out_.domain, name);
      add(match.is_whole && !match.brand->is_self_hosted ? NameFact::brand_name : NameFact::brand_in_name,
          "From", box.name, name, how);
      if (match.is_disguised)
        add(NameFact::brand_disguised, "From", box.name, name,
            fmt::format("it is written to look like {}", name));
    }
  }

  void read_roles(const Box& box, std::span<const ShownWord> words) {
    const bool is_ours =
        !author_ || out_.is_own || out_.is_partner ||
        std::ranges::any_of(recipients_, [&](const auto& one) { return one.registered == registered_; });
    if (!is_ours && owner_ == nullptr && !is_handed_on() && !is_bounce_ && claims_internal_role(words))
      add(NameFact::internal_role, "From", box.name, "",
          fmt::format("a role within its reader's organisation, from {}", dns::display(*author_)));
    if (!out_.is_free_mail) return;
    if (claims_role(words))
      add(NameFact::free_mail_role, "From", box.name, "",
          fmt::format("a role of an organisation, at {}, where anyone is", out_.domain));
    if (claims_company(words))
      add(NameFact::free_mail_company, "From", box.name, "",
          fmt::format("an organisation, at {}, where anyone is", out_.domain));
  }

  void read_claims(const Box& box) {
    if (!author_) return;
    const auto whole = box.comment.empty() ? box.name : box.name + " (" + box.comment + ")";
    for (const auto& claim : claimed_domains(whole)) {
      const auto registered = dns::registered_domain(claim.domain).value_or(claim.domain);
      if (registered == registered_ || out_.is_own) continue;
      if (const auto* owner = rules_.brands().owner(claim.domain); owner != nullptr && owner == owner_)
        continue;
      note_claim(claim, registered, whole);
    }
  }

  void note_claim(const ClaimedDomain& claim, const dns::Name& registered, std::string_view shown) {
    const auto text = claim.address.empty() ? claim.domain.text() : claim.address;
    const auto how = fmt::format("it names {}, and is from {}", text, address_);
    const auto is_recipient = [&](const Recipient& recipient) {
      return claim.address.empty() ? recipient.registered == registered : recipient.address == claim.address;
    };
    if (!out_.is_service && !is_handed_on()) {
      if (rules_.is_own(claim.domain)) add(NameFact::own_name, "From", shown, text, how);
      if (std::ranges::any_of(recipients_, is_recipient))
        add(NameFact::recipient_name, "From", shown, text, how);
    }
    // Lists, groups and calendars write for whom they send, and have answers go there.
    if (out_.is_service || is_handed_on() || std::ranges::find(reply_to_, claim.address) != reply_to_.end())
      return;
    if (!claim.address.empty()) {
      add(NameFact::address_in_name, "From", shown, text, how);
    } else if (claim.is_known) {
      add(NameFact::domain_in_name, "From", shown, text, how);
    }
  }

  // --- before the @ ---

  void read_local_part() {
    if (may_name_brands() || owner_ != nullptr || fields_.has_list) return;
    auto local = std::string_view(address_).substr(0, std::min(address_.rfind('@'), address_.size()));
    local = cut(local.substr(0, local.find('+')), kMaxLocalPart);
    auto matches = rules_.brands().named_in(local);
    const Brand* brand = matches.empty() ? nullptr : matches.front().brand;
    // paypalsupport2023
    for (const auto& word : shown_words(local)) {
      if (brand == nullptr) brand = brand_within(word.text);
    }
    if (brand == nullptr) return;
    add(NameFact::brand_in_address, "From", out_.address, brand->name,
        fmt::format("it bears the name of {} before the @, and {} is none of its domains", brand->name,
                    out_.domain));
  }

  [[nodiscard]] const Brand* brand_within(std::string_view word) const {
    while (!word.empty() && base::is_digit(word.back())) word.remove_suffix(1);
    for (auto size = word.size(); size >= kMinLocalBrand; --size) {
      const auto front = word.substr(0, size);
      const auto back = word.substr(word.size() - size);
      const auto* first = is_beside_word(word.substr(size)) ? rules_.brands().by_word(front) : nullptr;
      if (first != nullptr && !first->is_word) return first;
      const auto* last =
          is_beside_word(word.substr(0, word.size() - size)) ? rules_.brands().by_word(back) : nullptr;
      if (last != nullptr && !last->is_word) return last;
    }
    return nullptr;
  }

  // --- the subject ---

  void read_subject() {
    if (fields_.subject == nullptr) return;
    const auto decoded = mail::decode_words(fields_.subject->value);
    const std::string text(cut(decoded.text, kMaxShownSubject));
    out_.subject = base::printable(text);
    if (decoded.encoded != 0) check_encoding(decoded, "Subject", fields_.subject->value);
    const auto words = shown_words(without_addresses(text));
    note_characters(text, words, "Subject");
    const auto prefix = subject_prefix(text);
    if (prefix != SubjectPrefix::none && !fields_.has_thread &&
        (fields_.thread_index == nullptr || !is_answer_index(fields_.thread_index->value)))
      add(prefix == SubjectPrefix::reply ? NameFact::reply_without_thread : NameFact::forward_without_thread,
          "Subject", text, "", "it says that it goes on with a conversation, and names none");
    if (text.find('@') != std::string::npos && !out_.is_own) read_subject_addresses(text);
    const bool is_said =
        prefix == SubjectPrefix::none && !fields_.has_list && owner_ == nullptr && !may_name_brands();
    for (const auto& match : rules_.brands().named_in(words)) {
      const bool is_author = match.brand == owner_;
      out_.brands.push_back({.id = match.brand->id, .field = "Subject", .is_author = is_author});
      if (!is_said || is_author) continue;
      add(NameFact::brand_in_subject, "Subject", text, match.brand->name,
          fmt::format("it names {}, and {} is none of its domains", match.brand->name, out_.domain));
      if (match.is_disguised)
        add(NameFact::brand_disguised, "Subject", text, match.brand->name,
            fmt::format("it is written to look like {}", match.brand->name));
    }
  }

  void read_subject_addresses(const std::string& text) {
    const auto low = base::lower(text);
    for (const auto& recipient : recipients_) {
      if (low.find(recipient.address) == std::string::npos) continue;
      // Google Calendar names it so in every language: "Invitation: … @ Mon … (a@b.example)".
      if (low.ends_with("(" + recipient.address + ")") && low.find(" @ ") != std::string::npos) return;
      add(NameFact::recipient_in_subject, "Subject", text, recipient.address,
          "it bears its recipient's address");
      return;
    }
  }

  const NamesOf& of_;
  const NameRules& rules_;
  Fields fields_;
  NameFacts out_;
  std::vector<Box> boxes_;
  std::vector<Recipient> recipients_;
  std::vector<std::string> reply_to_;  // lower case
  std::vector<dns::Name> compared_;
  std::optional<dns::Name> author_;
  dns::Name registered_;
  std::string address_;  // lower case
  const Brand* owner_ = nullptr;
  bool is_on_behalf_ = false;
  bool is_bounce_ = false;
};

}  // namespace

std::string_view to_string(NameFact fact) { return kNames[static_cast<std::size_t>(fact)]; }

const Evidence* NameFacts::find(NameFact fact) const {
  const auto found = std::ranges::find(evidence, fact, &Evidence::fact);
  return found == evidence.end() ? nullptr : &*found;
}

NameFacts read_names(const NamesOf& of, const NameRules& rules) { return Reader(of, rules).read(); }

}  // namespace rampart::guard::names
