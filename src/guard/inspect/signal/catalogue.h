// The signals that may speak against a message, or for it: what each is called, what it means to people, and what we think it weighs
// before any mail was looked at. Data; signal.h finds them in a message.
//
//   kind_of(Code::brand_link_away).code        "brand-link-away", stable
//   find_kind("brand-link-away")->english      "It speaks for a brand, and its links lead to neither that brand nor its sender"
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace rampart::guard::signal {

enum class Family : std::uint8_t { impersonation, links, html, attachments, words, context };
inline constexpr std::size_t kFamilies = static_cast<std::size_t>(Family::context) + 1;
std::string_view to_string(Family family);  // "impersonation"

enum class Code : std::uint8_t {
  // Whom it claims to be from.
  protected_person,
  own_name,
  recipient_name,
  brand_sender,
  brand_in_sender,
  brand_disguised,
  address_in_sender,
  domain_in_sender,
  brand_in_subject,
  brand_in_address,
  claim_through_service,
  brand_claimed,
  brand_image_borrowed,
  free_mail_role,
  free_mail_company,
  own_lookalike,
  partner_lookalike,
  brand_lookalike,
  reply_to_elsewhere,
  reply_to_free_mail,
  return_path_elsewhere,
  reply_without_thread,
  from_missing,
  from_several,
  from_malformed,
  from_is_recipient,
  random_author,
  author_hosted,
  author_abused_suffix,
  bidi_in_header,
  hidden_in_header,
  mixed_scripts,
  look_alike_text,
  odd_encoding,
  recipient_in_subject,
  no_named_recipient,
  // Where links lead.
  link_away,
  link_one_place,
  action_link_away,
  free_mail_action_link,
  brand_author_link_away,
  link_shown_elsewhere,
  link_shown_brand,
  link_ip_host,
  link_user_info,
  link_odd_port,
  link_odd_spelling,
  link_lookalike,
  link_embedded_domain,
  link_many_labels,
  link_random_path,
  link_random_host,
  link_script,
  link_shortener,
  link_free_hosting,
  link_form_builder,
  link_file_sharing,
  link_redirect,
  link_recipient,
  link_site_folder,
  link_download,
  link_abused_suffix,
  mailto_elsewhere,
  // What a page does.
  form_credentials,
  form_elsewhere,
  hidden_text,
  broken_words,
  image_only_link,
  little_text_link,
  script_in_body,
  page_redirect,
  parts_contradict,
  // What comes along.
  file_malware,
  file_rule,
  file_executable,
  file_script,
  file_disguised,
  file_macro,
  file_remote_content,
  file_encrypted,
  file_container,
  file_shortcut,
  file_web_page,
  file_web_form,
  file_smuggling,
  file_active_document,
  file_document_link,
  file_qr_link,
  file_hostile_archive,
  file_unseen,
  // What it says.
  words_payment_change,
  words_gift_card,
  words_credentials,
  words_urgency,
  words_account_threat,
  words_secrecy,
  words_favor,
  words_parcel_fee,
  words_invoice,
  words_extortion,
  words_prize,
  words_document,
  words_greeting,
  coin_address,
  large_sum,
  greeting_by_address,
  // Of these two or three together.
  brand_link_away,
  brand_hosted_page,
  credentials_link_away,
  threat_link_away,
  parcel_link_away,
  document_link_away,
  strange_name_link_away,
  hosted_page_request,
  credentials_file,
  gift_card_request,
  payment_change_diverted,
  extortion_coin,
  prize_free_mail,
  money_offer_diverted,
  callback_number,
  personal_request_free_mail,
  // What is known of its sender.
  unauthenticated,
  unauthenticated_claim,
  first_contact,
  first_contact_request,
  known_sender,
};
inline constexpr std::size_t kCodes = static_cast<std::size_t>(Code::known_sender) + 1;

struct Kind {
  Code code_number = Code::protected_person;
  std::string_view code;  // "brand-link-away"
  Family family = Family::impersonation;
  // What its authors think it weighs, in natural logarithms of odds: training starts from here (model/train.h). Negative: it speaks
  // for a message.
  double prior = 0;
  std::string_view english;  // a sentence without its full stop
  std::string_view urdu;
};

std::span<const Kind> kinds();  // in the order of Code
const Kind& kind_of(Code code);
const Kind* find_kind(std::string_view code);  // null: there is none

}  // namespace rampart::guard::signal
