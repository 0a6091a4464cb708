#include "mail/from.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "dns/domain.h"

namespace rampart::mail {
namespace {

struct Token {
  enum class Kind : unsigned char { atom, quoted, literal, sign, end };
  Kind kind = Kind::end;
  std::string text;    // without quotes and backslashes
  bool apart = false;  // white space or a comment stands before it

  [[nodiscard]] bool is(char c) const { return kind == Kind::sign && text[0] == c; }
  [[nodiscard]] bool is_word() const { return kind == Kind::atom || kind == Kind::quoted; }
};

// RFC 5322 section 3.2.3, with UTF-8 (RFC 6532 section 3.2).
bool is_atom_char(char c) {
  constexpr std::string_view kSigns = "!#$%&'*+-/=?^_`{|}~";
  return base::is_alnum(c) || (static_cast<unsigned char>(c) & 0x80U) != 0 ||
         kSigns.find(c) != std::string_view::npos;
}

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

// Words and signs; white space and comments are left out. `fault` says what is no token.
class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  std::vector<Token> read(std::string& fault) {
    std::vector<Token> out;
    for (auto begin = at_; skip(fault); begin = at_) {
      const bool apart = at_ != begin;
      out.push_back(next(fault));
      out.back().apart = apart;
    }
    out.push_back({});
    return out;
  }

 private:
  // False at the end.
  bool skip(std::string& fault) {
    while (at_ < text_.size()) {
      if (is_space(text_[at_])) {
        ++at_;
      } else if (text_[at_] == '(') {
        comment(fault);
      } else {
        return true;
      }
    }
    return false;
  }

  void comment(std::string& fault) {
    std::size_t depth = 0;
    while (at_ < text_.size()) {
      const char c = text_[at_++];
      if (c == '\\') {
        at_ = std::min(at_ + 1, text_.size());
      } else if (c == '(') {
        if (++depth > kMaxNesting) fault = "comments stand too deep in one another";
      } else if (c == ')' && --depth == 0) {
        return;
      }
    }
    fault = "a comment does not end";
  }

  Token next(std::string& fault) {
    const char c = text_[at_];
    if (c == '"') return delimited('"', Token::Kind::quoted, "a quoted text does not end", fault);
    if (c == '[') return delimited(']', Token::Kind::literal, "an address literal does not end", fault);
    if (is_atom_char(c)) {
      const auto begin = at_;
      while (at_ < text_.size() && is_atom_char(text_[at_])) ++at_;
      return {Token::Kind::atom, std::string(text_.substr(begin, at_ - begin)), false};
    }
    constexpr std::string_view kSigns = "<>@,;:.";
    if (kSigns.find(c) == std::string_view::npos) fault = "it has a character that no address has";
    ++at_;
    return {Token::Kind::sign, std::string(1, c), false};
  }

  Token delimited(char end, Token::Kind kind, const char* unended, std::string& fault) {
    Token out{kind, {}, false};
    for (++at_; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == end) {
        ++at_;
        return out;
      }
      if (c == '\\' && at_ + 1 < text_.size()) {
        out.text += text_[++at_];
      } else if (c != '\r' && c != '\n') {
        out.text += c;
      }
    }
    fault = unended;
    return out;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

class Parser {
 public:
  Parser(std::vector<Token> tokens, Author& author) : tokens_(std::move(tokens)), author_(author) {}

  // mailbox-list or address-list.
  void list() {
    while (!at_end()) {
      if (!take(',')) address();
    }
  }

 private:
  [[nodiscard]] const Token& here() const { return tokens_[at_]; }
  [[nodiscard]] bool at_end() const { return here().kind == Token::Kind::end; }
  bool take(char sign) {
    if (!here().is(sign)) return false;
    ++at_;
    return true;
  }
  void fault(std::string_view why) {
    if (author_.fault.empty()) author_.fault = why;
  }

  void address() {
    const auto begin = at_;
    std::string local;
    while (here().is_word() || here().is('.')) local += tokens_[at_++].text;
    if (here().is('@')) {
      check_local(begin);
      domain(local);
      // Behind an address comes the next one.
      if (!at_end() && !here().is(',') && !here().is(';')) {
        fault("something follows an address");
        resume();
      }
    } else if (take('<')) {
      angle();
    } else if (take(':')) {
      group();
    } else {
      fault("it has a name without an address");
      resume();
    }
  }

