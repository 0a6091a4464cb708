// HTML as tokens: the WHATWG's tokenizer (https://html.spec.whatwg.org/#tokenization) where it changes what a mail client
// shows, over bytes that come in any pieces.
//
//   struct Links : html::TokenSink {
//     void on_start_tag(const html::Tag& tag) override { if (const auto* href = tag.find("href")) …; }
//   };
//   html::Tokenizer tokenizer(sink);
//   tokenizer.feed(first);  tokenizer.feed(second);  tokenizer.finish();
//
// Bytes are taken for UTF-8 and handed on as they are, valid or not. What the tokenizer of the standard takes from the tree
// (whether an element is SVG or MathML) is approximated from the tags alone. Memory is bounded by the limits below, whatever
// comes; time is linear in the bytes. No recursion.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rampart::guard::html {

// All our own. What is longer is read to its end and cut.
inline constexpr std::size_t kMaxTagName = 64;            // bytes
inline constexpr std::size_t kMaxAttributes = 256;        // of one tag
inline constexpr std::size_t kMaxAttributeName = 64;      // bytes
inline constexpr std::size_t kMaxAttributeValue = 65536;  // bytes, decoded
inline constexpr std::size_t kMaxTagBytes = 262144;       // names and values of one tag
inline constexpr std::size_t kMaxComment = 262144;        // bytes

struct Attribute {
  std::string_view name;   // lower case (ASCII)
  std::string_view value;  // decoded, at most kMaxAttributeValue
  std::size_t size = 0;    // bytes of the whole decoded value
  std::size_t offset = 0;  // of its name, in the input

  [[nodiscard]] bool is_cut() const { return size > value.size(); }
};

// Its views live as long as the call that hands it over.
struct Tag {
  std::string_view name;                  // lower case (ASCII)
  std::span<const Attribute> attributes;  // of several with one name the first
  std::size_t offset = 0;                 // of the <, in the input
  bool is_self_closing = false;
  bool is_cut = false;      // the name or an attribute went over a limit
  bool has_lost = false;    // whole attributes, or what is behind kMaxTagBytes
  bool is_foreign = false;  // of SVG or MathML, where alone is_self_closing says something

  [[nodiscard]] const Attribute* find(std::string_view attribute) const;  // null: it has none
};

enum class TextKind : std::uint8_t {
  data,       // between tags
  rcdata,     // in title and textarea
  raw,        // in style, xmp, iframe, noembed, noframes
  script,     // in script
  plaintext,  // behind plaintext
  cdata,      // in <![CDATA[ within SVG or MathML
};

enum class CommentKind : std::uint8_t { comment, bogus, doctype };

class TokenSink {
 public:
  virtual ~TokenSink() = default;
  // A piece of text, character references decoded; where it is cut into pieces depends on the input's. NULs are left out of
  // data and are U+FFFD elsewhere. `offset` is where the piece stands in the input.
  virtual void on_text(TextKind /*kind*/, std::string_view /*text*/, std::size_t /*offset*/) {}
  virtual void on_start_tag(const Tag& /*tag*/) {}
  virtual void on_end_tag(const Tag& /*tag*/) {}
  // At most kMaxComment bytes of `size`.
  virtual void on_comment(CommentKind /*kind*/, std::string_view /*text*/, std::size_t /*size*/,
                          std::size_t /*offset*/) {}
};

class Tokenizer {
 public:
  // `sink` outlives it.
  explicit Tokenizer(TokenSink& sink);

  void feed(std::string_view bytes);
  // Once, at the end: what was begun is handed over as the standard says, an unfinished tag not at all.
  void finish();

