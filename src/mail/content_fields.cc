#include "mail/content_fields.h"

#include <algorithm>
#include <map>
#include <optional>

#include "base/text.h"
#include "mail/charset.h"
#include "mail/encoded_words.h"

namespace rampart::mail {
namespace {

constexpr std::string_view kPrefix = "content-";

// Comments in parentheses are white space, quoted text is itself (RFC 5322 section 3.2).
std::string_view skip_space(std::string_view text) {
  for (;;) {
    while (!text.empty() && (base::is_wsp(text.front()) || text.front() == '\r' || text.front() == '\n'))
      text.remove_prefix(1);
    if (text.empty() || text.front() != '(') return text;
    std::size_t depth = 0;
    std::size_t i = 0;
    for (; i < text.size(); ++i) {
      if (text[i] == '\\')
        ++i;
      else if (text[i] == '(')
        ++depth;
      else if (text[i] == ')' && --depth == 0)
        break;
    }
    text.remove_prefix(std::min(text.size(), i + 1));
  }
}

std::string take_quoted(std::string_view& text) {
  std::string out;
  text.remove_prefix(1);
  while (!text.empty() && text.front() != '"') {
    if (text.front() == '\\' && text.size() > 1) text.remove_prefix(1);
    out += text.front();
    text.remove_prefix(1);
  }
  if (!text.empty()) text.remove_prefix(1);
  return out;
}

std::string take_value(std::string_view& text) {
  text = skip_space(text);
  if (text.starts_with('"')) return take_quoted(text);
  const auto end = std::min(text.find(';'), text.size());
  auto out = base::trim(text.substr(0, end));
  text.remove_prefix(end);
  return std::string(out);
}

std::string percent_decoded(std::string_view text) {
  const auto digit = [](char c) {
    const char lower = base::to_lower(c);
    return base::is_digit(c) ? c - '0' : lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
  };
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int high = text[i] == '%' && i + 2 < text.size() ? digit(text[i + 1]) : -1;
    const int low = high < 0 ? -1 : digit(text[i + 2]);
    if (low < 0) {
      out += text[i];
      continue;
    }
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

// One piece of a parameter: name, name*, name*0 or name*0* (RFC 2231 section 3, section 4).
struct Piece {
  std::string text;
  bool is_encoded = false;
};
using Pieces = std::map<std::size_t, Piece>;

std::string joined(const Pieces& pieces) {
  std::string out;
  std::string charset;
  bool is_first = true;
  for (const auto& [number, piece] : pieces) {
    std::string_view text = piece.text;
    if (piece.is_encoded && is_first) {
      // charset'language'text
      const auto one = text.find('\'');
      const auto two = one == std::string_view::npos ? one : text.find('\'', one + 1);
      if (two != std::string_view::npos) {
        charset = text.substr(0, one);
        text.remove_prefix(two + 1);
      }
    }
    is_first = false;
    if (piece.is_encoded)
      out += percent_decoded(text);
    else
      out += text;
  }
  if (!charset.empty()) return decode_charset(out, charset).value_or(out);
  return out;
}

BodyEncoding encoding_of(std::string_view value) {
  if (value.empty() || value == "7bit" || value == "8bit" || value == "binary") return BodyEncoding::identity;
  if (value == "base64" || value == "base-64") return BodyEncoding::base64;
  if (value == "quoted-printable") return BodyEncoding::quoted_printable;
  if (value == "x-uuencode" || value == "x-uue" || value == "uuencode") return BodyEncoding::uuencode;
  return BodyEncoding::unknown;
}

std::string shown_name(std::string_view name) {
  auto out = name.find("=?") == std::string_view::npos ? std::string(name) : decode_words(name).text;
  if (out.size() > kMaxPartText) {
    out.resize(kMaxPartText);
    while (!out.empty() && !base::is_utf8(out)) out.pop_back();
  }
  return out;
}

}  // namespace

std::string_view Parametrised::find(std::string_view name) const {
  const auto found = std::ranges::find(parameters, name, &std::pair<std::string, std::string>::first);
  return found == parameters.end() ? std::string_view() : std::string_view(found->second);
}

Parametrised read_parameters(std::string_view field) {
  Parametrised out;
  auto rest = skip_space(field);
  const auto end = std::min(rest.find_first_of(";("), rest.size());
  out.value = base::lower(base::trim(rest.substr(0, end)));
  std::erase_if(out.value, [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == '"'; });
  rest.remove_prefix(end);
  std::map<std::string, Pieces> found;
  std::vector<std::string> order;
  order.reserve(kMaxParameters);
  for (std::size_t count = 0; count < kMaxParameters; ++count) {
    const auto semicolon = rest.find(';');
    if (semicolon == std::string_view::npos) break;
    rest = skip_space(rest.substr(semicolon + 1));
    const auto stop = std::min(rest.find_first_of("=;"), rest.size());
    auto name = base::lower(base::trim(rest.substr(0, stop)));
    rest.remove_prefix(stop);
    if (!rest.starts_with('=')) continue;
    rest.remove_prefix(1);
    Piece piece{.text = take_value(rest), .is_encoded = false};
    if (name.ends_with('*')) {
      piece.is_encoded = true;
      name.pop_back();
    }
    std::size_t number = 0;
    if (const auto star = name.rfind('*'); star != std::string::npos) {
      const auto parsed = base::parse_number(std::string_view(name).substr(star + 1));
      if (parsed && *parsed < kMaxParameters) number = static_cast<std::size_t>(*parsed);
      name.resize(star);
    }
    auto& pieces = found[name];
    if (pieces.empty()) order.push_back(name);
    // What is encoded counts before what is not (RFC 2231 section 4).
    if (piece.is_encoded && pieces.size() == 1 && number == 0 && !pieces.begin()->second.is_encoded)
      pieces.clear();
    // It stands behind the encoded one, for programs that do not know that.
    if (!piece.is_encoded && number == 0 && pieces.size() == 1 && pieces.begin()->second.is_encoded) continue;
    const auto text = piece.text;
    if (const auto put = pieces.try_emplace(number, std::move(piece));
        !put.second && put.first->second.text != text)
      out.is_ambiguous = true;
  }
  // What others read behind that is not known here.
  if (rest.find(';') != std::string_view::npos) out.is_ambiguous = true;
  for (const auto& name : order) out.parameters.emplace_back(name, joined(found[name]));
  return out;
}

bool ContentFieldReader::is_field(std::string_view line) {
  const auto colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0) return false;
  auto name = line.substr(0, colon);
  while (!name.empty() && base::is_wsp(name.back())) name.remove_suffix(1);
  return !name.empty() && std::ranges::all_of(name, [](unsigned char c) { return c > ' ' && c < 0x7f; });
}

void ContentFieldReader::add(std::string_view line) {
  if (!line.empty() && base::is_wsp(line.front())) {
    if (field_.empty()) return;
    if (field_.size() + line.size() > kMaxPartField) is_ambiguous_ = true;
    if (field_.size() < kMaxPartField) field_ += line.substr(0, kMaxPartField);
    return;
  }
  end_field();
  if (!is_field(line)) return;
  if (count_ == kMaxPartFields) {
    is_ambiguous_ = is_ambiguous_ || base::istarts_with(line, kPrefix);
    return;
  }
  ++count_;
  if (!base::istarts_with(line, kPrefix)) return;
  if (line.size() > kMaxPartField) is_ambiguous_ = true;
  field_ = line.substr(0, kMaxPartField);
}

void ContentFieldReader::end_field() {
  if (field_.empty()) return;
  const auto colon = field_.find(':');
  const auto name =
      base::lower(base::trim(std::string_view(field_).substr(kPrefix.size(), colon - kPrefix.size())));
  auto* to = name == "type"                ? &type_
             : name == "disposition"       ? &disposition_
             : name == "transfer-encoding" ? &encoding_
             : name == "id"                ? &id_
                                           : nullptr;
  if (to != nullptr) {
    const auto value = base::trim(std::string_view(field_).substr(colon + 1));
    if (value.find('\r') != std::string_view::npos || (!to->empty() && *to != value)) is_ambiguous_ = true;
    if (to->empty()) *to = value;
  }
  field_.clear();
}

ContentFields ContentFieldReader::finish() {
  end_field();
  ContentFields out;
  const auto type = read_parameters(type_);
  // One whose slash stands behind the limit is none.
  if (const auto kept = type.value.substr(0, kMaxPartText); kept.find('/') != std::string::npos)
    out.type = kept;
  else
    out.is_guess = !type_.empty();
  out.is_ambiguous = is_ambiguous_ || type.is_ambiguous;
  out.charset = base::lower(type.find("charset").substr(0, kMaxCharsetName + 1));
  out.is_flowed = base::iequals(type.find("format"), "flowed");
  out.has_delsp = base::iequals(type.find("delsp"), "yes");
  out.boundary = type.find("boundary").substr(0, kMaxBoundary);
  while (!out.boundary.empty() && base::is_wsp(out.boundary.back())) out.boundary.pop_back();
  const auto disposition = read_parameters(disposition_);
  out.is_ambiguous = out.is_ambiguous || disposition.is_ambiguous;
  if (disposition.value == "inline") out.disposition = Disposition::is_inline;
  // What is unknown is an attachment (RFC 2183 section 2.8).
  if (!disposition.value.empty() && disposition.value != "inline") out.disposition = Disposition::attachment;
  out.name = shown_name(disposition.find("filename"));
  out.other_name = shown_name(type.find("name"));
  if (out.name.empty()) out.name = std::move(out.other_name);
  if (out.other_name == out.name) out.other_name.clear();
  auto encoding = read_parameters(encoding_).value;
  out.encoding = encoding_of(encoding);
  auto id = base::trim(id_);
  if (id.starts_with('<')) id.remove_prefix(1);
  if (id.ends_with('>')) id.remove_suffix(1);
  out.content_id = id.substr(0, kMaxPartText);
  return out;
}

}  // namespace rampart::mail