  // RFC 5322 section 3.4.1: words with single dots between them.
  void check_local(std::size_t begin) {
    bool word = false;
    for (auto i = begin; i < at_; ++i) {
      const bool is_word = tokens_[i].is_word();
      if (is_word == word) return fault("the part before the @ is malformed");
      word = is_word;
    }
    if (!word) fault("the part before the @ is malformed");
  }

  void angle() {
    // An obsolete route: @one,@two:
    if (here().is('@')) {
      fault("an address has a route, which nobody uses any more");
      while (!at_end() && !here().is(':') && !here().is('>')) ++at_;
      take(':');
    }
    const auto begin = at_;
    std::string local;
    while (here().is_word() || here().is('.')) local += tokens_[at_++].text;
    if (here().is('@')) {
      check_local(begin);
      domain(local);
    } else {
      fault("there is no address between < and >");
    }
    if (!take('>')) {
      fault("an address in < does not end in >");
      while (!at_end() && !here().is('>') && !here().is(',')) lenient();
      take('>');
    }
    if (!at_end() && !here().is(',') && !here().is(';')) {
      fault("something follows an address");
      resume();
    }
  }

  // Behind "name:". The members of a group within a group are read as its own: a stranger's text sets no depth of calls.
  void group() {
    if (in_group_) return fault("a group stands in a group");
    in_group_ = true;
    while (!at_end() && !here().is(';')) {
      if (!take(',')) address();
    }
    if (!take(';')) fault("a group does not end");
    in_group_ = false;
  }

  // At the @.
  void domain(const std::string& local) {
    ++at_;
    if (here().kind == Token::Kind::literal) {
      fault("an address has no domain but a literal");
      ++at_;
      return;
    }
    std::string text;
    bool word = false;
    while (here().kind == Token::Kind::atom || here().is('.')) {
      const bool is_word = here().kind == Token::Kind::atom;
      if (is_word == word) break;
      word = is_word;
      // "bank.example .evil.example" is obsolete (RFC 5322 section 4.4), and ends at the space to some.
      if (here().apart && !text.empty()) fault("there is space within a domain");
      text += tokens_[at_++].text;
    }
    if (!word) fault("an address has a domain that ends in a dot");
    add(local, text);
  }

  void add(const std::string& local, const std::string& text) {
    if (author_.addresses.size() == kMaxAuthors) return fault("it has too many addresses");
    const auto name = dns::parse_domain(text);
    if (!name) return fault(fmt::format("\"{}\" is no domain", base::excerpt(text, 60)));
    author_.addresses.push_back(base::printable(fmt::format("{}@{}", local, text)));
    if (std::ranges::find(author_.domains, *name) == author_.domains.end()) author_.domains.push_back(*name);
  }

  // One token of a place that is malformed; a domain behind an @ there counts all the same.
  void lenient() {
    if (here().is('@')) {
      domain("?");
    } else {
      ++at_;
    }
  }
  void resume() {
    while (!at_end() && !here().is(',') && !here().is(';')) lenient();
    if (here().is(';') && !in_group_) ++at_;
  }

  std::vector<Token> tokens_;
  Author& author_;
  std::size_t at_ = 0;
  bool in_group_ = false;
};

}  // namespace

void read_addresses(std::string_view value, Author& author) {
  std::string fault;
  auto tokens = Lexer(value).read(fault);
  if (author.fault.empty()) author.fault = fault;
  Parser(std::move(tokens), author).list();
}

Author read_author(const Header& header) {
  Author out;
  for (const auto& field : header.fields) {
    if (!field.is("From")) continue;
    ++out.fields;
    read_addresses(field.value, out);
  }
  for (const auto value : header.like_from) read_addresses(value, out);
  if (out.fields == 0) {
    out.fault = "there is no From field";
  } else if (!header.like_from.empty()) {
    out.fault = "a line that is no field looks like a From field";
  } else if (out.fields > 1) {
    out.fault = fmt::format("there are {} From fields", out.fields);
  } else if (out.domains.empty() && out.fault.empty()) {
    out.fault = "the From field has no address";
  }
  return out;
}

}  // namespace rampart::mail
