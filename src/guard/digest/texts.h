// The words of digests and of their pages, in English and Urdu: every sentence once. {0}, {1} … are filled in; what is filled in is
// set apart from Urdu by whoever fills it.
#pragma once

#include <array>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace rampart::guard {

enum class DigestLanguage : std::uint8_t { en, ur };
std::string_view to_string(DigestLanguage language);  // "en"
std::optional<DigestLanguage> parse_digest_language(std::string_view text);

struct DigestTexts {
  std::string_view subject_one;
  std::string_view subject;    // {0} how many
  std::string_view intro_one;  // {0} the recipient
  std::string_view intro;      // {0} the recipient, {1} how many
  std::string_view from;       // a label, as are the next four
  std::string_view about;
  std::string_view when;
  std::string_view why;
  std::string_view release;
  std::string_view no_subject;
  std::string_view claims;   // that the sender is what the message says
  std::string_view ask;      // of a message that its recipient cannot release
  std::string_view more;     // {0} how many
  std::string_view expires;  // {0} when links end
  std::string_view warning;  // that nobody should release what he does not know
  std::string_view once;
  std::string_view footer;
  std::array<std::string_view, 13> reasons;  // by Reason

  // Of pages.
  std::string_view page_title;
  std::string_view page_question;
  std::string_view page_button;
  std::string_view page_released;      // now
  std::string_view page_was_released;  // {0} when
  std::string_view page_perhaps;
  std::string_view page_refused;
  std::string_view page_later;
  std::string_view page_deleted;
  std::string_view page_not_yours;  // to release
  std::string_view page_expired;    // {0} when
  std::string_view page_unknown;
  std::string_view page_busy;
};

const DigestTexts& digest_texts(DigestLanguage language);

// Puts a text or nothing in place of each {N}; in one pass, so that what is put in is never filled.
std::string fill_in(std::string_view text, std::initializer_list<std::string_view> arguments);

}  // namespace rampart::guard