 private:
  enum class State : std::uint8_t {
    text,
    tag_open,
    end_tag_open,
    tag_name,
    raw_less,
    raw_end_name,
    raw_bang,
    raw_bang_dash,
    raw_start_name,
    before_attribute,
    attribute_name,
    after_attribute_name,
    before_value,
    value_double,
    value_single,
    value_unquoted,
    self_closing,
    reference,
    named_reference,
    numeric_reference,
    hex_reference,
    decimal_reference,
    markup,
    bogus_comment,
    comment_start,
    comment_start_dash,
    comment,
    comment_dash,
    comment_end,
    comment_bang,
    cdata,
    cdata_bracket,
    cdata_end,
  };
  struct Place {  // of an attribute in arena_
    std::size_t name = 0;
    std::size_t name_size = 0;
    std::size_t value = 0;
    std::size_t value_size = 0;
    std::size_t size = 0;  // of the value, whole
    std::size_t offset = 0;
  };

  // Each takes the bytes at `at` and says how far it came: at least one byte, or into another state.
  const char* step(const char* at, const char* end);
  const char* step_reference(const char* at, const char* end);
  const char* step_comment(const char* at, const char* end);
  const char* text(const char* at, const char* end);
  const char* script_text(const char* at, const char* end);
  const char* tag_open(const char* at);
  const char* end_tag_open(const char* at);
  const char* tag_name(const char* at, const char* end);
  const char* raw_less(const char* at);
  const char* raw_end_name(const char* at);
  const char* raw_start_name(const char* at);
  const char* before_attribute(const char* at);
  const char* attribute_name(const char* at, const char* end);
  const char* after_attribute_name(const char* at);
  const char* value(const char* at, const char* end, char quote);
  const char* reference(const char* at);
  const char* named_reference(const char* at, const char* end);
  const char* number(const char* at, const char* end, unsigned radix);
  const char* markup(const char* at);
  const char* comment(const char* at, const char* end);

  [[nodiscard]] std::size_t offset_of(const char* at) const;
  void put_text(const char* from, const char* to);
  void put(std::string_view text, std::size_t offset);  // text, or a part of the value
  void put_value(std::string_view part);
  void put_comment(std::string_view part);
  void open_tag(bool is_end, std::size_t offset);
  void begin_attribute(std::size_t offset);
  void put_attribute_name(std::string_view part);
  void end_attribute_name();
  void end_attribute();
  void emit_tag();
  void emit_comment();
  void begin_comment(CommentKind kind, State state);
  void enter(std::string_view name, bool is_self_closing);
  void follow_foreign(std::string_view name, bool is_self_closing);
  void begin_reference(State from, std::size_t offset);
  void flush_named(std::string_view next, bool is_terminated);
  void flush_number();
  void release_held();

  TokenSink& sink_;
  State state_ = State::text;
  TextKind kind_ = TextKind::data;
  std::string raw_name_;        // the element whose text this is, when kind_ is not data
  unsigned script_escape_ = 0;  // 0, 1 behind <!--, 2 behind <script in it
  unsigned dashes_ = 0;         // that stand before, in such a script
  bool is_foreign_ = false;     // in SVG or MathML, as far as the tags tell

  const char* piece_ = nullptr;  // the bytes that are fed
  std::size_t before_ = 0;       // bytes fed before them

  // The tag, comment or declaration that is being read.
  std::size_t token_offset_ = 0;
  bool is_end_ = false;
  bool is_self_closing_ = false;
  bool is_cut_ = false;
  bool has_lost_ = false;
  bool in_attribute_ = false;
  bool is_dropped_ = false;  // the attribute is a duplicate, or one too many
  std::string tag_;
  std::string arena_;
  std::vector<Place> places_;
  std::vector<std::uint32_t> hashes_;  // of their names
  std::vector<Attribute> attributes_;
  Place now_;
  CommentKind comment_kind_ = CommentKind::comment;
  std::string comment_;
  std::size_t comment_size_ = 0;

  // A reference, and text that may prove to be markup: short by nature.
  State return_ = State::text;
  std::string held_;
  std::size_t held_offset_ = 0;
  std::uint32_t code_ = 0;
  bool has_digits_ = false;
};

// The characters that a named reference stands for: `name` without & and ;, case kept. Empty when there is none.
// `is_legacy` asks for those that need no ; (https://html.spec.whatwg.org/#named-character-references).
std::string_view named_character(std::string_view name, bool is_legacy);

}  // namespace rampart::guard::html
