// For block lists: what some mail client shows, follows or joins otherwise than the standard, gathered beside the facts (HtmlFacts'
// other_urls and other_text).
//
//   Elsewhere elsewhere;
//   elsewhere.add_target("login");  elsewhere.add_base("https://evil.example/");
//   elsewhere.finish(facts);                  // facts.other_urls: https://evil.example/login
//
// Bounded by the limits below; what goes beyond is told in HtmlFacts::left_out.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/unordered/unordered_flat_set.hpp>

#include "guard/inspect/html/html_facts.h"
#include "guard/inspect/html/shown_text.h"

namespace rampart::guard::html {

// All our own.
inline constexpr std::size_t kMaxTargetBytes = std::size_t{2} << 20U;  // of all targets
inline constexpr std::size_t kMaxBases = 8;
inline constexpr std::size_t kMaxScriptText =
    65'536;  // bytes of scripts; no cut is told, as nobody runs them here anyway

class Elsewhere {
 public:
  // Text that is not shown, or beyond what is kept. Pieces of one kind belong together until it is parted.
  std::size_t add_hidden(std::string_view text);  // the characters that are not white space
  void add_rest(std::string_view text) { rest_.add(text, 0, nullptr); }
  void part() {
    hidden_.break_line();
    rest_.break_line();
  }
  void add_aside(std::string_view text);  // on a line of its own
  void add_script(std::string_view text);

  void add_target(std::string_view target, std::size_t offset);
  void add_base(std::string_view base, std::size_t offset);
  // What another page within this one holds.
  void add_page(HtmlFacts inner, std::size_t offset);

  // Into `facts`, whose links are resolved against every base there is.
  void finish(HtmlFacts& facts);

 private:
  void put(std::optional<url::Url> url);

  ShownText hidden_{kMaxOtherText};
  ShownText rest_{kMaxOtherText};
  ShownText aside_{kMaxOtherText};
  std::size_t script_bytes_ = 0;
  std::vector<std::string> targets_;
  std::size_t target_bytes_ = 0;
  std::vector<std::string> bases_;
  std::vector<url::Url> urls_;
  boost::unordered_flat_set<std::string> known_targets_;
  boost::unordered_flat_set<std::string> known_urls_;
  Seen left_out_;
};

// The text of a data: URL (RFC 2397) that is a page or another text; nothing of pictures, fonts and the like.
std::optional<std::string> page_of_data(std::string_view url);
// Whether the type of a data: URL is one of a page or another text.
bool is_page_of_data(std::string_view url);
// What <!--[if …]> shows to whom it means, from the text of the comment; nothing of any other comment.
std::optional<std::string_view> conditional_page(std::string_view comment);
// Escapes of CSS (https://www.w3.org/TR/css-syntax-3/#consume-escaped-code-point) as the characters that they mean.
std::string css_unescape(std::string_view text);

}  // namespace rampart::guard::html
